//! `explain` and `causes`, and the closed loop: what `check` prints is explained as what `check` diagnosed.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{pullsim, pullsim_with};

/// Versions of the kubelet whose events differ.
const KUBELETS: [&str; 3] = ["1.28", "1.32", "1.35"];

#[test]
fn explain_says_what_it_found_by_its_exit_status() {
    let found = pullsim_with(&["explain"], "toomanyrequests: slow down");
    assert_eq!((found.status, found.err.as_str()), (0, ""));
    assert!(found.out.contains("PS-RATE-01 rate-limit · certain"), "{}", found.out);
    let nothing = pullsim_with(&["explain", "-"], "all is well");
    assert_eq!((nothing.status, nothing.out.as_str()), (1, "No failed pull was found in this text.\n"));
    let missing = pullsim(&["explain", "/no/such/file"]);
    assert_eq!((missing.status, missing.out.as_str()), (2, ""));
    let json = pullsim_with(&["explain", "-o", "json"], "toomanyrequests: slow down").json();
    assert_eq!((&json["kind"], &json["findings"][0]["code"]), (&"Explanation".into(), &"PS-RATE-01".into()));
}

#[test]
fn causes_are_listed_and_told() {
    let list = pullsim(&["causes"]);
    assert!(list.status == 0 && list.out.lines().count() > 50, "{}", list.out);
    let one = pullsim(&["causes", "ps-tls-03"]);
    assert!(one.out.starts_with("PS-TLS-03 x509-name-mismatch"), "{}", one.out);
    assert_eq!(pullsim(&["causes", "x509-expired", "-o", "json"]).json()["code"], "PS-TLS-02");
    let unknown = pullsim(&["causes", "rate-limits"]);
    assert_eq!(unknown.status, 2);
    assert!(unknown.err.contains("did you mean rate-limit?"), "{}", unknown.err);
}

/// Causes that the events cannot tell apart: they show a denied pull, and not why no login was sent;
/// they show "not found", and not that a web site said so.
fn is_one_to_the_events(diagnosed: &str, found: &Value) -> bool {
    let others = found["alternatives"].as_array().into_iter().flatten();
    let hidden = [
        "secret-wrong-registry",
        "secret-malformed",
        "secret-missing",
        "credential-provider-failure",
        "wrong-registry-host",
    ];
    let login = [
        "credentials-missing",
        "bad-credentials",
        "repo-missing-or-private",
        "user-not-permitted",
        "expired-token",
    ];
    let may_differ = hidden.contains(&diagnosed) || login.contains(&diagnosed);
    found["cause"] == diagnosed || (may_differ && others.into_iter().any(|other| other["cause"] == diagnosed))
}

#[test]
fn events_of_all_scenarios_are_explained_as_diagnosed() {
    let (mut explained, mut wrong) = (0, Vec::new());
    for scenario in scenarios(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios"))) {
        let text = std::fs::read_to_string(&scenario).unwrap();
        let Some(image) = text.lines().find_map(|line| line.strip_prefix("image: ")) else { continue };
        for kubelet in KUBELETS {
            let path = scenario.to_str().unwrap();
            let check = pullsim(&["check", image.trim(), "--in", path, "--kubelet", kubelet, "-o", "json"]);
            let report = check.json();
            let Some(diagnosed) = report["diagnosis"]["cause"].as_str() else { continue };
            for events in [table(&report["events"]), list(&report["events"])] {
                let explanation = pullsim_with(&["explain", "-o", "json"], &events).json();
                let found = &explanation["findings"][0];
                if !is_one_to_the_events(diagnosed, found) {
                    wrong.push(format!(
                        "{path}, kubelet {kubelet}: {diagnosed}, not {}\n{events}",
                        found["cause"]
                    ));
                }
                explained += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(explained >= 12, "{explained}");
}

/// The events as `kubectl describe pod` shows them.
fn table(events: &Value) -> String {
    let rows = events.as_array().unwrap().iter().map(|event| {
        let text = |name: &str| event[name].as_str().unwrap_or_default();
        format!("  {}  {}  5s  kubelet  {}\n", text("type"), text("reason"), text("message"))
    });
    format!(
        "Events:\n  Type  Reason  Age  From  Message\n  ----  ------  ----  ----  -------\n{}",
        rows.collect::<String>()
    )
}

/// The events as `kubectl get events -o json` prints them.
fn list(events: &Value) -> String {
    let items = events.as_array().unwrap().iter().map(|event| {
        let object = serde_json::json!({"kind": "Pod", "name": "web-0", "fieldPath": event["fieldPath"]});
        let (kind, reason, message) = (&event["type"], &event["reason"], &event["message"]);
        serde_json::json!({"kind": "Event", "type": kind, "reason": reason, "message": message, "involvedObject": object})
    });
    serde_json::json!({"kind": "List", "items": items.collect::<Vec<_>>()}).to_string()
}

fn scenarios(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        // What is in `_base` is there to be included.
        if path.is_dir() && !path.ends_with("_base") {
            found.extend(scenarios(&path));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
    found
}
