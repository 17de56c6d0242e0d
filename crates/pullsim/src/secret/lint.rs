use std::path::Path;

use jiff::Timestamp;
use keyring::{KubeletPaths, NodeFileOutcome, NodeFiles};
use kubelet::Version;
use objects::{Finding, LintOptions, Source, lint_login_file, lint_secrets};
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Failure;
use crate::exit::Exit;
use crate::hiargs::node_directory;
use crate::lowargs::{LowLint, Output};
use crate::node_plugins::below;
use crate::{output, stdin};

/// The document of `-o json`.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LintReport<'a> {
    #[schemars(extend("const" = "pullsim/v1"))]
    api_version: &'static str,
    #[schemars(extend("const" = "SecretLintReport"))]
    kind: &'static str,
    findings: Vec<Shown<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'a [String],
}

#[derive(JsonSchema, Serialize)]
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
#[derive(JsonSchema, Serialize)]
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
    let newest = |image| super::repository(image, Version::NEWEST);
    let repository = low.image.as_deref().map(newest).transpose()?;
    let options = LintOptions { repository, now: Timestamp::now() };
    stdin::once(&low.files.iter().map(|file| ("FILE", file.as_str())).collect::<Vec<_>>())?;
    let mut findings = Vec::new();
    for file in &low.files {
        findings.extend(lint_secrets(&Source::open(file)?, &options)?);
    }
    let mut never_read = Vec::new();
    if let Some(root) = &low.node {
        let (found, rest) = of_node(root, &options)?;
        findings.extend(found);
        never_read = rest;
    }
    output::write(&match low.output {
        Output::Json => report::json(&LintReport {
            api_version: "pullsim/v1",
            kind: "SecretLintReport",
            findings: findings.iter().map(Shown::new).collect(),
            notes: &never_read,
        }),
        Output::Text => text(&findings, &never_read),
    })?;
    Ok(if findings.is_empty() { Exit::Pulled } else { Exit::NotPulled })
}

/// The login files of a node's kubelet, up to the one that counts; and what there is to tell of those behind it.
fn of_node(root: &Path, options: &LintOptions) -> Result<(Vec<Finding>, Vec<String>), Failure> {
    let node = node_directory(root)?;
    let paths = KubeletPaths::of(&node);
    let files = NodeFiles::read(&node, &paths);
    let (mut findings, mut notes) = (Vec::new(), Vec::new());
    for file in files.tried.iter().filter(|file| file.outcome != NodeFileOutcome::Absent) {
        let shown = below(root, &file.path).display().to_string();
        findings.extend(lint_login_file(&Source::open(&shown)?, file.path.ends_with(".dockercfg"), options)?);
        if matches!(file.outcome, NodeFileOutcome::Malformed(_)) {
            notes.push(format!("{shown} does not parse: the kubelet passes it over and looks for the next"));
        }
    }
    match files.used() {
        Some(used) => {
            let behind = paths.paths().into_iter().skip_while(|path| path != used).skip(1);
            let there = behind.filter(|path| node.read_own(path).is_ok());
            notes.extend(there.map(|path| {
                format!("{} is never read: the kubelet stops at {used}", below(root, &path).display())
            }));
        }
        None => notes.push(format!("no login file counts; looked for: {}", paths.paths().join(", "))),
    }
    Ok((findings, notes))
}

fn text(findings: &[Finding], notes: &[String]) -> String {
    let notes: String = notes.iter().map(|note| format!("note: {note}\n")).collect();
    if findings.is_empty() {
        return format!("{notes}nothing wrong was found\n");
    }
    let shown: Vec<String> = findings.iter().map(Finding::render).collect();
    let count = findings.len();
    format!("{}\n{notes}{count} finding{}\n", shown.join("\n"), if count == 1 { "" } else { "s" })
}
