//! Scenarios whose pods are Kubernetes objects: what is read, and what is refused where.

use std::time::Duration;

use scenario::{Expected, Scenario, ScenarioPod, Subject};

use crate::support::{HEAD, refuse};

/// The head without a pod of its own.
fn head() -> String {
    HEAD.replace("image: r.test/app:v1\n", "")
}

fn parse(rest: &str) -> Scenario {
    crate::support::parse("s.yaml", &(head() + rest))
}

/// What is said of a scenario without `image`, whose sixth line is the first of these.
fn wrong(rest: &str) -> String {
    Scenario::parse("s.yaml", &(head() + "story: s\n" + rest)).unwrap_err().render()
}

const POD: &str =
    "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: c, image: b}]}}";

fn summary(pod: &ScenarioPod) -> String {
    let ScenarioPod { at, kind, pod, account, .. } = pod;
    let images: Vec<&str> = pod.all_containers().map(|(_, container)| container.image.as_str()).collect();
    let account = account
        .as_ref()
        .map_or("none".to_owned(), |account| format!("{}{:?}", account.name, account.image_pull_secrets));
    let secrets = &pod.image_pull_secrets;
    format!("{}s {kind} {}/{} {images:?} {secrets:?} by {account}", at.as_secs(), pod.namespace, pod.name)
}

#[test]
fn pods_come_from_image_manifests_and_changes() {
    let scenario = crate::support::parse(
        "s.yaml",
        &format!(
            "{HEAD}for: 5m
secrets: [{{name: s, auths: {{}}}}]
manifests:
  - {POD}
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: web, namespace: shop}}
    spec:
      template:
        spec:
          serviceAccountName: puller
          imagePullSecrets: [{{name: x}}]
          initContainers: [{{name: i, image: first}}]
          containers: [{{name: c, image: second}}]
changes:
  - at: 2m
    manifests:
      - {{apiVersion: v1, kind: ServiceAccount, metadata: {{name: default}}, imagePullSecrets: [{{name: late}}]}}
      - {{apiVersion: v1, kind: Pod, metadata: {{name: late}}, spec: {{containers: [{{name: c, image: b}}]}}}}
"
        ),
    );
    let pods: Vec<String> = scenario.pods().iter().map(summary).collect();
    assert_eq!(
        pods,
        [
            "0s  default/app [\"r.test/app:v1\"] [\"s\"] by default[]",
            "0s Pod default/a [\"b\"] [] by default[]",
            "0s Deployment shop/web [\"first\", \"second\"] [\"x\"] by none",
            "120s Pod default/late [\"b\"] [] by default[\"late\"]",
        ]
    );
    assert!(scenario.is_over_time());
    assert_eq!((scenario.image(), parse(&format!("manifests: [{POD}]\n")).image()), ("r.test/app:v1", "b"));
}

#[test]
fn secrets_are_replaced_by_those_that_come_later() {
    let secret = |user: &str| {
        format!(
            "{{apiVersion: v1, kind: Secret, metadata: {{name: of-manifest}}, type: kubernetes.io/dockerconfigjson, stringData: {{.dockerconfigjson: '{{\"auths\": {{\"{user}\": {{}}}}}}'}}}}"
        )
    };
    let scenario = parse(&format!(
        "for: 5m
secrets: [{{name: short, auths: {{}}}}]
manifests: [{POD}, {}]
changes:
  - {{at: 2m, manifests: [{}]}}
  - {{at: 1m, secrets: [{{name: other, auths: {{}}}}, {{name: of-manifest, auths: {{}}}}]}}
",
        secret("one"),
        secret("two")
    ));
    let told: Vec<(Duration, Vec<String>)> = scenario
        .secrets_over_time()
        .into_iter()
        .map(|(at, secrets)| {
            let content = |secret: &keyring::PullSecret| {
                let values =
                    secret.data.values().map(|value| String::from_utf8_lossy(value.expose()).into_owned());
                let text: String = values.collect();
                let of = ["one", "two"].into_iter().find(|word| text.contains(word)).unwrap_or("-");
                format!("{} {of}", secret.name)
            };
            (at, secrets.iter().map(content).collect())
        })
        .collect();
    let minute = |minutes: u64| Duration::from_secs(60 * minutes);
    let expected = [
        (minute(0), vec!["short -", "of-manifest one"]),
        // What is written in short counts before what stands in manifests.
        (minute(1), vec!["other -", "of-manifest -"]),
        (minute(2), vec!["other -", "of-manifest -"]),
    ];
    let expected: Vec<(Duration, Vec<String>)> = expected
        .into_iter()
        .map(|(at, secrets)| (at, secrets.into_iter().map(str::to_owned).collect()))
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn mistakes_in_objects_are_shown_where_they_are() {
    let pods = |expected: &str| format!("manifests: [{POD}]\nexpect: {{pods: {{{expected}}}}}\n");
    let table: &[(String, &str, &str)] = &[
        ("manifests: []\n".to_owned(), "there is no pod: neither `image` nor a manifest of one", "s.yaml"),
        (
            "manifests: [[]]\n".to_owned(),
            "expected a Kubernetes object, or the path of a file",
            "s.yaml:6:13",
        ),
        ("manifests: [no-such.yaml]\n".to_owned(), "cannot read no-such.yaml", "s.yaml:6:13"),
        (
            "manifests: [{metadata: {name: a}}]\n".to_owned(),
            "s.yaml is no manifest: it has no kind",
            "s.yaml:6:13",
        ),
        (POD.replace("Pod", "Pdo"), "Pdo is no object that decides about pulls", "help: did you mean `Pod`?"),
        (
            POD.replace("containers", "container"),
            "refused by the API server: spec.containers: Required value",
            "s.yaml:6:6",
        ),
        (
            POD.replace("image: b", "image: [b]"),
            "spec.containers[0].image is a list, and must be a text",
            "s.yaml:6:99",
        ),
        (format!("{POD}, {POD}"), "Pod default/a is defined twice, first at s.yaml:6:13", "s.yaml:6:106"),
        (
            format!("manifests: [{POD}]\nfor: 5m\nchanges: [{{at: 1m, manifests: [{POD}]}}]\n"),
            "Pod default/a is defined twice, first at s.yaml:6:13",
            "s.yaml:8:32",
        ),
        (
            format!("manifests: [{POD}]\npolicy: Always\n"),
            "`policy` is of the pod that is made up for `image`",
            "s.yaml:7:9",
        ),
        (
            format!("manifests: [{POD}]\nmissingSecrets: [x]\n"),
            "`missingSecrets` is of the pod",
            "s.yaml:7:18",
        ),
        (format!("manifests: [{POD}]\nchanges: [{{at: 1m}}]\n"), "this changes nothing", "s.yaml:7:11"),
        (
            format!("manifests: [{POD}]\nchanges: [{{at: 1m, secrets: []}}]\n"),
            "nobody looks at the pods any more when this changes",
            "s.yaml:7:11",
        ),
        (pods("b: {outcome: pulled}"), "there is no pod `b`", "s.yaml:7:17"),
        (pods("a: {outcom: pulled}"), "unknown key `outcom`", "s.yaml:7:21"),
        (
            pods("a: {containers: {d: {outcome: pulled}}}"),
            "the pod `a` has no container or image volume `d`",
            "s.yaml:7:34",
        ),
        (
            format!(
                "manifests: [{POD}, {}]\nexpect: {{cause: rate-limit}}\n",
                POD.replace("name: a", "name: b")
            ),
            "there are several pods: of which is `cause` expected?",
            "s.yaml:7:17",
        ),
    ];
    for (rest, message, place) in table {
        let rest = if rest.starts_with('{') { format!("manifests: [{rest}]\n") } else { rest.clone() };
        let shown = wrong(&rest);
        assert!(shown.contains(message) && shown.contains(place), "{rest}\n{shown}");
    }
}

#[test]
fn what_could_never_be_noticed_is_refused() {
    let table = [
        (
            "runtimes: [containerd-2.1.9, containerd-2.1.99]\n",
            "there is no runtime `containerd-2.1.99`",
            "s.yaml:6:30",
        ),
        ("kubelet: [1.34, 1.3]\n", "there is no kubelet `1.3`", "s.yaml:6:17"),
        ("expect: {requests: {q.test: []}}\n", "there is no host `q.test`", "s.yaml:6:21"),
        (
            "expect: {timeline: [1m Running]}\n",
            "`timeline` is seen only over time",
            "help: say how long with `for`",
        ),
        ("expect: {attempts: 3}\n", "`attempts` is seen only over time", "s.yaml:6:20"),
        ("expect: {pods: {app: {phase: Running}}}\n", "`pods` is seen only over time", "s.yaml:6:30"),
        (
            "expect: {cause: rate-limt}\n",
            "there is no cause `rate-limt`: did you mean `rate-limit`?",
            "s.yaml:6:17",
        ),
        ("checklist: [C99]\n", "`C99` is no row of the checklist", "s.yaml:6:13"),
        (
            "node: {files: {/var/lib/kubelet/config.yaml: 'registryPullQPS: -1'}}\n",
            "with this configuration kubelet 1.34 does not start",
            "s.yaml:6:46",
        ),
        ("for: 1m\nchanges: [{at: 2m, secrets: []}]\n", "nobody looks at the pods any more", "s.yaml:7:11"),
        (
            "hosts: {r.test: {address: 10.0.0.1, push: true, images: [{name: a, from: 1m}]}}\n",
            "of a registry that takes pushes",
            "s.yaml:6:65",
        ),
    ];
    for (rest, message, place) in table {
        let shown = refuse(rest).render();
        assert!(shown.contains(message) && shown.contains(place), "{rest}{shown}");
    }
}

#[test]
fn pods_of_one_name_are_told_apart_by_their_namespaces() {
    let other = POD.replace("name: a", "name: a, namespace: shop");
    let text = |name: &str| {
        format!("manifests: [{POD}, {other}]\nexpect: {{pods: {{{name}: {{outcome: pulled}}}}}}\n")
    };
    assert!(wrong(&text("a")).contains("two pods are called `a`"));
    let scenario = parse(&text("shop/a"));
    let expected: Vec<Subject> =
        scenario.expected(&scenario.runs()[0]).into_iter().map(|Expected { of, .. }| of).collect();
    assert_eq!(expected, [Subject::Pod("shop/a".to_owned())]);
}
