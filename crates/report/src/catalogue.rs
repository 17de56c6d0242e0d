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

/// A row of the checklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecklistRow {
    /// The row.
    pub row: String,
    /// What it is about.
    pub about: &'static str,
    /// What its section is about.
    pub section: &'static str,
}

const HEAD: &str = include_str!("catalogue_head.md");

/// The index as a page: how to write a scenario, all scenarios by folder, and which rows of the checklist are shown
/// where.
pub(crate) fn markdown(entries: &[CatalogueEntry], rows: &[ChecklistRow]) -> String {
    let runs: usize = entries.iter().map(|entry| entry.runs).sum();
    let mut out = HEAD.to_owned();
    let _ = writeln!(out, "\n## All {} scenarios ({runs} runs)", entries.len());
    out.push_str(
        "\nWhat a scenario `shows` are rows of [the checklist](#the-checklist) at the end of this page.\n",
    );
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
    out.push_str("\n## The checklist\n\n");
    out.push_str("What is told of ImagePullBackOff, row by row, and which scenario shows it.\n");
    for section in rows.chunk_by(|one, other| one.section == other.section) {
        let about = section.first().map_or("", |row| row.section);
        let _ = writeln!(out, "\n### {}\n\n| row | about | scenarios |\n| --- | --- | --- |", capital(about));
        for ChecklistRow { row, about, .. } in section {
            let link = |entry: &CatalogueEntry| {
                format!("[{}]({})", entry.file.trim_end_matches(".yaml"), entry.file)
            };
            let showing = entries.iter().filter(|entry| entry.checklist.contains(row)).map(link);
            let showing: Vec<String> = showing.collect();
            let showing = if showing.is_empty() { "–".to_owned() } else { showing.join(", ") };
            let _ = writeln!(out, "| {row} | {about} | {showing} |");
        }
    }
    out
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
