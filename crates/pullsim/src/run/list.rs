//! `pullsim run --list`

use std::path::{Path, PathBuf};

use node::Environment;
use report::{CatalogueEntry, ChecklistRow};
use scenario::{Row, Scenario};

use crate::error::Failure;
use crate::exit::Exit;
use crate::lines::Lines;
use crate::lowargs::Format;
use crate::output;

/// The scenarios in these files that the filter lets through.
pub(super) fn read(files: &[PathBuf], filter: Option<&str>) -> Result<Vec<Scenario>, Failure> {
    let mut known = Vec::new();
    for file in files {
        let scenario = Scenario::load(file)?;
        if filter.is_none_or(|filter| fits(&scenario, filter)) {
            known.push(scenario);
        }
    }
    Ok(known)
}

fn fits(scenario: &Scenario, filter: &str) -> bool {
    let cause = scenario.cause();
    scenario.file().contains(filter)
        || scenario.title().contains(filter)
        || cause.is_some_and(|cause| cause.name().contains(filter) || cause.code() == filter)
        || scenario.checklist().iter().any(|row| row.to_string() == filter)
}

/// Writes the list. In it, files are named from the directory that was given.
pub(super) fn write(
    known: &[Scenario],
    paths: &[PathBuf],
    form: Format,
    environment: &Environment,
) -> Result<Exit, Failure> {
    let entries: Vec<CatalogueEntry> = known.iter().map(|scenario| entry(scenario, paths)).collect();
    output::write(&match form {
        Format::Markdown => report::catalogue_markdown(&entries, &rows()),
        Format::Json => report::json(&entries),
        Format::Text => output::shown(&text(&entries, output::reader_width(environment)), environment),
        _ => return Err(Failure::ListFormat),
    })?;
    Ok(Exit::Pulled)
}

fn entry(scenario: &Scenario, paths: &[PathBuf]) -> CatalogueEntry {
    let file = Path::new(scenario.file());
    let below = paths.iter().find_map(|path| file.strip_prefix(path).ok());
    let below = below.filter(|below| !below.as_os_str().is_empty()).unwrap_or(file);
    CatalogueEntry {
        file: below.display().to_string(),
        title: scenario.title().to_owned(),
        cause: scenario.cause().map(|cause| (cause.code().to_owned(), cause.name().to_owned())),
        checklist: scenario.checklist().iter().map(Row::to_string).collect(),
        runs: scenario.runs().len(),
    }
}

fn rows() -> Vec<ChecklistRow> {
    let row =
        |row: Row| ChecklistRow { row: row.to_string(), about: row.about(), section: row.section().about };
    Row::all().into_iter().map(row).collect()
}

fn text(entries: &[CatalogueEntry], width: Option<usize>) -> String {
    let longest = entries.iter().map(|entry| entry.file.chars().count()).max().unwrap_or_default();
    let mut lines = Lines::new(width);
    for CatalogueEntry { file, title, .. } in entries {
        lines.row(file, longest + 2, title);
    }
    lines.finish()
}
