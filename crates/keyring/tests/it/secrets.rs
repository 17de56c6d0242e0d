use keyring::{Keyring, Provenance, PullSecret, SkipReason, UnionKeyring, from_secrets};
use serde_json::{Value, json};

use crate::{cases, dockercfg, pull_secret, table, text};

const TABLE: &str = include_str!("../data/secrets_keyring.json");

/// The tables' fake keyring answers whatever is asked; ours gets an entry for the image's registry.
fn default_keyring(case: &Value) -> Keyring {
    let mut keyring = Keyring::default();
    for credential in case["default_keyring"]["creds"].as_array().into_iter().flatten() {
        keyring.add(&dockercfg(&json!({text(case, "image"): credential})), &Provenance::Given);
    }
    keyring
}

#[test]
fn keyrings_of_secrets() {
    let table = table(TABLE);
    for case in cases(&table, "make_keyring") {
        let secrets: Vec<PullSecret> = case["secrets"].as_array().unwrap().iter().map(pull_secret).collect();
        let made = from_secrets(&secrets).unwrap();
        let union = UnionKeyring(vec![made.keyring.clone(), default_keyring(case)]);
        let got: Vec<Value> = union
            .lookup(text(case, "image"))
            .iter()
            .map(|c| match c.provenance {
                Provenance::Given => {
                    json!({"username": c.username, "password": c.password.expose(), "hash": "", "source": null})
                }
                _ => json!({
                    "username": c.username,
                    "password": c.password.expose(),
                    "hash": c.hash(),
                    "source": c.provenance.to_string(),
                }),
            })
            .collect();
        assert_eq!(json!(got), case["creds"], "{}", case["name"]);
        // A Secret counts, or it is told why it does not.
        let used = !made.keyring.is_empty();
        assert_eq!(made.skipped.len(), secrets.len() - usize::from(used), "{}", case["name"]);
    }
}

#[test]
fn a_broken_secret_breaks_all() {
    let table = table(TABLE);
    let case = &cases(&table, "pull_with_secrets_error")[0];
    let good = PullSecret::docker_config_json("ns", "good", r#"{"auths": {}}"#);
    let broken = pull_secret(&case["secrets"][0]);
    let error = from_secrets(&[good, broken]).unwrap_err();
    assert_eq!(error.to_string(), text(case, "derived_error"));
    assert_eq!(error.key, ".dockercfg");
}

#[test]
fn a_wrong_type_or_key_is_skipped() {
    for (secret, wanted) in [
        (
            json!({"type": "Opaque", "data": {".dockerconfigjson": "{"}}),
            "type Opaque: the kubelet ignores it",
        ),
        (
            json!({"type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": ""}}),
            "type kubernetes.io/dockerconfigjson without data under \".dockerconfigjson\": the kubelet ignores it",
        ),
    ] {
        let made = from_secrets(&[pull_secret(&secret)]).unwrap();
        assert!(made.keyring.is_empty());
        assert_eq!(made.skipped[0].reason.to_string(), wanted);
    }
    let made = from_secrets(&[pull_secret(&json!({"type": "x", "data": {}}))]).unwrap();
    assert_eq!(made.skipped[0].reason, SkipReason::WrongType { secret_type: "x".into() });
}
