//! The index of a catalogue of scenarios.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

/// A scenario, as an index tells of it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct CatalogueEntry {
    /// Its file, below the catalogue.
    pub file: String,
    /// What happens, in a line.
    pub title: String,
    /// The cause that is expected: its code and name.
    pub cause: Option<(String, String)>,
    /// The rows of the checklist that it shows.
    pub checklist: Vec<String>,
    /// In how many ways it is played.
    pub runs: usize,
}

/// A row of the checklist, and what its section is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecklistRow {
    /// The row.
    pub row: String,
    /// The section.
    pub about: &'static str,
}

const HEAD: &str = include_str!("catalogue_head.md");

/// The index as a page: how to write a scenario, all scenarios by folder, and which rows of the checklist are shown
/// where.
pub(crate) fn markdown(entries: &[CatalogueEntry], rows: &[ChecklistRow]) -> String {
    let runs: usize = entries.iter().map(|entry| entry.runs).sum();
    let mut out = HEAD.to_owned();
    let _ = writeln!(out, "\n## All {} scenarios ({runs} runs)", entries.len());
    let mut folders: BTreeMap<&str, Vec<&CatalogueEntry>> = BTreeMap::new();
    for entry in entries {
        let folder = entry.file.rsplit_once('/').map_or("", |(folder, _)| folder);
        folders.entry(folder).or_default().push(entry);
    }
    for (folder, entries) in folders {
        let _ = writeln!(
            out,
            "\n### {folder}\n\n| scenario | what happens | cause | shows |\n| --- | --- | --- | --- |"
        );
        for entry in entries {
            let name = entry.file.rsplit('/').next().unwrap_or_default().trim_end_matches(".yaml");
            let cause =
                entry.cause.as_ref().map_or("pulled".to_owned(), |(code, name)| format!("{code} {name}"));
            let shows = entry.checklist.join(" ");
            let _ = writeln!(out, "| [{name}]({}) | {} | {cause} | {shows} |", entry.file, entry.title);
        }
    }
    let _ = writeln!(out, "\n## The checklist\n\nWhich scenario shows which row.");
    for section in rows.chunk_by(|one, other| one.about == other.about) {
        let about = section.first().map_or("", |row| row.about);
        let _ = writeln!(out, "\n### {}\n\n| row | scenarios |\n| --- | --- |", capital(about));
        for ChecklistRow { row, .. } in section {
            let link = |entry: &CatalogueEntry| {
                format!("[{}]({})", entry.file.trim_end_matches(".yaml"), entry.file)
            };
            let showing = entries.iter().filter(|entry| entry.checklist.contains(row)).map(link);
            let showing: Vec<String> = showing.collect();
            let showing = if showing.is_empty() { "–".to_owned() } else { showing.join(", ") };
            let _ = writeln!(out, "| {row} | {showing} |");
        }
    }
    out
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
