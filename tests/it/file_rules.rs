//! Rules that every source file and manifest keeps.

use std::fs;
use std::path::{Path, PathBuf};

use crate::metadata::{Metadata, root};

/// A file longer than this holds more than one concern.
const MOST_LINES: usize = 900;

/// All Rust files of the workspace, by walking its own directories.
pub(crate) fn rust_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for top in ["crates", "mock-registry", "tests"] {
        collect(&root().join(top), &mut files);
    }
    assert!(files.len() > 10, "the workspace's files are found: {files:?}");
    files
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = rust_files()
        .iter()
        .map(|path| (path, fs::read_to_string(path).unwrap().lines().count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "more than {MOST_LINES} lines: {long:#?}");
}

#[test]
fn each_library_says_what_it_is_and_shows_an_example() {
    let mut broken = Vec::new();
    for package in Metadata::members().packages {
        let library = package.manifest_path.with_file_name("src").join("lib.rs");
        let Ok(text) = fs::read_to_string(&library) else { continue };
        let says = text.starts_with("//!");
        let shows = text.lines().any(|l| l.starts_with("//! ```"));
        if !(says && shows) {
            broken.push(library.display().to_string());
        }
    }
    assert!(broken.is_empty(), "lib.rs begins with a guide that has a doc-tested example: {broken:#?}");
}

#[test]
fn each_member_takes_the_workspace_lints() {
    for package in Metadata::members().packages {
        let manifest = fs::read_to_string(&package.manifest_path).unwrap();
        let lints =
            manifest.split("[lints]").nth(1).is_some_and(|rest| rest.trim().starts_with("workspace = true"));
        assert!(lints, "{} lacks [lints] workspace = true", package.manifest_path.display());
    }
}

#[test]
fn lints_are_expected_with_a_reason_never_allowed() {
    let allow = ["#[", "allow("].concat();
    let inner = ["#![", "allow("].concat();
    let found: Vec<String> = rust_files()
        .iter()
        .filter(|path| {
            let text = fs::read_to_string(path).unwrap();
            text.contains(&allow) || text.contains(&inner)
        })
        .map(|path| path.display().to_string())
        .collect();
    assert!(found.is_empty(), "use #[expect(…, reason = \"…\")]: {found:#?}");
}
