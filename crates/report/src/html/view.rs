//! What the page shows of one check.

use serde::Serialize;

use super::diagram::Diagram;
use super::waterfall::{self, Row};
use crate::advice;
use crate::junit::told;
use crate::ladder::{Mark, Rung, failing, ladder, tried_rung};
use crate::trial::{proven, remedies};
use crate::words::{runtime, time_words};
use crate::{Case, CheckReport, Outcome, Trial, healing};

#[derive(Serialize)]
pub(super) struct View {
    number: usize,
    /// The scenario's title, if it is of one.
    title: String,
    image: String,
    place: String,
    /// What was expected and did not come.
    misses: Vec<String>,
    pulled: bool,
    image_ref: String,
    node: String,
    at: String,
    took: String,
    cause: Option<CauseView>,
    /// The stage on which it broke, for the top of the page.
    broke: Option<RungView>,
    flights: Vec<FlightView>,
    what_if: Option<WhatIfView>,
    diagram: Diagram,
    rows: Vec<Row>,
    events: String,
    waiting: Option<(String, String)>,
    code: String,
    message: String,
    notes: Vec<String>,
    /// The hosts that the pull needs.
    needed: Vec<String>,
}

#[derive(Serialize)]
struct CauseView {
    code: &'static str,
    name: &'static str,
    transient: bool,
    sentence: String,
    evidence: Vec<String>,
    remedies: Vec<Remedy>,
    alternatives: Vec<AlternativeView>,
}

/// What else it may be.
#[derive(Serialize)]
struct AlternativeView {
    code: &'static str,
    name: &'static str,
    told_apart: &'static str,
    command: Option<String>,
}

/// Prose, and the commands that follow it.
#[derive(Serialize)]
struct Remedy {
    text: String,
    commands: Vec<String>,
    /// Whether it was tried.
    proven: bool,
}

/// The changes that were tried, and the stages of the pull that one of them heals.
#[derive(Serialize)]
struct WhatIfView {
    trials: Vec<RungView>,
    healed_image: String,
    healed: Vec<RungView>,
}

#[derive(Serialize)]
struct FlightView {
    title: String,
    rungs: Vec<RungView>,
}

#[derive(Clone, Serialize)]
struct RungView {
    sign: &'static str,
    mark: &'static str,
    name: String,
    text: String,
    side: String,
    took: String,
    details: Vec<String>,
}

impl View {
    /// The pull of a scenario.
    pub fn of_case(number: usize, report: &CheckReport, case: &Case) -> Self {
        let misses = case.misses.iter().map(told).collect();
        Self { title: case.title.clone(), misses, ..Self::new(number, report, &case.file) }
    }

    pub fn new(number: usize, report: &CheckReport, place: &str) -> Self {
        let node = &report.node;
        let flights: Vec<FlightView> = ladder(report)
            .into_iter()
            .map(|flight| FlightView {
                title: flight.title.unwrap_or_default(),
                rungs: flight.rungs.into_iter().map(rung).collect(),
            })
            .collect();
        let mut rungs = flights.iter().flat_map(|flight| &flight.rungs);
        Self {
            number: number + 1,
            title: String::new(),
            image: report.image.clone(),
            place: place.to_owned(),
            misses: Vec::new(),
            pulled: report.outcome == Outcome::Pulled,
            image_ref: report.cri.image_ref.clone(),
            node: format!("{} · {} · kubelet {}", node.platform, runtime(&node.runtime), node.kubelet),
            at: report.at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
            took: time_words(report.took),
            cause: report.diagnosis.as_ref().map(|diagnosis| cause(diagnosis, report)),
            what_if: report.what_if.as_deref().map(what_if),
            broke: rungs.rfind(|rung| rung.mark == "bad").cloned(),
            diagram: Diagram::of(report),
            rows: waterfall::rows(report, failing(report)),
            flights,
            events: report.described.trim_end().to_owned(),
            waiting: report.waiting.as_ref().map(|waiting| (waiting.reason.clone(), waiting.message.clone())),
            code: report.cri.code.clone(),
            message: report.cri.message.clone(),
            notes: report.notes.clone(),
            needed: advice::needed(report),
        }
    }
}

fn rung(rung: Rung) -> RungView {
    let Rung { mark, name, text, side, took, details } = rung;
    RungView {
        sign: mark.sign(),
        mark: match mark {
            Mark::Good => "good",
            Mark::Warning => "warning",
            Mark::Bad => "bad",
            Mark::Skipped => "skipped",
        },
        name,
        text,
        side,
        took: took.map(time_words).unwrap_or_default(),
        details,
    }
}

fn what_if(trials: &[Trial]) -> WhatIfView {
    let tried = |trial: &Trial| rung(tried_rung(&trial.tried(), Some(trial.report.took)));
    let healing = healing(trials);
    let healed = healing.map(|trial| ladder(&trial.report)).unwrap_or_default();
    WhatIfView {
        trials: trials.iter().map(tried).collect(),
        healed_image: healing.map(|trial| trial.report.image.clone()).unwrap_or_default(),
        healed: healed.into_iter().flat_map(|flight| flight.rungs).map(rung).collect(),
    }
}

fn cause(diagnosis: &diagnosis::Diagnosis, report: &CheckReport) -> CauseView {
    let proven = report.what_if.as_deref().filter(|trials| healing(trials).is_some()).and_then(proven);
    let cause = diagnosis.cause;
    CauseView {
        code: cause.code(),
        name: cause.name(),
        transient: cause.persistence() == diagnosis::Persistence::Transient,
        sentence: diagnosis.sentence.clone(),
        evidence: diagnosis.evidence.clone(),
        remedies: as_paragraphs(&remedies(report), proven.as_deref()),
        alternatives: diagnosis.tell_apart.iter().map(alternative).collect(),
    }
}

fn alternative(other: &diagnosis::Alternative) -> AlternativeView {
    let diagnosis::Alternative { cause, code, told_apart, command } = other;
    AlternativeView { code, name: cause.name(), told_apart, command: command.clone() }
}

/// A line that is indented is a command that belongs to the prose before it.
fn as_paragraphs(lines: &[String], proven: Option<&str>) -> Vec<Remedy> {
    let mut remedies: Vec<Remedy> = Vec::new();
    for line in lines {
        match (line.strip_prefix("  "), remedies.last_mut()) {
            (Some(command), Some(last)) => last.commands.push(command.trim().to_owned()),
            _ => remedies.push(Remedy {
                text: line.trim().to_owned(),
                commands: Vec::new(),
                proven: proven == Some(line),
            }),
        }
    }
    remedies
}
