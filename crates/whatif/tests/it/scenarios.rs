//! Each kind of change heals what it is for.

use crate::support::tried;

const REGISTRY: &str = "hosts:\n  registry.example.com:\n    address: 10.20.0.7\n    \
                        images: [{name: team/app, tags: [v1, v1.2.0], layers: [1KiB], PLATFORM}]\n";
const IMAGE: &str = "image: registry.example.com/team/app:v1\n";
const PRIVATE: &str = "    auth: {basic: {accounts: {ci: {password: right, pull: ['team/**']}}}}\n";

fn registry(platforms: &str) -> String {
    REGISTRY
        .replace(", PLATFORM", &if platforms.is_empty() { String::new() } else { format!(", {platforms}") })
}

fn secret(key: &str, password: &str) -> String {
    format!("secrets: [{{name: s, auths: {{'{key}': {{username: ci, password: {password}}}}}}}]\n")
}

/// The last of the changes is the one that heals.
fn heals(scenario: &str, outcomes: &[&str]) {
    let tried = tried(scenario, true);
    let cause = tried.report.diagnosis.as_ref().map(|diagnosis| diagnosis.cause.name());
    assert_eq!(tried.outcomes(), outcomes, "{cause:?}\n{scenario}");
}

#[test]
fn names_tags_and_platforms() {
    let registry = registry("");
    let image = |name: &str| format!("image: '{name}'\n{registry}");
    heals(&image("registry.example.com/team/app:v1.2"), &["tag pulled"]);
    heals(&image("https://registry.example.com/team/app:v1"), &["name pulled"]);
    heals(&image("registry.example.com/team/App:v1"), &["name pulled"]);
    heals(&image("registry.example.com/team/aap:v1"), &["repository pulled"]);
    heals(&image("registry.example.com:5000/team/app:v1"), &["host pulled"]);
    let arm = self::registry("platforms: [linux/arm64]").replace("layers", "index: true, layers");
    heals(&format!("{IMAGE}{arm}"), &["platform pulled"]);
}

#[test]
fn logins() {
    let private = format!("{IMAGE}{}{PRIVATE}", registry(""));
    heals(&format!("{private}{}", secret("registry.example.com:443", "right")), &["key pulled"]);
    let public = format!("{IMAGE}{}", registry(""));
    heals(&format!("policy: Never\n{public}"), &["policy pulled"]);
}

#[test]
fn trust_and_schemes() {
    let with = |what: &str| format!("{IMAGE}{}    {what}\n", registry(""));
    heals(&with("tls: unknown-authority"), &["trust-ca pulled"]);
    heals(&with("tls: self-signed"), &["trust-ca pulled"]);
    heals(&with("tls: expired"), &["no-verify unverified"]);
    heals(&with("tls: none\n    port: 443"), &["plain-http pulled"]);
}

#[test]
fn several_changes_on_top_of_each_other() {
    let text = format!(
        "image: registry.example.com/team/app:v1.2\n{}{PRIVATE}{}",
        registry(""),
        secret("registry.example.com:443", "right")
    );
    let tried = tried(&text, true);
    assert_eq!(tried.outcomes(), ["key further", "tag pulled"]);
    let last = tried.found.trials.last().unwrap();
    assert_eq!(last.after.len(), 1, "{:?}", last.after);
    assert_eq!(last.report.image, "registry.example.com/team/app:v1.2.0");
    assert_eq!(tried.found.hints, ["hint: tag \"v1.2.0\" exists", "hint: tag \"v1\" exists"]);
}

#[test]
fn what_cannot_be_healed_is_said_to_be_so() {
    let private = format!("{IMAGE}{}{PRIVATE}{}", registry(""), secret("registry.example.com", "wrong"));
    let tried = tried(&private, true);
    assert!(report::healing(&tried.found.trials).is_none());
    assert_eq!(tried.outcomes(), ["anonymous failed"]);
}
