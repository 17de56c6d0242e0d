//! The shipped scenarios leave nothing out: no fault of the catalogue, and no row of the checklist.

use std::collections::BTreeSet;
use std::path::Path;

use mock_registry::Fault;
use scenario::{Row, Scenario};
use serde_json::Value;

use crate::shipped::{catalogue, files};

/// The checklist's rows as they are numbered there.
const ROWS: &str = "
    D1 D2 D3
    C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 C12 C13 C14 C15 C16
    S1 S2 S3 S3b S4 S4b S5a S5b S5c S6
    E1 E2 E3 E4 E5 E6 E7 E8 E9 E10 E11 E12
    X1 X2 X3
    N1 N2 N3 N4 N5 N6 N7 N8
    Q1 Q2 Q3 Q4 Q5
    M1 M2 M3 M4 M5 M6 M7 M8 M9 M10 M11 M12 M13
";

/// The names of the faults that a document plays, wherever it does so.
fn faults(document: &Value, found: &mut BTreeSet<&'static str>) {
    match document {
        Value::Object(entries) => {
            for (key, value) in entries {
                if let ("faults", Value::Array(items)) = (key.as_str(), value) {
                    found.extend(items.iter().map(named));
                }
                faults(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| faults(item, found)),
        _ => {}
    }
}

fn named(item: &Value) -> &'static str {
    let text = item.as_str().or_else(|| item.get("fault")?.as_str()).unwrap();
    text.parse::<Fault>().unwrap().name()
}

fn is_included_only(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str().to_string_lossy().starts_with('_'))
}

#[test]
fn every_fault_of_the_catalogue_is_played() {
    let mut played = BTreeSet::new();
    for path in files(&catalogue()) {
        assert!(!is_included_only(&path), "{}", path.display());
        let document: Value = serde_saphyr::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        faults(&document, &mut played);
    }
    let all: BTreeSet<&str> = Fault::all().map(|entry| entry.name).collect();
    let missing: Vec<_> = all.difference(&played).collect();
    assert!(missing.is_empty(), "no scenario plays {missing:?}");
}

#[test]
fn every_row_of_the_checklist_is_shown() {
    let mut shown = BTreeSet::new();
    for path in files(&catalogue()) {
        let scenario = Scenario::load(&path).map_err(|error| error.render()).unwrap();
        shown.extend(scenario.checklist().iter().map(Row::to_string));
    }
    let missing: Vec<&str> = ROWS.split_whitespace().filter(|row| !shown.contains(*row)).collect();
    assert!(missing.is_empty(), "no scenario shows {missing:?}");
}

#[test]
fn the_rows_are_those_of_the_checklist() {
    let known: Vec<String> = Row::all().iter().map(Row::to_string).collect();
    assert_eq!(known, ROWS.split_whitespace().collect::<Vec<_>>());
}
