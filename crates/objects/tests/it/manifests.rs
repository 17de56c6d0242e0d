use objects::{
    ContainerManifest, InputError, Located, Manifests, SecretLookup, Source, Workload, open_manifests,
    read_manifests,
};

use crate::CANARY;

const WORKLOADS: &str = include_str!("../data/manifests/workloads.yaml");
const LIST: &str = include_str!("../data/manifests/list.json");

fn read(files: &[(&str, &str)], namespace: Option<&str>) -> Manifests {
    let sources: Vec<Source> = files.iter().map(|(name, text)| Source::from_text(*name, *text)).collect();
    read_manifests(&sources, namespace).unwrap_or_else(|error| panic!("{}", error.render()))
}

fn located(text: Option<&Located<String>>) -> String {
    text.map_or_else(
        || "-".to_owned(),
        |text| format!("{}@{}:{}", text.value, text.place.line, text.place.column),
    )
}

fn container(container: &ContainerManifest) -> String {
    format!("{}={}", container.name, located(container.image.as_ref()))
}

/// One line a workload: who it is, and all that is pulled for it.
fn summary(workload: &Workload) -> String {
    let pod = &workload.pod;
    let all = [&pod.init_containers, &pod.containers, &pod.ephemeral_containers];
    let mut parts: Vec<String> = all.into_iter().flatten().map(container).collect();
    parts.extend(pod.image_volumes.iter().map(|v| format!("{}:{}", v.name, located(v.reference.as_ref()))));
    parts.extend(pod.pull_secrets.iter().map(|name| format!("secret {}", located(Some(name)))));
    parts.extend(pod.service_account.iter().map(|name| format!("account {}", located(Some(name)))));
    format!("{} {}/{} {}", workload.kind, workload.namespace, workload.name, parts.join(" "))
}

#[test]
fn every_workload_and_every_image() {
    let found = read(&[("w.yaml", WORKLOADS), ("l.json", LIST)], None);
    let got: Vec<String> = found.workloads.iter().map(summary).collect();
    assert_eq!(
        got,
        [
            "Pod shop/web-0 migrate=registry.example.com/shop/migrate:v2@15:14 \
             web=registry.example.com/shop/web:v1@18:14 side=envoy@21:27 debugger=busybox@24:14 \
             model:registry.example.com/shop/model:v1@27:26 secret first@11:13 secret second@12:13 \
             account puller@9:23",
            "Deployment default/api api=nginx@43:18",
            "CronJob batch/nightly job=docker.io/library/busybox:1.36@55:34",
            "StatefulSet shop/db db=postgres:16@6:77",
            "DaemonSet default/agent a=agent:1@16:104",
        ]
    );
    let web = &found.workloads[0];
    assert_eq!((web.uid.as_str(), web.place.to_string().as_str()), ("6c2b", "w.yaml:1:1"));
    assert_eq!(web.pod.containers[0].pull_policy.as_ref().unwrap().value, "Always");
    assert_eq!(web.pod.containers[0].mounts, ["model"]);
    assert_eq!(web.pod.annotations, [("team".to_owned(), "a".to_owned())]);
    assert!(!web.is_template() && found.workloads[1].is_template());
    let arch = ("kubernetes.io/arch".to_owned(), "arm64".to_owned());
    assert_eq!(found.workloads[2].pod.node_selector, [arch]);
    let notes: Vec<String> = found.notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "w.yaml:37:3: spec.imagePullSecrets is no field of this object, and reaches no pod: it belongs to \
             spec.template.spec.imagePullSecrets",
            "w.yaml:57:1: Job default/other: neither pod, workload, service account nor secret, skipped",
        ]
    );
    assert!(!format!("{found:?}").contains(CANARY));
}

#[test]
fn secrets_and_accounts_are_found_by_namespace() {
    let found = read(&[("w.yaml", WORKLOADS), ("l.json", LIST)], None);
    let account = found.service_account("shop", "puller").unwrap();
    assert_eq!(account.pull_secrets[0].value, "from-account");
    assert_eq!(found.service_account("default", "puller"), None);
    match found.secret("shop", "first") {
        SecretLookup::Found(secret) => assert_eq!(secret.uid, "17"),
        other => panic!("{other:?}"),
    }
    match found.secret("shop", "second") {
        SecretLookup::Elsewhere(there) => {
            assert_eq!(there[0].secret.namespace, "other");
            assert_eq!(there[0].secret.secret_type.name(), "Opaque");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(found.secret("shop", "third"), SecretLookup::Missing);
}

#[test]
fn a_whole_cluster_is_read() {
    let pods: String = (0..5_000)
        .map(|n| {
            format!(
                "- kind: Pod\n  metadata: {{name: p{n}, namespace: n}}\n  spec:\n    imagePullSecrets: [{{name: s}}]\n    \
                 containers: [{{name: c, image: r.example.com/a:v{n}}}]\n"
            )
        })
        .collect();
    let found = read(&[("all.yaml", &format!("kind: List\nitems:\n{pods}"))], None);
    assert_eq!(found.workloads.len(), 5_000);
    let last = &found.workloads[4_999].pod.containers[0];
    assert_eq!(container(last), "c=r.example.com/a:v4999@25002:35");
}

#[test]
fn a_namespace_can_be_given() {
    let found = read(&[("w.yaml", WORKLOADS)], Some("stage"));
    let got: Vec<&str> = found.workloads.iter().map(|w| w.namespace.as_str()).collect();
    assert_eq!(got, ["shop", "stage", "batch"]);
}

#[test]
fn directories_are_read_as_kubectl_reads_them() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/manifests");
    let names: Vec<String> =
        open_manifests(&[directory.to_owned()]).unwrap().iter().map(|s| s.name().to_owned()).collect();
    assert_eq!(names, [format!("{directory}/list.json"), format!("{directory}/workloads.yaml")]);
    let above = concat!(env!("CARGO_MANIFEST_DIR"), "/src").to_owned();
    let error = open_manifests(&[above]).unwrap_err();
    assert!(matches!(error, InputError::NoManifests { .. }), "{error}");
}

fn refused(text: &str, wanted: &str) {
    let error = read_manifests(&[Source::from_text("f.yaml", text)], None).unwrap_err();
    let shown = error.render();
    assert!(!shown.contains(CANARY), "{shown}");
    assert_eq!(shown, wanted, "{text}");
}

#[test]
fn what_cannot_be_used_is_refused_with_its_place() {
    refused(
        "kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: 1.25}]}\n",
        "error: f.yaml: spec.containers[0].image is a number, and must be a text
  f.yaml:3:38
   3 | spec: {containers: [{name: ***, image: ***}]}
     |                                        ^^^ must be a text
help: write the value in quotation marks
",
    );
    refused(
        "kind: Pod\nmetadata: {name: a}\nspec:\n  imagePullSecrets:\n    - canary-5ecret\n  containers: [{name: c}]\n",
        "error: f.yaml: spec.imagePullSecrets[0] is a text, and must be a mapping: name: SECRET
  f.yaml:5:7
   5 |     - ***
     |       ^^^ must be a mapping: name: SECRET
",
    );
    refused(
        "kind: Deployment\nmetadata: {name: a}\nspec: {replicas: 1}\n",
        "error: f.yaml is refused by the API server: spec.template: Required value
  f.yaml:3:7
   3 | spec: {replicas: ***}
     |       ^ has no template
help: write spec.template
",
    );
    refused(
        "kind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n",
        "error: f.yaml is refused by the API server: spec.containers: Required value
  f.yaml:3:7
   3 | spec: {containers: []}
     |       ^ has no containers
help: write spec.containers
",
    );
    refused(
        "kind: Secret\nmetadata: {name: a}\n---\nkind: Secret\nmetadata: {name: a}\n",
        "error: Secret default/a is defined twice, first at f.yaml:1:1
  f.yaml:4:1
   4 | kind: Secret
     | ^ the same object again
help: leave one of them out, or give them different namespaces
",
    );
    refused(
        "kind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: c\n    image: a\n    image: b\n",
        "error: f.yaml: a field is written twice, first in line 6
  f.yaml:7:5
   7 |     image: ***
     |     ^^^^^ the same field again
help: leave one of them out
",
    );
    refused(
        "kind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - {name: c, image: 5}\n",
        "error: f.yaml: spec.containers[0].image is a number, and must be a text
  f.yaml:5:22
   5 |   - {name: ***, image: ***}
     |                        ^^^ must be a text
help: write the value in quotation marks
",
    );
    refused(
        "kind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: {{ .Values.image }}}]}\n",
        "error: f.yaml is malformed YAML: expected string scalar
  f.yaml:3:39
   3 | spec: {containers: [{name: ***, image: {{ ***}}}]}
     |                                         ^ expected string scalar
help: indent with spaces, not tabs; quote a value that begins with { [ * & ! % @ or `; render templates first
",
    );
    refused(
        "kind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: c\n  - name: c\n",
        "error: f.yaml is refused by the API server: spec.containers[1].name: Duplicate value: \"c\"
  f.yaml:6:11
   6 |   - name: c
     |           ^ the same name again
help: give each container of a pod its own name
",
    );
    refused(
        "kind: ServiceAccount\nmetadata: {namespace: x}\n",
        "error: f.yaml is refused by the API server: metadata.name: Required value
  f.yaml:2:11
   2 | metadata: {namespace: ***}
     |           ^ has no name
help: write metadata.name
",
    );
    refused(
        "{\"auths\": {\"r\": {\"password\": \"canary-5ecret\"}}}",
        "error: f.yaml is a login file, no manifest\nhelp: a config.json is given with --secret\n",
    );
    refused(
        "image: nginx\n",
        "error: f.yaml is no manifest: it has no kind
  f.yaml:1:1
   1 | image: ***
     | ^ has no kind
help: a manifest begins with apiVersion and kind; templates must be rendered first
",
    );
}

/// A field that the API does not have is dropped there: what is near to one that matters here is told, with its place.
#[test]
fn misspelt_fields_are_told() {
    let text = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      imagePullSecret: [{name: s}]
      ServiceAccountName: robot
      hostNetwork: true
      containers:
      - name: web
        image: r.test/a
        imagepullPolicy: Always
---
kind: ServiceAccount
metadata: {name: robot}
imagePullsecrets: [{name: s}]
";
    let manifests = read(&[("a.yaml", text)], None);
    let told: Vec<String> = manifests.notes.iter().map(ToString::to_string).collect();
    let starts = [
        "a.yaml:7:7: spec.template.spec.imagePullSecret is no field",
        "a.yaml:8:7: spec.template.spec.ServiceAccountName is no field",
        "a.yaml:13:9: spec.template.spec.containers[0].imagepullPolicy is no field",
        "a.yaml:17:1: imagePullsecrets is no field",
    ];
    assert_eq!(told.len(), starts.len(), "{told:#?}");
    for (told, start) in told.iter().zip(starts) {
        assert!(told.starts_with(start) && told.contains("did you mean "), "{told}");
    }
}
