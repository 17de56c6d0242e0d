//! SARIF 2.1.0: a finding for each image that would not be pulled, at the line that names it
//! (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>).

use diagnosis::{Cause, Diagnosis};
use serde::Serialize;

use crate::trial::remedies;
use crate::{Case, Change, CheckReport, Miss, Outcome, RunReport, healing};

/// A check, and where the image that it is about was written.
#[derive(Clone, Copy, Debug)]
pub struct Located<'a> {
    /// `file:line:column`; empty when it stands in no file.
    pub place: &'a str,
    /// The column, from 1, from which on that line has the image's name letter by letter; `None` where it is written
    /// otherwise, or it is not known.
    pub spelled_at: Option<usize>,
    /// Where the Secret is named that is not there, `file:line:column`; empty where there is none, or it stands in no file.
    pub secret: &'a str,
    /// The check.
    pub check: &'a CheckReport,
}

impl<'a> From<&'a CheckReport> for Located<'a> {
    fn from(check: &'a CheckReport) -> Self {
        Self { place: "", spelled_at: None, secret: "", check }
    }
}

#[derive(Serialize)]
struct Document {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Finding>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

/// A cause of the catalogue.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    name: &'static str,
    short_description: Text,
    help: Text,
}

#[derive(Clone, Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_id: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix>,
}

/// A change of the manifest that was proven to heal.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix {
    description: Text,
    artifact_changes: [FileChange; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileChange {
    artifact_location: Artifact,
    replacements: [Replacement; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Text,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Clone, Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
    start_column: u64,
    /// The column behind the last one; `None`: to the end of the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u64>,
}

/// What would not be pulled, as SARIF, with a line end.
pub fn sarif(checks: &[Located<'_>]) -> String {
    let failed: Vec<&Located<'_>> =
        checks.iter().filter(|located| located.check.outcome == Outcome::Failed).collect();
    let mut causes: Vec<Cause> = Vec::new();
    for cause in failed.iter().filter_map(|located| Some(located.check.diagnosis.as_ref()?.cause)) {
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    let results = failed.into_iter().map(|located| finding(located, &causes)).collect();
    document(causes.iter().copied().map(rule).collect(), results)
}

/// The rule by which scenarios can be read.
const READABLE: &str = "scenario";
/// The rule by which expectations of scenarios are held.
const EXPECTATION: &str = "expectation";

/// What was not as a scenario expects, as SARIF, with a line end.
pub fn run_sarif(report: &RunReport) -> String {
    let rule = |id, description: &str, help: &str| Rule {
        id,
        name: id,
        short_description: Text { text: description.to_owned() },
        help: Text { text: help.to_owned() },
    };
    let mut rules =
        vec![rule(EXPECTATION, "what happens is what the scenario expects", "pullsim run FILE -v")];
    if !report.broken.is_empty() {
        rules.push(rule(READABLE, "a scenario can be read", "pullsim schema scenario"));
    }
    let misses = report.cases.iter().flat_map(|case| case.misses.iter().map(move |miss| (case, miss)));
    let finding = |(case, miss): (&Case, &Miss)| Finding {
        rule_id: Some(EXPECTATION),
        rule_index: Some(0),
        level: "error",
        message: Text { text: format!("{}: {} is not as expected, but {}", case.run(), miss.key, miss.got) },
        locations: location(&format!("{}:{}:{}", miss.file, miss.line, miss.column)).into_iter().collect(),
        related_locations: Vec::new(),
        fixes: Vec::new(),
    };
    // A file that could not be read is no success, and the message has its place.
    let unreadable = |message: &String| Finding {
        rule_id: Some(READABLE),
        rule_index: Some(1),
        level: "error",
        message: Text { text: message.trim_end().to_owned() },
        locations: Vec::new(),
        related_locations: Vec::new(),
        fixes: Vec::new(),
    };
    document(rules, misses.map(finding).chain(report.broken.iter().map(unreadable)).collect())
}

fn document(rules: Vec<Rule>, results: Vec<Finding>) -> String {
    let driver = Driver { name: "pullsim", semantic_version: env!("CARGO_PKG_VERSION"), rules };
    crate::json(&Document {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results }],
    })
}

fn rule(cause: Cause) -> Rule {
    Rule {
        id: cause.code(),
        name: cause.name(),
        short_description: Text { text: cause.meaning().to_owned() },
        help: Text { text: format!("pullsim causes {}", cause.code()) },
    }
}

fn finding(located: &Located<'_>, causes: &[Cause]) -> Finding {
    let check = located.check;
    let cause = check.diagnosis.as_ref().map(|diagnosis| diagnosis.cause);
    let image = location(located.place);
    // The line to mend is the one that names the Secret, where that is the cause.
    let secret = location(located.secret).filter(|_| cause == Some(Cause::SecretMissing));
    let related = image.clone().filter(|_| secret.is_some()).map(|image| Location {
        message: Some(Text { text: "the image that is pulled without it".to_owned() }),
        ..image
    });
    Finding {
        rule_id: cause.map(Cause::code),
        rule_index: cause.and_then(|cause| causes.iter().position(|known| *known == cause)),
        level: "error",
        message: Text { text: message(check) },
        locations: secret.or(image).into_iter().collect(),
        related_locations: related.into_iter().collect(),
        fixes: fix(located).into_iter().collect(),
    }
}

/// The change that heals, where all that it changes is the name that stands in the manifest.
fn fix(located: &Located<'_>) -> Option<Fix> {
    let check = located.check;
    let trial = check.what_if.as_deref().and_then(healing).filter(|trial| trial.after.is_empty())?;
    let in_manifest = [Change::Name, Change::DockerIo, Change::Tag, Change::Repository, Change::Host]
        .contains(&trial.change);
    let Physical { artifact_location, region } = location(located.place)?.physical_location;
    let (column, length) = (located.spelled_at?, check.image.chars().count());
    let columns = (u64::try_from(column).ok()?, u64::try_from(column + length).ok()?);
    let region = Region { start_column: columns.0, end_column: Some(columns.1), ..region? };
    let text = |text: &str| Text { text: text.to_owned() };
    in_manifest.then(|| Fix {
        description: text(&trial.text),
        artifact_changes: [FileChange {
            artifact_location,
            replacements: [Replacement {
                deleted_region: region,
                inserted_content: text(&trial.report.image),
            }],
        }],
    })
}

fn message(check: &CheckReport) -> String {
    let image = &check.image;
    match &check.diagnosis {
        Some(Diagnosis { sentence, .. }) => {
            let remedies = remedies(check);
            let fix = remedies.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
            format!("{image} would not be pulled: {sentence} {fix}").trim_end().to_owned()
        }
        None => format!("{image} would not be pulled: {}", check.cri.message),
    }
}

fn location(place: &str) -> Option<Location> {
    if place.is_empty() {
        return None;
    }
    let mut parts = place.rsplitn(3, ':');
    let number = |part: Option<&str>| part.and_then(|part| part.parse::<u64>().ok());
    let (column, line, file) = (number(parts.next()), number(parts.next()), parts.next());
    let (file, region) = match (file, line, column) {
        (Some(file), Some(start_line), Some(start_column)) => {
            // Line 0 is the file as a whole.
            let region = Region { start_line, start_column, end_column: None };
            (file, Some(region).filter(|region| region.start_line > 0 && region.start_column > 0))
        }
        _ => (place, None),
    };
    let physical_location = Physical { artifact_location: Artifact { uri: uri(file) }, region };
    Some(Location { physical_location, message: None })
}

/// A path as a relative reference (RFC 3986): what has a meaning in a URI is escaped.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in without_steps_back(path.trim_start_matches("./")).bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte))
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// `a/../b` is `b`: readers compare paths letter by letter with those of a repository.
fn without_steps_back(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        let inside = parts.last().is_some_and(|last| !last.is_empty() && *last != "..");
        match part {
            ".." if inside => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}
