//! Credential provider plugins of a node, and the comparison with `docker login`: rows N1, N3 and S3b of the checklist.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::registry::{empty, serve};
use crate::{directory, file, pullsim};

const CONFIG: &str = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n- name: cloud\n  matchImages: [\"127.0.0.1:PORT\"]\n  defaultCacheDuration: 12h\n  apiVersion: credentialprovider.kubelet.k8s.io/v1\n";
const FLAGS: &str = "KUBELET_KUBEADM_ARGS=\"--image-credential-provider-config=/etc/cp.yaml --image-credential-provider-bin-dir=/opt/cp\"\n";

fn write(root: &Path, path: &str, text: &str) -> PathBuf {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    path
}

/// A node with a plugin that is this script.
fn node(test: &str, host: &str, script: &str) -> String {
    let root = directory(test);
    let port = host.rsplit(':').next().unwrap();
    write(&root, "etc/cp.yaml", &CONFIG.replace("PORT", port));
    write(&root, "var/lib/kubelet/kubeadm-flags.env", FLAGS);
    let plugin = write(&root, "opt/cp/cloud", script);
    std::fs::set_permissions(plugin, std::fs::Permissions::from_mode(0o755)).unwrap();
    root.to_str().unwrap().to_owned()
}

/// A registry that lets in whoever has a login, as far as there being no such image.
fn private() -> String {
    serve(|request| match request.authorization {
        Some(_) => empty("404 Not Found", ""),
        None => empty("401 Unauthorized", "WWW-Authenticate: Basic realm=\"r\"\r\n"),
    })
}

#[test]
fn a_plugin_that_answers_logs_the_node_in() {
    let host = private();
    let answer = json!({
        "kind": "CredentialProviderResponse", "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
        "cacheKeyType": "Registry", "auth": {&host: {"username": "node", "password": "c4n4ry"}},
    });
    let root = node("plugin_answers", &host, &format!("#!/bin/sh\necho '{answer}'\n"));
    let image = format!("{host}/team/app:v1");
    let run = pullsim(&["check", &image, "--node", &root, "--run-plugins", "-o", "json"]);
    let report = run.json();
    assert_eq!(report["credentials"][0]["username"], "node", "{}", run.all());
    assert_eq!(report["credentials"][0]["source"], "plugin cloud");
    assert_eq!(report["cri"]["code"], "NotFound", "{}", run.all());
    assert!(!run.all().contains("c4n4ry"), "{}", run.all());
    // Without the flag it is said that it would be asked.
    let run = pullsim(&["check", &image, "--node", &root, "-o", "json"]);
    let notes = run.json()["notes"].to_string();
    assert!(notes.contains("cloud: not run here") && notes.contains("--run-plugins"), "{notes}");
}

/// Up to 1.32 what plugins give joins the node's own logins in one keyring, in which the keys decide; later it comes last.
#[test]
fn the_order_of_logins_is_that_of_the_version() {
    let answer = json!({
        "kind": "CredentialProviderResponse", "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
        "cacheKeyType": "Registry",
        "auth": {"127.0.0.1:5000/team/app": {"username": "plugin", "password": "c4n4ry"}},
    });
    let root = node("plugin_order", "127.0.0.1:5000", &format!("#!/bin/sh\necho '{answer}'\n"));
    let own = json!({"auths": {"127.0.0.1:5000": {"username": "file", "password": "c4n4ry"}}});
    write(Path::new(&root), "var/lib/kubelet/config.json", &own.to_string());
    let order = |version: &str| {
        let image = "127.0.0.1:5000/team/app:v1";
        let arguments = ["secret", "match", image, "--node", &root, "--run-plugins", "--kubelet", version];
        let run = pullsim(&[&arguments[..], &["-o", "json"]].concat());
        assert!(!run.all().contains("c4n4ry"), "{}", run.all());
        let report = run.json();
        let used = report["credentials"].as_array().unwrap().iter();
        used.map(|login| login["username"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(order("1.32"), ["plugin", "file"]);
    assert_eq!(order("1.33"), ["file", "plugin"]);
}

#[test]
fn a_plugin_that_fails_is_silent_for_the_pod_and_named_by_the_diagnosis() {
    let host = private();
    let root = node("plugin_fails", &host, "#!/bin/sh\necho 'no metadata service' >&2\nexit 1\n");
    let image = format!("{host}/team/app:v1");
    let run = pullsim(&["check", &image, "--node", &root, "--run-plugins", "-o", "json"]);
    let report = run.json();
    let log = format!(
        "cloud: Failed getting credential from external registry credential provider: error execing credential \
         provider plugin cloud for image {host}/team/app: exit status 1: no metadata service"
    );
    assert_eq!(report["diagnosis"]["cause"], "credential-provider-failure", "{}", run.all());
    assert_eq!(report["notes"][0], format!("credential provider plugin {log}"));
    assert!(!report["events"].to_string().contains("plugin"), "{}", report["events"]);
    assert_eq!(report["credentials"], json!([]));
}

#[test]
fn a_configuration_that_the_kubelet_refuses_is_said() {
    let host = private();
    let root = node("plugin_config", &host, "");
    write(Path::new(&root), "etc/cp.yaml", &CONFIG.replace("name: cloud", "name: a/b").replace("PORT", "1"));
    let image = format!("{host}/app");
    let run = pullsim(&["check", &image, "--node", &root, "-o", "json"]);
    assert_eq!((run.status, run.out.as_str()), (2, ""), "{}", run.all());
    let wanted = format!(
        "error: this node's kubelet 1.35 does not start: Failed to register CRI auth plugins: failed to validate credential \
         provider config: providers.name: Invalid value: \"a/b\": provider name cannot contain '/'\n  {root}/etc/cp.yaml:4:9\n   4 \
         | - name: a/b\n     |         ^^^ provider name cannot contain '/'\nhelp: the name is that of the executable in \
         --image-credential-provider-bin-dir, without a path\n"
    );
    assert_eq!(run.err, wanted);
    // Several faults at once, each with its place; in each way to check.
    let config =
        CONFIG.replace("matchImages", "matchImage").replace("  defaultCacheDuration: 12h\n", "  cache: 1\n");
    write(Path::new(&root), "etc/cp.yaml", &config);
    for arguments in [&["check", &image][..], &["check", &image, "--plan"], &["check", &image, "--for", "1m"]]
    {
        let run = pullsim(&[arguments, &["--node", &root]].concat());
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{}", run.all());
        let words = "error decoding config \"/etc/cp.yaml\": strict decoding error: unknown field \"providers[0].cache\", \
                     unknown field \"providers[0].matchImage\"\n";
        assert!(run.err.contains(words), "{}", run.err);
        assert!(
            run.err.contains("etc/cp.yaml:5:3\n") && run.err.contains("etc/cp.yaml:6:3\n"),
            "{}",
            run.err
        );
    }
}

#[test]
fn a_plugin_that_is_not_there_is_said() {
    let host = private();
    let root = node("plugin_gone", &host, "");
    std::fs::rename(Path::new(&root).join("opt/cp/cloud"), Path::new(&root).join("opt/cp/other")).unwrap();
    let run = pullsim(&["check", &format!("{host}/app"), "--node", &root, "--run-plugins", "-o", "json"]);
    assert_eq!(run.status, 2, "{}", run.all());
    // A newer kubelet does not say which; that is left to us.
    let wanted =
        "plugin binary executable  did not exist\nhelp: put the plugin to /opt/cp/cloud on each node";
    assert!(run.err.contains(wanted), "{}", run.err);
    let run = pullsim(&["check", &format!("{host}/app"), "--node", &root, "--kubelet", "1.28"]);
    assert!(run.err.contains("plugin binary executable /opt/cp/cloud did not exist\n"), "{}", run.err);
}

#[test]
fn it_works_with_docker_login() {
    let host = private();
    let secret = file(
        "compare_secret",
        "s.json",
        &json!({"auths": {"other.example.com": {"username": "ci", "password": "x"}}}).to_string(),
    );
    let docker = file(
        "compare_docker",
        "config.json",
        &json!({"auths": {&host: {"auth": "ZGV2OmM0bjRyeQ=="}}}).to_string(),
    );
    let image = format!("{host}/team/app:v1");
    let run = pullsim(&["check", &image, "--secret", &secret, "--compare-login", &docker, "-o", "json"]);
    let report = run.json();
    let notes: Vec<&str> =
        report["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
    let told = notes[notes.len() - 4..].to_vec();
    assert_eq!(
        told,
        [
            format!("docker login: {docker} logs in to {host} as \"dev\""),
            "kubelet: asks as anonymous".to_owned(),
            "both fail, but not alike: NotFound with docker's login, Unknown with the kubelet's".to_owned(),
            told[3].to_owned(),
        ]
    );
    // The first request asks whether the host speaks TLS, the second is refused for want of a login.
    assert!(
        told[3].starts_with("they part at request 3: the kubelet sends nothing; docker's login sends HEAD"),
        "{}",
        told[3]
    );
    assert!(told[3].ends_with("with Basic → 404"), "{}", told[3]);
    assert!(!run.all().contains("c4n4ry") && !run.all().contains("ZGV2OmM0bjRyeQ"), "{}", run.all());
    let run = pullsim(&["check", &image, "--compare-login", "/nowhere/config.json"]);
    assert_eq!(run.status, 2, "{}", run.all());
}

const TOKENS: &str = "  tokenAttributes:\n    serviceAccountTokenAudience: registry\n    cacheType: ServiceAccount\n    requireServiceAccount: true\n    requiredServiceAccountAnnotationKeys: [example.com/role]\n";
const PODS: &str = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: puller, namespace: shop, uid: u1, annotations: {example.com/role: reader}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {serviceAccountName: puller, containers: [{name: web, image: IMAGE}]}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: plain, namespace: shop}\nspec: {containers: [{name: web, image: IMAGE}]}\n";

/// A token for an audience, with a canary in its signature.
fn token(audience: &str, expires: i64) -> String {
    let part = |text: String| URL_SAFE_NO_PAD.encode(text);
    let claims = json!({"aud": [audience], "exp": expires, "sub": "system:serviceaccount:shop:puller"});
    format!("{}.{}.c4n4ry", part(json!({"alg": "RS256"}).to_string()), part(claims.to_string()))
}

/// A node with a plugin that wants a token for `registry`, and gives a login to whom it is shown one.
fn token_node(test: &str, host: &str) -> String {
    let answer = json!({
        "kind": "CredentialProviderResponse", "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
        "cacheKeyType": "Registry", "cacheDuration": "5m", "auth": {host: {"username": "reader", "password": "s3cr3t"}},
    });
    let script = format!(
        "#!/bin/sh\nread -r line\ncase $line in *'\"serviceAccountToken\":\"ey'*'\"serviceAccountAnnotations\":{{\"example.com/role\":\"reader\"}}'*) echo '{answer}';; *) exit 9;; esac\n"
    );
    let root = node(test, host, &script);
    let port = host.rsplit(':').next().unwrap();
    write(Path::new(&root), "etc/cp.yaml", &(CONFIG.replace("PORT", port) + TOKENS));
    root
}

#[test]
fn a_plugin_is_given_the_token_of_the_pods_service_account() {
    let host = private();
    let root = token_node("plugin_token", &host);
    let pods = file("plugin_token_pods", "pods.yaml", &PODS.replace("IMAGE", &format!("{host}/team/app:v1")));
    let right = file("plugin_token_right", "token", &(token("registry", 4_000_000_000) + "\n"));
    let base = ["check", "-f", &pods, "--node", &root, "--run-plugins", "-o", "json"];
    let run = pullsim(&[&base[..], &["--service-account-token", &right]].concat());
    let report = run.json();
    // The login is the account's, and the other pod's account lacks the annotation.
    let check = |pod: usize| report["pods"][pod]["images"][0]["check"].clone();
    let source = "plugin cloud for service account shop/puller";
    assert_eq!(check(0)["credentials"][0]["source"], source, "{}", run.all());
    assert_eq!(check(0)["cri"]["code"], "NotFound");
    assert_eq!(check(1)["credentials"], json!([]));
    assert_eq!(check(1)["diagnosis"]["cause"], "credential-provider-failure");
    let remedy = "kubectl annotate serviceaccount default -n shop example.com/role=…";
    assert!(check(1)["diagnosis"]["remedies"].to_string().contains(remedy), "{}", check(1)["diagnosis"]);
    let notes = report["notes"].to_string();
    let given = "answered with 1 entry for service account shop/puller, audience \\\"registry\\\", annotations example.com/role";
    assert!(notes.contains(given), "{notes}");
    assert!(
        notes.contains("ServiceAccount shop/default is not in the files: taken to have no annotations"),
        "{notes}"
    );
    assert!(!run.all().contains("c4n4ry") && !run.all().contains("s3cr3t"), "{}", run.all());

    // What is repeated over time is said.
    let run = pullsim(&[&base[..], &["--service-account-token", &right, "--for", "10m"]].concat());
    let notes = run.json()["notes"].to_string();
    assert!(
        notes.contains("cloud: its one answer is repeated") && notes.contains("when 5m0s are over"),
        "{notes}"
    );

    // Without a token it is not run, and what would help is said.
    let notes = pullsim(&base).json()["notes"].to_string();
    assert!(notes.contains("it wants a token of service account shop/puller"), "{notes}");
    assert!(notes.contains("--service-account-token FILE gives"), "{notes}");

    // A token that is not what the kubelet would ask for.
    let other = file("plugin_token_other", "token", &token("other", 1_000_000_000));
    let notes =
        pullsim(&[&base[..], &["--service-account-token", &other]].concat()).json()["notes"].to_string();
    assert!(notes.contains("it expired at 2001-09-09T01:46:40Z"), "{notes}");
    assert!(notes.contains("would ask for audience \\\"registry\\\" (plugin cloud)"), "{notes}");
}

#[test]
fn what_is_no_token_is_refused() {
    let host = private();
    let root = token_node("plugin_token_bad", &host);
    let image = format!("{host}/team/app:v1");
    for (name, text, message) in [
        ("empty", " \n", "it is empty"),
        ("words", "c4n4ry c4n4ry", "there is more than one word in it"),
        ("word", "c4n4ry", "what is in it is no JSON web token"),
    ] {
        let path = file(&format!("plugin_token_{name}"), "token", text);
        let run = pullsim(&["check", &image, "--node", &root, "--service-account-token", &path]);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{}", run.all());
        assert!(run.err.contains(message) && run.err.contains("help: kubectl create token"), "{}", run.err);
        assert!(!run.err.contains("c4n4ry"), "{}", run.err);
    }
    let run = pullsim(&["check", &image, "--secret", "-", "--service-account-token", "-"]);
    assert_eq!(run.status, 2);
    assert!(
        run.err.contains("standard input can be read once: --secret and --service-account-token"),
        "{}",
        run.err
    );
    let run = pullsim(&["check", &image, "--service-account-token", "/nowhere/token"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("cannot read /nowhere/token: no such file or directory"), "{}", run.err);
}

#[test]
fn tokens_by_version() {
    let host = private();
    let root = token_node("plugin_token_versions", &host);
    let image = format!("{host}/team/app:v1");
    let said = |version: &str| {
        let run = pullsim(&["check", &image, "--node", &root, "--kubelet", version, "--plan"]);
        (run.status, run.all())
    };
    for (version, words) in [
        ("1.32", "unknown field \"providers[0].tokenAttributes\""),
        ("1.33", "unknown field \"providers[0].tokenAttributes.cacheType\""),
    ] {
        let (status, said) = said(version);
        assert!(status == 2 && said.contains(words), "{said}");
    }
    let config = std::fs::read_to_string(Path::new(&root).join("etc/cp.yaml")).unwrap();
    write(Path::new(&root), "etc/cp.yaml", &config.replace("    cacheType: ServiceAccount\n", ""));
    let (status, words) = said("1.33");
    let gate = "tokenAttributes is not supported when KubeletServiceAccountTokenForCredentialProviders feature gate is disabled";
    assert!(status == 2 && words.contains(gate), "{words}");
    let gates = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nfeatureGates: {KubeletServiceAccountTokenForCredentialProviders: true}\n";
    write(Path::new(&root), "var/lib/kubelet/config.yaml", gates);
    assert_eq!(said("1.33").0, 0, "{}", said("1.33").1);
    let (status, words) = said("1.34");
    assert!(status == 2 && words.contains("cacheType is required to be set"), "{words}");
}

#[test]
fn a_plan_names_the_plugins_that_would_be_asked() {
    let host = private();
    let root = token_node("plugin_plan", &host);
    let image = format!("{host}/team/app:v1");
    let run = pullsim(&["check", &image, "--node", &root, "--plan", "-o", "json"]);
    let plugin = &run.json()["plugins"][0];
    assert_eq!(plugin["name"], "cloud", "{}", run.all());
    let why =
        "Failed to get service account data default/default: required annotation example.com/role not found";
    assert_eq!(plugin["passed_over"], why);
    let config = CONFIG.replace("PORT", host.rsplit(':').next().unwrap())
        + &TOKENS
            .replace("required", "optional")
            .replace("requireServiceAccount: true", "requireServiceAccount: false");
    write(Path::new(&root), "etc/cp.yaml", &config);
    let run = pullsim(&["check", &image, "--node", &root, "--plan"]);
    let words =
        "plugin cloud would be asked, with a token of service account default/default for \"registry\"";
    let unwrapped = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unwrapped.contains(words) && !unwrapped.contains("anonymous"), "{}", run.all());
    let run = pullsim(&["check", "elsewhere.test/app", "--node", &root, "--plan"]);
    assert!(!run.out.contains("plugin") && run.out.contains("asked as anonymous"), "{}", run.out);
}

/// Row C8: what lint tells of a token, the registry's refusal proves.
#[test]
fn a_token_that_has_expired() {
    let host = closed_to_all();
    let config = json!({"auths": {&host: {"username": "ci", "password": token("registry", 1_000_000_000)}}});
    let secret = file("expired_token", "config.json", &config.to_string());
    let lint = pullsim(&["secret", "lint", &secret, "-o", "json"]);
    assert!(lint.out.contains("\"token-expired\""), "{}", lint.out);
    let run = pullsim(&["check", &format!("{host}/app:v1"), "--secret", &secret, "-o", "json"]);
    let report = run.json();
    assert_eq!(report["diagnosis"]["cause"], "expired-token", "{}", run.all());
    let sentence = report["diagnosis"]["sentence"].as_str().unwrap();
    assert!(
        sentence.ends_with("its password is a token that expired at 2001-09-09T01:46:40Z."),
        "{sentence}"
    );
    assert_eq!(report["credentials"][0]["expires"], "2001-09-09T01:46:40Z");
    assert!(!run.all().contains("c4n4ry") && !lint.all().contains("c4n4ry"));
}

/// A registry that lets in nobody.
fn closed_to_all() -> String {
    serve(|_| empty("401 Unauthorized", "WWW-Authenticate: Basic realm=\"r\"\r\n"))
}
