//! `explain` and `causes`, and the closed loop: what `check` prints is explained as what `check` diagnosed.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{all_scenarios, pullsim, pullsim_with};

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

/// Causes of a denied pull that no event shows: why no login was sent, or not the right one.
const HIDDEN: [&str; 4] =
    ["secret-wrong-registry", "secret-malformed", "secret-missing", "credential-provider-failure"];

/// What was diagnosed, and what the same events mean more often.
const ALIKE: [(&str, &str); 23] = [
    // A status of 401 does not say whether a login had been sent, nor whether there was a way to send one.
    ("bad-credentials", "credentials-missing"),
    ("expired-token", "credentials-missing"),
    ("expired-token", "bad-credentials"),
    ("token-endpoint-failure", "credentials-missing"),
    // At a cloud's registry a node logs in by its provider, and seldom by a secret; Amazon answers 403 to all.
    ("credentials-missing", "credential-provider-failure"),
    ("expired-token", "node-identity-denied"),
    ("user-not-permitted", "node-identity-denied"),
    // Denied: missing, private, or not for this user.
    ("credentials-missing", "repo-missing-or-private"),
    ("credentials-missing", "user-not-permitted"),
    ("user-not-permitted", "repo-missing-or-private"),
    ("user-not-permitted", "token-endpoint-failure"),
    ("bad-credentials", "token-endpoint-failure"),
    ("client-blocked", "user-not-permitted"),
    // The URL is that which was asked, not that to which the registry sent the node.
    ("redirect-host-blocked", "client-blocked"),
    // Docker Hub answers alike for every name in `library/` that does not exist.
    ("repo-missing-or-private", "local-image-not-on-node"),
    // A name that does not resolve, whatever is behind it.
    ("redirect-host-blocked", "dns-no-such-host"),
    ("token-endpoint-failure", "dns-no-such-host"),
    // A proxy that swallows or breaks a connection is not named.
    ("proxy-misconfig", "conn-reset"),
    ("proxy-misconfig", "conn-timeout"),
    ("proxy-misconfig", "http-on-https"),
    // A mirror's refusal stands in the place of what the registry would have said.
    ("tag-not-found", "mirror-misconfig"),
    // Plain text in a manifest's place is taken for the oldest kind of manifest.
    ("manifest-unsupported", "schema1-unsupported"),
    // An alert of TLS, whatever the server's reason.
    ("conn-reset", "tls-incompatible"),
];

/// Whether the events are explained as diagnosed, as far as they can be: what they hide is among the alternatives.
fn is_one_to_the_events(diagnosed: &str, found: &Value) -> bool {
    let others = found["alternatives"].as_array().into_iter().flatten();
    let alike = ALIKE.iter().any(|(cause, told)| *cause == diagnosed && found["cause"] == *told);
    let may_differ = HIDDEN.contains(&diagnosed) || alike;
    found["cause"] == diagnosed || (may_differ && others.into_iter().any(|other| other["cause"] == diagnosed))
}

#[test]
fn events_of_all_scenarios_are_explained_as_diagnosed() {
    let all = all_scenarios();
    let with_each = |path: PathBuf| KUBELETS.map(|kubelet| (path.clone(), kubelet));
    let cases: Vec<(PathBuf, &str)> = all.into_iter().flat_map(with_each).collect();
    let told: Vec<Option<Result<(), String>>> = std::thread::scope(|scope| {
        let half = cases.len().div_ceil(2);
        let parts: Vec<_> = cases
            .chunks(half)
            .map(|part| {
                scope.spawn(|| part.iter().map(|(path, kubelet)| told(path, kubelet)).collect::<Vec<_>>())
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    let explained = told.iter().flatten().count();
    let wrong: Vec<String> = told.into_iter().flatten().filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(explained >= 540, "{explained}");
}

/// Whether what `check` prints of a scenario is explained as what it diagnosed. `None` where it diagnosed nothing.
fn told(scenario: &Path, kubelet: &str) -> Option<Result<(), String>> {
    // Of those whose pods are whole objects, `run` judges what each of them says.
    let image = image(scenario).filter(|image| image != "~")?;
    let path = scenario.to_str().unwrap();
    let run = pullsim(&["check", &image, "--in", path, "--kubelet", kubelet, "-o", "json"]);
    // An older kubelet that does not know the node's configuration makes no events.
    if run.status == 2 && run.err.contains("does not start") {
        return None;
    }
    let report = run.json();
    let diagnosed = report["diagnosis"]["cause"].as_str()?;
    for events in [table(&report["events"]), list(&report["events"])] {
        let explanation = pullsim_with(&["explain", "-o", "json"], &events).json();
        let found = &explanation["findings"][0];
        if !is_one_to_the_events(diagnosed, found) {
            let cause = &found["cause"];
            return Some(Err(format!("{path}, kubelet {kubelet}: {diagnosed}, not {cause}\n{events}")));
        }
    }
    Some(Ok(()))
}

/// The image that a scenario pulls, which may be named by what it includes.
fn image(scenario: &Path) -> Option<String> {
    let text = std::fs::read_to_string(scenario).unwrap();
    let value =
        |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(|value| value.trim().to_owned());
    let parent = scenario.parent()?;
    let included =
        |files: String| files.trim_matches(['[', ']']).split(", ").find_map(|file| image(&parent.join(file)));
    value("image: ").or_else(|| included(value("include: ")?))
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

#[test]
fn a_table_of_pods_leads_to_their_causes() {
    let table = "\
NAMESPACE   NAME    READY   STATUS                  RESTARTS     AGE   IP         NODE     NOMINATED NODE   READINESS GATES
shop        web-0   0/1     ImagePullBackOff        0            5m    10.1.0.3   node-1   <none>           <none>
shop        web-1   0/1     Init:ErrImagePull       0            5m    10.1.0.4   node-2   <none>           <none>
shop        db-0    1/1     Running                 2 (3m ago)   5m    10.1.0.5   node-1   <none>           <none>
tools       bad     0/1     InvalidImageName        0            4m    10.1.0.6   node-1   <none>           <none>
";
    let run = pullsim_with(&["explain"], table);
    // The name that cannot be read is a cause; of the others the table does not tell any.
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    for part in [
        "PS-REF-05 invalid-image-name",
        "ImagePullBackOff: shop/web-0 on node-1",
        "kubectl describe pod web-0 -n shop | pullsim explain\n",
        "kubectl pullsim pod web-1 -n shop\n",
        "In an init container, the last pull has just failed",
    ] {
        assert!(run.out.contains(part), "{part}: {}", run.out);
    }
    assert!(!run.out.contains("db-0"), "{}", run.out);
    let waiting = pullsim_with(&["explain", "-o", "json"], table).json()["waiting"].clone();
    let told: Vec<String> = waiting
        .as_array()
        .unwrap()
        .iter()
        .map(|pod| format!("{} {} {}", pod["pod"], pod["status"], pod["tried_again"]))
        .collect();
    let wanted = [
        "\"web-0\" \"ImagePullBackOff\" true",
        "\"web-1\" \"Init:ErrImagePull\" true",
        "\"bad\" \"InvalidImageName\" false",
    ];
    assert_eq!(told, wanted);

    // Without namespaces the commands name none. Of a watched pod the last line counts.
    let watched = "web-0  0/1  ErrImagePull  0  1m\nweb-0  0/1  ImagePullBackOff  0  1m\nweb-1  0/1  ErrImagePull  0  1m\nweb-1  1/1  Running  0  2m\n";
    let run = pullsim_with(&["explain"], watched);
    assert_eq!((run.status, run.err.as_str()), (1, ""), "no cause was found");
    assert!(run.out.contains("kubectl describe pod web-0 | pullsim explain\n"), "{}", run.out);
    assert!(!run.out.contains("web-1") && !run.out.contains("ErrImagePull:"), "{}", run.out);
}

/// The causes that a report in JSON has, each once.
fn diagnosed(report: &Value, found: &mut Vec<String>) {
    match report {
        Value::Object(fields) => {
            let cause = fields.get("diagnosis").and_then(|diagnosis| diagnosis["cause"].as_str());
            let new = cause.filter(|cause| !found.iter().any(|known| known == cause));
            found.extend(new.map(str::to_owned));
            fields.values().for_each(|value| diagnosed(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| diagnosed(item, found)),
        _ => {}
    }
}

/// The report itself, handed to `explain`, is explained as what it says, with what is decided (`-v`) and each step (`-vv`)
/// around it; also the verdict alone.
#[test]
fn own_reports_are_explained_as_what_they_say() {
    let mut told = 0;
    for file in all_scenarios().iter().step_by(6) {
        let file = file.to_str().unwrap();
        let mut wanted = Vec::new();
        diagnosed(&pullsim(&["check", "--in", file, "-o", "json"]).json(), &mut wanted);
        let live = pullsim(&["check", "--in", file, "-vv"]);
        let quiet = pullsim(&["check", "--in", file, "-q"]).out;
        for text in [format!("{}{}", live.err, live.out), live.out, quiet] {
            let explained = pullsim_with(&["explain", "-o", "json"], &text).json();
            let findings = explained["findings"].as_array().unwrap();
            let mut causes: Vec<&str> = findings.iter().map(|f| f["cause"].as_str().unwrap()).collect();
            causes.dedup();
            let (mut causes, mut wanted) = (causes, wanted.clone());
            causes.sort_unstable();
            causes.dedup();
            wanted.sort();
            assert_eq!(causes, wanted, "{file}: {text}");
            told += causes.len();
        }
    }
    assert!(told > 100, "{told}");
}

/// The steps alone say less; what they say comes from the last that failed.
#[test]
fn steps_alone_are_explained_as_far_as_they_go() {
    for (scenario, cause) in [("manifest/tag-missing", "tag-not-found"), ("tls/expired", "x509-expired")] {
        let file = format!("{}/../../scenarios/{scenario}.yaml", env!("CARGO_MANIFEST_DIR"));
        let steps = pullsim(&["check", "--in", &file, "-vv"]).err;
        let explained = pullsim_with(&["explain", "-o", "json"], &steps).json();
        assert_eq!(explained["findings"][0]["cause"], cause, "{steps}");
    }
}
