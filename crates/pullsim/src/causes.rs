//! `pullsim causes`: the catalogue.

use diagnosis::{Cause, Persistence, Remedy, Stage, catalogue_markdown, cause_markdown};
use node::Environment;
use objects::nearest;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Failure;
use crate::exit::Exit;
use crate::lines::Lines;
use crate::lowargs::{CausesOutput, Color, LowCauses};
use crate::output;

/// Where in the list the meaning of a cause begins.
const MEANING: usize = 41;
/// Where on a page the text beside a heading begins.
const BESIDE: usize = 13;

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
pub(crate) fn run(low: &LowCauses, environment: &Environment) -> Result<Exit, Failure> {
    let meant = low.cause.as_deref().map_or_else(|| Ok(Cause::ALL.to_vec()), meant)?;
    let text = match (low.output, meant.as_slice()) {
        (CausesOutput::Text, [one]) => {
            let width = output::text_options(Color::Never, environment).width;
            output::shown(&page(*one, width), environment)
        }
        (CausesOutput::Text, several) => {
            output::shown(&list(several, output::reader_width(environment)), environment)
        }
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

fn list(causes: &[Cause], width: Option<usize>) -> String {
    let mut lines = Lines::new(width);
    for cause in causes {
        lines.row(&format!("{:<12} {}", cause.code(), cause.name()), MEANING, cause.meaning());
    }
    lines.finish()
}

fn page(cause: Cause, width: usize) -> String {
    let heals = match cause.persistence() {
        Persistence::Transient => "may heal by itself",
        Persistence::Permanent => "stays until something is changed",
    };
    let mut lines = Lines::new(Some(width));
    lines.row("", 0, &format!("{} {} (stage {}, {heals})", cause.code(), cause.name(), cause.stage().name()));
    lines.line("");
    lines.row("", 0, &format!("{}.", capital(cause.meaning())));
    lines.line("");
    lines.row("How to tell:", BESIDE, cause.told_apart());
    let alike: Vec<&str> = cause.look_alikes().iter().map(|cause| cause.name()).collect();
    if !alike.is_empty() {
        lines.row("Looks like:", BESIDE, &alike.join(", "));
    }
    lines.line("");
    lines.line("What helps:");
    for remedy in cause.remedies() {
        lines.row("  -", 4, remedy.text);
        if let Some(command) = remedy.command {
            lines.line(&format!("      {command}"));
        }
    }
    lines.finish()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
