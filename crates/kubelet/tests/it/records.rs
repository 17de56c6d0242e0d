//! Who may have an image that is on the node: the tables about records, policies and the allowlist.

use keyring::{DockerConfig, Keyring, Provenance, PullSecret, SecretType};
use kubelet::{
    Allowlist, Coordinates, PullInputs, PullRecords, PulledRecord, RecordedCredentials, RecordedSecret,
    VerificationPolicy, Version,
};
use serde_json::Value;

use crate::fake::{TestNode, sync_by};
use crate::image_manager::{TABLE, check_step, fake, manager, policy};
use crate::{cases, table, text};

fn coordinates(value: &Value) -> Coordinates {
    Coordinates::new(text(value, "namespace"), text(value, "name"), text(value, "uid"))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Secrets as the records of the table have them.
fn credentials(value: &Value) -> RecordedCredentials {
    let secret = |value: &Value| RecordedSecret {
        coordinates: coordinates(value),
        hash: value["credentialHash"].as_str().unwrap_or_default().to_owned(),
    };
    RecordedCredentials {
        node_pods_accessible: value["nodePodsAccessible"] == true,
        secrets: list(&value["kubernetesSecrets"]).map(secret).collect(),
        service_accounts: list(&value["kubernetesServiceAccounts"]).map(coordinates).collect(),
    }
}

#[test]
fn who_must_pull() {
    let table = &table(TABLE)["must_attempt_pull"];
    for case in cases(table, "cases") {
        let mut records = PullRecords::default();
        for name in list(&case["records"]) {
            let record = &table["records"][name.as_str().unwrap()];
            if let Some(intent) = record.as_str() {
                records.record_pull_intent(intent.strip_prefix("pull intent for ").unwrap());
                continue;
            }
            let mapping = record["credentialMapping"].as_object().into_iter().flatten();
            let credential_mapping =
                mapping.map(|(name, known)| (name.clone(), credentials(known))).collect();
            records.insert(text(record, "imageRef"), PulledRecord { credential_mapping });
        }
        let verification = match text(case, "policy") {
            "NeverVerify" => VerificationPolicy::NeverVerify,
            "NeverVerifyPreloadedImages" => VerificationPolicy::NeverVerifyPreloadedImages,
            "AlwaysVerify" => VerificationPolicy::AlwaysVerify,
            other => panic!("{other}"),
        };
        let secrets = list(&case["pod_secrets"]).map(|secret| RecordedSecret {
            coordinates: coordinates(secret),
            hash: text(secret, "credentialHash").to_owned(),
        });
        let pod = RecordedCredentials {
            secrets: secrets.collect(),
            service_accounts: list(&case["pod_service_accounts"]).map(coordinates).collect(),
            ..RecordedCredentials::default()
        };
        let must =
            records.must_attempt_pull(&verification, text(case, "image"), text(case, "image_ref"), &pod);
        assert_eq!(must.must_pull(), case["must_pull"] == true, "{}", case["name"]);
    }
}

/// `[uid, namespace, name, hash]`
fn tuples(value: &Value) -> RecordedCredentials {
    let secret = |tuple: &Value| {
        let part = |index: usize| tuple[index].as_str().unwrap();
        RecordedSecret { coordinates: Coordinates::new(part(1), part(2), part(0)), hash: part(3).to_owned() }
    };
    RecordedCredentials {
        node_pods_accessible: value["node_pods_accessible"] == true,
        secrets: list(&value["secrets"]).map(secret).collect(),
        service_accounts: Vec::new(),
    }
}

#[test]
fn what_is_newly_known_joins_the_record() {
    let table = &table(TABLE)["merge_pulled_record"];
    for case in cases(table, "cases") {
        let mut records = PullRecords::default();
        for (image, known) in table["initial"].as_object().unwrap() {
            records.merge("ref", image, &tuples(known));
        }
        let image = text(case, "image");
        let changed = records.merge("ref", image, &tuples(&case["new"]));
        assert_eq!(changed, case["changed"] == true, "{}", case["name"]);
        let record = records.get("ref").unwrap();
        let known = &record.credential_mapping[&format!("docker.io/library/{image}")];
        assert_eq!(*known, tuples(&case["after"]), "{}", case["name"]);
    }
}

#[test]
fn preloaded_images() {
    let table = table(TABLE);
    for case in cases(&table, "preloaded_policy") {
        let policy = VerificationPolicy::NeverVerifyPreloadedImages;
        let got = policy.requires_verification("image", case["records_exist"] == true);
        assert_eq!(got, case["require_verification"] == true, "{}", case["name"]);
    }
}

#[test]
fn allowlists() {
    let table = table(TABLE);
    for case in cases(&table, "allowlist") {
        let patterns = list(&case["allowlist"]).map(|pattern| pattern.as_str().unwrap());
        let read = Allowlist::new(patterns);
        assert_eq!(read.is_err(), case["invalid"] == true, "{}: {read:?}", case["name"]);
        if let Ok(allowlist) = read {
            let policy = VerificationPolicy::NeverVerifyAllowlistedImages(allowlist);
            let got = policy.requires_verification(text(case, "image"), case["records_exist"] == true);
            assert_eq!(got, case["require_verification"] == true, "{}", case["name"]);
        }
    }
}

#[test]
fn patterns_that_are_refused() {
    for (pattern, words) in [
        (" r.test/a", "leading/trailing spaces are not allowed:  r.test/a"),
        ("", "the supplied pattern is too short: "),
        ("r.test/a*", "not a valid wildcard pattern, only patterns ending with '/*' are allowed: r.test/a*"),
        ("/*", "at least registry hostname is required"),
        ("r.test/", "failed to parse as an image name: invalid reference format"),
        ("r.test/a:1", "neither tag nor digest is accepted in an image reference: r.test/a:1"),
        ("nginx", "neither tag nor digest is accepted in an image reference: nginx"),
    ] {
        assert_eq!(Allowlist::new([pattern]).unwrap_err().to_string(), words, "{pattern:?}");
    }
}

/// The pod's credentials in a case with the feature gate.
fn inputs(case: &Value) -> PullInputs {
    let mut inputs = PullInputs::new(text(case, "image"));
    inputs.policy = policy(case);
    for secret in list(&case["secrets"]) {
        let kind = SecretType::from_name(text(secret, "type"));
        let part = |name| text(secret, name);
        let mut made = PullSecret::new(part("namespace"), part("name"), part("uid"), kind);
        for (key, document) in secret["data"].as_object().unwrap() {
            made = made.with(key, document.as_str().unwrap());
        }
        inputs.secrets.push(made);
    }
    for credential in list(&case["registry_credentials"]) {
        let login =
            serde_json::json!({"username": credential["username"], "password": credential["password"]});
        let document = serde_json::json!({ text(credential, "repo"): login }).to_string();
        let plugin = "plugin".to_owned();
        let provenance = match &credential["source"]["serviceaccount"] {
            Value::Null => Provenance::Plugin { name: plugin },
            account => {
                let Coordinates { namespace, name, uid } = coordinates(account);
                Provenance::ServiceAccount { plugin, namespace, name, uid }
            }
        };
        let mut keyring = Keyring::default();
        keyring.add(&DockerConfig::from_dockercfg(document.as_bytes()).unwrap(), &provenance);
        inputs.node_keyrings.push(keyring);
    }
    inputs
}

/// The records that a case begins with. The runtime's name of a present image is the fake's.
fn known(case: &Value) -> Option<PullRecords> {
    let known = case.get("known")?;
    let secret = |value: &Value| RecordedSecret { coordinates: coordinates(value), hash: String::new() };
    let credentials = RecordedCredentials {
        secrets: list(&known["secrets"]).map(secret).collect(),
        service_accounts: list(&known["service_accounts"]).map(coordinates).collect(),
        ..RecordedCredentials::default()
    };
    let mut records = PullRecords::default();
    records.merge("sha256:1", text(known, "image"), &credentials);
    Some(records)
}

/// Where the table names what is known, each step begins with just that: upstream's mock learns nothing.
#[test]
fn syncs_with_the_feature_gate() {
    let table = table(TABLE);
    for case in cases(&table, "cases_gate_ensure_secret_pulled_images") {
        let fake = fake(&table, case);
        let (inputs, node) = (inputs(case), TestNode::default());
        for (index, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            let known = known(case);
            let verification = if known.is_some() {
                VerificationPolicy::AlwaysVerify
            } else {
                VerificationPolicy::NeverVerify
            };
            let manager = manager(&table, case, Version::NEWEST, Some(verification));
            let manager = manager.with_records(known.unwrap_or_default());
            node.advance(1);
            let result = sync_by(&manager, &fake, &inputs, &node);
            let name = format!("{}, step {index}", case["name"]);
            check_step(&name, step, &step["cri_calls"], &fake, result);
        }
    }
}

/// Two tenants on one node: who cannot show the login has to pull; who pulled is remembered.
#[test]
fn a_private_image_is_not_given_to_whoever_asks() {
    let table = table(TABLE);
    let case = serde_json::json!({"qps": 0, "burst": 0});
    let policy = Some(VerificationPolicy::NeverVerifyPreloadedImages);
    let manager = manager(&table, &case, Version::NEWEST, policy);
    let fake = crate::fake::Fake::new();
    let node = TestNode::default();
    let mut tenant = PullInputs::new("r.test/app:v1");
    let document = r#"{"auths": {"r.test": {"username": "ci", "password": "x"}}}"#;
    tenant.secrets.push(PullSecret::docker_config_json("a", "login", document));
    let pulls = |inputs: &PullInputs| {
        fake.calls.lock().unwrap().clear();
        assert!(sync_by(&manager, &fake, inputs, &node).is_present());
        fake.calls.lock().unwrap().contains(&"PullImage")
    };
    assert!(pulls(&tenant));
    assert!(!pulls(&tenant));
    // The same login in another Secret is as good.
    let mut other = PullInputs::new("r.test/app:v1");
    other.secrets.push(PullSecret::docker_config_json("b", "same", document));
    assert!(!pulls(&other));
    // Nobody's pull opens it for everybody.
    assert!(pulls(&PullInputs::new("r.test/app:v1")));
    assert!(!pulls(&PullInputs::new("r.test/app:v1")));
}
