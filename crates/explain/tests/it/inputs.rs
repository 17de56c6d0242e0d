//! The forms in which people paste: each names pod, container, image and cause.

use explain::{Explanation, Runtime, TextStyle, explain};

/// `(pod, container, image, cause)` of each finding.
fn told(explanation: &Explanation) -> Vec<(String, String, String, &'static str)> {
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    explanation
        .findings
        .iter()
        .map(|f| (text(&f.pod), text(&f.container), text(&f.image), f.cause.name()))
        .collect()
}

fn row(
    pod: &str,
    container: &str,
    image: &str,
    cause: &'static str,
) -> (String, String, String, &'static str) {
    (pod.to_owned(), container.to_owned(), image.to_owned(), cause)
}

const DESCRIBE: &str = r#"Name:             web-0
Namespace:        shop
Containers:
  web:
    Image:          r.example.com/web:v1
    State:          Waiting
      Reason:       ImagePullBackOff
    Ready:          False
Events:
  Type     Reason     Age                From               Message
  ----     ------     ----               ----               -------
  Normal   Scheduled  67s                default-scheduler  Successfully assigned shop/web-0 to n1
  Normal   BackOff    10s (x2 over 40s)  kubelet            Back-off pulling image "r.example.com/web:v1"
  Warning  Failed     10s (x2 over 40s)  kubelet            Error: ImagePullBackOff
  Normal   Pulling    5s (x3 over 67s)   kubelet            Pulling image "r.example.com/web:v1"
  Warning  Failed     5s (x3 over 65s)   kubelet            Failed to pull image "r.example.com/web:v1": rpc error: code = NotFound desc = failed to pull and unpack image "r.example.com/web:v1": failed to resolve reference "r.example.com/web:v1": r.example.com/web:v1: not found
  Warning  Failed     5s (x3 over 65s)   kubelet            Error: ErrImagePull


Name:             db-0
Namespace:        shop
Containers:
  db:
    Image:          postgres:16
    State:          Waiting
      Reason:       ErrImagePull
Events:
  Type     Reason   Age  From     Message
  ----     ------   ---  ----     -------
  Warning  Failed   2s   kubelet  spec.containers{db}: Failed to pull image "postgres:16": Error response from daemon: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit
"#;

#[test]
fn describe_of_two_pods() {
    let explanation = explain(DESCRIBE);
    let wanted = [
        row("db-0", "db", "postgres:16", "rate-limit"),
        row("web-0", "web", "r.example.com/web:v1", "tag-not-found"),
    ];
    assert_eq!(told(&explanation), wanted);
    assert_eq!(explanation.findings[0].runtime, Runtime::Docker);
    assert_eq!(explanation.findings[1].runtime, Runtime::Containerd);
}

#[test]
fn a_secret_that_is_not_there_explains_the_denial() {
    let text = r#"Name:  web-0
Namespace:  shop
Events:
  Type     Reason                           Age  From     Message
  ----     ------                           ---  ----     -------
  Warning  FailedToRetrieveImagePullSecret  5s   kubelet  Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.
  Warning  Failed  5s  kubelet  Failed to pull image "r.example.com/web:v1": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://r.example.com/token?scope=x: 401 Unauthorized
"#;
    let explanation = explain(text);
    assert_eq!(told(&explanation), [row("web-0", "", "r.example.com/web:v1", "secret-missing")]);
    assert_eq!(explanation.findings[0].alternatives[0].cause.name(), "credentials-missing");

    let other = text.replace("failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://r.example.com/token?scope=x: 401 Unauthorized", "toomanyrequests: slow down");
    let causes: Vec<_> = explain(&other).findings.iter().map(|finding| finding.cause.name()).collect();
    assert_eq!(causes, ["rate-limit", "secret-missing"]);
}

const MESSAGE: &str = r#"Failed to pull image "r.example.com/web:v1": failed to do request: Head "https://r.example.com/v2/web/manifests/v1": dial tcp: lookup r.example.com on 10.0.0.2:53: no such host"#;

#[test]
fn tables_of_events_of_all_versions() {
    let tables = [
        format!(
            "LAST SEEN   TYPE      REASON    OBJECT      MESSAGE\n67s   Normal    Scheduled   pod/web-0   Successfully assigned shop/web-0 to n1\n5s    Warning   Failed   pod/web-0   {MESSAGE}\n5s    Warning   Failed   pod/web-0   Error: ErrImagePull\n"
        ),
        format!(
            "LAST SEEN   TYPE   REASON   OBJECT   SUBOBJECT   SOURCE   MESSAGE   FIRST SEEN   COUNT   NAME\n5s   Warning   Failed   pod/web-0   spec.containers{{web}}   kubelet, n1   {MESSAGE}   67s   3   web-0.17\n"
        ),
        format!(
            "NAMESPACE   LAST SEEN   TYPE      REASON    OBJECT      MESSAGE\nshop   5s    Warning   Failed   pod/web-0   {MESSAGE}\n"
        ),
    ];
    for table in tables {
        let explanation = explain(&table);
        let finding = &explanation.findings[0];
        assert_eq!(
            (finding.pod.as_deref(), finding.cause.name()),
            (Some("web-0"), "dns-no-such-host"),
            "{table}"
        );
        assert_eq!(finding.image.as_deref(), Some("r.example.com/web:v1"), "{table}");
        assert_eq!(explanation.findings.len(), 1, "{table}");
    }
    let old =
        format!("  2m  1m  4  {{kubelet 192.0.2.5}}  spec.containers{{web}}  Warning  Failed  {MESSAGE}\n");
    let explanation = explain(&old);
    assert_eq!(told(&explanation), [row("", "web", "r.example.com/web:v1", "dns-no-such-host")]);
}

#[test]
fn events_as_json_and_yaml() {
    let json = serde_json::json!({"kind": "List", "items": [
        {"kind": "Event", "type": "Warning", "reason": "Failed", "message": MESSAGE,
         "involvedObject": {"kind": "Pod", "name": "web-0", "fieldPath": "spec.containers{web}"}},
        {"kind": "Event", "type": "Warning", "reason": "FailedMount", "message": "secret \"x\" not found",
         "involvedObject": {"kind": "Pod", "name": "web-0"}},
    ]});
    let yaml = "apiVersion: v1\nkind: List\nitems:\n- kind: Event\n  reason: Failed\n  involvedObject:\n    kind: Pod\n    name: web-0\n    fieldPath: spec.containers{web}\n  message: 'Failed to pull image \"r.example.com/web:v1\": failed to do request: Head \"https://r.example.com/v2/web/manifests/v1\":\n    dial tcp: lookup r.example.com on 10.0.0.2:53: no such host'\n";
    for text in [json.to_string(), yaml.to_owned()] {
        assert_eq!(
            told(&explain(&text)),
            [row("web-0", "web", "r.example.com/web:v1", "dns-no-such-host")],
            "{text}"
        );
    }
}

#[test]
fn the_status_of_a_pod() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web-0\nspec:\n  containers:\n  - name: web\n    image: r.example.com/web:v1\nstatus:\n  conditions:\n  - type: Ready\n    reason: ContainersNotReady\n    message: 'containers with unready status: [web]'\n  containerStatuses:\n  - name: web\n    image: r.example.com/web:v1\n    imageID: \"\"\n    state:\n      waiting:\n        reason: ImagePullBackOff\n        message: 'Back-off pulling image \"r.example.com/web:v1\": ErrImagePull: failed to resolve image: unexpected status from HEAD request to https://r.example.com/v2/web/manifests/v1: 503 Service Unavailable'\n";
    let explanation = explain(pod);
    assert_eq!(told(&explanation), [row("web-0", "web", "r.example.com/web:v1", "registry-5xx")]);
    let finding = &explanation.findings[0];
    assert_eq!(finding.kubelet_version, Some("1.32 or newer"));
    assert_eq!(finding.runtime_version, Some("2.1 or newer, transfer service"));
    let part = pod.split_once("status:\n").unwrap().1;
    assert_eq!(explain(part).findings[0].cause.name(), "registry-5xx");
}

#[test]
fn lines_of_logs() {
    let lines = [
        r#"E0301 09:00:00.000000    1018 pod_workers.go:1301] "Error syncing pod, skipping" err="failed to \"StartContainer\" for \"web\" with ErrImagePull: \"failed to do request: Head \\\"https://r.example.com/v2/web/manifests/v1\\\": dial tcp: lookup r.example.com on 10.0.0.2:53: no such host\"" pod="shop/web-0""#,
        r#"Mar 01 09:00:00 n1 containerd[700]: time="2026-03-01T09:00:00Z" level=error msg="PullImage \"r.example.com/web:v1\" failed" error="failed to do request: Head \"https://r.example.com/v2/web/manifests/v1\": dial tcp: lookup r.example.com on 10.0.0.2:53: no such host""#,
        r#"{"level":"error","msg":"pull failed","error":"Get \"https://r.example.com/v2/\": dial tcp: lookup r.example.com on 10.0.0.2:53: no such host","image":"r.example.com/web:v1"}"#,
    ];
    for line in lines {
        let explanation = explain(line);
        assert_eq!(explanation.findings[0].cause.name(), "dns-no-such-host", "{line}");
    }
    assert_eq!(explain(lines[0]).findings[0].pod.as_deref(), Some("web-0"));
    assert_eq!(explain(lines[1]).findings[0].image.as_deref(), Some("r.example.com/web:v1"));
    assert_eq!(explain(lines[2]).findings[0].image.as_deref(), Some("r.example.com/web:v1"));
}

#[test]
fn what_a_terminal_stamped_line_by_line_is_read_together() {
    let terminal = ["$ docker pull ghcr.io/team/app:v1", "Error response from daemon: denied"];
    let plain = explain(&terminal.join("\n")).findings;
    assert_eq!(plain.len(), 1);
    for stamp in
        ["2024-03-01T10:00:00Z ", "2024-03-01 10:00:00 ", "2018/05/30 13:26:18 ", "[2024-03-01 10:00:00] "]
    {
        let stamped: Vec<String> = terminal.iter().map(|line| format!("{stamp}{line}")).collect();
        let found = explain(&stamped.join("\n")).findings;
        assert_eq!(found.first().map(|finding| finding.cause), Some(plain[0].cause), "{stamp}");
    }
    // A log of something else is no pull's.
    let refused = "2024-03-01T10:00:00Z dial tcp 10.0.0.1:5432: connect: connection refused\n".repeat(3);
    assert!(explain(&refused).findings.is_empty());
}

#[test]
fn nothing_makes_it_fail() {
    let texts = [
        "{",
        "[[[[",
        "kind: Pod\nstatus: [",
        "\u{1b}[31mé\u{0}",
        "Warning",
        "https://",
        "https://[",
        "lookup",
        "code =",
        "Warning  Failed",
    ];
    for text in texts {
        let _ = explain(text);
    }
    for end in 0..DESCRIBE.len() {
        if DESCRIBE.is_char_boundary(end) && end % 37 == 0 {
            let _ = explain(&DESCRIBE[..end]);
        }
    }
}

#[test]
fn other_lines_of_a_log_are_passed_over() {
    let log = r#"E0301 09:00:00.000000    1018 kubelet.go:2448] "Error getting node" err="node \"n1\" not found"
E0301 09:00:01.000000    1018 remote_image.go:216] "PullImage from image service failed" err="rpc error: code = NotFound desc = failed to resolve reference \"r.example.com/web:v1\": r.example.com/web:v1: not found" image="r.example.com/web:v1"
E0301 09:00:02.000000    1018 reflector.go:140] failed to list *v1.Node: Unauthorized
I0301 09:00:03.000000    1018 kubelet.go:100] "Starting"
"#;
    let explanation = explain(log);
    assert_eq!(told(&explanation), [row("", "", "r.example.com/web:v1", "tag-not-found")]);
    assert!(explanation.unexplained.is_empty(), "{:?}", explanation.unexplained);
}

/// The namespace and the pod of the first finding, and its commands.
fn commands(text: &str) -> (Option<String>, Option<String>, Vec<String>) {
    let explanation = explain(text);
    let finding = explanation.findings.first().unwrap_or_else(|| panic!("no finding: {text}"));
    let commands = finding.remedies.iter().filter_map(|remedy| remedy.command.clone()).collect();
    (finding.namespace.clone(), finding.pod.clone(), commands)
}

const DENIED: &str = r#"Failed to pull image "r.example.com/web:v1": failed to resolve image: pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials"#;

/// Whatever the form, the namespace that it tells stands in the commands.
#[test]
fn commands_carry_the_namespace_that_the_text_tells() {
    let yaml = serde_json::json!({"kind": "Event", "reason": "Failed", "message": DENIED, "type": "Warning",
        "involvedObject": {"kind": "Pod", "name": "web-0", "namespace": "shop"}});
    let newer = serde_json::json!({"kind": "Event", "reason": "Failed", "note": DENIED, "type": "Warning",
        "regarding": {"kind": "Pod", "name": "web-0", "namespace": "shop"}});
    let status = serde_json::json!({"kind": "Pod", "metadata": {"name": "web-0", "namespace": "shop"},
        "status": {"containerStatuses": [{"name": "web", "image": "r.example.com/web:v1", "state":
            {"waiting": {"reason": "ErrImagePull", "message": DENIED}}}]}});
    let logged = serde_json::json!({"ts": 1.5, "msg": "Error syncing pod, skipping", "err": DENIED,
        "pod": {"name": "web-0", "namespace": "shop"}});
    let texts = [
        yaml.to_string(),
        newer.to_string(),
        status.to_string(),
        logged.to_string(),
        format!("Name:  web-0\nNamespace:  shop\nEvents:\n  Warning  Failed  5s  kubelet  {DENIED}\n"),
        format!(
            "  Normal   Scheduled  9s  default-scheduler  Successfully assigned shop/web-0 to n1\n  \
             Warning  Failed  5s  kubelet  {DENIED}\n"
        ),
        format!(
            "NAMESPACE  LAST SEEN  TYPE  REASON  OBJECT  MESSAGE\nshop  5s  Warning  Failed  pod/web-0  {DENIED}\n"
        ),
        format!("shop  5s (x3 over 2m10s)  Warning  Failed  Pod/web-0  {DENIED}\n"),
        format!(
            "E1002 17:49:13.548119 2819941 pod_workers.go:1301] \"Error syncing pod, skipping\" err={:?} pod=\"shop/web-0\"\n",
            DENIED
        ),
    ];
    for text in texts {
        let (namespace, pod, commands) = commands(&text);
        assert_eq!((namespace.as_deref(), pod.as_deref()), (Some("shop"), Some("web-0")), "{text}");
        assert!(commands.iter().any(|command| command.contains(" -n shop ")), "{text}: {commands:#?}");
        assert!(!commands.iter().any(|command| command.contains("NAMESPACE")), "{text}: {commands:#?}");
        let page = explain(&text).to_text(TextStyle { width: 100, colour: false });
        assert!(page.starts_with("shop/web-0"), "{page}");
        assert!(page.contains("  kubectl pullsim pod web-0 -n shop\n"), "{page}");
    }
}

/// Where nothing tells it, the word stays that is to be filled in; a time is no namespace.
#[test]
fn a_namespace_that_is_not_told_stays_open() {
    for text in [
        format!("5s  Warning  Failed  pod/web-0  {DENIED}\n"),
        format!("2026-03-01 09:00:00  Warning  Failed  pod/web-0  {DENIED}\n"),
        format!("3m  5s  Warning  Failed  pod/web-0  {DENIED}\n"),
    ] {
        let (namespace, pod, commands) = commands(&text);
        assert_eq!((namespace, pod.as_deref()), (None, Some("web-0")), "{text}");
        assert!(commands.iter().any(|command| command.contains(" -n NAMESPACE")), "{commands:#?}");
        let page = explain(&text).to_text(TextStyle { width: 100, colour: false });
        assert!(page.contains("  kubectl pullsim pod web-0\n"), "{page}");
    }
    // Nothing that a shell would read comes into a command.
    let (_, _, commands) = commands(&format!(
        "Name:  a;reboot\nNamespace:  $(x)\nEvents:\n  Warning  Failed  5s  kubelet  {DENIED}\n"
    ));
    assert!(!commands.iter().any(|command| command.contains(['$', ';'])), "{commands:#?}");
}

/// Pods of one name in two namespaces are two pods.
#[test]
fn one_name_in_two_namespaces() {
    let event = |namespace: &str| {
        serde_json::json!({"kind": "Event", "reason": "Failed", "message": DENIED, "type": "Warning",
            "involvedObject": {"kind": "Pod", "name": "web-0", "namespace": namespace}})
    };
    let list = serde_json::json!({"kind": "List", "items": [event("shop"), event("test"), event("shop")]});
    let found = explain(&list.to_string()).findings;
    let namespaces: Vec<_> = found.iter().filter_map(|finding| finding.namespace.as_deref()).collect();
    assert_eq!(namespaces, ["shop", "test"]);
}

/// The secret that is not there stands in the commands too.
#[test]
fn the_missing_secret_is_named() {
    let event = "Unable to retrieve some image pull secrets (regcred, other); attempting to pull the image may not succeed.";
    let text = format!(
        "Name:  web-0\nNamespace:  shop\nEvents:\n  Warning  FailedToRetrieveImagePullSecret  5s  kubelet  {event}\n  \
         Warning  Failed  5s  kubelet  {DENIED}\n"
    );
    let (namespace, _, commands) = commands(&text);
    assert_eq!(namespace.as_deref(), Some("shop"));
    let wanted = [
        "kubectl get secret -A --field-selector metadata.name=regcred",
        "kubectl get secret regcred -n OTHER ",
    ];
    for wanted in wanted {
        assert!(commands.iter().any(|command| command.starts_with(wanted)), "{wanted}: {commands:#?}");
    }
    assert!(commands.iter().any(|command| command.ends_with("kubectl apply -n shop -f -")), "{commands:#?}");
}

/// The parts of the image's name stand in the commands, Docker Hub's as its images are called in full.
#[test]
fn commands_name_the_repository() {
    for (image, command) in [
        ("r.example.com/team/web:v1", "crane ls r.example.com/team/web"),
        ("nginx:1.99", "crane ls docker.io/library/nginx"),
    ] {
        let (_, _, commands) = commands(&format!("Failed to pull image \"{image}\": {image}: not found"));
        assert!(commands.iter().any(|known| known == command), "{commands:#?}");
    }
}

/// What a kubelet logs of one failed pull, in its own order: only the last lines name the pod.
#[test]
fn one_failure_in_a_log_is_told_once() {
    const ERROR: &str = "rpc error: code = NotFound desc = failed to pull and unpack image \"r.test/app:v9\": failed to \
                         resolve reference \"r.test/app:v9\": r.test/app:v9: not found";
    let uid = "8f5c1b9e-0000-4000-8000-0123456789ab";
    let begin = "Nov 29 12:00:01 n1 kubelet[1]: E1129 12:00:01.548119    1234";
    let pull = format!(
        "{begin} log.go:32] \"PullImage from image service failed\" err={ERROR:?} image=\"r.test/app:v9\"\n"
    );
    let ends = [
        format!(
            "{begin} pod_workers.go:1298] \"Error syncing pod, skipping\" err={ERROR:?} pod=\"shop/web-0\" podUID=\"{uid}\"\n"
        ),
        format!(
            "{begin} kuberuntime_manager.go:1256] container start failed in pod web-0_shop({uid}): ErrImagePull: {ERROR}\n"
        ),
        format!(
            "{begin} pod_workers.go:191] Error syncing pod {uid} (\"web-0_shop({uid})\"), skipping: failed to \"StartContainer\" for \"web\" with ErrImagePull: {ERROR:?}\n"
        ),
    ];
    for end in &ends {
        let found = explain(&format!("{pull}{end}")).findings;
        let [finding] = &found[..] else { panic!("{end}: {found:#?}") };
        assert_eq!(
            (finding.namespace.as_deref(), finding.pod.as_deref()),
            (Some("shop"), Some("web-0")),
            "{end}"
        );
        assert_eq!(finding.image.as_deref(), Some("r.test/app:v9"));
    }
    // Another pod with the same image is another failure.
    let other = ends[0].replace("shop/web-0", "test/web-1");
    let found = explain(&format!("{pull}{}{other}", ends[0])).findings;
    let pods: Vec<_> = found.iter().filter_map(|finding| finding.pod.as_deref()).collect();
    assert_eq!(pods, ["web-0", "web-1"]);
}
