//! What a scenario states as the remedy, and what heals it, belong together (`data/remedies.txt`).

use mock_registry::Glob;
use runner::find;
use scenario::{Heals, Scenario, What};

use crate::catalogue::catalogue;

const TABLE: &str = include_str!("../data/remedies.txt");

/// Scenarios that are healed by a whole world, each with the reason.
const WORLDS: [(&str, &str); 5] = [
    ("credentials/ecr-token-expires.yaml", "one fault follows the other, and both have to be gone"),
    ("kubelet/rejected.yaml", "each pod has a mistake of its own in its manifest"),
    ("kubelet/two-pods-one-secret.yaml", "what is set right stands in a pod's manifest"),
    ("policy/never-beside-if-not-present.yaml", "three pods fail, each for another reason"),
    (
        "proxy/reads-along.yaml",
        "the proxy makes its certificates as it goes, so that there is none to trust beforehand",
    ),
];

/// The words of a remedy, and what may heal where it is stated.
struct Row {
    words: &'static str,
    heals: Vec<Glob>,
}

fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let row = |line: &'static str| {
        let (words, heals) = line.split_once(" | ").unwrap();
        Row { words, heals: heals.split(" ; ").map(|heals| Glob::new(heals.trim())).collect() }
    };
    lines.map(row).collect()
}

fn named(heals: &Heals) -> Vec<String> {
    match heals {
        Heals::Changes(changes) => changes.iter().map(ToString::to_string).collect(),
        Heals::Mends(mends) => mends.iter().map(ToString::to_string).collect(),
        Heals::World => vec!["world".to_owned()],
        Heals::None(_) => Vec::new(),
    }
}

#[test]
fn each_stated_remedy_is_what_heals() {
    let rows = rows();
    let (mut used, mut worlds) = (vec![false; rows.len()], Vec::new());
    for file in find(&[catalogue()]).unwrap() {
        let scenario = Scenario::load(&file).map_err(|error| error.render()).unwrap();
        let Some(heals) = scenario.heals() else { continue };
        let shown = file.strip_prefix(catalogue()).unwrap_or(&file).display().to_string();
        if *heals == Heals::World {
            worlds.push(shown.clone());
        }
        for expected in scenario.runs().iter().flat_map(|run| scenario.expected(run)) {
            let What::Remedy(text) = expected.what else { continue };
            let text = text.to_string();
            let row = rows.iter().position(|row| text.contains(row.words));
            let row = row.unwrap_or_else(|| panic!("{shown}: no row of data/remedies.txt for {text:?}"));
            used[row] = true;
            for name in named(heals) {
                let fits = rows[row].heals.iter().any(|pattern| pattern.matches(&name));
                assert!(fits, "{shown}: {text:?} is stated, and {name:?} heals");
            }
        }
    }
    let unused: Vec<&str> =
        rows.iter().zip(used).filter(|(_, used)| !used).map(|(row, _)| row.words).collect();
    assert!(unused.is_empty(), "no scenario states these remedies (any more): {unused:#?}");
    worlds.sort();
    assert_eq!(
        worlds,
        WORLDS.map(|(file, _)| file),
        "healed by a whole world: name what is set right, or say why"
    );
}
