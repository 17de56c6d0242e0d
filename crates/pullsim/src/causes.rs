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

/// Prints all causes, or one.
pub(crate) fn run(low: &LowCauses) -> Result<Exit, Failure> {
    let one = low.cause.as_deref().map(|name| Cause::named(name).ok_or_else(|| unknown(name))).transpose()?;
    let text = match (low.output, one) {
        (CausesOutput::Text, None) => list(),
        (CausesOutput::Text, Some(cause)) => page(cause),
        (CausesOutput::Markdown, None) => catalogue_markdown(),
        (CausesOutput::Markdown, Some(cause)) => cause_markdown(cause),
        (CausesOutput::Json, None) => {
            output::json(&Cause::ALL.iter().map(|cause| entry(*cause)).collect::<Vec<_>>())?
        }
        (CausesOutput::Json, Some(cause)) => output::json(&entry(cause))?,
    };
    output::write(&text)?;
    Ok(Exit::Pulled)
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

fn list() -> String {
    let mut out = String::new();
    for cause in Cause::ALL {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{:<12} {:<27} {}", cause.code(), cause.name(), cause.meaning());
    }
    out
}

fn page(cause: Cause) -> String {
    let heals = if cause.persistence() == Persistence::Transient { "may heal by itself" } else { "stays" };
    let mut out = format!("{} {} (stage {}, {heals})\n", cause.code(), cause.name(), cause.stage().name());
    let _ = writeln!(out, "\n{}.\n\nHow to tell: {}", cause.meaning(), cause.told_apart());
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
