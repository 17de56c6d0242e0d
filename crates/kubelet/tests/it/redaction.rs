use cri::AuthConfig;
use keyring::PullSecret;
use kubelet::{Plan, PullInputs, Version};

use crate::fake::{Fake, status, sync};

/// A canary in each place that may hold a secret must not come out of `Debug` or serde of anything.
#[test]
fn no_secret_is_printed() {
    let mut inputs = PullInputs::new("r.example.com/a:1");
    // The auth field holds `user:canary`.
    let document = r#"{"auths": {"r.example.com": {"username": "user", "password": "canary"},
        "https://r.example.com": {"auth": "dXNlcjpjYW5hcnk="}}}"#;
    inputs.secrets.push(PullSecret::docker_config_json("ns", "s", document));
    let given = AuthConfig {
        username: "user".into(),
        password: "canary".into(),
        auth: "canary".into(),
        server_address: String::new(),
        identity_token: "canary".into(),
        registry_token: "canary".into(),
    };
    let with_given = PullInputs { auth: Some(given), ..inputs.clone() };
    let mut shown = String::new();
    for inputs in [&inputs, &with_given] {
        let plan = Plan::new(inputs, Version::NEWEST).unwrap();
        let fake = Fake { pull_errors: vec![status("no")], ..Fake::new() };
        let result = sync(&fake, inputs, Version::NEWEST);
        assert!(fake.auths().iter().flatten().all(|auth| auth.password.expose() == "canary"));
        let events = serde_json::to_string(&result.events).unwrap();
        let credentials = serde_json::to_string(&plan.credentials).unwrap();
        shown.push_str(&format!("{inputs:?} {plan:?} {result:?} {events} {credentials}"));
    }
    let broken = r#"{"auths": {"r": {"auth": "canary"}}}"#;
    let secrets = vec![PullSecret::docker_config_json("ns", "s", broken)];
    let broken = PullInputs { secrets, ..PullInputs::new("r/a") };
    let error = Plan::new(&broken, Version::NEWEST).unwrap_err();
    shown.push_str(&format!("{error} {error:?}"));
    assert!(shown.contains("[redacted]"));
    for canary in ["canary", "dXNlcjpjYW5hcnk="] {
        assert!(!shown.contains(canary), "{canary} in {shown}");
    }
}
