//! The ladder of stages: one line each, in the order in which they were reached.

mod fold;
mod inputs;
mod tried;
mod wording;

use std::time::Duration;

use diagnosis::{Cause, RateLimit};
use trace::{SECOND_ATTEMPT, Step, What};

pub(crate) use fold::{authority, path};
pub(crate) use inputs::{credentials, name, on_node};
pub(crate) use tried::tried_rung;
pub(crate) use wording::progress;

use crate::ladder::fold::{Group, Kind};
use crate::words::counted;
use crate::{Answer, CheckReport, Outcome};

/// The stages that a pull goes through, as far as they have names of their own.
const STAGES: [&str; 8] = ["dns", "connect", "tls", "resolve", "manifest", "platform", "config", "layers"];

/// How a stage went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Good,
    Warning,
    Bad,
    Skipped,
}

impl Mark {
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Warning => "!",
            Self::Bad => "✗",
            Self::Skipped => "·",
        }
    }
}

/// One line of the ladder.
#[derive(Clone, Debug)]
pub(crate) struct Rung {
    pub mark: Mark,
    pub name: String,
    pub text: String,
    /// A lesser fact, left of the time.
    pub side: String,
    pub took: Option<Duration>,
    /// Lines below it.
    pub details: Vec<String>,
}

impl Rung {
    pub fn new(mark: Mark, name: &str, text: impl Into<String>) -> Self {
        let (name, text) = (name.to_owned(), text.into());
        Self { mark, name, text, side: String::new(), took: None, details: Vec::new() }
    }
}

/// Rungs that belong together: those before any attempt, or those of one.
pub(crate) struct Flight {
    /// Which attempt, where there are several.
    pub title: Option<String>,
    pub rungs: Vec<Rung>,
}

/// The whole ladder of a check.
pub(crate) fn ladder(report: &CheckReport) -> Vec<Flight> {
    let mut flights = vec![Flight { title: None, rungs: beginning(report) }];
    for (number, answer) in report.answers.iter().enumerate() {
        let end = report.answers.get(number + 1).map_or(report.trace.len(), |next| next.first_step);
        let steps = report.trace.get(answer.first_step..end).unwrap_or_default();
        let title = (report.answers.len() > 1).then(|| attempt(report, number, answer));
        flights.push(Flight { title, rungs: rungs(report, answer, steps) });
    }
    if let (Some(limit), Some(last)) = (&report.rate_limit, flights.last_mut()) {
        last.rungs.push(rate_limit(limit, report));
    }
    flights
}

/// How many pulls are left, as the answers said on the way.
fn rate_limit(limit: &RateLimit, report: &CheckReport) -> Rung {
    let mark = if limit.is_low() { Mark::Warning } else { Mark::Skipped };
    let mut rung = Rung::new(mark, "rate limit", limit.words());
    // A pull that was refused for it has remedies of its own.
    let refused = report.diagnosis.as_ref().is_some_and(|diagnosis| diagnosis.cause == Cause::RateLimit);
    rung.details.extend((limit.is_low() && !refused).then(|| limit.relief().to_owned()));
    rung
}

fn beginning(report: &CheckReport) -> Vec<Rung> {
    let first = match &report.reference {
        Some(reference) => name(reference, &report.pull_policy),
        None => Rung::new(Mark::Bad, "name", "not a valid image reference"),
    };
    let mut rungs = vec![first];
    match &report.malformed {
        Some(secret) => {
            let text = format!("{} does not parse: {}", secret.source, secret.reason);
            rungs.push(Rung::new(Mark::Bad, "credentials", text));
        }
        None => {
            let asked = !report.answers.is_empty();
            rungs.extend(credentials(&report.credentials, &report.unmatched, &report.skipped, asked));
        }
    }
    rungs.extend(report.on_node.as_ref().map(on_node));
    rungs
}

fn attempt(report: &CheckReport, number: usize, answer: &Answer) -> String {
    let login = answer.credential.and_then(|index| report.credentials.get(index));
    let who = login.map_or_else(
        || "anonymous".to_owned(),
        |login| format!("{:?} of {}, key {:?}", login.username, login.source, login.key),
    );
    format!("Attempt {} of {}, as {who}:", number + 1, report.answers.len())
}

fn rungs(report: &CheckReport, answer: &Answer, all: &[Step]) -> Vec<Rung> {
    let failed = answer.code != "OK";
    let steps = if failed { trace::deciding(all) } else { all };
    let groups = fold::fold(steps);
    let last_bad = groups.iter().rposition(Group::failed);
    let refused = groups.iter().rposition(is_refusal).filter(|_| failed);
    let last_bad = refused.or(last_bad);
    let registry = report.reference.as_ref().map_or("", |reference| match reference.domain.as_str() {
        "docker.io" => "registry-1.docker.io",
        domain => domain,
    });
    let first_host =
        groups.iter().map(Group::host).find(|host| !host.is_empty()).unwrap_or_default().to_owned();
    let mut rungs = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let is_last = failed && Some(number) == last_bad;
        let mark = match (group.failed() || is_last, is_last) {
            (true, true) => Mark::Bad,
            (true, false) => Mark::Warning,
            (false, _) => Mark::Good,
        };
        let context = wording::Context { first_host: &first_host, registry, report, groups: &groups };
        rungs.extend(wording::rung(group, mark, &context));
    }
    if failed && last_bad.is_none() {
        blame_last(&mut rungs, untold(report, answer));
    }
    if failed {
        rungs.extend(not_reached(&groups));
        rungs.extend(tried_again(all));
    }
    rungs
}

/// The same name as an OCI artifact, of which nothing came either.
fn tried_again(steps: &[Step]) -> Option<Rung> {
    let again = |what: &What| matches!(what, What::Decision(decision) if decision.about == SECOND_ATTEMPT);
    let at = steps.iter().rposition(|step| again(&step.what))?;
    let requests = steps[at..].iter().filter(|step| matches!(step.what, What::Exchange(_))).count();
    let asked = match requests {
        0 => "nobody was asked".to_owned(),
        _ => counted(requests, "more request"),
    };
    Some(Rung::new(
        Mark::Skipped,
        SECOND_ATTEMPT,
        format!("tried again as an OCI artifact, in vain: {asked}"),
    ))
}

/// The step of the trace on which the last attempt broke, counted from 0.
pub(crate) fn failing(report: &CheckReport) -> Option<usize> {
    let answer = report.answers.last().filter(|answer| answer.code != "OK")?;
    let steps = trace::deciding(report.trace.get(answer.first_step..).unwrap_or_default());
    let groups = fold::fold(steps);
    let refused = groups.iter().rfind(|group| is_refusal(group));
    let decisive = refused.or_else(|| groups.iter().rfind(|group| group.failed()))?.decisive()?;
    report.trace.iter().position(|step| std::ptr::eq(step, decisive))
}

/// Whether it is the runtime itself that refuses, for what the node's files say.
fn is_refusal(group: &Group<'_>) -> bool {
    matches!(group.kind, Kind::Decision("unqualified" | "blocked" | "policy" | "crio.conf"))
}

/// Every step went well, and yet the runtime failed: it did not like what the last one brought.
fn blame_last(rungs: &mut Vec<Rung>, why: String) {
    match rungs.last_mut() {
        Some(last) => {
            last.mark = Mark::Bad;
            last.details.push(why);
        }
        None => rungs.push(Rung::new(Mark::Bad, "runtime", why)),
    }
}

/// What is known of a failure that no step tells: the cause, else the runtime's own words.
fn untold(report: &CheckReport, answer: &Answer) -> String {
    match &report.diagnosis {
        Some(diagnosis) if report.outcome == Outcome::Failed => {
            format!("{}: {}", diagnosis.cause, diagnosis.cause.meaning())
        }
        _ => format!("{}: {}", answer.code, answer.message),
    }
}

fn not_reached(groups: &[Group<'_>]) -> Option<Rung> {
    let reached = groups.iter().map(|group| group.kind.name()).collect::<Vec<_>>();
    let furthest = STAGES.iter().rposition(|stage| reached.contains(stage));
    let challenged = groups.iter().any(|group| group.kind == Kind::Challenge);
    let from =
        furthest.map_or(0, |at| at + 1).max(if challenged && !reached.contains(&"resolve") { 3 } else { 0 });
    let rest = STAGES.get(from..).filter(|rest| !rest.is_empty())?;
    Some(Rung::new(Mark::Skipped, rest[0], not_reached_words(rest)))
}

fn not_reached_words(rest: &[&str]) -> String {
    match rest {
        [_] => "not reached".to_owned(),
        [_, others @ ..] => format!("not reached, nor {}", others.join(", ")),
        [] => String::new(),
    }
}

/// Whether a step is one that the ladder shows.
pub(super) fn is_shown(what: &What) -> bool {
    match what {
        What::Decision(decision) => SHOWN_DECISIONS.contains(&decision.about),
        _ => true,
    }
}

/// Decisions that a reader of the ladder wants to know of; the others stand in the JSON.
const SHOWN_DECISIONS: [&str; 12] = [
    "hosts.toml",
    "proxy",
    "platform",
    "store",
    "configuration",
    "short name",
    "unqualified",
    "registries",
    "blocked",
    "policy",
    "crio.conf",
    SECOND_ATTEMPT,
];
