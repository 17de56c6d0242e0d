//! `check --in`: the shipped scenarios word for word, and time that costs nothing.

use std::time::{Duration, Instant};

use crate::{Run, file, pullsim, pullsim_with};

fn shipped(name: &str) -> String {
    format!("{}/../../scenarios/{name}.yaml", env!("CARGO_MANIFEST_DIR"))
}

fn check(name: &str, image: &str, more: &[&str]) -> Run {
    pullsim(&[&["check", image, "--in", &shipped(name), "--kubelet", "1.34"], more].concat())
}

#[test]
fn a_private_image_is_pulled() {
    let run = check("success/private-multi-arch", "registry.example.com/team/app:v1", &["--layers", "get"]);
    insta::assert_snapshot!("private_multi_arch_pulled", run.out);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
}

#[test]
fn a_secret_whose_key_does_not_match() {
    let run = check("credentials/secret-key-does-not-match", "registry.example.com/team/app:v1", &[]);
    insta::assert_snapshot!("secret_key_does_not_match_failed", run.out);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
}

#[test]
fn a_tag_that_is_missing() {
    let run = check("manifest/tag-missing", "registry.example.com/team/app:v1.2", &[]);
    insta::assert_snapshot!("tag_missing_failed", run.out);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
}

#[test]
fn the_pods_of_a_scenario_are_looked_at_as_long_as_it_says() {
    let run =
        pullsim(&["check", "--in", &shipped("kubelet/whole-namespace"), "--kubelet", "1.34", "-o", "json"]);
    let report = run.json();
    let pods = report["pods"].as_array().unwrap().iter();
    let told: Vec<_> =
        pods.map(|pod| (pod["name"].as_str().unwrap(), pod["outcome"].as_str().unwrap())).collect();
    assert_eq!(told, [("web", "pulled"), ("report", "failed")]);
    assert_eq!((report["for_ms"].as_f64(), run.status), (Some(120_000.0), 1));
    let missing = &report["pods"][1]["missing_secrets"][0];
    assert_eq!((&missing["name"], &missing["elsewhere"][0]), (&"of-the-report".into(), &"reports".into()));
    // Its diagnosis is of a pull in the pod's life, not of another one.
    assert!(report["pods"][1]["images"][0]["check"]["diagnosis"]["cause"].is_string(), "{}", run.out);
}

#[test]
fn another_platform_or_secret_can_be_tried_in_it() {
    let image = "registry.example.com/team/app:v1";
    let run = check("success/private-multi-arch", image, &["--platform", "linux/s390x", "-o", "json"]);
    assert_eq!(run.json()["diagnosis"]["cause"], "platform-mismatch", "{}", run.out);

    let config = r#"{"auths": {"registry.example.com": {"username": "ci", "password": "wrong"}}}"#;
    let scenario = shipped("success/private-multi-arch");
    let run = pullsim_with(&["check", image, "--in", &scenario, "--secret", "-", "-o", "json"], config);
    assert_eq!(run.json()["diagnosis"]["cause"], "bad-credentials", "{}", run.out);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it is wall time that is measured")]
fn half_a_minute_of_silence_takes_no_time() {
    let text = "apiVersion: pullsim/v1\nkind: Scenario\ntitle: dropped\nnow: 2026-03-01T09:00:00Z\n\
                image: r.test/app:v1\nhosts:\n  r.test:\n    address: 10.20.0.7\n    images: [{name: app, tags: [v1]}]\n\
                firewall: [{to: r.test, action: drop}]\n";
    let scenario = file("scenario-dropped", "dropped.yaml", text);
    let start = Instant::now();
    let run = pullsim(&["check", "r.test/app:v1", "--in", &scenario, "-o", "json"]);
    let report = run.json();
    assert_eq!(report["diagnosis"]["cause"], "conn-timeout", "{}", run.out);
    assert_eq!(report["cri"]["code"], "DeadlineExceeded");
    let told = Duration::from_secs_f64(report["took_ms"].as_f64().unwrap() / 1e3);
    assert!(told >= Duration::from_secs(30) && start.elapsed() < told, "{told:?} {:?}", start.elapsed());
}

#[test]
fn a_mistake_in_a_scenario_is_shown_where_it_is() {
    let scenario = file("scenario-mistake", "s.yaml", "apiVersion: pullsim/v1\nkind: Scenario\ntitel: x\n");
    let run = pullsim(&["check", "nginx", "--in", &scenario]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.contains("unknown key `titel`") && run.err.contains("s.yaml:3:1"), "{}", run.err);
}

#[test]
fn what_if_proves_the_change_that_heals() {
    let image = "registry.example.com/team/app:v1";
    let run = check("credentials/secret-key-does-not-match", image, &["--what-if"]);
    assert_eq!(run.status, 1, "{}", run.err);
    assert!(run.out.contains("Proven: with this change the same pull succeeds"), "{}", run.out);
    let report = check("credentials/secret-key-does-not-match", image, &["--what-if", "-o", "json"]).json();
    let trials = report["what_if"].as_array().unwrap();
    let healing = trials.iter().find(|trial| trial["outcome"] == "pulled").unwrap();
    assert!(healing["text"].as_str().unwrap().contains("registry.example.com"), "{healing}");
    assert!(!healing["trace"].as_array().unwrap().is_empty());

    // Verification that is switched off shows what is wrong, and is not called a remedy.
    let run = check("tls/expired", image, &["--what-if"]);
    assert!(!run.out.contains("Proven: with this change the same pull succeeds: Switch"), "{}", run.out);
}

/// The pods of a scenario are chosen as those of files are.
#[test]
fn one_pod_of_a_scenario() {
    let world = shipped("kubelet/whole-namespace");
    let check = |more: &[&str]| pullsim(&[&["check", "--in", &world, "-q"], more].concat());
    let one = check(&["--pod", "web"]);
    assert_eq!(one.status, 0, "{}", one.all());
    assert!(
        one.out.lines().count() == 2 && one.out.lines().all(|line| line.starts_with("shop/web ")),
        "{}",
        one.out
    );
    for (arguments, message) in [
        (&["--pod", "wbe"][..], "unknown pod \"wbe\"\nhelp: did you mean web?"),
        (&["--pod", "web", "-n", "reports"], "holds no pod in namespace reports"),
    ] {
        let run = check(arguments);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.contains(message), "{}", run.err);
    }
    // A world with an image alone has no pod that could be named.
    let image = shipped("tls/expired");
    let none = pullsim(&["check", "--in", &image, "--pod", "web"]);
    assert_eq!(none.status, 2, "{}", none.all());
    assert!(none.err.contains("holds no pod\nhelp: a scenario has pods by its manifests"), "{}", none.err);
    assert_eq!(pullsim(&["check", "nginx", "--pod", "web"]).status, 2);
}
