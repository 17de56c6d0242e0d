use std::collections::BTreeMap;

use diagnosis::Cause;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::expect::{
    EventLine, Expected, Heals, Line, PerRun, Placed, RequestLine, Run, StateLine, Text, What,
};
use crate::file::{Parsed, Span};
use crate::yaml::Spanned;

/// What is expected. Each value may be one for all runs, or a mapping from runs (`containerd-1.*`, `kubelet<1.33`,
/// `else`) to values. In texts `…` stands for whatever is there.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ExpectFile {
    /// Whether the image is pulled in the end.
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
    events: Option<PerRun<Lines<EventLine>>>,
    /// All requests that a host sees in order, `METHOD PATH[?QUERY] [STATUS] [as ACCOUNT]`, with `…`, `no …` and `x3`
    /// as with events; `*` is all hosts together, whose lines begin with the host.
    #[serde(default)]
    requests: BTreeMap<String, PerRun<Lines<RequestLine>>>,
    /// The cause that the diagnosis finds: its name or code.
    cause: Option<PerRun<CauseWord>>,
    /// One of the remedies that the diagnosis advises.
    remedy: Option<PerRun<Parsed<Text>>>,
    /// What heals it: with it the pull succeeds, and without it does not. That is tried for each run that fails. A
    /// change by the name that `--what-if` has for it (`tag v1.2.0`), a list of them, one on top of the other; `world`
    /// with what is otherwise in the world; or `none` with the reason why no pull can show it.
    heals: Option<Spanned<Heals>>,
    /// The users as whom the runtime is told to log in, in order: `USER from SECRET`.
    logins: Option<PerRun<Vec<Spanned<Parsed<Text>>>>>,
    /// How long it takes, to a second.
    took: Option<PerRun<Parsed<Span>>>,
    /// How many syncs of the pod pull while it is looked at (`for`).
    attempts: Option<PerRun<u16>>,
    /// What `kubectl get pods` shows at times: `90s ImagePullBackOff`.
    timeline: Option<PerRun<Vec<Spanned<Parsed<StateLine>>>>>,
    /// Whether the exact texts stand in a file beside this one (`NAME.txt`).
    #[serde(default)]
    pub(crate) snapshot: bool,
}

type Lines<T> = Vec<Spanned<Parsed<Line<T>>>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum OutcomeWord {
    Pulled,
    Failed,
}

/// The name or code of a cause.
#[derive(Clone, Copy, Debug)]
struct CauseWord(Cause);

impl<'de> Deserialize<'de> for CauseWord {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Parsed(cause) = Parsed::<CauseName>::deserialize(deserializer)?;
        Ok(Self(cause.0))
    }
}

struct CauseName(Cause);

impl std::str::FromStr for CauseName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names: Vec<&str> = Cause::ALL.iter().map(|cause| cause.name()).collect();
        Cause::named(text).map(Self).ok_or_else(|| match crate::suggest::nearest(text, &names) {
            Some(meant) => format!("there is no cause `{text}`: did you mean `{meant}`?"),
            None => format!("there is no cause `{text}`: `pullsim causes` lists them"),
        })
    }
}

impl JsonSchema for CauseWord {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Cause".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let names: Vec<&str> = Cause::ALL.iter().flat_map(|cause| [cause.name(), cause.code()]).collect();
        schemars::json_schema!({"enum": names})
    }
}

impl ExpectFile {
    /// What is expected of a run, in which the pod is looked at for longer than one pull or not.
    pub(crate) fn of(&self, run: &Run, over_time: bool) -> Vec<Expected> {
        let text = |key, value: &Option<PerRun<Parsed<Text>>>, what: fn(Text) -> What| {
            expected(key, value, run, |text| what(text.0.clone()))
        };
        let mut all: Vec<Option<Expected>> = vec![
            expected("outcome", &self.outcome, run, |word| What::Pulled(*word == OutcomeWord::Pulled)),
            text("code", &self.code, What::Code),
            text("message", &self.message, What::Message),
            text("waiting", &self.waiting, What::Waiting),
            text("waitingMessage", &self.waiting_message, What::WaitingMessage),
            expected("events", &self.events, run, |lines| What::Events(placed(lines))),
        ];
        all.extend(self.requests.iter().map(|(host, lines)| {
            let host = Some(host.clone()).filter(|host| host != "*");
            lines.of(run).map(|lines| Expected {
                key: "requests",
                at: lines.referenced,
                what: What::Requests { host, lines: placed(&lines.value) },
            })
        }));
        all.extend([
            expected("cause", &self.cause, run, |cause| What::Cause(cause.0)),
            text("remedy", &self.remedy, What::Remedy),
            self.heals_of(run, over_time),
            expected("logins", &self.logins, run, |logins| What::Logins(placed(logins))),
            expected("took", &self.took, run, |took| What::Took(took.0.0)),
            expected("attempts", &self.attempts, run, |number| What::Attempts(usize::from(*number))),
            expected("timeline", &self.timeline, run, |states| What::Timeline(placed(states))),
        ]);
        all.into_iter().flatten().collect()
    }

    /// What heals a run, if it has to be healed: where one pull is all, it succeeds, and no cause is stated, it has not.
    fn heals_of(&self, run: &Run, over_time: bool) -> Option<Expected> {
        let outcome = self.outcome.as_ref().and_then(|outcome| outcome.of(run));
        let fails = outcome.is_none_or(|outcome| outcome.value == OutcomeWord::Failed);
        let has_cause = self.cause.as_ref().is_some_and(|cause| cause.of(run).is_some());
        let heals = self.heals.as_ref().filter(|_| fails || has_cause || over_time)?;
        Some(Expected { key: "heals", at: heals.referenced, what: What::Heals(heals.value.clone()) })
    }

    /// What heals it, if the file says so.
    pub(crate) fn heals(&self) -> Option<&Heals> {
        self.heals.as_ref().map(|heals| &heals.value)
    }

    /// The cause that is expected, for a catalogue: that of the first run where several are.
    pub(crate) fn cause(&self) -> Option<Cause> {
        match self.cause.as_ref()? {
            PerRun::All(cause) => Some(cause.value.0),
            PerRun::Some(causes) => causes.first().map(|(_, cause)| cause.value.0),
        }
    }
}

fn expected<T>(
    key: &'static str,
    value: &Option<PerRun<T>>,
    run: &Run,
    what: impl Fn(&T) -> What,
) -> Option<Expected> {
    let value = value.as_ref()?.of(run)?;
    Some(Expected { key, at: value.referenced, what: what(&value.value) })
}

fn placed<T: Clone>(lines: &[Spanned<Parsed<T>>]) -> Vec<Placed<T>> {
    let placed = |line: &Spanned<Parsed<T>>| Placed { value: line.value.0.clone(), at: line.referenced };
    lines.iter().map(placed).collect()
}
