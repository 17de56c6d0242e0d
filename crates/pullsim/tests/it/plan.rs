//! `--plan`: everything up to the first request.

use serde_json::json;

use crate::{file, pullsim, pullsim_with};

fn config(entries: &[(&str, &str)]) -> String {
    let entry =
        |(key, user): &(&str, &str)| ((*key).to_owned(), json!({"username": user, "password": "canary-p"}));
    let auths: serde_json::Map<_, _> = entries.iter().map(entry).collect();
    json!({ "auths": auths }).to_string()
}

#[test]
fn names_are_read_as_the_kubelet_reads_them() {
    let digest = format!("sha256:{}", "ab".repeat(32));
    let with_digest = format!("quay.io/a/b:v1@{digest}");
    let cases = [
        ("nginx", "docker.io", "library/nginx", "latest", "", "nginx:latest", "Always"),
        ("nginx:1.27", "docker.io", "library/nginx", "1.27", "", "nginx:1.27", "IfNotPresent"),
        (
            "r.test:5000/team/app",
            "r.test:5000",
            "team/app",
            "latest",
            "",
            "r.test:5000/team/app:latest",
            "Always",
        ),
        (&with_digest, "quay.io", "a/b", "v1", &digest, &with_digest, "IfNotPresent"),
    ];
    for (image, domain, path, tag, digest, handed_over, policy) in cases {
        let run = pullsim(&["check", image, "--plan", "-o", "json"]);
        let plan = run.json();
        assert_eq!(run.status, 0, "{}", run.err);
        assert_eq!(plan["reference"], json!({"domain": domain, "path": path, "tag": tag, "digest": digest}));
        assert_eq!((&plan["image"], &plan["pull_policy"]), (&json!(handed_over), &json!(policy)));
        assert_eq!(plan["credentials"], json!([]));
        assert!(plan.get("error").is_none());
    }
}

#[test]
fn credentials_come_in_the_kubelets_order() {
    let entries = [("r.test", "short"), ("r.test/team", "path"), ("*.test", "glob"), ("other.test", "other")];
    let config = config(&entries);
    let run = pullsim_with(&["check", "r.test/team/app", "--secret", "-", "--plan", "-o", "json"], &config);
    let plan = run.json();
    let credentials = plan["credentials"].as_array().unwrap();
    let order: Vec<&str> = credentials.iter().map(|c| c["username"].as_str().unwrap()).collect();
    assert_eq!(order, ["path", "short", "glob"]);
    assert_eq!(credentials[0]["key"], "r.test/team");
    assert_eq!(plan["unmatched"][0]["key"], "other.test");
    assert!(!run.all().contains("canary-p"));
}

#[test]
fn secrets_of_several_files_keep_their_order() {
    let first = file("plan-first", "first.json", &config(&[("r.test", "one")]));
    let second = file("plan-second", "second.json", &config(&[("https://r.test/v2/", "two")]));
    let run =
        pullsim(&["check", "r.test/app", "--secret", &second, "--secret", &first, "--plan", "-o", "json"]);
    let plan = run.json();
    let users: Vec<&str> =
        plan["credentials"].as_array().unwrap().iter().map(|c| c["username"].as_str().unwrap()).collect();
    assert_eq!(users, ["two", "one"]);
}

#[test]
fn the_nodes_own_file_comes_after_the_secrets() {
    let directory = crate::directory("plan-node");
    let kubelet = directory.join("var/lib/kubelet");
    std::fs::create_dir_all(&kubelet).unwrap();
    std::fs::write(kubelet.join("config.json"), config(&[("r.test", "node")])).unwrap();
    let node = directory.to_str().unwrap();
    let arguments = ["check", "r.test/app", "--secret", "-", "--node", node, "--plan", "-o", "json"];
    let plan = pullsim_with(&arguments, &config(&[("r.test", "secret")])).json();
    assert_eq!(plan["credentials"][0]["username"], "secret");
    assert_eq!(plan["credentials"][1]["username"], "node");
    assert_eq!(plan["credentials"][1]["source"], "node file /var/lib/kubelet/config.json");
}

#[test]
fn a_name_that_does_not_parse_is_what_the_node_says() {
    let run = pullsim(&["check", "Nginx", "--plan", "-o", "json"]);
    let plan = run.json();
    assert_eq!(run.status, 1);
    assert_eq!(plan["error"]["reason"], "InvalidImageName");
    assert_eq!(
        plan["error"]["message"],
        "Failed to apply default image tag \"Nginx\": couldn't parse image name \"Nginx\": invalid reference format: \
         repository name (library/Nginx) must be lowercase"
    );
    assert!(plan.get("reference").is_none() && plan.get("image").is_none());
}

#[test]
fn a_secret_that_the_kubelet_cannot_read_ends_the_plan() {
    let document = json!({"auths": {"r.test": {"auth": "bm8gY29sb24="}}}).to_string();
    let run = pullsim_with(&["check", "r.test/app", "--secret", "-", "--plan", "-o", "json"], &document);
    assert_eq!(run.status, 1, "{}", run.all());
    let message = "unable to parse auth field, must be formatted as base64(username:password)";
    assert_eq!(run.json()["error"]["message"], message);
}

#[test]
fn as_text() {
    let run = pullsim_with(
        &["check", "r.test/app:v1", "--secret", "-", "--plan"],
        &config(&[("r.test:443", "ci")]),
    );
    let expected = r#"r.test/app:v1

  ✓ name         r.test/app, tag v1, pull policy IfNotPresent
  ! credentials  standard input: no entry matches
                   "r.test:443"  port "443" written in the key, none in the image: never sent
"#;
    assert_eq!(run.out, expected);
}
