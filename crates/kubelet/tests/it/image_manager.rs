use kubelet::{PullInputs, PullPolicy, SyncResult, Version, aggregate, eval_cri_pull_err};
use serde_json::{Value, json};

use crate::fake::{Fake, status, sync, sync_with_clock};
use crate::{cases, table, text};

const TABLE: &str = include_str!("../data/image_manager.json");

/// What belongs to the later work on time, rate limits and records of pulls, by table and name.
const LATER: [&str; 4] = [
    "cases: image present and excessive qps rate, pull",
    "full_text_derived: in back-off, 1.32+",
    "full_text_derived: in back-off, up to 1.31",
    "full_text_derived: pull QPS exceeded",
];

/// Whole tables for the later work: back-off, parallel pulls, records of pulled images and their verification.
const LATER_TABLES: [&str; 7] = [
    "backoff_derived",
    "max_parallel",
    "must_attempt_pull",
    "merge_pulled_record",
    "preloaded_policy",
    "allowlist",
    "cases_gate_ensure_secret_pulled_images",
];

fn is_later(table: &str, case: &Value) -> bool {
    LATER.contains(&format!("{table}: {}", text(case, "name")).as_str())
}

fn policy(case: &Value) -> Option<PullPolicy> {
    case["policy"].as_str().map(|policy| policy.parse().unwrap())
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

/// No table of the file is forgotten: each is run here or named as later work.
#[test]
fn nothing_is_left_out_in_silence() {
    let table = table(TABLE);
    for name in table.as_object().unwrap().keys() {
        let prose = ["source", "environment", "gate_note"].contains(&name.as_str());
        let run = ["cases", "eval_cri_pull_err", "aggregate_error_text", "full_text_derived"];
        assert!(prose || run.contains(&name.as_str()) || LATER_TABLES.contains(&name.as_str()), "{name}");
    }
    for later in LATER {
        let (name, case) = later.split_once(": ").unwrap();
        assert!(cases(&table, name).iter().any(|c| text(c, "name") == case), "{later}");
    }
}

fn check_step(case: &Value, step: &Value, calls: &Value, fake: &Fake, version: Version) {
    let mut inputs = PullInputs::new(text(case, "image"));
    inputs.policy = policy(case);
    fake.calls.lock().unwrap().clear();
    let result = sync(fake, &inputs, version);
    let name = format!("{} on {version}", case["name"]);
    // The tables tell the two uses of ImageStatus apart; on the wire they are one call.
    let wanted: Vec<&str> = calls.as_array().unwrap().iter().map(|call| cri_call(call)).collect();
    assert_eq!(*fake.calls.lock().unwrap(), wanted, "{name}");
    let reason = result.waiting.as_ref().map(|waiting| waiting.reason.as_str());
    assert_eq!(json!(reason), step["error"], "{name}");
    // The tables leave out what startContainer adds.
    let mut reasons: Vec<&str> = result.events.iter().map(|event| event.reason.as_str()).collect();
    if let Some(reason) = reason {
        let last = result.events.last().unwrap();
        assert_eq!(last.message, format!("Error: {reason}"), "{name}");
        reasons.pop();
    }
    assert_eq!(json!(reasons), step["event_reasons"], "{name}");
    if let Some(part) = step["message_contains"].as_str() {
        assert!(result.waiting.unwrap().message.contains(part), "{name}");
    }
}

fn cri_call(name: &Value) -> &'static str {
    match name.as_str() {
        Some("GetImageRef" | "GetImageSize") => "ImageStatus",
        Some("PullImage") => "PullImage",
        other => panic!("call {other:?}"),
    }
}

/// Every step outside of back-off. (Back-off decides which steps those are; each is one sync like any other.)
#[test]
fn syncs() {
    let table = table(TABLE);
    let mut steps_run = 0;
    for case in cases(&table, "cases").iter().filter(|case| !is_later("cases", case)) {
        let fake = Fake {
            inspect_error: case["inspect_error"].as_str().map(status),
            pull_errors: case["pull_error"].as_str().map(status).into_iter().collect(),
            ..Fake::new()
        };
        let older = Fake {
            inspect_error: fake.inspect_error.clone(),
            pull_errors: fake.pull_errors.clone(),
            ..Fake::new()
        };
        for fake in [&fake, &older] {
            fake.present.lock().unwrap().push("present_image:latest".to_owned());
        }
        for (index, step) in case["steps"].as_array().unwrap().iter().enumerate() {
            if step["error"] == "ImagePullBackOff" {
                continue;
            }
            check_step(case, step, &step["cri_calls"], &fake, Version::NEWEST);
            if let Some(calls) = case["cri_calls_1_28"].get(index) {
                check_step(case, step, calls, &older, Version::OLDEST);
            }
            steps_run += 1;
        }
    }
    assert_eq!(steps_run, 25);
}

#[test]
fn reasons_of_cri_errors() {
    let table = table(TABLE);
    for case in cases(&table, "eval_cri_pull_err") {
        let (reason, message) = eval_cri_pull_err(text(case, "image"), text(case, "cri_error"));
        assert_eq!(reason, text(case, "reason"), "{}", case["name"]);
        // "contains" is how the upstream test asserts; the message is in fact equal there too.
        assert_eq!(message, text(case, "message"), "{}", case["name"]);
    }
}

#[test]
fn aggregates() {
    let table = table(TABLE);
    for case in cases(&table, "aggregate_error_text") {
        let errors = case["errors"].as_array().unwrap().iter();
        let errors: Vec<String> = errors.map(|error| error.as_str().unwrap().to_owned()).collect();
        assert_eq!(aggregate(&errors), text(case, "text"), "{}", case["name"]);
    }
}

fn shown(result: &SyncResult) -> Value {
    let events = result.events.iter().map(|e| json!([e.kind.name(), e.reason, e.message]));
    json!({"events": events.collect::<Vec<_>>(), "waiting": result.waiting})
}

#[test]
fn full_texts() {
    let table = table(TABLE);
    for case in cases(&table, "full_text_derived").iter().filter(|c| !is_later("full_text_derived", c)) {
        let name = text(case, "name");
        let version = match name {
            "present, gate KubeletEnsureSecretPulledImages off" => version("1.34"),
            "inspect error, 1.28" | "success up to 1.28" => version("1.28"),
            "inspect error, 1.32+ sources (empty name printed)" => version("1.32"),
            "success, 1.30+ [inferred lower bound; certain for 1.32+]" => version("1.30"),
            _ => Version::NEWEST,
        };
        let errors = case["cri_errors"].as_array().into_iter().flatten().chain(case.get("cri_error"));
        let mut inputs = PullInputs::new(text(case, "image"));
        inputs.policy = policy(case).or(Some(PullPolicy::IfNotPresent));
        let fake = Fake {
            inspect_error: case["inspect_error"].as_str().map(status),
            pull_errors: errors.map(|error| status(error.as_str().unwrap())).collect(),
            ..Fake::new()
        };
        if case["cri_errors"].is_array() {
            let logins = r#"{"auths": {"registry.example.com": {"username": "a"}, "registry.example.com/team": {"username": "b"}}}"#;
            inputs.secrets.push(keyring::PullSecret::docker_config_json("ns", "s", logins));
        }
        if name.starts_with("present") {
            fake.present.lock().unwrap().push(text(case, "image").to_owned());
        }
        // Readings: the Pulling event, the queue, the call, its end, the last event.
        let (took, total) = (case["pull_ms"].as_u64(), case["total_ms"].as_u64());
        let clock: Vec<u64> = match (took, total) {
            (Some(took), Some(total)) => vec![0, 0, total - took, total, total],
            _ => vec![0],
        };
        let mut got = shown(&sync_with_clock(&fake, &inputs, version, &clock)).to_string();
        // The table has the error as the image manager's fake gives it; over CRI a look keeps its code.
        got = got.replace("rpc error: code = Unknown desc = boom", "boom");
        let got: Value = serde_json::from_str(&got).unwrap();
        assert_eq!(got["events"], case["events"], "{name}");
        assert_eq!(got["waiting"], case["waiting"], "{name}");
    }
}

#[test]
fn odd_answers_of_the_runtime() {
    struct Empty;
    impl cri::ImageService for Empty {
        async fn pull_image(&self, _: cri::PullImageRequest) -> Result<cri::PulledImage, cri::CriError> {
            Ok(cri::PulledImage { image_ref: String::new() })
        }
        async fn image_status(&self, _: &str) -> Result<Option<cri::StoredImage>, cri::CriError> {
            Ok(None)
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let inputs = PullInputs::new("nginx");
    let clock = || std::time::Duration::ZERO;
    let run = kubelet::ensure_image_exists(&Empty, &inputs, Version::NEWEST, clock);
    let waiting = runtime.block_on(run).waiting.unwrap();
    assert_eq!(waiting.message, "imageRef of image \"nginx:latest\" is not set");

    let fake = Fake { size: 0, ..Fake::new() };
    fake.present.lock().unwrap().push("nginx:1".to_owned());
    let result = sync(&fake, &PullInputs::new("nginx:1"), Version::OLDEST);
    assert_eq!(
        result.waiting.unwrap().message,
        "Failed to inspect image \"nginx:1\": Id or size of image \"nginx:1\" is not set"
    );
}
