//! How many pulls are left, as the answers to the pull's own requests say.

use serde_json::Value;

use crate::{Run, file, pullsim, pullsim_with};

const HUB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/_base/docker-hub.yaml");
const LOGIN: &str =
    r#"{"auths": {"https://index.docker.io/v1/": {"username": "acme", "password": "made-up"}}}"#;

/// Docker Hub, with so many manifests for an address; an image for several platforms takes two, its HEAD none.
fn check(anonymous: u64, more: &[&str]) -> Run {
    let limit = format!("{{anonymous: {anonymous}, account: {{acme: 200}}}}");
    let world = format!(
        "include: {HUB}\napiVersion: pullsim/v1\nkind: Scenario\ntitle: A limit\n\
         hosts: {{registry-1.docker.io: {{rateLimit: {limit}}}}}\nexpect: {{outcome: pulled}}\n"
    );
    // Tests run beside each other, and each has a directory of its own.
    let test = std::thread::current().name().unwrap_or_default().replace("::", "-");
    let world = file(&test, &format!("{anonymous}.yaml"), &world);
    pullsim_with(&[&["check", "--in", &world], more].concat(), LOGIN)
}

/// The text without the line ends that its width made.
fn flat(run: &Run) -> String {
    run.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_left_is_told_and_whose_it_is() {
    let plenty = check(100, &[]);
    assert_eq!(plenty.status, 0, "{}", plenty.all());
    let words =
        "98 of 100 pulls in 6 h left at registry-1.docker.io for all that ask from 10.0.0.5 without a login";
    assert!(flat(&plenty).contains(&format!("· rate limit {words}")), "{}", plenty.out);
    assert!(!plenty.out.contains("mirror or cache"), "{}", plenty.out);
    let told = &check(100, &["-o", "json"]).json()["rate_limit"];
    assert_eq!((&told["limit"], &told["remaining"]), (&100.into(), &98.into()), "{told}");
    assert_eq!((&told["counted"], &told["source"]), (&"address".into(), &"10.0.0.5".into()), "{told}");
    // Of all images together, once.
    let pods = check(100, &["--for", "1m"]);
    assert_eq!(flat(&pods).matches(words).count(), 1, "{}", pods.out);
}

#[test]
fn an_account_has_a_limit_of_its_own() {
    let run = check(100, &["--secret", "-"]);
    let words = "198 of 200 pulls in 6 h left at registry-1.docker.io for the account of user \"acme\"";
    assert!(flat(&run).contains(words), "{}", run.all());
    let told = &check(100, &["--secret", "-", "-o", "json"]).json()["rate_limit"];
    assert_eq!((&told["counted"], &told["username"]), (&"account".into(), &"acme".into()), "{told}");
}

#[test]
fn it_can_be_asked_for_without_spending_a_pull() {
    let asked = check(100, &["--rate-limit"]);
    assert_eq!(asked.status, 0, "{}", asked.all());
    let words = "100 of 100 pulls in 6 h left at registry-1.docker.io for all that ask from 10.0.0.5";
    assert!(flat(&asked).contains(words), "{}", asked.out);
    let told = check(100, &["--rate-limit", "--secret", "-", "-o", "json"]).json();
    assert_eq!((&told["kind"], &told["username"]), (&"LimitReport".into(), &"acme".into()), "{told}");
    assert_eq!((&told["found"], &told["rate_limit"]["remaining"]), (&true.into(), &200.into()), "{told}");
    // Nothing but heads was asked of the registry, and never a mirror.
    let steps = told["trace"].as_array().unwrap();
    let asked = |step: &&Value| step["url"].as_str().is_some_and(|url| url.contains("/manifests/"));
    let methods: Vec<&Value> = steps.iter().filter(asked).filter_map(|step| step.get("method")).collect();
    assert_eq!(methods, ["HEAD", "HEAD"], "{told}");
}

#[test]
fn a_registry_without_a_limit_has_none_to_tell() {
    let world = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/success/private-multi-arch.yaml");
    let there = pullsim(&["check", "--in", world, "--rate-limit"]);
    assert_eq!(there.status, 0, "{}", there.all());
    assert!(there.out.contains("· rate limit   the registry tells of none"), "{}", there.out);
    let refused = pullsim(&["check", "registry.example.com/team/other:v1", "--in", world, "--rate-limit"]);
    assert_eq!(refused.status, 1, "{}", refused.all());
    assert!(refused.out.contains("without --rate-limit the check says why"), "{}", refused.out);
    let nobody = pullsim(&["check", "gone.example.com/team/app:v1", "--in", world, "--rate-limit"]);
    assert_eq!(nobody.status, 1, "{}", nobody.all());
    assert!(
        nobody.out.contains("→ no answer") && nobody.out.contains("rate limit   not known"),
        "{}",
        nobody.out
    );
    let form = pullsim(&["check", "--in", world, "--rate-limit", "-o", "html"]);
    assert_eq!((form.status, form.out.as_str()), (2, ""), "{}", form.all());
}

#[test]
fn it_is_told_in_time_that_little_is_left() {
    let last = check(2, &[]);
    assert_eq!(last.status, 0, "{}", last.all());
    assert!(
        last.out.contains("  ! rate limit   0 of 2 ") && flat(&last).contains("pulls fail with 429"),
        "{}",
        last.out
    );
    let used_up = check(1, &[]);
    assert_eq!(used_up.status, 1, "{}", used_up.all());
    assert!(
        used_up.out.contains("PS-RATE-01") && used_up.out.contains("! rate limit   0 of 1 "),
        "{}",
        used_up.out
    );
    for form in ["markdown", "html"] {
        assert!(check(2, &["-o", form]).out.contains("0 of 2 pulls in 6 h left"), "{form}");
    }
}
