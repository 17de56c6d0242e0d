//! `check -f`, `--for`, `--present`: pods, and what becomes of them.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::registry::{closed, empty, serve};
use crate::{Run, directory, pullsim, pullsim_with};

fn data(name: &str) -> String {
    format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A check inside the hosts of `data/world.yaml`, by a kubelet 1.34 unless told otherwise.
fn check(arguments: &[&str]) -> Run {
    check_with(arguments, "")
}

fn check_with(arguments: &[&str], input: &str) -> Run {
    let world = data("world.yaml");
    let mut all = vec!["check", "--in", &world];
    all.extend(arguments);
    if !arguments.contains(&"--kubelet") {
        all.extend(["--kubelet", "1.34"]);
    }
    pullsim_with(&all, input)
}

const SECRET: &str = r#"{"auths": {"registry.example.com": {"username": "ci", "password": "made-up"}}}"#;

/// A check with the right login, by the short form.
fn check_image(image: &str, arguments: &[&str]) -> Run {
    check_with(&[&[image, "--secret", "-"], arguments].concat(), SECRET)
}

fn texts<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|value| value[field].as_str().unwrap()).collect()
}

#[test]
fn ten_minutes_of_a_missing_tag() {
    let run = check_image("registry.example.com/team/app:v2", &["--for", "10m"]);
    insta::assert_snapshot!("ten_minutes_of_a_missing_tag", run.out);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
}

#[test]
fn an_outage_that_ends() {
    let run = check(&["busy.example.com/team/app:v1", "--for", "5m"]);
    insta::assert_snapshot!("an_outage_that_ends", run.out);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let report = check(&["busy.example.com/team/app:v1", "--for", "5m", "-o", "json"]).json();
    let pod = &report["pods"][0];
    let statuses = texts(&pod["changes"], "status");
    assert_eq!((statuses[0], *statuses.last().unwrap()), ("ContainerCreating", "Running"));
    assert!(statuses.contains(&"ErrImagePull") && statuses.contains(&"ImagePullBackOff"), "{statuses:?}");
    assert_eq!((&pod["phase"], &pod["outcome"]), (&json!("Running"), &json!("pulled")));
    assert_eq!(pod["attempts"].as_array().unwrap().last().unwrap()["outcome"], "pulled");
    assert!(texts(&pod["events"], "reason").contains(&"Pulled"));
}

#[test]
fn never_pull_has_no_back_off() {
    let run = check(&["registry.example.com/team/app:v1", "--policy", "Never", "--for", "1m"]);
    insta::assert_snapshot!("never_pull_has_no_back_off", run.out);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
}

/// The container state and the events table by the kubectl and the kubelet of each version whose texts differ.
#[test]
fn describe_by_version() {
    let mut all = String::new();
    for version in ["1.28", "1.31", "1.32", "1.34", "1.35"] {
        let arguments = ["--for", "90s", "--kubelet", version, "-o", "json"];
        let report = check_image("registry.example.com/team/app:v2", &arguments).json();
        let pod = &report["pods"][0];
        let waiting = &pod["changes"][2]["waiting"][0];
        assert_eq!((&waiting["container"], &waiting["reason"]), (&json!("app"), &json!("ImagePullBackOff")));
        let described = pod["kubectl_describe"].as_str().unwrap();
        all.push_str(&format!("# {version}: {}\n{described}\n", waiting["message"].as_str().unwrap()));
    }
    insta::assert_snapshot!("describe_by_version", all);
}

#[test]
fn a_directory_of_manifests() {
    let run = check(&["-f", &data("shop"), "--for", "1m"]);
    let place = data("");
    insta::assert_snapshot!("a_directory_of_manifests", run.out.replace(&place, ""));
    assert_eq!((run.status, run.err.as_str()), (1, ""));
    // No password, in no form.
    let json = check(&["-f", &data("shop"), "--for", "1m", "-o", "json"]);
    for secret in ["made-up", "bWFkZS11c", "Y2k6bWFkZS11c"] {
        assert!(!run.out.contains(secret) && !json.out.contains(secret), "{secret}");
    }
}

#[test]
fn one_pod_of_them() {
    let shop = data("shop");
    let run = check(&["-f", &shop, "--pod", "web", "-o", "json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let report = run.json();
    assert_eq!((&report["kind"], &report["outcome"]), (&json!("PodsReport"), &json!("pulled")));
    let pods = report["pods"].as_array().unwrap();
    assert_eq!((pods.len(), &pods[0]["kind"]), (1, &json!("Deployment")));
    assert_eq!(pods[0]["pull_secrets"], json!(["pull-secret"]));
    assert_eq!(texts(&pods[0]["images"], "name"), ["migrate", "web"]);
    assert_eq!(pods[0]["images"][1]["check"]["credentials"][0]["source"], "shop/pull-secret");
    let run = check(&["-f", &shop, "--pod", "web", "--container", "web", "-o", "json"]);
    assert_eq!(texts(&run.json()["pods"][0]["images"], "name"), ["web"]);

    for (arguments, message) in [
        (&["--pod", "wbe"][..], "unknown pod \"wbe\"\nhelp: did you mean web? known are web, batch"),
        (&["--pod", "web", "--container", "w"], "unknown container \"w\"\nhelp: "),
        (&["--namespace", "elsewhere"], "holds no pod in namespace elsewhere\nhelp: there are pods in shop"),
    ] {
        let run = check(&[&["-f", &shop], arguments].concat());
        assert_eq!((run.status, run.out.as_str()), (2, ""));
        assert!(run.err.contains(message), "{}", run.err);
    }
}

#[test]
fn every_image_of_every_kind() {
    let run = check(&["-f", &data("kinds.yaml"), "-o", "json"]);
    let report = run.json();
    assert_eq!(run.status, 1);
    let mut found = Vec::new();
    for pod in report["pods"].as_array().unwrap() {
        for image in pod["images"].as_array().unwrap() {
            let part = |value: &Value| value.as_str().unwrap().to_owned();
            found.push([part(&pod["kind"]), part(&image["list"]), part(&image["check"]["image"])].join(" "));
        }
    }
    assert_eq!(
        found,
        [
            "Pod volumes r.test/model:1",
            "Pod ephemeralContainers r.test/debug:1",
            "Pod initContainers r.test/init:1",
            "Pod containers r.test/c",
            "StatefulSet containers r.test/set:1",
            "DaemonSet containers r.test/daemon:1",
            "Job containers r.test/job:1",
            "CronJob containers r.test/cron:1",
        ]
    );
    assert_eq!(report["pods"][0]["images"][3]["check"]["pull_policy"], "Always");
    let refused = report["pods"].as_array().unwrap().last().unwrap();
    assert_eq!(
        refused["rejected"],
        "Pod \"refused\" is invalid: [spec.containers[0].image: Invalid value: \" r.test/c:1\": must not have leading \
         or trailing whitespace, spec.containers[0].imagePullPolicy: Unsupported value: \"Sometimes\": supported \
         values: \"Always\", \"IfNotPresent\", \"Never\"]"
    );
}

/// Images built inside a node: there with `Never` and with `IfNotPresent`; elsewhere the node asks Docker Hub.
#[test]
fn images_that_are_on_the_node() {
    let present = ["my-app:dev", "--present", "docker.io/library/my-app:dev", "-o", "json"];
    for policy in ["Never", "IfNotPresent"] {
        let run = check(&[&present[..], &["--policy", policy]].concat());
        let report = run.json();
        assert_eq!((run.status, &report["outcome"]), (0, &json!("pulled")), "{policy}");
        assert_eq!(report["trace"], json!([]), "{policy}");
        let message = "Container image \"my-app:dev\" already present on machine";
        assert_eq!(texts(&report["events"], "message"), [message], "{policy}");
    }
    // Without a policy the API server's default counts: a tag that is not latest is not pulled again.
    assert_eq!(check(&present).json()["trace"], json!([]));
    // An admission plugin may see to it that it is pulled all the same.
    let run = check(&[&present[..], &["--policy", "Never", "--always-pull-images"]].concat());
    assert_eq!((run.status, &run.json()["pull_policy"]), (1, &json!("Always")));
    let run = check(&["my-app:dev", "--policy", "IfNotPresent", "-o", "json"]);
    let report = run.json();
    assert_eq!(run.status, 1);
    let message = report["cri"]["message"].as_str().unwrap();
    assert!(message.contains("docker.io/library/my-app:dev"), "{message}");
    assert!(message.contains("insufficient_scope: authorization failed"), "{message}");
}

/// From 1.35 the kubelet does not give an image to whoever asks, unless it was there before the kubelet.
#[test]
fn who_may_have_a_present_image() {
    let node = directory("pods-verify");
    let kubelet = node.join("var/lib/kubelet");
    std::fs::create_dir_all(&kubelet).unwrap();
    let address = closed();
    let image = format!("{address}/team/app:v1");
    let node = node.to_str().unwrap();
    for (policy, status) in [("NeverVerifyPreloadedImages", 0), ("AlwaysVerify", 1)] {
        let head = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
        let config = format!("{head}imagePullCredentialsVerificationPolicy: {policy}\n");
        std::fs::write(kubelet.join("config.yaml"), config).unwrap();
        let run = pullsim(&["check", &image, "--node", node, "--present", &image, "-o", "json"]);
        assert_eq!(run.status, status, "{policy} {}", run.out);
    }
    std::fs::write(
        kubelet.join("config.yaml"),
        "kind: KubeletConfiguration\nmaxParallelImagePulls: 0\napiVersion: kubelet.config.k8s.io/v1beta1\n",
    )
    .unwrap();
    let run = pullsim(&["check", &image, "--node", node]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    let said = "the kubelet does not start: invalid configuration: maxParallelImagePulls 0 must be a positive number";
    assert!(run.err.contains(said) && run.err.contains("config.yaml:2:24"), "{}", run.err);
}

/// On a real network one pull is made, and its answer holds for all that follow.
#[test]
fn if_nothing_changes() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let address = serve(|_| {
        ASKED.fetch_add(1, Ordering::Relaxed);
        empty("404 Not Found", "")
    });
    let image = format!("{address}/team/app:v1");
    assert_eq!(pullsim(&["check", &image]).status, 1);
    let of_one_pull = ASKED.swap(0, Ordering::Relaxed);
    let run = pullsim(&["check", &image, "--for", "1h", "-o", "json"]);
    let report = run.json();
    assert_eq!(run.status, 1);
    assert_eq!(report["assumes_nothing_changes"], true);
    let attempts = report["pods"][0]["attempts"].as_array().unwrap();
    assert!(attempts.len() > 10, "{}", attempts.len());
    let messages: Vec<&Value> = attempts.iter().map(|attempt| &attempt["waiting"]["message"]).collect();
    assert!(messages.iter().all(|message| *message == messages[0]), "{messages:?}");
    let pauses: Vec<f64> = attempts.iter().map(|a| a["back_off_ms"].as_f64().unwrap() / 1e3).collect();
    assert_eq!(pauses[..7], [10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 300.0]);
    assert!(of_one_pull > 0);
    assert_eq!(ASKED.load(Ordering::Relaxed), of_one_pull, "an hour asks no more than one pull does");
    let text = pullsim(&["check", &image, "--for", "1h"]).out;
    assert!(text.contains("if nothing changes (seed 1):"), "{text}");
}

/// A day of it, an exchange with the registry at each attempt: what is counted is the time that the processor works, which
/// does not grow with what else the machine does. Should the day pass on the real clock, it does not come to its end.
#[test]
fn a_day_takes_no_time() {
    let place = directory("pods-a-day");
    std::fs::write(place.join("secret.json"), SECRET).unwrap();
    let script = "TIMEFORMAT='%U %S'; time timeout 600 \"$@\" >report.json";
    let pullsim = env!("CARGO_BIN_EXE_pullsim");
    let world = data("world.yaml");
    let check = ["check", "--in", &world, "--kubelet", "1.34", "registry.example.com/team/app:v2"];
    let mut bash = Command::new("bash");
    bash.args(["-c", script, "bash", pullsim]).args(check);
    bash.args(["--secret", "secret.json", "--for", "24h", "-o", "json"]);
    let ended = bash.current_dir(&place).env("LC_ALL", "C").output().unwrap();
    let times = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "it fails all day, and ends: {times}");
    let report: Value =
        serde_json::from_str(&std::fs::read_to_string(place.join("report.json")).unwrap()).unwrap();
    assert_eq!(report["for_ms"], json!(86_400_000.0));
    let attempts = report["pods"][0]["attempts"].as_array().unwrap().len();
    assert!((270..300).contains(&attempts), "{attempts}");
    let worked: f64 = times.split_whitespace().map(|time| time.parse::<f64>().unwrap()).sum();
    assert!(worked > 0.0 && worked < 20.0, "seconds of user and system: {times}");
}

#[test]
fn what_does_not_go_together() {
    for arguments in [
        &["check"][..],
        &["check", "nginx", "-f", "x.yaml"],
        &["check", "nginx", "--pod", "web"],
        &["check", "nginx", "--for", "soon"],
        &["check", "nginx", "--for", "0s"],
    ] {
        let run = pullsim(arguments);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
    }
    let run = pullsim_with(&["check", "-f", "-"], "kind: Pod\nmetadata: {name: a}\nspec: {}\n");
    assert_eq!(run.status, 2);
    assert!(run.err.contains("spec.containers"), "{}", run.err);
}

#[test]
fn every_form_of_pods() {
    let run = |form: &str| check(&["-f", &data("shop"), "--for", "2m", "-o", form]);
    let html = run("html").out;
    assert!(html.contains("<svg class=\"timeline\"") && html.contains("back-off 10 s from"), "{html}");
    let markdown = run("markdown").out;
    assert!(markdown.contains("<summary>kubectl describe pod</summary>"), "{markdown}");
    let har = run("har").json();
    let titles = texts(&har["log"]["pages"], "title");
    assert!(!titles.is_empty() && titles.iter().all(|title| title.contains(".example.com/")), "{titles:?}");
    let sarif = run("sarif").json();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert!(place["artifactLocation"]["uri"].as_str().unwrap().contains("/shop/"), "{sarif}");
    assert!(place["region"]["startLine"].as_u64().unwrap() > 1, "{sarif}");
}

/// Two pods that want the same image are checked once, and each is told its own commands.
#[test]
fn commands_are_those_of_each_pod() {
    let pod = |namespace: &str, name: &str| {
        format!(
            "---\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {{containers: [{{name: a, image: Bad}}]}}\n"
        )
    };
    let manifests = format!("{}{}", pod("shop", "web-0"), pod("test", "web-1"));
    let report = pullsim_with(&["check", "-f", "-", "-o", "json"], &manifests).json();
    for (number, command) in
        ["kubectl get pod web-0 -n shop ", "kubectl get pod web-1 -n test "].iter().enumerate()
    {
        let remedies = report["pods"][number]["images"][0]["check"]["diagnosis"]["remedies"].to_string();
        assert!(remedies.contains(command), "{remedies}");
    }
    // A Deployment's pods have names of their own, which nobody knows yet.
    let deployment = "kind: Deployment\nmetadata: {name: web, namespace: shop}\nspec: {template: {spec: {containers: [{name: a, image: Bad}]}}}\n";
    let report = pullsim_with(&["check", "-f", "-", "-o", "json"], deployment).json();
    let remedies = report["pods"][0]["images"][0]["check"]["diagnosis"]["remedies"].to_string();
    assert!(remedies.contains("kubectl get pod POD -n shop "), "{remedies}");
}
