//! What `-o json` prints keeps to `pullsim schema report`, and the schema promises nothing that is never printed.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

use crate::{pullsim, pullsim_with};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Keys that no scenario's document has, but those of other tests: `secret`, `pod` and nodes with files of their own.
const ELSEWHERE: &[&str] = &[
    "annotations",
    "asked",
    "base64",
    "containers",
    "decoded",
    "errno",
    "explanation",
    "field",
    "files",
    "length",
    "match_images",
    "not_replayed",
    "now",
    "passed_over",
    "plugins",
    "recognised",
    "refusal",
    "replay",
    "run",
];

/// Each document that any test of this crate reads is held against the schema, unless its format is somebody else's.
pub(crate) fn assert_valid(document: &Value) {
    static SCHEMA: OnceLock<Validator> = OnceLock::new();
    // HAR; SARIF and schemas; what `secret make` prints is for Kubernetes.
    let foreign =
        document.get("log").is_some() || document.get("$schema").is_some() || document["kind"] == "Secret";
    if foreign {
        return;
    }
    let validator = SCHEMA.get_or_init(|| jsonschema::draft202012::new(&schema()).unwrap());
    if !validator.is_valid(document) {
        let errors: Vec<String> = validator.iter_errors(document).map(|error| error.to_string()).collect();
        panic!("{} is not valid: {}", document["kind"], errors.join("; "));
    }
}

fn schema() -> Value {
    pullsim(&["schema", "report"]).json()
}

#[test]
fn the_schema_promises_nothing_that_is_never_printed() {
    let (mut seen, mut promised) = (BTreeSet::new(), BTreeSet::new());
    documents().iter().for_each(|document| collect_keys(document, &mut seen));
    collect_properties(&schema(), &mut promised);
    let never: Vec<&String> = promised.difference(&seen).collect();
    assert_eq!(never, ELSEWHERE);
}

#[test]
fn the_schema_refuses_what_is_not_printed() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let world = format!("{ROOT}/scenarios/auth/service-misnamed.yaml");
    let good = pullsim(&["check", "--in", &world, "-o", "json"]).json();
    assert!(validator.is_valid(&good));
    for (pointer, key) in [("", "more"), ("/cri", "more"), ("/trace/0", "more"), ("/diagnosis", "more")] {
        let mut wrong = good.clone();
        wrong.pointer_mut(pointer).unwrap()[key] = 1.into();
        assert!(!validator.is_valid(&wrong), "{pointer}/{key} is let pass");
    }
    for pointer in ["/outcome", "/trace/0/step", "/diagnosis/cause", "/events/0/type", "/at"] {
        let mut wrong = good.clone();
        *wrong.pointer_mut(pointer).unwrap() = Value::Bool(true);
        assert!(!validator.is_valid(&wrong), "{pointer} may be anything");
    }
}

/// A document of each kind, and of the most frequent kind one for each scenario.
fn documents() -> Vec<Value> {
    let scenarios = format!("{ROOT}/scenarios");
    let index = pullsim(&["run", "--list", &scenarios, "-o", "json"]).json();
    let files = index.as_array().unwrap().iter().map(|entry| entry["file"].as_str().unwrap());
    let played =
        files.map(|file| pullsim(&["check", "--in", &format!("{scenarios}/{file}"), "-o", "json"]).json());
    let mut documents: Vec<Value> = played.collect();
    assert!(documents.len() > 200);
    let world = format!("{ROOT}/scenarios/auth/service-misnamed.yaml");
    let mirror = format!("{ROOT}/scenarios/connect");
    let tag = format!("{ROOT}/scenarios/manifest");
    let shop = format!("{ROOT}/crates/pullsim/tests/data/shop");
    for arguments in [
        &["check", "--in", &world, "--plan"][..],
        &["check", "nginx:UPPER:x", "--plan"],
        &["check", "--in", &world, "--rate-limit"],
        &["check", "--in", &world, "--what-if"],
        &["check", "--in", &world, "--for", "3m"],
        &["run", &tag, "--what-if"],
        &["run", &mirror],
        &["run", "--list", &tag],
        &["causes"],
        &["causes", "PS-TLS-03"],
        &["check", "-f", &shop, "--in", &world],
    ] {
        let run = pullsim(&[arguments, &["-o", "json"]].concat());
        assert!(run.status < 2, "{arguments:?}: {}", run.err);
        documents.push(run.json());
    }
    for pasted in ["toomanyrequests: slow down", "web-0  0/1  ErrImagePull  0  5m"] {
        documents.push(pullsim_with(&["explain", "-o", "json"], pasted).json());
    }
    let image = "registry.example.com/team/app";
    documents.push(pullsim_with(&["secret", "match", image, "-", "-o", "json"], "{\"auths\": {}}").json());
    documents.push(pullsim_with(&["secret", "lint", "-", "-o", "json"], "{\"auths\": {}}").json());
    documents
}

fn collect_keys(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            keys.insert(key.clone());
            collect_keys(value, keys);
        }),
        Value::Array(items) => items.iter().for_each(|item| collect_keys(item, keys)),
        _ => {}
    }
}

fn collect_properties(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            if key == "properties"
                && let Value::Object(properties) = value
            {
                names.extend(properties.keys().cloned());
            }
            collect_properties(value, names);
        }),
        Value::Array(items) => items.iter().for_each(|item| collect_properties(item, names)),
        _ => {}
    }
}
