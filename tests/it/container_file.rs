//! `Containerfile` and `.dockerignore`: what can be known of them without building an image.

use std::fs;

use crate::metadata::{Metadata, root};

fn lines(name: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(name)).unwrap().replace("\\\n", " ");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

fn arguments<'a>(lines: &'a [String], instruction: &str) -> Vec<&'a str> {
    lines.iter().filter_map(|line| line.strip_prefix(instruction)?.strip_prefix(' ')).collect()
}

#[test]
fn only_instructions_that_there_are() {
    const KNOWN: [&str; 7] = ["FROM", "RUN", "WORKDIR", "COPY", "LABEL", "USER", "ENTRYPOINT"];
    for line in lines("Containerfile") {
        assert!(KNOWN.contains(&line.split(' ').next().unwrap()), "{line}");
    }
}

#[test]
fn it_builds_with_a_rust_that_is_new_enough() {
    let lines = lines("Containerfile");
    let from = arguments(&lines, "FROM");
    let built = from[0].split("rust:1.").nth(1).and_then(|rest| rest.split('-').next()).unwrap();
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let least = manifest.split("rust-version = \"1.").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert!(built.parse::<u32>().unwrap() >= least.parse::<u32>().unwrap(), "{built} < {least}");
    assert!(from[0].ends_with("-alpine AS build"), "linked with musl: {}", from[0]);
    assert_eq!(from[1..], ["scratch"]);
}

#[test]
fn the_image_holds_the_programme_under_both_names_and_certificates() {
    let lines = lines("Containerfile");
    let made = arguments(&lines, "RUN").join("\n");
    for path in
        ["/out/usr/bin/pullsim", "/out/usr/bin/kubectl-pullsim", "/out/etc/ssl/certs/ca-certificates.crt"]
    {
        assert!(made.contains(path), "{path}: {made}");
    }
    assert!(arguments(&lines, "COPY").contains(&"--from=build /out/ /"));
    assert_eq!(arguments(&lines, "ENTRYPOINT"), ["[\"/usr/bin/pullsim\"]"]);
    let user = arguments(&lines, "USER");
    assert!(user.len() == 1 && !user[0].starts_with('0') && user[0] != "root", "{user:?}");
}

/// Cargo reads the manifests of all members, and looks for their targets.
#[test]
fn the_builder_gets_every_member_of_the_workspace() {
    let lines = lines(".dockerignore");
    assert_eq!(lines[0], "*", "what is not named is left out");
    let kept: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix('!')).collect();
    let left_out: Vec<&String> = lines[1..].iter().filter(|line| !line.starts_with('!')).collect();
    for name in kept.iter().copied().chain(["Cargo.lock", "Cargo.toml"]) {
        assert!(root().join(name).exists() && kept.contains(&name), "{name}");
    }
    for package in Metadata::members().packages {
        let path = package.manifest_path.strip_prefix(root()).unwrap();
        let top = path.components().next().unwrap().as_os_str().to_str().unwrap();
        assert!(kept.contains(&top), "{} does not reach the builder", path.display());
        assert!(left_out.iter().all(|left_out| !path.starts_with(left_out)), "{}", path.display());
    }
}
