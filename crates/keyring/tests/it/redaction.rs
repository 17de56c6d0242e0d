use keyring::{Keyring, NodeFiles, Provenance, PullSecret, from_secrets};
use serde_json::json;

use crate::dockercfg;

/// A canary in each place that may hold a secret must not come out of `Debug` or serde of anything.
#[test]
fn no_secret_is_printed() {
    let canaries = ["canary-password", "dTpjYW5hcnktYXV0aA=="];
    let document = json!({"auths": {
        "r.example.com": {"username": "a", "password": canaries[0]},
        "r.example.com/team": {"auth": canaries[1]},
        "https://u:canary-in-key@q.example.com": {},
        "u:canary-in-key@q.example.com:port": {},
    }})
    .to_string();
    let secret = PullSecret::docker_config_json("ns", "s", document.as_str());
    let made = from_secrets(std::slice::from_ref(&secret)).unwrap();
    let credentials = made.keyring.lookup("r.example.com/team/a");
    assert_eq!(credentials.len(), 2);
    assert_eq!(credentials[0].password.expose(), "canary-auth");
    let config = dockercfg(&json!({"r": {"password": canaries[0]}}));
    let mut keyring = Keyring::default();
    keyring.add(&config, &Provenance::Given);
    let files = NodeFiles { keyring, tried: Vec::new() };
    let shown = [
        format!("{secret:?} {made:?} {credentials:?} {config:?} {files:?}"),
        serde_json::to_string(&credentials).unwrap(),
        serde_json::to_string(&made.keyring.explain("q.example.com/a")).unwrap(),
    ]
    .concat();
    for canary in ["canary", canaries[1]] {
        assert!(!shown.contains(canary), "{canary} in {shown}");
    }
}
