//! What is said of the source of others says where it stands: `repository@revision:path:line`.

use std::fs;

use crate::file_rules::rust_files;
use crate::metadata::root;

/// The crates whose citations were all held against the sources.
const CHECKED: [&str; 2] = ["crates/diagnosis/src", "crates/explain/src"];
/// How the files end in which others have their source.
const SOURCES: [&str; 7] = [".c", ".go", ".java", ".js", ".py", ".rs", ".ts"];

#[test]
fn citations_say_where_it_stands() {
    let (mut found, mut loose) = (0, Vec::new());
    for path in rust_files() {
        if !CHECKED.iter().any(|part| path.starts_with(root().join(part))) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for quoted in quoted(&comments(&text)) {
            if is_exact(&quoted) {
                found += 1;
            } else if names_a_source(&quoted) {
                loose.push(format!("{}: `{quoted}`", path.display()));
            }
        }
    }
    assert!(loose.is_empty(), "to be written as `repository@revision:path:line`: {loose:#?}");
    assert!(found > 50, "the citations are found: {found}");
}

/// The comments of a file, each block in one line.
fn comments(text: &str) -> String {
    let comment = |line: &str| {
        let line = line.trim();
        let rest = ["//!", "///", "//"].iter().find_map(|mark| line.strip_prefix(mark));
        rest.map_or("\n", str::trim).to_owned()
    };
    text.lines().map(comment).collect::<Vec<_>>().join(" ")
}

/// What stands in backticks; no code block is in one line with them.
fn quoted(text: &str) -> Vec<String> {
    text.lines().flat_map(|block| block.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

fn is_exact(quoted: &str) -> bool {
    let parts = || {
        let (repository, rest) = quoted.split_once('@')?;
        let [revision, path, line] = rest.split(':').collect::<Vec<_>>().try_into().ok()?;
        Some((repository, revision, path, line))
    };
    let word = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
    parts().is_some_and(|(repository, revision, path, line)| {
        let is_source = SOURCES.iter().any(|end| path.ends_with(end));
        word(repository) && word(revision) && word(path) && is_source && line.parse::<u32>().is_ok()
    })
}

/// Whether a word of it, or what stands in its braces, is the name of a file.
fn names_a_source(quoted: &str) -> bool {
    let mut words = quoted.split(|c: char| c.is_whitespace() || matches!(c, ',' | ':' | '@'));
    words.any(|word| SOURCES.iter().any(|end| word.ends_with(end)))
}

#[test]
fn citations_are_told_from_other_words() {
    for exact in ["moby@v1.9.1:graph/graph.go:359", "go@b4712ab0:src/net/net.go:644"] {
        assert!(is_exact(exact), "{exact}");
    }
    for loose in [
        "moby v1.9 graph/{graph,pull_v1}.go",
        "moby@v1.9.1:graph/graph.go",
        "moby@v1.9.1:graph/graph.go NewEndpoint",
        "alert.go",
    ] {
        assert!(names_a_source(loose) && !is_exact(loose), "{loose}");
    }
    for other in ["unexpected EOF", "docker.io", "resolv.conf", "a.b.c.d"] {
        assert!(!names_a_source(other), "{other}");
    }
}
