//! The tables of the upstream tests and their derivations, case by case.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that panics fails its test")]

mod documents;
mod lookup;
mod node_files;
mod plugins;
mod redaction;
mod secrets;

use keyring::{DockerConfig, PullSecret, SecretType};
use serde_json::Value;

fn table(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn cases<'a>(table: &'a Value, name: &str) -> &'a [Value] {
    let cases = table[name].as_array().unwrap();
    assert!(!cases.is_empty(), "{name}");
    cases
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().unwrap_or_else(|| panic!("{field} of {case}"))
}

/// A dockercfg as the tables hold it: an object of entries.
fn dockercfg(value: &Value) -> DockerConfig {
    DockerConfig::from_dockercfg(value.to_string().as_bytes()).unwrap()
}

fn pull_secret(value: &Value) -> PullSecret {
    let field = |name: &str| value[name].as_str().unwrap_or_default();
    let secret_type = SecretType::from_name(field("type"));
    let mut secret = PullSecret::new(field("namespace"), field("name"), field("uid"), secret_type);
    for (key, document) in value["data"].as_object().unwrap() {
        secret = secret.with(key, document.as_str().unwrap());
    }
    secret
}
