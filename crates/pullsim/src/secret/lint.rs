use jiff::Timestamp;
use objects::{Finding, LintOptions, Source, lint_secrets};
use serde::Serialize;

use crate::error::Failure;
use crate::exit::Exit;
use crate::lowargs::{LowLint, Output};
use crate::output;

/// The document of `-o json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    api_version: &'static str,
    kind: &'static str,
    findings: Vec<Shown<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    code: &'static str,
    name: &'static str,
    severity: objects::Severity,
    file: &'a str,
    line: usize,
    column: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    decoded: Option<Decoded<'a>>,
    message: &'a str,
    help: &'a str,
}

/// The place in the text that a value holds.
#[derive(Serialize)]
struct Decoded<'a> {
    field: &'a str,
    base64: bool,
    line: usize,
    column: usize,
}

impl<'a> Shown<'a> {
    fn new(finding: &'a Finding) -> Self {
        let (place, outer) = (&finding.place, finding.within.as_ref());
        let file = outer.map_or(place, |within| &within.place);
        Self {
            code: finding.code.code(),
            name: finding.code.name(),
            severity: finding.code.severity(),
            file: &file.file,
            line: file.line,
            column: file.column,
            decoded: outer.map(|within| Decoded {
                field: &within.field,
                base64: within.base64,
                line: place.line,
                column: place.column,
            }),
            message: &finding.message,
            help: &finding.help,
        }
    }
}

pub(super) fn run(low: &LowLint) -> Result<Exit, Failure> {
    let repository = low.image.as_deref().map(super::repository).transpose()?;
    let options = LintOptions { repository, now: Timestamp::now() };
    let mut findings = Vec::new();
    for file in &low.files {
        findings.extend(lint_secrets(&Source::open(file)?, &options)?);
    }
    output::write(&match low.output {
        Output::Json => report::json(&Report {
            api_version: "pullsim/v1",
            kind: "SecretLintReport",
            findings: findings.iter().map(Shown::new).collect(),
        }),
        Output::Text => text(&findings),
    })?;
    Ok(if findings.is_empty() { Exit::Pulled } else { Exit::NotPulled })
}

fn text(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "nothing wrong was found\n".to_owned();
    }
    let shown: Vec<String> = findings.iter().map(Finding::render).collect();
    let count = findings.len();
    format!("{}\n{count} finding{}\n", shown.join("\n"), if count == 1 { "" } else { "s" })
}
