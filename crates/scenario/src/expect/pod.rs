//! What is expected of one pod among several, and of one of its containers.

use std::collections::BTreeMap;

use diagnosis::Cause;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::expect::list::{Lines, List, first_cause, placed};
use crate::expect::words::{CauseWord, OutcomeWord};
use crate::expect::{EventLine, Expected, Line, PerRun, Run, StateLine, Subject, Text, What};
use crate::file::Parsed;
use crate::yaml::Spanned;

/// What is expected of a pod.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct PodExpectFile {
    /// Why the API server does not take it.
    rejected: Option<PerRun<Parsed<Text>>>,
    /// Whether all its images are pulled in the end.
    outcome: Option<PerRun<OutcomeWord>>,
    /// The pod's phase in the end: `Pending`, `Running`.
    phase: Option<PerRun<Parsed<Text>>>,
    /// Why its first container that waits does, in the end; empty: none does.
    waiting: Option<PerRun<Parsed<Text>>>,
    /// The message that goes with it.
    waiting_message: Option<PerRun<Parsed<Text>>>,
    /// All its events in order, as those of a scenario.
    events: Option<PerRun<Lines<Line<EventLine>>>>,
    /// What `kubectl get pods` shows at times: `90s ImagePullBackOff`, counted from the beginning of all.
    timeline: Option<PerRun<Lines<StateLine>>>,
    /// How many of its syncs pull while it is looked at.
    attempts: Option<PerRun<u16>>,
    /// The code of the runtime's last answer to a pull for it.
    code: Option<PerRun<Parsed<Text>>>,
    /// The message of that answer.
    message: Option<PerRun<Parsed<Text>>>,
    /// The cause of its last failure.
    cause: Option<PerRun<CauseWord>>,
    /// One of the remedies that the diagnosis of that advises.
    remedy: Option<PerRun<Parsed<Text>>>,
    /// The users as whom the runtime was then told to log in, in order: `USER from SECRET`.
    logins: Option<PerRun<Lines<Text>>>,
    /// Its containers and image volumes, by their names.
    #[serde(default)]
    pub containers: BTreeMap<Spanned<String>, ContainerExpectFile>,
}

/// What is expected of a container, or of an image volume.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ContainerExpectFile {
    /// Whether its image is pulled in the end.
    outcome: Option<PerRun<OutcomeWord>>,
    /// Why it waits in the end; empty: it does not. Of an image volume nothing is told.
    waiting: Option<PerRun<Parsed<Text>>>,
    /// The message that goes with it.
    waiting_message: Option<PerRun<Parsed<Text>>>,
    /// How many syncs pull its image.
    attempts: Option<PerRun<u16>>,
    /// The code of the runtime's last answer.
    code: Option<PerRun<Parsed<Text>>>,
    /// The message of the runtime's last answer.
    message: Option<PerRun<Parsed<Text>>>,
    /// The cause of its last failure.
    cause: Option<PerRun<CauseWord>>,
    /// One of the remedies that the diagnosis of that advises.
    remedy: Option<PerRun<Parsed<Text>>>,
    /// The users as whom the runtime was then told to log in, in order.
    logins: Option<PerRun<Lines<Text>>>,
}

impl PodExpectFile {
    /// What is expected of the pod of this name, and of its containers.
    pub(crate) fn of(&self, pod: &str, run: &Run) -> Vec<Expected> {
        let mut list = List::new(run, Subject::Pod(pod.to_owned()));
        list.text("rejected", self.rejected.as_ref(), What::Rejected)
            .outcome(self.outcome.as_ref())
            .text("phase", self.phase.as_ref(), What::Phase)
            .text("waiting", self.waiting.as_ref(), What::Waiting)
            .text("waitingMessage", self.waiting_message.as_ref(), What::WaitingMessage)
            .add("events", self.events.as_ref(), |lines| What::Events(placed(lines)))
            .add("timeline", self.timeline.as_ref(), |states| What::Timeline(placed(states)))
            .attempts(self.attempts.as_ref())
            .text("code", self.code.as_ref(), What::Code)
            .text("message", self.message.as_ref(), What::Message)
            .cause(self.cause.as_ref())
            .text("remedy", self.remedy.as_ref(), What::Remedy)
            .logins(self.logins.as_ref());
        let mut all = list.finish();
        all.extend(self.containers.iter().flat_map(|(name, container)| container.of(pod, &name.value, run)));
        all
    }

    pub(crate) fn cause(&self) -> Option<Cause> {
        let of_containers =
            || self.containers.values().find_map(|container| first_cause(container.cause.as_ref()));
        first_cause(self.cause.as_ref()).or_else(of_containers)
    }
}

impl ContainerExpectFile {
    fn of(&self, pod: &str, name: &str, run: &Run) -> Vec<Expected> {
        let of = Subject::Container { pod: pod.to_owned(), name: name.to_owned() };
        let mut list = List::new(run, of);
        list.outcome(self.outcome.as_ref())
            .text("waiting", self.waiting.as_ref(), What::Waiting)
            .text("waitingMessage", self.waiting_message.as_ref(), What::WaitingMessage)
            .attempts(self.attempts.as_ref())
            .text("code", self.code.as_ref(), What::Code)
            .text("message", self.message.as_ref(), What::Message)
            .cause(self.cause.as_ref())
            .text("remedy", self.remedy.as_ref(), What::Remedy)
            .logins(self.logins.as_ref());
        list.finish()
    }
}
