use cri::AuthConfig;
use keyring::{DockerConfig, Keyring, Provenance, PullSecret, SecretType};
use kubelet::{Plan, PlanError, PullInputs, PullPolicy, Version};
use serde_json::{Value, json};

use crate::fake::{Fake, status, sync};
use crate::{cases, table, text};

const TABLE: &str = include_str!("../data/secrets_keyring.json");

fn inputs(case: &Value) -> PullInputs {
    let mut inputs = PullInputs::new(text(case, "image"));
    for (index, value) in case["secrets"].as_array().unwrap().iter().enumerate() {
        let secret_type = SecretType::from_name(text(value, "type"));
        let mut secret = PullSecret::new("ns", &format!("s{index}"), "", secret_type);
        for (key, document) in value["data"].as_object().unwrap() {
            secret = secret.with(key, document.as_str().unwrap());
        }
        inputs.secrets.push(secret);
    }
    if let Some(config) = case.get("node_config") {
        let mut keyring = Keyring::default();
        let config = DockerConfig::from_dockercfg(config.to_string().as_bytes()).unwrap();
        keyring.add(&config, &Provenance::NodeFile { path: "/var/lib/kubelet/config.json".into() });
        inputs.node_keyrings.push(keyring);
    }
    inputs
}

#[test]
fn what_the_runtime_is_handed() {
    let table = table(TABLE);
    for case in cases(&table, "pull_with_secrets") {
        for version in [Version::OLDEST, Version::NEWEST] {
            let fake = Fake::new();
            assert!(sync(&fake, &inputs(case), version).is_present(), "{}", case["name"]);
            let first = fake.auths()[0].clone();
            let got = first.map(|a| json!({"username": a.username, "password": a.password.expose()}));
            assert_eq!(json!(got), case["cri_auth"], "{} on {version}", case["name"]);
            assert_eq!(fake.auths().len(), 1, "{}", case["name"]);
        }
    }
}

#[test]
fn errors_of_secrets_and_pulls() {
    let table = table(TABLE);
    for case in cases(&table, "pull_with_secrets_error") {
        assert_eq!(text(case, "expect"), "error");
        let fake = Fake {
            pull_errors: case["cri_pull_error"].as_str().map(status).into_iter().collect(),
            ..Fake::new()
        };
        let result = sync(&fake, &inputs(case), Version::OLDEST);
        let waiting = result.waiting.unwrap();
        assert_eq!(waiting.reason, "ErrImagePull", "{}", case["name"]);
        match case["derived_error"].as_str() {
            Some(words) => {
                assert_eq!(waiting.message, words, "{}", case["name"]);
                assert!(fake.auths().is_empty(), "{}", case["name"]);
            }
            None => {
                assert_eq!(waiting.message, text(case, "cri_pull_error"), "{}", case["name"]);
                assert_eq!(fake.auths(), [None], "{}", case["name"]);
            }
        }
    }
}

/// KUBELET.md 4.4: where a malformed Secret shows, by version and presence of the image.
#[test]
fn a_malformed_secret_by_version() {
    let words = "json: cannot unmarshal bool into Go struct field DockerConfigJSON.auths";
    let (older, newer) = (format!("{words} of type string"), format!("{words}.email of type string"));
    let pulling = "Pulling image \"r.example.com/a:1\"".to_owned();
    for (version, present, events, reason) in [
        ("1.28", false, vec![pulling.clone(), format!("Failed to pull image \"r.example.com/a:1\": {older}"), "Error: ErrImagePull".to_owned()], "ErrImagePull"),
        ("1.32", false, vec![pulling, format!("Failed to pull image \"r.example.com/a:1\": {older}"), "Error: ErrImagePull".to_owned()], "ErrImagePull"),
        ("1.33", false, vec![format!("Error: {newer}")], newer.as_str()),
        ("1.34", true, vec![format!("Error: {newer}")], newer.as_str()),
        ("1.35", false, vec![format!("Error: {newer}")], newer.as_str()),
        ("1.32", true, vec!["Container image \"r.example.com/a:1\" already present on machine".to_owned()], ""),
        ("1.35", true, vec!["Container image \"r.example.com/a:1\" already present on machine and can be accessed by the pod".to_owned()], ""),
    ] {
        let version: Version = version.parse().unwrap();
        let mut inputs = PullInputs::new("r.example.com/a:1");
        let document = r#"{"auths": {"r.example.com": {"email": false}}}"#;
        inputs.secrets.push(PullSecret::docker_config_json("ns", "s", document));
        let fake = Fake::new();
        if present {
            fake.present.lock().unwrap().push("r.example.com/a:1".to_owned());
        }
        let result = sync(&fake, &inputs, version);
        let got: Vec<&str> = result.events.iter().map(|event| event.message.as_str()).collect();
        assert_eq!(got, events, "{version} {present}");
        assert_eq!(result.waiting.map(|w| w.reason).unwrap_or_default(), reason, "{version} {present}");
        let error = Plan::new(&inputs, version).unwrap_err();
        assert!(matches!(error, PlanError::MalformedSecret { .. }));
        if !reason.is_empty() {
            assert_eq!(error.reason(), reason, "{version}");
        }
    }
}

fn two_logins() -> PullInputs {
    let document = r#"{"auths": {"r.example.com": {"username": "host"}, "r.example.com/team": {"username": "team"},
        "r.example.com:443": {"username": "port"}, "https://r.example.com/team/app": {}}}"#;
    let mut inputs = PullInputs::new("r.example.com/team/app");
    inputs.secrets.push(PullSecret::docker_config_json("ns", "s", document));
    inputs.secrets.push(PullSecret::new("ns", "o", "", SecretType::from_name("Opaque")));
    inputs
}

#[test]
fn credentials_are_tried_in_order_and_none_is_anonymous() {
    let inputs = two_logins();
    let fake = Fake { pull_errors: vec![status("e1"), status("e2"), status("e1")], ..Fake::new() };
    let result = sync(&fake, &inputs, Version::NEWEST);
    assert_eq!(result.waiting.unwrap().message, "[e1, e2]");
    let users: Vec<String> = fake.auths().into_iter().map(|auth| auth.unwrap().username).collect();
    // The entry without a login is sent as it is: an empty AuthConfig, not none.
    assert_eq!(users, ["", "team", "host"]);
    let answered: Vec<Option<usize>> = result.answers.iter().map(|answer| answer.credential).collect();
    assert_eq!(answered, [Some(0), Some(1), Some(2)]);
    assert_eq!(result.answers[1].provenance.as_ref().unwrap().to_string(), "secret ns/s");

    let fake = Fake { pull_errors: Vec::new(), ..Fake::new() };
    assert_eq!(sync(&fake, &inputs, Version::NEWEST).answers.len(), 1);
}

#[test]
fn plans() {
    let plan = Plan::new(&two_logins(), Version::NEWEST).unwrap();
    assert_eq!(plan.name.for_cri, "r.example.com/team/app:latest");
    assert_eq!(plan.policy, PullPolicy::Always);
    let keys: Vec<&str> = plan.credentials.iter().map(|c| c.key.as_str()).collect();
    assert_eq!(keys, ["r.example.com/team/app", "r.example.com/team", "r.example.com"]);
    assert_eq!(plan.credentials[0].written_key, "https://r.example.com/team/app");
    assert_eq!(plan.attempts.len(), 3);
    assert_eq!(plan.mismatches[0].written_key, "r.example.com:443");
    assert_eq!(plan.skipped[0].reason.to_string(), "type Opaque: the kubelet ignores it");

    let anonymous = Plan::new(&PullInputs::new("nginx"), Version::NEWEST).unwrap();
    assert_eq!(anonymous.attempts.len(), 1);
    assert_eq!(anonymous.attempts[0].auth, None);

    let error = Plan::new(&PullInputs::new("Nginx"), Version::OLDEST).unwrap_err();
    assert_eq!(error.reason(), "InvalidImageName");
    assert_eq!(
        error.message(),
        "Failed to apply default image tag \"Nginx\": couldn't parse image name \"Nginx\": invalid reference format: repository name must be lowercase"
    );
}

#[test]
fn given_credentials_replace_all_others() {
    let mut inputs = two_logins();
    inputs.secrets.push(PullSecret::docker_config_json("ns", "broken", "{"));
    let given = AuthConfig { identity_token: "token".into(), ..AuthConfig::default() };
    inputs.auth = Some(given.clone());
    let fake = Fake { pull_errors: vec![status("no")], ..Fake::new() };
    let result = sync(&fake, &inputs, Version::NEWEST);
    assert_eq!(fake.auths(), [Some(given)]);
    assert_eq!(result.answers[0].provenance, Some(Provenance::Given));
    assert_eq!(result.waiting.unwrap().message, "no");
}

fn keyring(document: &Value, provenance: &Provenance) -> Keyring {
    let mut keyring = Keyring::default();
    keyring.add(&DockerConfig::from_dockercfg(document.to_string().as_bytes()).unwrap(), provenance);
    keyring
}

/// Up to 1.32 what plugins give joins the node's files in one keyring: the longer key comes first, whoever gave it, and
/// Docker Hub's old name counts only where nothing else does. From 1.33 on the plugins come after the files.
#[test]
fn files_and_plugins_of_the_node() {
    let file = json!({"r.test": {"username": "file"}, "index.docker.io": {"username": "hub-file"}});
    let plugin = json!({"r.test/team": {"username": "plugin"}, "docker.io": {"username": "hub-plugin"}});
    let of_plugins = keyring(&plugin, &Provenance::Plugin { name: "p".into() });
    for (image, version, wanted) in [
        ("r.test/team/app", "1.32", &["plugin", "file"][..]),
        ("r.test/team/app", "1.33", &["file", "plugin"]),
        ("nginx", "1.32", &["hub-plugin"]),
        ("nginx", "1.33", &["hub-file", "hub-plugin"]),
    ] {
        let mut inputs = PullInputs::new(image);
        let path = "/var/lib/kubelet/config.json".into();
        inputs.node_keyrings.push(keyring(&file, &Provenance::NodeFile { path }));
        let plan = Plan::with_plugins(&inputs, &of_plugins, version.parse().unwrap()).unwrap();
        let users: Vec<&str> = plan.credentials.iter().map(|c| c.username.as_str()).collect();
        assert_eq!(users, wanted, "{image} {version}");
    }
}
