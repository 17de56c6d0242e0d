//! Pulls that fail in ways that need no real registry.

use serde_json::json;

use crate::registry::{closed, empty, serve};
use crate::{directory, pullsim, pullsim_with};

#[test]
fn a_bad_name_gives_the_nodes_events() {
    let run = pullsim(&["check", "Nginx", "-o", "json"]);
    let report = run.json();
    assert_eq!(run.status, 1);
    assert_eq!(report["outcome"], "failed");
    assert_eq!(report["waiting"]["reason"], "InvalidImageName");
    let events: Vec<&str> =
        report["events"].as_array().unwrap().iter().map(|e| e["reason"].as_str().unwrap()).collect();
    assert_eq!(events, ["InspectFailed", "Failed"]);
    assert_eq!(report["diagnosis"]["code"], "PS-REF-05");
    // What the runtime would say if it were asked directly, as crictl does.
    let said = "failed to parse image reference \"Nginx\": invalid reference format: repository name (library/Nginx) must be lowercase";
    assert_eq!((&report["cri"]["code"], &report["cri"]["message"]), (&json!("Unknown"), &json!(said)));
}

#[test]
fn a_refused_connection_on_a_given_node() {
    let address = closed();
    let node = directory("pulls-node");
    let image = format!("{address}/team/app:v1");
    let run = pullsim(&["check", &image, "--node", node.to_str().unwrap(), "-o", "json"]);
    let report = run.json();
    assert_eq!(run.status, 1);
    assert_eq!(report["diagnosis"]["cause"], "localhost-registry");
    assert_eq!(report["waiting"]["reason"], "ErrImagePull");
    let message = report["cri"]["message"].as_str().unwrap();
    assert!(message.ends_with(&format!("dial tcp {address}: connect: connection refused")), "{message}");
    assert!(report["trace"].as_array().unwrap().iter().any(|step| step["step"] == "dial"));
}

#[test]
fn a_wrong_password_is_told_from_none() {
    let address = serve(|_| empty("401 Unauthorized", "WWW-Authenticate: Basic realm=\"r\"\r\n"));
    let image = format!("{address}/team/app:v1");
    let anonymous = pullsim(&["check", &image, "-o", "json"]);
    assert_eq!(anonymous.json()["diagnosis"]["cause"], "credentials-missing", "{}", anonymous.out);

    let config = json!({"auths": {address.as_str(): {"username": "ci", "password": "wrong"}}}).to_string();
    let run = pullsim_with(&["check", &image, "--secret", "-", "-o", "json"], &config);
    let report = run.json();
    assert_eq!(report["diagnosis"]["cause"], "bad-credentials");
    assert_eq!(report["credentials"][0]["username"], "ci");
    assert_eq!(report["answers"][0]["credential"], 0);
}

#[test]
fn a_missing_tag_as_text() {
    let address = serve(|_| empty("404 Not Found", ""));
    let run = pullsim(&["check", &format!("{address}/team/app:v1")]);
    assert_eq!(run.status, 1);
    for part in [
        "✓ connect      127.0.0.1:",
        "✗ resolve      HEAD /v2/team/app/manifests/v1 → 404",
        "· manifest     not reached, nor platform, config, layers",
        "Events:",
        "Failed to pull image",
        "Cause  PS-REF-01 tag-not-found: ",
        "Fix    ",
    ] {
        assert!(run.out.contains(part), "{part:?} is not in\n{}", run.out);
    }
}

#[test]
fn a_secret_that_does_not_parse_ends_the_pull() {
    let config = json!({"auths": {"r.test": {"auth": "bm8gY29sb24="}}}).to_string();
    let said = "unable to parse auth field, must be formatted as base64(username:password)";
    for (version, reason) in [("1.28", "ErrImagePull"), ("1.35", said)] {
        let arguments = ["check", "r.test/app:v1", "--secret", "-", "--kubelet", version, "-o", "json"];
        let run = pullsim_with(&arguments, &config);
        let report = run.json();
        assert_eq!((run.status, &report["waiting"]["reason"]), (1, &json!(reason)));
        assert_eq!(report["malformed"]["source"], "standard input");
        assert_eq!(report["diagnosis"]["cause"], "secret-malformed");
        assert_eq!(report["reference"]["domain"], "r.test");
        assert_eq!(report["trace"], json!([]));
    }
}

#[test]
fn never_pull_asks_nobody() {
    let run = pullsim(&["check", "r.test/team/app:v1", "--policy", "Never", "-o", "json"]);
    let report = run.json();
    assert_eq!(run.status, 1);
    assert_eq!(report["waiting"]["reason"], "ErrImageNeverPull");
    assert_eq!(report["diagnosis"]["cause"], "never-pull");
}
