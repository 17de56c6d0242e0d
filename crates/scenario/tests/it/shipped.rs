//! Every scenario that is shipped can be loaded, and tells what it is about.

use std::path::{Path, PathBuf};

use scenario::Scenario;

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
    found
}

#[test]
fn shipped_scenarios_load() {
    let found = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios"));
    assert!(found.len() >= 3, "{found:?}");
    for path in found {
        let scenario = Scenario::load(&path).map_err(|error| error.render()).unwrap();
        assert!(!scenario.title().is_empty() && !scenario.story().is_empty(), "{}", path.display());
    }
}
