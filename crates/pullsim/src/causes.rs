//! `pullsim causes`: the catalogue.

use std::fmt::Write as _;

use diagnosis::{Cause, Persistence, Remedy, Stage, catalogue_markdown, cause_markdown};
use objects::nearest;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Failure;
use crate::exit::Exit;
use crate::lowargs::{CausesOutput, LowCauses};
use crate::output;

/// A cause as `-o json` prints it.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    code: &'static str,
    name: &'static str,
    stage: Stage,
    transient: bool,
    meaning: &'static str,
    told_apart: &'static str,
    look_alikes: &'static [Cause],
    remedies: &'static [Remedy],
}

/// Prints all causes, those of a stage, or one.
pub(crate) fn run(low: &LowCauses) -> Result<Exit, Failure> {
    let meant = low.cause.as_deref().map_or_else(|| Ok(Cause::ALL.to_vec()), meant)?;
    let text = match (low.output, meant.as_slice()) {
        (CausesOutput::Text, [one]) => page(*one),
        (CausesOutput::Text, several) => list(several),
        (CausesOutput::Markdown, _) if low.cause.is_none() => catalogue_markdown(),
        (CausesOutput::Markdown, several) => several.iter().map(|cause| cause_markdown(*cause)).collect(),
        (CausesOutput::Json, [one]) => output::json(&entry(*one))?,
        (CausesOutput::Json, several) => {
            output::json(&several.iter().map(|cause| entry(*cause)).collect::<Vec<_>>())?
        }
    };
    output::write(&text)?;
    Ok(Exit::Pulled)
}

/// One cause by code or name; all of a stage, or of the first letters of a code.
fn meant(text: &str) -> Result<Vec<Cause>, Failure> {
    if let Some(cause) = Cause::named(text) {
        return Ok(vec![cause]);
    }
    let upper = text.to_ascii_uppercase();
    let of_stage = |cause: &&Cause| {
        let letters = cause.code().rsplit_once('-').map_or("", |(letters, _)| letters);
        cause.stage().name().eq_ignore_ascii_case(text)
            || letters == upper
            || letters.strip_prefix("PS-") == Some(upper.as_str())
    };
    let causes: Vec<Cause> = Cause::ALL.iter().filter(of_stage).copied().collect();
    if causes.is_empty() { Err(unknown(text)) } else { Ok(causes) }
}

fn unknown(name: &str) -> Failure {
    let known = Cause::ALL.iter().flat_map(|cause| [cause.code(), cause.name()]);
    Failure::UnknownCause { given: name.to_owned(), near: nearest(name, known) }
}

fn entry(cause: Cause) -> Entry {
    Entry {
        code: cause.code(),
        name: cause.name(),
        stage: cause.stage(),
        transient: cause.persistence() == Persistence::Transient,
        meaning: cause.meaning(),
        told_apart: cause.told_apart(),
        look_alikes: cause.look_alikes(),
        remedies: cause.remedies(),
    }
}

fn list(causes: &[Cause]) -> String {
    let mut out = String::new();
    for cause in causes {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{:<12} {:<27} {}", cause.code(), cause.name(), cause.meaning());
    }
    out
}

fn page(cause: Cause) -> String {
    let heals = match cause.persistence() {
        Persistence::Transient => "may heal by itself",
        Persistence::Permanent => "stays until something is changed",
    };
    let mut out = format!("{} {} (stage {}, {heals})\n", cause.code(), cause.name(), cause.stage().name());
    let _ = writeln!(out, "\n{}.\n\nHow to tell: {}", capital(cause.meaning()), cause.told_apart());
    let alike: Vec<&str> = cause.look_alikes().iter().map(|cause| cause.name()).collect();
    if !alike.is_empty() {
        let _ = writeln!(out, "Looks like:  {}", alike.join(", "));
    }
    out.push_str("\nWhat helps:\n");
    for remedy in cause.remedies() {
        let _ = writeln!(out, "  - {}", remedy.text);
        if let Some(command) = remedy.command {
            let _ = writeln!(out, "      {command}");
        }
    }
    out
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
