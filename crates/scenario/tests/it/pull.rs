//! Whole pulls inside shipped scenarios: kubelet, containerd, TLS, tokens and HTTP, in virtual time.

use std::sync::Arc;

use kubelet::{PullInputs, SyncResult, Version, ensure_image_exists};
use mock_registry::{Request, Who};
use net::Clock;
use trace::Trace;

use crate::support::{containerd, parse, shipped_text};

struct Played {
    result: SyncResult,
    requests: Vec<Request>,
    seconds: u64,
}

/// Plays a scenario whose YAML is changed by `change` before.
fn play(file: &str, change: impl FnOnce(String) -> String) -> Played {
    let scenario = parse(file, &change(shipped_text(file)));
    scenario::virtual_time().unwrap().block_on(async {
        let network = Arc::new(scenario.network());
        let clock = Clock::new(scenario.now());
        let containerd = containerd(&scenario, network.clone(), clock, Trace::new());
        let mut inputs = PullInputs::new(scenario.image());
        inputs.secrets = scenario.secrets();
        let result = ensure_image_exists(&containerd, &inputs, Version::NEWEST, || clock.elapsed()).await;
        Played { result, requests: network.requests(), seconds: clock.elapsed().as_secs() }
    })
}

impl Played {
    fn waiting(&self) -> &str {
        self.result.waiting.as_ref().unwrap().message.as_str()
    }

    /// `HOST METHOD STATUS` of each request, in order.
    fn exchanges(&self) -> Vec<String> {
        let line = |r: &Request| format!("{} {} {}", r.host, r.method, r.status.unwrap_or(0));
        self.requests.iter().map(line).collect()
    }
}

#[test]
fn a_private_multi_arch_image_is_pulled() {
    let played = play("success/private-multi-arch.yaml", |text| text);
    assert!(played.result.is_present(), "{:?}", played.result.waiting);
    let exchanges = played.exchanges();
    assert_eq!(
        exchanges[..3],
        ["registry.example.com HEAD 401", "auth.example.com POST 200", "registry.example.com HEAD 200"]
    );
    // The config and three layers.
    assert_eq!(
        exchanges.iter().filter(|line| *line == "cdn.example.com GET 200").count(),
        4,
        "{exchanges:?}"
    );
    let manifests =
        played.requests.iter().filter(|r| r.path.contains("/manifests/") && r.status == Some(200));
    assert!(
        manifests.clone().count() >= 3 && manifests.into_iter().all(|r| r.who == Who::Account("ci".into()))
    );
}

#[test]
fn a_key_that_does_not_match_leaves_the_pull_anonymous() {
    let played = play("credentials/secret-key-does-not-match.yaml", |text| text);
    assert!(!played.result.is_present());
    let words = "pull access denied, repository does not exist or may require authorization";
    assert!(played.waiting().contains(words), "{}", played.waiting());
    assert!(played.requests.iter().all(|request| request.who == Who::Anonymous));
    let repaired = |text: String| text.replace("registry.example.com:443:", "registry.example.com:");
    assert!(play("credentials/secret-key-does-not-match.yaml", repaired).result.is_present());
}

#[test]
fn a_missing_tag_is_not_found() {
    let played = play("manifest/tag-missing.yaml", |text| text);
    let words = "registry.example.com/team/app:v1.2: not found";
    assert!(played.waiting().ends_with(words), "{}", played.waiting());
    let repaired = |text: String| text.replace("app:v1.2\n", "app:v1.2.0\n");
    assert!(play("manifest/tag-missing.yaml", repaired).result.is_present());
}

#[test]
fn a_dropped_connection_costs_virtual_time_alone() {
    let drop = |text| format!("{text}\nfirewall: [{{to: registry.example.com, action: drop}}]\n");
    let played = play("success/private-multi-arch.yaml", drop);
    assert!(played.waiting().ends_with("dial tcp 10.20.0.7:443: i/o timeout"), "{}", played.waiting());
    assert_eq!((played.seconds, played.requests.len()), (30, 0));
}
