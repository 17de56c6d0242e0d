//! `pullsim secret lint|match|make`, and the checklist's rows about secrets: C8, S4, X3.

use serde_json::json;

use crate::{file, pullsim, pullsim_with};

fn config(auths: &serde_json::Value) -> String {
    json!({ "auths": auths }).to_string()
}

#[test]
fn match_tells_order_and_reasons() {
    let document = config(&json!({
        "registry.example.com": {"username": "host", "password": "x"},
        "https://registry.example.com/team": {"username": "team", "password": "x"},
        "*.example.com": {"username": "glob", "password": "x"},
        "registry.example.com:443": {"username": "port", "password": "x"},
    }));
    let path = file("match_order", "config.json", &document);
    let run = pullsim(&["secret", "match", "registry.example.com/team/app:v1", &path, "-o", "json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let source = format!("file {path}");
    assert_eq!(
        run.json(),
        json!({
            "kubelet": "1.35",
            "credentials": [
                {"username": "team", "key": "https://registry.example.com/team", "source": source},
                {"username": "host", "key": "registry.example.com", "source": source},
                {"username": "glob", "key": "*.example.com", "source": source},
            ],
            "rejected": [{
                "key": "registry.example.com:443",
                "source": source,
                "reason": "port \"443\" written in the key, none in the image: never sent",
            }],
        })
    );
    let run = pullsim(&["secret", "match", "other.example.org/app", &path]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(run.out.contains("Nothing matches: the node asks as anonymous."), "{}", run.out);
}

#[test]
fn one_malformed_secret_disables_all() {
    let good = file(
        "match_good",
        "good.json",
        &config(&json!({"r.example.com": {"username": "u", "password": "x"}})),
    );
    let bad = file("match_bad", "bad.json", &config(&json!({"r.example.com": {"auth": "not base64"}})));
    let run = pullsim(&["secret", "match", "r.example.com/app", &good, &bad, "-o", "json"]);
    assert_eq!(run.status, 1);
    let report = run.json();
    assert_eq!(report["credentials"], json!([]));
    let reasons: Vec<&str> =
        report["rejected"].as_array().unwrap().iter().map(|r| r["reason"].as_str().unwrap()).collect();
    assert!(
        reasons[0].starts_with("cannot be read, which disables all pull secrets of the pod: illegal base64")
    );
    assert_eq!(reasons[1], format!("disabled, since file {bad} cannot be read"));
}

/// The kubelet's version decides: 1.32 reads names by a newer grammar than 1.28, and 1.33 says more of bad JSON.
#[test]
fn match_knows_the_version_of_the_kubelet() {
    let document = r#"{"auths": {"r.example.com": {"username": 5}}}"#;
    let bad = file("match_version", "bad.json", document);
    let told = |version: &str| {
        let run =
            pullsim(&["secret", "match", "r.example.com/app", &bad, "--kubelet", version, "-o", "json"]);
        assert_eq!(run.status, 1, "{}", run.all());
        let report = run.json();
        assert_eq!(report["kubelet"], version.trim_start_matches('v'));
        report["rejected"][0]["reason"].as_str().unwrap().to_owned()
    };
    let (old, new) = (told("1.32"), told("v1.33"));
    assert_ne!(old, new);
    // The words are those of the pull itself.
    for (version, words) in [("1.32", old), ("1.33", new)] {
        let check = pullsim(&[
            "check",
            "r.example.com/app",
            "--secret",
            &bad,
            "--plan",
            "--kubelet",
            version,
            "-o",
            "json",
        ]);
        let said = check.json()["error"]["message"].as_str().unwrap_or_default().to_owned();
        assert!(!said.is_empty() && words.ends_with(&said), "{version}: {words} / {said}");
    }
    let run = pullsim(&["secret", "match", "r.example.com/app", &bad, "--kubelet", "1.12"]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.contains("unknown kubelet version \"1.12\"\nhelp: "), "{}", run.err);
}

#[test]
fn what_is_made_is_right() {
    for (registry, image, form) in [
        ("registry.example.com", "registry.example.com/team/app:v1", "yaml"),
        ("https://Registry.example.com/v2/", "registry.example.com/team/app:v1", "json"),
        ("docker.io", "nginx", "yaml"),
        ("registry-1.docker.io", "team/app", "yaml"),
        ("registry.example.com:5000/team", "registry.example.com:5000/team/app", "yaml"),
    ] {
        let arguments = [
            "secret",
            "make",
            registry,
            "--user",
            "ci",
            "--password-stdin",
            "--namespace",
            "shop",
            "-o",
            form,
        ];
        let made = pullsim_with(&arguments, "p:a\"ss\n");
        assert_eq!(made.status, 0, "{}", made.all());
        let lint = pullsim_with(&["secret", "lint", "-", "--image", image, "-o", "json"], &made.out);
        let findings = lint.json();
        let codes: Vec<&str> =
            findings["findings"].as_array().unwrap().iter().map(|f| f["name"].as_str().unwrap()).collect();
        let wanted: &[&str] = if registry.ends_with("/team") { &["path-prefix"] } else { &[] };
        assert_eq!(codes, wanted, "{registry}: {}", made.out);
        let matched = pullsim_with(&["secret", "match", image, "-", "-o", "json"], &made.out);
        assert_eq!(matched.json()["credentials"][0]["username"], "ci", "{}", matched.all());
        assert_eq!(matched.json()["credentials"][0]["source"], "shop/pull-secret");
    }
}

#[test]
fn what_cannot_be_made_is_said_without_the_password() {
    for (arguments, input, wanted) in [
        (
            &["registry.example.com", "--user", "ci:c4n4ry"][..],
            "x",
            "no Secret can be made with this user name\n",
        ),
        (
            &["registry example", "--user", "ci"],
            "x",
            "no Secret can be made with this registry \"registry example\"",
        ),
        (
            &["registry.example.com", "--user", "ci", "--name", "Pull"],
            "x",
            "no Secret can be made with this name \"Pull\"",
        ),
        (&["registry.example.com", "--user", "ci"], "\n", "there is no password on standard input"),
    ] {
        let run = pullsim_with(&[&["secret", "make", "--password-stdin"], arguments].concat(), input);
        assert_eq!(run.status, 2, "{}", run.all());
        assert!(run.err.contains(wanted) && !run.err.contains("c4n4ry"), "{}", run.err);
        assert!(run.out.is_empty());
    }
}

#[test]
fn lint_shows_the_place_and_exits_with_1() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: pull\ntype: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: '{\"auths\": {\"registry.example.com:443\": {\"username\": \"ci\", \"password\": \"x\\n\"}}}'\n";
    let run = pullsim_with(&["secret", "lint", "-", "--image", "registry.example.com/team/app:v1"], secret);
    assert_eq!(run.status, 1, "{}", run.all());
    insta::assert_snapshot!("secret_lint_port_and_new_line", run.out);
    let clean = pullsim_with(
        &["secret", "lint", "-"],
        &config(&json!({"r.example.com": {"username": "u", "password": "x"}})),
    );
    assert_eq!((clean.status, clean.out.as_str()), (0, "nothing wrong was found\n"));
    let run = pullsim_with(&["secret", "lint", "-"], "kind: Secret\n  type: [\n");
    assert_eq!(run.status, 2, "{}", run.all());
}

#[test]
fn help_has_examples_and_exit_statuses() {
    for command in ["lint", "match", "make"] {
        let run = pullsim(&["secret", command, "--help"]);
        assert_eq!(run.status, 0);
        assert!(run.out.contains("Examples:") && run.out.contains("Exit status:"), "{}", run.out);
    }
}
