use keyring::{Keyring, MismatchReason, Provenance, UnionKeyring, is_default_registry, urls_match};
use serde_json::{Value, json};

use crate::{cases, dockercfg, table, text};

const TABLE: &str = include_str!("../data/keyring_lookup.json");

#[test]
fn url_patterns() {
    let table = table(TABLE);
    for case in cases(&table, "urls_match") {
        let matched = urls_match(text(case, "glob"), text(case, "target"));
        assert_eq!(matched.is_ok(), case["match"] == true, "{}: {matched:?}", case["name"]);
    }
}

#[test]
fn lookups() {
    let table = table(TABLE);
    for case in cases(&table, "lookup") {
        let mut keyring = Keyring::default();
        for document in case["dockercfgs"].as_array().unwrap() {
            keyring.add(&dockercfg(document), &Provenance::Given);
        }
        let found = keyring.lookup(text(case, "lookup"));
        let got: Vec<Value> = found
            .iter()
            .map(|c| json!({"username": c.username, "password": c.password.expose(), "email": c.email}))
            .collect();
        assert_eq!(json!(got), case["creds"], "{}", case["name"]);
        assert_eq!(!found.is_empty(), case["found"] == true, "{}", case["name"]);
        let documents = case["dockercfgs"].as_array().unwrap();
        let entries: usize = documents.iter().map(|document| document.as_object().unwrap().len()).sum();
        let explained = keyring.explain(text(case, "lookup")).len();
        assert_eq!(found.len() + explained, entries, "{}: an entry is used or explained", case["name"]);
    }
}

#[test]
fn default_registries() {
    let table = table(TABLE);
    for case in cases(&table, "is_default_registry") {
        assert_eq!(is_default_registry(text(case, "image")), case["expect"] == true, "{}", case["name"]);
    }
}

/// The table counts how often providers are asked: here that a lookup changes nothing, and can be repeated.
#[test]
fn lookups_can_be_repeated() {
    assert!(!cases(&table(TABLE), "provider_calls").is_empty());
    let mut keyring = Keyring::default();
    keyring.add(&dockercfg(&json!({"r.example.com": {"username": "a"}})), &Provenance::Given);
    for _ in 0..3 {
        assert_eq!(keyring.lookup("r.example.com/a").len(), 1);
    }
}

#[test]
fn each_keyring_decides_about_docker_hub_for_itself() {
    let ring = |documents: Value| {
        let mut keyring = Keyring::default();
        keyring.add(&dockercfg(&documents), &Provenance::Given);
        keyring
    };
    let pod = ring(json!({"docker.io": {"username": "pod"}, "index.docker.io": {"username": "hidden"}}));
    let node = ring(json!({"https://index.docker.io/v1/": {"username": "node"}}));
    let union = UnionKeyring(vec![pod, node]);
    let found = union.lookup("docker.io/library/nginx");
    let names: Vec<&str> = found.iter().map(|c| c.username.as_str()).collect();
    assert_eq!(names, ["pod", "node"]);
    assert_eq!(found[1].written_key, "https://index.docker.io/v1/");
    let mismatches = union.explain("docker.io/library/nginx");
    assert_eq!(mismatches.len(), 1);
    assert_eq!(mismatches[0].reason, MismatchReason::FallbackUnused);
}

#[test]
fn a_key_that_is_no_url_is_explained() {
    let mut keyring = Keyring::default();
    keyring.add(&dockercfg(&json!({"r.example.com:port": {"username": "a"}})), &Provenance::Given);
    assert!(keyring.lookup("r.example.com/a").is_empty());
    let mismatches = keyring.explain("r.example.com/a");
    let wanted = "the key cannot be read (invalid port \":port\" after host): never sent";
    assert_eq!(mismatches[0].reason.to_string(), wanted);
}
