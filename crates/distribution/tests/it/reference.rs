//! All tables of `data/parse_image_name.json`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail as tests do")]

use distribution::{Grammar, Reference, ReferenceError};
use gostd::json::{Value, parse};
use gostd::strconv::quote;

const VECTORS: &[u8] = include_bytes!("../data/parse_image_name.json");
const BOTH: [Grammar; 2] = [Grammar::V2_8_2, Grammar::V0_6_0];

/// Runs `check` for each row of a table; the row's name stands in the message of a failure.
fn each(table: &str, mut check: impl FnMut(&Value, &str)) {
    let vectors = parse(VECTORS).unwrap();
    let Some(Value::Array(rows)) = vectors.field(table) else { panic!("no table {table}") };
    assert!(!rows.is_empty(), "{table} is empty");
    for row in rows {
        check(row, &format!("{table}: {}", text(row, "name")));
    }
}

fn text<'v>(row: &'v Value, field: &str) -> &'v str {
    row.field(field).and_then(Value::as_str).unwrap_or_default()
}

/// `ParseImageName` of the kubelet: repository, tag, digest, or its error.
fn parse_image_name(image: &str, grammar: Grammar) -> Result<(String, String, String), String> {
    let named = Reference::parse_normalized(image, grammar)
        .map_err(|error| format!("couldn't parse image name {}: {error}", quote(image)))?;
    let digest = named.digest.as_ref().map(ToString::to_string).unwrap_or_default();
    let tag = match &named.tag {
        Some(tag) => tag.clone(),
        None if digest.is_empty() => "latest".to_owned(),
        None => String::new(),
    };
    Ok((named.name(), tag, digest))
}

fn expectation(row: &Value) -> Result<(String, String, String), String> {
    match text(row, "error") {
        "" => Ok((text(row, "repo").into(), text(row, "tag").into(), text(row, "digest").into())),
        error => Err(error.to_owned()),
    }
}

#[test]
fn image_names() {
    each("parse_image_name", |row, name| {
        let input = text(row, "input");
        for (grammar, error) in BOTH.into_iter().zip(["error_full_1_28", "error_full"]) {
            let wanted = match text(row, error) {
                "" => expectation(row),
                said => Err(said.to_owned()),
            };
            assert_eq!(parse_image_name(input, grammar), wanted, "{name} {grammar:?}");
        }
    });
}

#[test]
fn derived_image_names() {
    each("derived", |row, name| {
        let input = text(row, "input");
        let wanted = expectation(row.field("expect").unwrap());
        let older = row.field("expect_1_28").map_or_else(|| wanted.clone(), expectation);
        assert_eq!(parse_image_name(input, Grammar::V0_6_0), wanted, "{name}");
        assert_eq!(parse_image_name(input, Grammar::V2_8_2), older, "{name} with the older grammar");
        if let Err(error) = parse_image_name(input, Grammar::V0_6_0) {
            let message = format!("Failed to apply default image tag {}: {error}", quote(input));
            assert_eq!(message, text(row, "inspect_failed_message"), "{name}");
        } else {
            assert_eq!(apply_default_tag(input), text(row, "cri_image"), "{name}");
        }
    });
}

/// The kubelet's `applyDefaultImageTag` for names that parse.
fn apply_default_tag(image: &str) -> String {
    let (_, tag, digest) = parse_image_name(image, Grammar::V0_6_0).unwrap();
    let suffix = format!(":{tag}");
    if digest.is_empty() && !image.ends_with(&suffix) { image.to_owned() + &suffix } else { image.to_owned() }
}

#[test]
fn default_tags() {
    each("apply_default_image_tag", |row, name| {
        assert_eq!(apply_default_tag(text(row, "input")), text(row, "output"), "{name}");
    });
}

#[test]
fn references_as_they_stand() {
    each("reference_parse", |row, name| {
        let parsed = Reference::parse(text(row, "input"), Grammar::V0_6_0);
        // The upstream test is linked without sha512; a node knows it.
        if text(row, "input").contains("@sha512:") {
            assert!(parsed.is_ok(), "{name}");
            return;
        }
        match (parsed, text(row, "error")) {
            (Ok(reference), "") => {
                assert_eq!(reference.domain, text(row, "domain"), "{name}");
                assert_eq!(reference.name(), text(row, "repository"), "{name}");
                assert_eq!(reference.tag.unwrap_or_default(), text(row, "tag"), "{name}");
                let digest = reference.digest.map(|d| d.to_string()).unwrap_or_default();
                assert_eq!(digest, text(row, "digest"), "{name}");
            }
            (result, wanted) => {
                assert_eq!(result.map_err(|e| e.to_string()), Err(wanted.to_owned()), "{name}");
            }
        }
    });
}

#[test]
fn normalised_names() {
    each("normalized_valid", |row, name| {
        let parsed = Reference::parse_normalized(text(row, "input"), Grammar::V0_6_0);
        match (parsed, row.field("valid") == Some(&Value::Bool(true))) {
            (Ok(reference), true) => {
                assert_eq!(reference.domain, text(row, "domain"), "{name}");
                assert_eq!(reference.path, text(row, "path"), "{name}");
            }
            (result, valid) => {
                assert!(!valid, "{name}: {result:?}");
                assert_eq!(result.unwrap_err().to_string(), text(row, "error"), "{name}");
            }
        }
    });
}

#[test]
fn repository_info() {
    each("normalized_repository_info", |row, name| {
        let Some(Value::Array(inputs)) = row.field("inputs") else { panic!("{name}: no inputs") };
        for input in inputs {
            let reference = Reference::parse_normalized(input.as_str().unwrap(), Grammar::V0_6_0).unwrap();
            assert_eq!(reference.domain, text(row, "domain"), "{name} {input:?}");
            assert_eq!(reference.path, text(row, "path"), "{name} {input:?}");
            assert_eq!(reference.name(), text(row, "full_name"), "{name} {input:?}");
            assert_eq!(reference.familiar_name(), text(row, "familiar_name"), "{name} {input:?}");
        }
    });
}

#[test]
fn split_hostnames() {
    each("normalized_split_hostname", |row, name| {
        let (domain, path) = Reference::split_hostname(text(row, "input"), Grammar::V0_6_0);
        assert_eq!((domain.as_str(), path.as_str()), (text(row, "domain"), text(row, "path")), "{name}");
    });
}

#[test]
fn tag_and_digest() {
    each("tag_and_digest", |row, name| {
        let reference = Reference::parse_normalized(text(row, "input"), Grammar::V0_6_0).unwrap();
        assert_eq!(reference.to_string(), text(row, "full"), "{name}");
        assert_eq!(reference.familiar(), text(row, "familiar"), "{name}");
        assert_eq!(Some(&Value::Bool(reference.tag.is_some())), row.field("has_tag"), "{name}");
        assert_eq!(Some(&Value::Bool(reference.digest.is_some())), row.field("has_digest"), "{name}");
    });
}

#[test]
fn docker_references() {
    each("parse_docker_ref", |row, name| {
        for grammar in BOTH {
            let reference = Reference::parse_docker_ref(text(row, "input"), grammar).unwrap();
            assert_eq!(reference.to_string(), text(row, "output"), "{name} {grammar:?}");
        }
    });
}

#[test]
fn any_references() {
    each("parse_any_reference", |row, name| {
        let reference = Reference::parse_any(text(row, "input"), Grammar::V0_6_0).unwrap();
        assert_eq!(reference.to_string(), text(row, "string"), "{name}");
    });
}

/// What containerd was seen to make of names (`containerd v2.1.9`, `ParseDockerRef`).
#[test]
fn observed_with_containerd() {
    let hex = "a".repeat(64);
    for (input, wanted) in [
        ("nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/nginx", "docker.io/library/nginx:latest"),
        ("registry-1.docker.io/library/nginx", "registry-1.docker.io/library/nginx:latest"),
        ("my_host/app", "docker.io/my_host/app:latest"),
        ("MyHost/app", "MyHost/app:latest"),
        ("[::1]:5000/app", "[::1]:5000/app:latest"),
        ("my.host:80800/app", "my.host:80800/app:latest"),
        ("my_host.com/app", "my_host.com/app:latest"),
        ("registry.test:5000", "docker.io/library/registry.test:5000"),
    ] {
        let reference = Reference::parse_docker_ref(input, Grammar::V0_6_0).unwrap();
        assert_eq!(reference.to_string(), wanted, "{input}");
    }
    let long = format!("quay.io/{}", "a".repeat(256));
    let tag = format!("nginx:{}", "t".repeat(129));
    let foreign = format!("h.io/a@foo:{hex}");
    for (input, wanted) in [
        ("Nginx", "invalid reference format: repository name (library/Nginx) must be lowercase"),
        ("my.host/App", "invalid reference format: repository name (App) must be lowercase"),
        ("nginx:latest ", "invalid reference format"),
        ("nginx:été", "invalid reference format"),
        ("nginx:a@", "invalid reference format"),
        ("h.io/a@sha256:abc", "invalid reference format"),
        ("quay.io/a/b___c", "invalid reference format"),
        ("quay.io/a/.b", "invalid reference format"),
        ("My_host/app", "repository name must be lowercase"),
        (&tag, "invalid reference format"),
        (&long, "repository name must not be more than 255 characters"),
        (&foreign, "unsupported digest algorithm"),
    ] {
        let said = Reference::parse_docker_ref(input, Grammar::V0_6_0).map(|r| r.to_string());
        assert_eq!(said.map_err(|e| e.to_string()), Err(wanted.to_owned()), "{input}");
    }
}

#[test]
fn a_host_with_an_underscore_is_still_the_host() {
    let reference = Reference::parse_normalized("my_host.com/app:1", Grammar::V0_6_0).unwrap();
    assert_eq!((reference.domain.as_str(), reference.path.as_str()), ("my_host.com", "app"));
}

#[test]
fn the_older_grammar_counts_the_whole_name() {
    let name = format!("registry.example.com/{}", "a".repeat(250));
    assert!(Reference::parse_normalized(&name, Grammar::V0_6_0).is_ok());
    assert_eq!(Reference::parse_normalized(&name, Grammar::V2_8_2), Err(ReferenceError::TooLong));
}
