//! The kubelet's configuration of credential plugins: what it refuses, in its words, and where that stands.

use keyring::PluginRules;
use objects::{ProviderFile, Source, UndecodableConfig, read_provider_config};
use serde_json::{Map, Value, json};

use crate::CANARY;

const VALIDATE: &str = include_str!("../data/provider_config_validate.json");
const DECODE: &str = include_str!("../data/provider_config_decode.json");

fn read(text: &str, rules: PluginRules) -> Result<ProviderFile, UndecodableConfig> {
    read_provider_config(&Source::from_text("cp.yaml", text), rules)
}

fn cases(table: &str) -> Vec<Value> {
    serde_json::from_str::<Value>(table).unwrap()["cases"].as_array().unwrap().clone()
}

/// A document with one plugin, with the fields of a case in place of its own.
fn document(case: &Value, minor: u8) -> String {
    let mut provider = json!({
        "name": "foobar", "matchImages": ["foobar.registry.io"], "defaultCacheDuration": "1m",
        "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
    });
    for (field, value) in case["provider"].as_object().unwrap() {
        provider[field] = value.clone();
    }
    let without_nulls = |map: &mut Map<String, Value>| map.retain(|_, value| !value.is_null());
    without_nulls(provider.as_object_mut().unwrap());
    if let Some(attributes) = provider.get_mut("tokenAttributes").and_then(Value::as_object_mut) {
        attributes.retain(|field, _| minor >= 34 || field != "cacheType");
    }
    json!({"apiVersion": "kubelet.config.k8s.io/v1", "kind": "CredentialProviderConfig", "providers": [provider]})
        .to_string()
}

#[test]
fn values_are_refused_in_the_kubelets_words() {
    for case in cases(VALIDATE) {
        for (minor, words) in [(33, "wordy"), (34, "terse")] {
            let rules = PluginRules::of_minor(minor).with_gate(case["gate"] != false);
            let text = document(&case, minor);
            let file = read(&text, rules).unwrap_or_else(|error| panic!("{}: {error}", case["name"]));
            let said = match file.config.validate(rules) {
                Ok(()) => String::new(),
                Err(error) => {
                    for error in &error.errors {
                        let flaw = file.flaw(error);
                        assert!(flaw.help.is_some() && !flaw.label.is_empty(), "{} {flaw:?}", case["name"]);
                    }
                    let said = error.to_string();
                    said.strip_prefix("failed to validate credential provider config: ").unwrap().to_owned()
                }
            };
            assert_eq!(said, case[words].as_str().unwrap(), "{} 1.{minor}", case["name"]);
        }
    }
    let rules = PluginRules::default();
    let none = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\n";
    let error = read(none, rules).unwrap().config.validate(rules).unwrap_err().to_string();
    assert!(error.ends_with("providers: Required value: at least 1 item in plugins is required"), "{error}");
}

#[test]
fn what_cannot_be_decoded_is_told_as_the_kubelet_tells_it() {
    for case in cases(DECODE) {
        let version = case["version"].as_str().unwrap_or("v1");
        let head = format!(
            "apiVersion: kubelet.config.k8s.io/{version}\nkind: CredentialProviderConfig\nproviders:\n"
        );
        let text = match case["text"].as_str() {
            Some(text) => text.to_owned(),
            None => head + case["providers"].as_str().unwrap(),
        };
        let minor = u8::try_from(case["minor"].as_u64().unwrap_or(34)).unwrap();
        let error = read(&text, PluginRules::of_minor(minor)).unwrap_err();
        assert_eq!(error.to_string(), case["says"].as_str().unwrap(), "{}", case["name"]);
        let places: Vec<String> = error.flaws.iter().map(|flaw| flaw.place.to_string()).collect();
        assert_eq!(json!(places), case["at"], "{}", case["name"]);
    }
}

#[test]
fn faults_are_shown_with_their_line_and_a_remedy() {
    let text = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n- name: ecr\n  matchimages: [r.test]\n";
    let error = read(text, PluginRules::default()).unwrap_err();
    assert_eq!(
        error.flaws[0].render(),
        "  cp.yaml:5:3\n   5 |   matchimages: [***]\n     |   ^^^^^^^^^^^ no such field\nhelp: case counts: matchImages\n"
    );
    let text = text.replace("matchimages", "matchImages");
    let file = read(&text, PluginRules::default()).unwrap();
    let error = file.config.validate(PluginRules::default()).unwrap_err();
    let places: Vec<String> = error.errors.iter().map(|error| file.flaw(error).place.to_string()).collect();
    assert_eq!(places, ["cp.yaml:4:3", "cp.yaml:4:3"]);
}

#[test]
fn variables_of_a_plugin_are_never_shown() {
    for env in [
        format!("[{{name: A, value: {CANARY}, valeu: x}}]"),
        format!("[{{name: A, value: [{CANARY}]}}]"),
        format!("{{A: {CANARY}}}"),
        format!("[{CANARY}]"),
    ] {
        let text = format!(
            "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n- name: a\n  env: {env}\n"
        );
        let error = read(&text, PluginRules::default()).unwrap_err();
        let shown: String = error.flaws.iter().map(|flaw| flaw.render()).collect();
        assert!(!format!("{error}{shown}{error:?}").contains(CANARY), "{error} {shown}");
    }
}
