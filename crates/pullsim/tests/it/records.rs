//! What a node's kubelet remembers of its pulls decides who may have an image that is there; its configuration, as it reads
//! it; its own login files.

use serde_json::{Value, json};

use crate::{Run, directory, file, pullsim, pullsim_with};

/// A node on which two tenants have pulled; what they pulled with is recorded.
fn tenants() -> String {
    format!("{}/tests/data/tenants", env!("CARGO_MANIFEST_DIR"))
}

const APP: &str = "sha256:b0922ef49dfc4f5c832c52ed4db5bea36857fd9534f7fabcb594b6166297b9b7";
const TWO_A: &str = "sha256:2f946d5614ad0e867c264b9a9f71eb21d38a9ab91c296d67420a86c321ac9450";
const BROKEN: &str = "sha256:e272f4fd71f7e3de2dbc563fee7aaa75a2592e1dea167fd11354760f27870274";
const BEGUN: &str = "sha256:3a0b7707ecf5717a9b44516d4b415a8210f99464fff6f58b959179eebd2e4843";

/// A pod of the namespace with a Secret of this name, UID and password; without a password it has no Secret. It may not
/// pull, so that nothing is asked of any network.
fn pod(image: &str, namespace: &str, secret: &str, uid: &str, password: Option<&str>) -> String {
    let document =
        json!({"auths": {"registry.example.com": {"username": "ci", "password": password}}}).to_string();
    let secrets = match password {
        Some(_) => format!(
            "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: {secret}, namespace: {namespace}, uid: \"{uid}\"}}\n\
             type: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: '{document}'\n"
        ),
        None => String::new(),
    };
    let names = if password.is_some() { format!("[{{name: {secret}}}]") } else { "[]".to_owned() };
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: app, namespace: {namespace}}}\nspec:\n  imagePullSecrets: {names}\n  \
         containers:\n  - {{name: app, image: \"{image}\", imagePullPolicy: Never}}\n{secrets}"
    )
}

fn check(present: &str, manifest: &str, kubelet: &str) -> Run {
    let arguments =
        ["check", "-f", "-", "--node", &tenants(), "--present", present, "--kubelet", kubelet, "-o", "json"];
    pullsim_with(&arguments, manifest)
}

fn on_node(run: &Run) -> Value {
    let report = run.json();
    report["pods"][0]["images"][0]["check"]["on_node"].clone()
}

const UID: &str = "0c6f1a52-7d3c-4b0e-9a53-2f5f3d0a9b11";

#[test]
fn the_records_of_a_node_decide() {
    let app = "registry.example.com/team/app:v1";
    let (open, broken, begun) = (
        "registry.example.com/team/open:v1",
        "registry.example.com/team/broken:v1",
        "registry.example.com/team/begun:v1",
    );
    let new = "registry.example.com/team/new:v1";
    for (image, id, manifest, must, reason) in [
        // The Secret that pulled, another with the same login, the same one with a new login.
        (app, APP, pod(app, "shop", "pull-secret", UID, Some("made-up")), false, "secret"),
        (app, APP, pod(app, "other", "mine", "1", Some("made-up")), false, "secret"),
        (app, APP, pod(app, "shop", "pull-secret", UID, Some("changed")), false, "secret"),
        // The same name with another UID, or with none; no Secret.
        (app, APP, pod(app, "shop", "pull-secret", "2", Some("changed")), true, "others"),
        (app, APP, pod(app, "shop", "pull-secret", "", Some("changed")), true, "others"),
        (app, APP, pod(app, "shop", "", "", None), true, "others"),
        // Pulled as anonymous, by a kubelet that wrote v1alpha1; known by another name; not decodable; begun when the
        // kubelet was stopped, which is taken for pulled by nobody knows whom; not
        // this kubelet's.
        (open, "", pod(open, "shop", "", "", None), false, "everybody"),
        (open, APP, pod(open, "shop", "", "", None), true, "other-repository"),
        (broken, BROKEN, pod(broken, "shop", "", "", None), true, "unreadable-record"),
        (begun, BEGUN, pod(begun, "shop", "", "", None), true, "nobody"),
        (new, "sha256:new", pod(new, "shop", "", "", None), false, "not-asked"),
    ] {
        let present = if id.is_empty() { image.to_owned() } else { format!("{image}={id}") };
        let run = check(&present, &manifest, "1.35");
        let found = on_node(&run);
        assert_eq!(
            (&found["must_pull"], &found["reason"]),
            (&json!(must), &json!(reason)),
            "{image}: {}",
            run.all()
        );
        assert_eq!(run.status, i32::from(must), "{}", run.all());
        let events = run.json()["pods"][0]["kubectl_describe"].to_string();
        let words =
            if must { "is not present with pull policy of Never" } else { "and can be accessed by the pod" };
        assert!(events.contains(words), "{events}");
    }
    // A version without the feature does not start with that configuration.
    let run = check(&format!("{app}={APP}"), &pod(app, "shop", "", "", None), "1.32");
    let said = "config.yaml: the kubelet does not start: failed to set feature gates from initial flags-based config: \
                unrecognized feature gate: KubeletEnsureSecretPulledImages";
    assert!(run.status == 2 && run.err.contains(said), "{}", run.all());
}

#[test]
fn which_record_decided_is_said() {
    let app = "registry.example.com/team/app:v1";
    let arguments = ["check", "-f", "-", "--node", &tenants(), "--present", app, "--kubelet", "1.35"];
    let run = pullsim_with(&arguments, &pod(app, "shop", "pull-secret", "", Some("changed")));
    insta::assert_snapshot!("a_record_decides", run.out.replace(&tenants(), "NODE"));
    let run =
        pullsim(&["check", "nginx", "--node", &tenants(), "--present", "registry.example.com/team/two:v1"]);
    assert_eq!(run.status, 2, "{}", run.all());
    let said = "the kubelet has records of 2 images of registry.example.com/team/two:v1: which of them is on the node?";
    assert!(run.err.contains(said) && run.err.contains(TWO_A) && run.err.contains("=ID"), "{}", run.err);
}

/// The kubelet starts with an unknown field, and not with a wrong type.
#[test]
fn the_configuration_is_read_as_the_kubelet_reads_it() {
    let root = directory("records-config");
    let kubelet = root.join("var/lib/kubelet");
    std::fs::create_dir_all(&kubelet).unwrap();
    let root = root.to_str().unwrap();
    let head = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
    let check = |text: &str| {
        std::fs::write(kubelet.join("config.yaml"), text).unwrap();
        pullsim(&["check", "Nginx", "--node", root, "-o", "json"])
    };
    let run = check(&format!("{head}registryPullQps: 3\n"));
    let note = run.json()["notes"][0].as_str().unwrap().to_owned();
    assert!(note.ends_with("config.yaml:3:1: unknown field \"registryPullQps\", which the kubelet passes over; did you mean registryPullQPS?"), "{note}");
    for (text, words) in [
        (
            format!("{head}registryPullQPS: \"3\"\n"),
            "cannot unmarshal string into Go struct field KubeletConfiguration.registryPullQPS of type int32",
        ),
        ("registryPullQPS: 3\n".to_owned(), "failed to decode: Object 'Kind' is missing"),
        (String::new(), "was empty"),
    ] {
        let run = check(&text);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{text}");
        assert!(run.err.contains("the kubelet does not start: ") && run.err.contains(words), "{}", run.err);
        assert!(run.err.contains("help: "), "{}", run.err);
    }
}

/// A node with a login of its own, an older one that is never read, and a plugin.
fn login_node(test: &str) -> String {
    let root = directory(test);
    let kubelet = root.join("var/lib/kubelet");
    std::fs::create_dir_all(&kubelet).unwrap();
    let login = |user: &str| json!({"registry.example.com": {"username": user, "password": "c4n4ry"}});
    std::fs::write(kubelet.join("config.json"), json!({"auths": login("node")}).to_string()).unwrap();
    std::fs::write(kubelet.join(".dockercfg"), login("old").to_string()).unwrap();
    std::fs::write(
        kubelet.join("kubeadm-flags.env"),
        "KUBELET_KUBEADM_ARGS=\"--image-credential-provider-config=/etc/cp.yaml\"\n",
    )
    .unwrap();
    std::fs::create_dir_all(root.join("etc")).unwrap();
    let config = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n- name: cloud\n  matchImages: \
                  [\"*.example.com\"]\n  defaultCacheDuration: 12h\n  apiVersion: credentialprovider.kubelet.k8s.io/v1\n";
    std::fs::write(root.join("etc/cp.yaml"), config).unwrap();
    root.to_str().unwrap().to_owned()
}

#[test]
fn match_on_a_node() {
    let root = login_node("records-match");
    let secret = json!({"auths": {"registry.example.com": {"username": "ci", "password": "c4n4ry"}, "r.test": {"username": "x", "password": "c4n4ry"}}});
    let secret = file("records-match-secret", "s.json", &secret.to_string());
    let image = "registry.example.com/team/app:v1";
    let run = pullsim(&["secret", "match", image, &secret, "--node", &root, "-o", "json"]);
    let report = run.json();
    assert_eq!(run.status, 0, "{}", run.all());
    assert_eq!(
        report["credentials"],
        json!([
            {"username": "ci", "key": "registry.example.com", "source": format!("file {secret}")},
            {"username": "node", "key": "registry.example.com", "source": "node file /var/lib/kubelet/config.json"},
        ])
    );
    assert_eq!(report["rejected"][0]["key"], "r.test");
    assert_eq!(report["node"]["files"], json!([{"path": "/var/lib/kubelet/config.json", "outcome": "used"}]));
    let plugin = json!({"name": "cloud", "asked": true, "match_images": ["*.example.com"], "run": false});
    assert_eq!(report["node"]["plugins"], json!([plugin]));
    let run = pullsim(&["secret", "match", image, "--node", &root]);
    assert!(
        run.out.contains("1. node  \"registry.example.com\"  node file /var/lib/kubelet/config.json"),
        "{}",
        run.out
    );
    assert!(run.out.contains("plugin cloud (*.example.com): would be asked; --run-plugins"), "{}", run.out);
    // A Secret that cannot be read ends the pull, whatever the node has.
    let bad = file("records-match-bad", "bad.json", r#"{"auths": {"r.test": {"auth": "!"}}}"#);
    let run = pullsim(&["secret", "match", image, &bad, "--node", &root, "-o", "json"]);
    let report = run.json();
    assert_eq!((run.status, &report["credentials"]), (1, &json!([])));
    assert_eq!(report["rejected"][1]["reason"], format!("there is no pull, since file {bad} cannot be read"));
    assert!(!run.all().contains("c4n4ry"), "{}", run.all());
}

#[test]
fn lint_of_a_node() {
    let root = login_node("records-lint");
    let run = pullsim(&["secret", "lint", "--node", &root]);
    assert_eq!(run.status, 0, "{}", run.all());
    let never =
        "/var/lib/kubelet/.dockercfg is never read: the kubelet stops at /var/lib/kubelet/config.json";
    assert!(run.out.contains(never) && run.out.ends_with("nothing wrong was found\n"), "{}", run.out);
    let config = std::path::Path::new(&root).join("var/lib/kubelet/config.json");
    std::fs::write(&config, r#"{"auths": {"registry.example.com:443": {"auth": "!c4n4ry"}}}"#).unwrap();
    let run = pullsim(&["secret", "lint", "--node", &root, "-o", "json"]);
    let report = run.json();
    assert_eq!(run.status, 1, "{}", run.all());
    assert_eq!(report["findings"][0]["file"], config.to_str().unwrap());
    assert!(report["notes"][0].as_str().unwrap().contains("the kubelet passes it over"), "{report}");
    assert!(!run.all().contains("c4n4ry"), "{}", run.all());
    let run = pullsim(&["secret", "lint"]);
    assert_eq!(run.status, 2, "{}", run.all());
}

/// A pod of a cluster has its final list: what its service account got later is not copied, and is said.
#[test]
fn admission_is_over_for_a_pod_of_a_cluster() {
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: shop}\nimagePullSecrets: [{name: late}]\n---\n";
    for (extra, status, pull_secrets) in [
        (", uid: 5d1c", "", json!([])),
        ("", "status: {phase: Pending}\n", json!([])),
        ("", "status: {}\n", json!(["late"])),
        ("", "", json!(["late"])),
    ] {
        let pod = format!(
            "{account}apiVersion: v1\nkind: Pod\nmetadata: {{name: web-0, namespace: shop{extra}}}\nspec:\n  containers:\n  - {{name: web, \
             image: \"registry.example.com/team/app:v1\", imagePullPolicy: Never}}\n{status}"
        );
        let run = pullsim_with(&["check", "-f", "-", "-o", "json"], &pod);
        let report = run.json();
        assert_eq!(report["pods"][0]["pull_secrets"], pull_secrets, "{}", run.all());
        let told = report["notes"].to_string();
        let wanted = "Pod shop/web-0 is taken from a cluster, where ServiceAccount default's imagePullSecrets are copied only";
        assert_eq!(
            told.contains(wanted) && told.contains("it lists late"),
            pull_secrets == json!([]),
            "{told}"
        );
    }
}
