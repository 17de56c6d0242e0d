//! Holds what was seen against what is expected.

use mock_registry::{Request, Who};
use replay::{PodHistory, StatusChange};
use report::{CheckReport, Event, Miss, Outcome};
use scenario::{Expected, Heals, Line, Location, Placed, Run, Scenario, Subject, Text, What};

use crate::sequence::part;
use crate::what_if::Remedied;
use crate::{PodSeen, Seen};

/// What of the expectations is not met.
pub(crate) fn judge(remedied: &Remedied<'_>, run: &Run, seen: &Seen) -> Vec<Miss> {
    let scenario = remedied.scenario;
    let mut judge = Judge { scenario, remedied, run, seen, misses: Vec::new() };
    for expected in scenario.expected(run) {
        judge.hold(&expected);
    }
    judge.misses
}

struct Judge<'a> {
    scenario: &'a Scenario,
    remedied: &'a Remedied<'a>,
    run: &'a Run,
    seen: &'a Seen,
    misses: Vec<Miss>,
}

impl<'a> Judge<'a> {
    fn hold(&mut self, expected: &Expected) {
        let Expected { key, at, of, what } = expected;
        let seen = self.seen;
        if let What::Requests { host, lines } = what {
            return self.requests(key, *at, host.as_deref(), lines);
        }
        match of {
            Subject::Scenario if seen.pods.is_empty() => self.pull(key, *at, what),
            Subject::Scenario => self.all(key, *at, what),
            Subject::Pod(name) => self.of_pod(key, *at, what, name, None),
            Subject::Container { pod, name } => self.of_pod(key, *at, what, pod, Some(name)),
        }
    }

    /// What is expected of a single pull.
    fn pull(&mut self, key: &'static str, at: Location, what: &What) {
        match what {
            What::Code(text) => self.text(key, at, text, &self.seen.answer.code),
            What::Message(text) => self.text(key, at, text, &self.seen.answer.message),
            What::Pulled(pulled) if self.seen.node.is_none() => {
                self.pulled(key, at, *pulled, self.seen.answer.code == "OK");
            }
            _ => {
                if let Some(node) = &self.seen.node {
                    self.node(key, at, what, node);
                }
            }
        }
    }

    /// What is expected of all pods together, or of the only one.
    fn all(&mut self, key: &'static str, at: Location, what: &What) {
        match (what, self.seen.pods.as_slice()) {
            (_, [pod]) => self.pod(key, at, what, pod, None),
            (What::Pulled(pulled), pods) => {
                self.pulled(key, at, *pulled, pods.iter().all(|pod| pod.has_images(None)));
            }
            (What::Heals(heals), pods) => {
                let failed =
                    |pod: &PodSeen| pod.told(None).is_some_and(|sync| sync.outcome == Outcome::Failed);
                let fails = pods.iter().any(|pod| !pod.has_images(None) || failed(pod));
                let pulled = if fails { Outcome::Failed } else { Outcome::Pulled };
                self.heals(key, at, heals, pulled);
            }
            // Nothing else can be said of several: the scenario is refused when it is read.
            _ => {}
        }
    }

    fn of_pod(&mut self, key: &'static str, at: Location, what: &What, name: &str, part: Option<&str>) {
        match self.seen.pods.iter().find(|pod| pod.is_called(name)) {
            Some(pod) => self.pod(key, at, what, pod, part),
            None => self.miss(key, at, "no such pod".to_owned()),
        }
    }

    /// What is expected of a pod, or of one of its containers or image volumes.
    fn pod(&mut self, key: &'static str, at: Location, what: &What, pod: &'a PodSeen, part: Option<&str>) {
        let history = match &pod.became {
            Ok(history) => history,
            Err(rejection) => return self.rejected(key, at, what, &rejection.to_string()),
        };
        match what {
            What::Code(text) => self.text(key, at, text, &pod.answer(part).code),
            What::Message(text) => self.text(key, at, text, &pod.answer(part).message),
            What::Pulled(pulled) => {
                if *pulled != pod.has_images(part) {
                    self.miss(key, at, in_the_end(history, part));
                }
            }
            What::Waiting(_) | What::WaitingMessage(_) | What::Events(_) => {
                self.end(key, at, what, &End::of_pod(history, part));
            }
            What::Rejected(_) => self.miss(key, at, "the API server takes the pod".to_owned()),
            What::Phase(text) => self.text(key, at, text, history.status.phase()),
            What::Attempts(_) | What::Timeline(_) => self.over_time(key, at, what, history, part),
            _ => match pod.told(part) {
                Some(node) => self.node(key, at, what, node),
                None => self.miss(key, at, "the kubelet did not come to it".to_owned()),
            },
        }
    }

    /// What is expected of a pod that there is not.
    fn rejected(&mut self, key: &'static str, at: Location, what: &What, words: &str) {
        match what {
            What::Rejected(text) => self.text(key, at, text, words),
            What::Pulled(false) => {}
            _ => self.miss(key, at, format!("refused by the API server: {words}")),
        }
    }

    fn heals(&mut self, key: &'static str, at: Location, heals: &Heals, pulled: Outcome) {
        match self.remedied.disproved(self.run, heals, pulled) {
            Ok(None) => {}
            Ok(Some(got)) => self.miss(key, at, got),
            Err(error) => self.miss(key, at, error.to_string()),
        }
    }

    /// How it is in the end.
    fn end(&mut self, key: &'static str, at: Location, what: &What, end: &End) {
        match what {
            What::Pulled(pulled) => self.pulled(key, at, *pulled, end.pulled),
            What::Waiting(text) => self.text(key, at, text, &end.waiting),
            What::WaitingMessage(text) => self.text(key, at, text, &end.waiting_message),
            What::Events(lines) => {
                let fits = |line: &scenario::EventLine, (kind, reason, message): &Told| {
                    line.matches(kind, reason, message)
                };
                let show = |(kind, reason, message): &Told| format!("{kind} {reason} {message}");
                self.lines(key, at, lines, &end.events, fits, show);
            }
            _ => {}
        }
    }

    fn over_time(
        &mut self,
        key: &'static str,
        at: Location,
        what: &What,
        history: &PodHistory,
        part: Option<&str>,
    ) {
        match what {
            What::Attempts(number) => {
                let own = history.attempts.iter().filter(|one| part.is_none_or(|part| one.name == part));
                let times: Vec<String> =
                    own.map(|attempt| format!("{:.1} s", attempt.at.as_secs_f64())).collect();
                if times.len() != *number {
                    self.miss(key, at, format!("{}: at {}", times.len(), times.join(", ")));
                }
            }
            What::Timeline(states) => {
                for Placed { value, at } in states {
                    let now = history.changes.iter().rev().find(|change| change.at <= value.at);
                    let state = now.map_or("", |change| change.line.status.as_str());
                    if !value.state.matches(state) {
                        let change = |change: &StatusChange| {
                            format!("  {:.1} s {}", change.at.as_secs_f64(), change.line.status)
                        };
                        let changes: Vec<String> = history.changes.iter().map(change).collect();
                        self.miss(key, *at, format!("{state}\nof all these:\n{}", changes.join("\n")));
                    }
                }
            }
            _ => {}
        }
    }

    fn node(&mut self, key: &'static str, at: Location, what: &What, node: &CheckReport) {
        let diagnosis = node.diagnosis.as_ref();
        match what {
            What::Cause(cause) => {
                let got = diagnosis.map_or("no diagnosis", |diagnosis| diagnosis.cause.name());
                if got != cause.name() {
                    self.miss(key, at, format!("{got}: {}", sentence(node)));
                }
            }
            What::Remedy(text) => {
                let remedies = diagnosis.map(|diagnosis| diagnosis.remedies.as_slice()).unwrap_or_default();
                if !remedies.iter().any(|remedy| text.matches(remedy)) {
                    self.miss(key, at, remedies.join("\n"));
                }
            }
            What::Heals(heals) => self.heals(key, at, heals, node.outcome),
            What::Logins(logins) => {
                let got: Vec<String> = node
                    .credentials
                    .iter()
                    .map(|login| format!("{} from {}", login.username, login.source))
                    .collect();
                let lines: Vec<Placed<Line<Text>>> = logins
                    .iter()
                    .map(|login| Placed { value: Line::One(login.value.clone()), at: login.at })
                    .collect();
                self.lines(key, at, &lines, &got, |text, login| text.matches(login), String::clone);
            }
            What::Took(took) => {
                if node.took.as_secs() != took.as_secs() {
                    self.miss(key, at, format!("{:.3} s", node.took.as_secs_f64()));
                }
            }
            _ => self.end(key, at, what, &End::of_check(node)),
        }
    }

    fn pulled(&mut self, key: &'static str, at: Location, expected: bool, got: bool) {
        if expected != got {
            let got = if got { "pulled".to_owned() } else { format!("failed: {}", self.seen.answer.message) };
            self.miss(key, at, got);
        }
    }

    fn text(&mut self, key: &'static str, at: Location, expected: &Text, got: &str) {
        if !expected.matches(got) {
            self.miss(key, at, got.to_owned());
        }
    }

    fn requests(
        &mut self,
        key: &'static str,
        at: Location,
        host: Option<&str>,
        lines: &[Placed<Line<scenario::RequestLine>>],
    ) {
        let all = self.seen.requests.iter();
        let own: Vec<&Request> = all.filter(|request| host.is_none_or(|host| host == request.host)).collect();
        self.lines(
            key,
            at,
            lines,
            &own,
            |line, request| line.matches(request),
            |request| shown_request(request, host),
        );
    }

    fn lines<T, G>(
        &mut self,
        key: &'static str,
        at: Location,
        lines: &[Placed<Line<T>>],
        got: &[G],
        fits: impl Fn(&T, &G) -> bool,
        show: impl Fn(&G) -> String,
    ) {
        let parting = match (lines, got) {
            ([], []) => return,
            ([], _) => crate::sequence::Parting { line: None, got: 0 },
            _ => match part(lines, got, fits) {
                Some(parting) => parting,
                None => return,
            },
        };
        let at = parting.line.and_then(|line| lines.get(line)).map_or(at, |line| line.at);
        let came = got.get(parting.got).map_or("nothing more".to_owned(), &show);
        let whole: Vec<String> = got.iter().map(|one| format!("  {}", show(one))).collect();
        let got = if whole.len() > 1 { format!("{came}\nof all these:\n{}", whole.join("\n")) } else { came };
        self.miss(key, at, got);
    }

    fn miss(&mut self, key: &'static str, at: Location, got: String) {
        let (file, place) = self.scenario.place(at);
        let scenario::Place { line, column, length, text } = place;
        let got = if got.is_empty() { "nothing".to_owned() } else { got };
        self.misses.push(Miss { key, file: file.to_owned(), line, column, length, text, got });
    }
}

fn sentence(node: &CheckReport) -> String {
    match (&node.diagnosis, node.outcome) {
        (Some(diagnosis), _) => diagnosis.sentence.clone(),
        (None, Outcome::Pulled) => "the image was pulled".to_owned(),
        (None, Outcome::Failed) => node.cri.message.clone(),
    }
}

/// Type, reason and message of an event.
type Told = (String, String, String);

/// How it is in the end.
#[derive(Default)]
struct End {
    pulled: bool,
    waiting: String,
    waiting_message: String,
    /// Each event as often as it was counted.
    events: Vec<Told>,
}

impl End {
    fn of_check(node: &CheckReport) -> Self {
        let (waiting, waiting_message) = node
            .waiting
            .as_ref()
            .map(|waiting| (waiting.reason.clone(), waiting.message.clone()))
            .unwrap_or_default();
        let told = |event: &Event| (event.kind.clone(), event.reason.clone(), event.message.clone());
        let events = node.events.iter().map(told).collect();
        Self { pulled: node.outcome == Outcome::Pulled, waiting, waiting_message, events }
    }

    /// Of a pod, or of one of its containers.
    fn of_pod(history: &PodHistory, part: Option<&str>) -> Self {
        let own = |status: &&kubelet::ContainerStatus| part.is_none_or(|part| status.name == part);
        let waiting = history.status.all().filter(own).find_map(|container| container.waiting());
        let (waiting, waiting_message) =
            waiting.map(|waiting| (waiting.reason.clone(), waiting.message.clone())).unwrap_or_default();
        let events = history.events.iter().flat_map(|event| {
            let told = (event.kind.name().to_owned(), event.reason.clone(), event.message.clone());
            std::iter::repeat_n(told, usize::try_from(event.count).unwrap_or(1))
        });
        Self { pulled: history.has_all_images(), waiting, waiting_message, events: events.collect() }
    }
}

/// What each container does in the end, or the one that is meant.
fn in_the_end(history: &PodHistory, part: Option<&str>) -> String {
    let own = history.status.all().filter(|status| part.is_none_or(|part| status.name == part));
    let line = |status: &kubelet::ContainerStatus| match status.waiting() {
        None => format!("{}: started", status.name),
        Some(waiting) => format!("{}: {} {}", status.name, waiting.reason, waiting.message),
    };
    own.map(line).collect::<Vec<_>>().join("\n")
}

fn shown_request(request: &Request, host: Option<&str>) -> String {
    let status = request.status.map_or("-".to_owned(), |status| status.to_string());
    let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
    let who = match &request.who {
        Who::Anonymous => "anonymous",
        Who::Account(name) => name,
    };
    let line = format!("{} {}{query} {status} as {who}", request.method, request.path);
    if host.is_some() { line } else { format!("{} {line}", request.host) }
}
