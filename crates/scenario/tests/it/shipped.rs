//! Every scenario that is shipped can be loaded, and tells what it is about.

use std::path::{Path, PathBuf};

use scenario::Scenario;

pub(crate) fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() && !name.starts_with('_') {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
    found
}

#[test]
fn shipped_scenarios_load() {
    let found = files(&catalogue());
    assert!(found.len() >= 3, "{found:?}");
    for path in found {
        let scenario = Scenario::load(&path).map_err(|error| error.render()).unwrap();
        assert!(!scenario.title().is_empty() && !scenario.story().is_empty(), "{}", path.display());
    }
}

#[test]
fn shipped_scenarios_are_of_the_schema() {
    let schema = jsonschema::validator_for(&scenario::json_schema()).unwrap();
    for path in files(&catalogue()) {
        let text = std::fs::read_to_string(&path).unwrap();
        let document: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        let wrong: Vec<String> =
            schema.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path)).collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", path.display());
    }
    let misspelt = serde_json::json!({"include": "a.yaml", "titel": "x"});
    assert!(!schema.is_valid(&misspelt));
}

pub(crate) fn catalogue() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}
