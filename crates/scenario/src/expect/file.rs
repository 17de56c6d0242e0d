use std::collections::BTreeMap;

use diagnosis::Cause;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::expect::list::{Lines, List, first_cause, placed};
use crate::expect::words::{CauseWord, OutcomeWord};
use crate::expect::{
    EventLine, Expected, Heals, Line, PerRun, PodExpectFile, RequestLine, Run, StateLine, Subject, Text, What,
};
use crate::file::{Parsed, Span};
use crate::yaml::Spanned;

/// What is expected. Each value may be one for all runs, or a mapping from runs (`containerd-1.*`, `kubelet<1.33`,
/// `else`) to values. In texts `…` stands for whatever is there.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ExpectFile {
    /// Whether all images are pulled in the end.
    outcome: Option<PerRun<OutcomeWord>>,
    /// The code of the runtime's last answer: `OK`, `NotFound`, `Unknown` …
    code: Option<PerRun<Parsed<Text>>>,
    /// The message of the runtime's last answer.
    message: Option<PerRun<Parsed<Text>>>,
    /// Why the container waits in the end: `ErrImagePull`, `ImagePullBackOff` …; empty: it does not.
    waiting: Option<PerRun<Parsed<Text>>>,
    /// The message that goes with it.
    waiting_message: Option<PerRun<Parsed<Text>>>,
    /// All events in order, `TYPE REASON [MESSAGE]`; `…` for some that do not matter, `no …` for one that must not
    /// come, `… x3` for one that was counted three times.
    events: Option<PerRun<Lines<Line<EventLine>>>>,
    /// All requests that a host sees in order, `METHOD PATH[?QUERY] [STATUS] [as ACCOUNT]`, with `…`, `no …` and `x3`
    /// as with events; `*` is all hosts together, whose lines begin with the host.
    #[serde(default)]
    pub(crate) requests: BTreeMap<Spanned<String>, PerRun<Lines<Line<RequestLine>>>>,
    /// The cause that the diagnosis finds: its name or code. Over time that of the last pull that fails.
    cause: Option<PerRun<CauseWord>>,
    /// One of the remedies that the diagnosis advises.
    remedy: Option<PerRun<Parsed<Text>>>,
    /// What heals it: with it the pull succeeds, and without it does not. That is tried for each run that fails. A
    /// change by the name that `--what-if` has for it (`tag v1.2.0`), a list of them, one on top of the other; what
    /// somebody sets right, by name (`removeFault: tls-expired`); `world` with what else is otherwise in the world; or
    /// `none` with the reason why no pull can show it.
    heals: Option<Spanned<Heals>>,
    /// The users as whom the runtime is told to log in, in order: `USER from SECRET`.
    logins: Option<PerRun<Lines<Text>>>,
    /// How long it takes, to a second.
    took: Option<PerRun<Parsed<Span>>>,
    /// How many syncs of the pod pull while it is looked at (`for`).
    attempts: Option<PerRun<u16>>,
    /// What `kubectl get pods` shows at times: `90s ImagePullBackOff`.
    timeline: Option<PerRun<Lines<StateLine>>>,
    /// What is expected of each pod, where there are several: by its name, or `NAMESPACE/NAME`.
    #[serde(default)]
    pub(crate) pods: BTreeMap<Spanned<String>, PodExpectFile>,
    /// Whether the exact texts stand in a file beside this one (`NAME.txt`).
    #[serde(default)]
    pub(crate) snapshot: bool,
}

impl ExpectFile {
    /// What is expected of a run, in which pods are looked at for longer than one pull or not.
    pub(crate) fn of(&self, run: &Run, over_time: bool) -> Vec<Expected> {
        let mut list = List::new(run, Subject::Scenario);
        list.outcome(self.outcome.as_ref())
            .text("code", self.code.as_ref(), What::Code)
            .text("message", self.message.as_ref(), What::Message)
            .text("waiting", self.waiting.as_ref(), What::Waiting)
            .text("waitingMessage", self.waiting_message.as_ref(), What::WaitingMessage)
            .add("events", self.events.as_ref(), |lines| What::Events(placed(lines)));
        for (host, lines) in &self.requests {
            list.add("requests", Some(lines), |lines| What::Requests {
                host: Some(host.value.clone()).filter(|host| host != "*"),
                lines: placed(lines),
            });
        }
        list.cause(self.cause.as_ref())
            .text("remedy", self.remedy.as_ref(), What::Remedy)
            .logins(self.logins.as_ref())
            .add("took", self.took.as_ref(), |took| What::Took(took.0.0))
            .attempts(self.attempts.as_ref())
            .add("timeline", self.timeline.as_ref(), |states| What::Timeline(placed(states)));
        let mut all = list.finish();
        all.extend(self.heals_of(run, over_time));
        all.extend(self.pods.iter().flat_map(|(name, pod)| pod.of(&name.value, run)));
        all
    }

    /// What heals a run, if it has to be healed: where one pull is all, it succeeds, and no cause is stated, it has not.
    fn heals_of(&self, run: &Run, over_time: bool) -> Option<Expected> {
        let outcome = self.outcome.as_ref().and_then(|outcome| outcome.of(run));
        let fails = outcome.is_none_or(|outcome| outcome.value == OutcomeWord::Failed);
        let has_cause = self.cause.as_ref().is_some_and(|cause| cause.of(run).is_some());
        let heals = self.heals.as_ref().filter(|_| fails || has_cause || over_time)?;
        let what = What::Heals(heals.value.clone());
        Some(Expected { key: "heals", at: heals.referenced, of: Subject::Scenario, what })
    }

    /// What heals it, if the file says so.
    pub(crate) fn heals(&self) -> Option<&Heals> {
        self.heals.as_ref().map(|heals| &heals.value)
    }

    /// The cause that is expected, for a catalogue: that of the first run where several are.
    pub(crate) fn cause(&self) -> Option<Cause> {
        let of_pods = || self.pods.values().find_map(PodExpectFile::cause);
        first_cause(self.cause.as_ref()).or_else(of_pods)
    }
}
