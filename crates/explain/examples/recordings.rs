//! Shows what `explain` makes of each recorded answer of a runtime: `cargo run -p explain --example recordings -- DIR`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

fn main() {
    let directory = std::env::args().nth(1).unwrap_or_else(|| "../shared/golden".to_owned());
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for set in list(Path::new(&directory)) {
        for file in list(&set) {
            let Some(message) = std::fs::read(&file).ok().and_then(|bytes| message(&bytes)) else { continue };
            let explanation = explain::explain(&filled(&message));
            let found = explanation.findings.first();
            let row = found.map_or("nothing".to_owned(), |f| {
                format!("{} ({:?} {})", f.cause, f.runtime, f.runtime_version.unwrap_or(""))
            });
            let case = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let set = set.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            rows.entry(format!("{case:40} {row}")).or_default().push(format!("{set}: {message}"));
        }
    }
    let mut out = std::io::stdout().lock();
    for (row, sets) in rows {
        let example: String = sets[0].chars().take(260).collect();
        let _ = writeln!(out, "{row}  ×{}\n      {example}", sets.len());
    }
}

fn list(directory: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn message(bytes: &[u8]) -> Option<String> {
    let golden: Value = serde_json::from_slice(bytes).ok()?;
    let text = golden.get("expect")?.get("message")?.as_str()?.to_owned();
    (!text.is_empty()).then_some(text)
}

/// The recordings have names in place of hosts and addresses that differ from run to run.
fn filled(message: &str) -> String {
    let names = [
        ("{REGISTRY}", "registry.example.com"),
        ("{MIRROR}", "mirror.example.com"),
        ("{AUTH}", "auth.example.com"),
        ("{CDN}", "cdn.example.com"),
        ("{PROXY}", "proxy.example.com"),
    ];
    let filled = names.iter().fold(message.to_owned(), |text, (name, host)| text.replace(name, host));
    filled.replace("_ADDR}", "}").replace("{REGISTRY}", "192.0.2.7:443").replace(".test", ".example.com")
}
