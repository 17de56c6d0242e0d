use std::sync::Mutex;
use std::time::Duration;

use kubelet::{
    Backoff, ImageManager, KubeletConfig, PullInputs, PullPolicy, SyncResult, VerificationPolicy, Version,
    aggregate, eval_cri_pull_err,
};
use serde_json::{Value, json};

use crate::fake::{Fake, TestNode, status, sync, sync_by, sync_with_clock};
use crate::{cases, table, text};

pub const TABLE: &str = include_str!("../data/image_manager.json");

pub fn policy(case: &Value) -> Option<PullPolicy> {
    case["policy"].as_str().map(|policy| policy.parse().unwrap())
}

/// No table of the file is forgotten: each is run in this crate, or where pulls wait for their turn (crate `replay`).
#[test]
fn nothing_is_left_out_in_silence() {
    const PROSE: [&str; 3] = ["source", "environment", "gate_note"];
    const RUN: [&str; 11] = [
        "cases",
        "cases_gate_ensure_secret_pulled_images",
        "eval_cri_pull_err",
        "aggregate_error_text",
        "full_text_derived",
        "backoff_derived",
        "max_parallel",
        "must_attempt_pull",
        "merge_pulled_record",
        "preloaded_policy",
        "allowlist",
    ];
    for name in table(TABLE).as_object().unwrap().keys() {
        assert!(PROSE.contains(&name.as_str()) || RUN.contains(&name.as_str()), "{name}");
    }
}

/// A kubelet as the table's environment has it.
pub fn manager(
    table: &Value,
    case: &Value,
    version: Version,
    verification: Option<VerificationPolicy>,
) -> ImageManager {
    let seconds = |name: &str| Duration::from_secs(table["environment"][name].as_u64().unwrap());
    let config = KubeletConfig {
        registry_pull_qps: case["qps"].as_f64().unwrap(),
        registry_burst: u32::try_from(case["burst"].as_u64().unwrap()).unwrap(),
        ensure_secret_pulled_images: verification.is_some(),
        verification: verification.unwrap_or_default(),
        ..KubeletConfig::defaults(version)
    };
    let backoff = Backoff::new(seconds("backoff_initial_s"), seconds("backoff_max_s"));
    ImageManager::new(config, version).with_backoff(backoff)
}

pub fn fake(table: &Value, case: &Value) -> Fake {
    let local = table["environment"]["local_images"].as_array().unwrap().iter();
    Fake {
        inspect_error: case["inspect_error"].as_str().map(status),
        pull_errors: case["pull_error"].as_str().map(status).into_iter().collect(),
        present: Mutex::new(local.map(|image| image.as_str().unwrap().to_owned()).collect()),
        ..Fake::new()
    }
}

/// One step of a case: the calls, the error, the events.
pub fn check_step(name: &str, step: &Value, calls: &Value, fake: &Fake, result: SyncResult) {
    // The tables tell the two uses of ImageStatus apart; on the wire they are one call.
    let wanted: Vec<&str> = calls.as_array().unwrap().iter().map(cri_call).collect();
    assert_eq!(std::mem::take(&mut *fake.calls.lock().unwrap()), wanted, "{name}");
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
}

fn cri_call(name: &Value) -> &'static str {
    match name.as_str() {
        Some("GetImageRef" | "GetImageSize") => "ImageStatus",
        Some("PullImage") => "PullImage",
        other => panic!("call {other:?}"),
    }
}

/// Each case without the feature gate, and with it when all images are for everybody; where calls are given for 1.28, in
/// that version too.
#[test]
fn syncs() {
    let table = table(TABLE);
    for case in cases(&table, "cases") {
        for verification in [None, Some(VerificationPolicy::NeverVerify)] {
            let manager = manager(&table, case, Version::NEWEST, verification);
            run_steps(&table, case, &manager, |_, step| step["cri_calls"].clone());
        }
        let older = case["cri_calls_1_28"].as_array();
        if let Some(older) = older {
            let manager = manager(&table, case, Version::OLDEST, None);
            run_steps(&table, case, &manager, |index, _| older[index].clone());
        }
    }
}

fn run_steps(table: &Value, case: &Value, manager: &ImageManager, calls: impl Fn(usize, &Value) -> Value) {
    let (fake, node) = (fake(table, case), TestNode::default());
    let mut inputs = PullInputs::new(text(case, "image"));
    inputs.policy = policy(case);
    let newer = manager.version() == Version::NEWEST;
    for (index, step) in case["steps"].as_array().unwrap().iter().enumerate() {
        let name = format!("{} on {}, step {index}", case["name"], manager.version());
        node.advance(1);
        let result = sync_by(manager, &fake, &inputs, &node);
        if let (true, Some(part)) = (newer, step["message_contains"].as_str()) {
            assert!(result.waiting.as_ref().unwrap().message.contains(part), "{name}");
        }
        check_step(&name, step, &calls(index, step), &fake, result);
    }
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

/// The version that a case's name tells: `1.28`, `1.32+`, `up to 1.31`; the newest where it tells none.
fn version_of(name: &str) -> Version {
    let words = name.split(|c: char| !c.is_ascii_digit() && c != '.');
    let version = words.filter(|word| word.starts_with("1.")).find_map(|word| word.parse().ok());
    version.unwrap_or_default()
}

#[test]
fn full_texts() {
    let table = table(TABLE);
    for case in cases(&table, "full_text_derived") {
        let name = text(case, "name");
        let version = version_of(name);
        let mut config = KubeletConfig::defaults(version);
        if name.contains("gate") {
            config.ensure_secret_pulled_images = !name.contains("off");
        }
        if case["waiting"]["message"] == "pull QPS exceeded" {
            config.registry_burst = 0;
        }
        let fails = ["cri_error", "previous_error"].map(|field| case.get(field));
        let errors = case["cri_errors"].as_array().into_iter().flatten().chain(fails.into_iter().flatten());
        let mut inputs = PullInputs::new(text(case, "image"));
        inputs.policy = policy(case).or(Some(PullPolicy::IfNotPresent));
        let fake = Fake {
            inspect_error: case["inspect_error"].as_str().map(status),
            pull_errors: errors.map(|error| status(error.as_str().unwrap())).collect(),
            size: case["size"].as_u64().unwrap_or(12345),
            ..Fake::new()
        };
        if case["cri_errors"].is_array() {
            let logins = r#"{"auths": {"registry.example.com": {"username": "a"}, "registry.example.com/team": {"username": "b"}}}"#;
            inputs.secrets.push(keyring::PullSecret::docker_config_json("ns", "s", logins));
        }
        if name.starts_with("present") {
            fake.present.lock().unwrap().push(text(case, "image").to_owned());
        }
        let manager = ImageManager::new(config, version);
        let node = TestNode::default();
        let mut result = match (case["pull_ms"].as_u64(), case["total_ms"].as_u64()) {
            // Readings: the back-off, the Pulling event, the queue, the call, its end, the last event.
            (Some(took), Some(total)) => {
                sync_with_clock(&fake, &inputs, version, &[0, 0, 0, total - took, total, total])
            }
            _ => sync_by(&manager, &fake, &inputs, &node),
        };
        if case["previous_error"].is_string() {
            result = sync_by(&manager, &fake, &inputs, &node);
        }
        // The table has the error as the image manager's fake gives it; over CRI a look keeps its code.
        let got = shown(&result).to_string().replace("rpc error: code = Unknown desc = boom", "boom");
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
    let clock = || Duration::ZERO;
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
