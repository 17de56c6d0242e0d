//! `--what-if`, and what scenarios say to heal a pull.

use crate::{file, pullsim};

/// Two tags, and a pod that wants a third.
const SCENARIO: &str = "\
apiVersion: pullsim/v1
kind: Scenario
title: The tag is not there
now: 2026-03-01T09:00:00Z
image: r.test/app:v2
runtimes: [containerd-1.7.24, containerd-2.1.9]
hosts:
  r.test:
    address: 10.20.0.7
    images: [{name: app, tags: [v1, v2.0.1], layers: [1KiB]}]
expect:
  outcome: failed
";

const PROVEN: &str = "Proven: with this change the same pull succeeds: Use the tag";

#[test]
fn run_finds_what_heals_in_each_form() {
    let path = file("what-if-run", "s.yaml", SCENARIO);
    let run = |form: &str| {
        let run = pullsim(&["run", &path, "--what-if", "-o", form]);
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{form}");
        run
    };
    let text = run("text").out;
    // Both runs are healed by the same, which is told once.
    assert!(text.contains("containerd-1.7.24, kubelet 1.34 · containerd-2.1.9, kubelet 1.34"), "{text}");
    assert_eq!(text.matches(PROVEN).count(), 1, "{text}");
    for form in ["junit", "tap", "markdown", "html"] {
        let text = run(form).out;
        assert!(text.contains("Proven: with this change the same pull succeeds"), "{form}: {text}");
    }
    let json = run("json").json();
    let found = &json["cases"][1]["what_if"];
    let healing = found["changes"].as_array().unwrap().last().unwrap();
    assert_eq!((&healing["change"], &healing["argument"]), (&"tag".into(), &"v2.0.1".into()));
    assert_eq!(healing["outcome"], "pulled");
    assert!(found["proven"].as_str().unwrap().starts_with("Proven: "), "{json}");
    // Without it nothing is tried.
    assert!(pullsim(&["run", &path, "-o", "json"]).json()["cases"][0].get("what_if").is_none());
}

#[test]
fn what_is_said_to_heal_is_tried() {
    let run = |heals: &str| {
        let path = file("what-if-heals", "s.yaml", &format!("{SCENARIO}  heals: {heals}\n"));
        let run = pullsim(&["run", &path]);
        (run.status, run.all())
    };
    let good = ["tag v2.0.1", "tag", "{world: {image: 'r.test/app:v1'}}", "[tag v2.0.1]"];
    for heals in good {
        assert_eq!(run(heals).0, 0, "{heals}: {}", run(heals).1);
    }
    for (heals, got) in [
        ("tag v2.0.2", "no such change is tried (tag v2.0.2), but tag v2.0.1"),
        ("mirror-off", "no such change is tried (mirror-off), but tag v2.0.1"),
        ("again", "it heals nothing\n"),
        ("{world: {image: 'r.test/app:v3'}}", "in that world the pull fails, too: tag-not-found: "),
        ("{none: nobody can}", "this heals it: tag v2.0.1 (Use the tag \"v2.0.1\", which is there.)"),
    ] {
        let (status, text) = run(heals);
        assert_eq!(status, 1, "{heals}: {text}");
        assert!(text.contains("s.yaml:13:10: heals\n   13 |   heals: ") && text.contains(got), "{text}");
    }
    let there = SCENARIO.replace("app:v2", "app:v1").replace("outcome: failed", "heals: tag v2.0.1");
    let run = pullsim(&["run", &file("what-if-nothing", "s.yaml", &there)]);
    assert!(run.out.contains("got there is nothing to heal: the image is pulled without it"), "{}", run.out);
    let misspelt = file("what-if-misspelt", "s.yaml", &format!("{SCENARIO}  heals: tga v1\n"));
    let run = pullsim(&["run", &misspelt]);
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.all().contains("there is no change `tga`: did you mean `tag`?"), "{}", run.all());
}

/// Two containers, one of whose images has a tag that is not there, in quotes.
const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec:
  containers:
    - {name: good, image: r.test/app:v1}
    - name: bad
      image: \"r.test/app:v2\" # soon
    - name: worse
      image: r.test/app:v2.0
";

#[test]
fn each_container_that_fails_is_tried() {
    let world = file("what-if-pod-world", "s.yaml", SCENARIO);
    let pod = file("what-if-pod", "pod.yaml", POD);
    let check = |form: &str| pullsim(&["check", "--in", &world, "-f", &pod, "--what-if", "-o", form]);
    for form in ["text", "markdown", "html", "junit", "tap"] {
        let run = check(form);
        assert_eq!(run.status, 1, "{form}: {}", run.err);
        let proven = run.out.matches("Proven: with this change the same pull succeeds").count();
        assert_eq!(proven, 2, "{form}: {}", run.out);
    }
    let images = check("json").json()["pods"][0]["images"].clone();
    let trials =
        |at: usize| images[at]["check"].get("what_if").and_then(|trials| trials.as_array()).map(Vec::len);
    assert_eq!(trials(0), None, "nothing is tried where nothing fails");
    assert!(trials(1) > Some(0) && trials(2) > Some(0), "{images}");
}

#[test]
fn the_fix_in_sarif_mends_the_manifest() {
    let world = file("what-if-sarif-world", "s.yaml", SCENARIO);
    let pod = file("what-if-sarif", "pod.yaml", POD);
    let sarif = pullsim(&["check", "--in", &world, "-f", &pod, "--what-if", "-o", "sarif"]).json();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 2, "{sarif}");
    let mut lines: Vec<String> = POD.lines().map(ToOwned::to_owned).collect();
    for result in results {
        let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
        let region = &replacement["deletedRegion"];
        let number = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap() - 1;
        let line = &mut lines[number("startLine")];
        let inserted = replacement["insertedContent"]["text"].as_str().unwrap();
        line.replace_range(number("startColumn")..number("endColumn"), inserted);
    }
    assert_eq!(lines[7], "      image: \"r.test/app:v2.0.1\" # soon");
    let mended = file("what-if-sarif-mended", "mended.yaml", &lines.join("\n"));
    let run = pullsim(&["check", "--in", &world, "-f", &mended]);
    assert_eq!(run.status, 0, "{}", run.all());
}

/// A tag that is there for a minute. The first pod has its image by then; the others come later, and from there on their
/// tag is missing, while another one is not.
const PODS: &str = "\
apiVersion: pullsim/v1
kind: Scenario
title: A tag goes
now: 2026-03-01T09:00:00Z
image: ~
for: 3m
runtimes: [containerd-2.1.9]
hosts:
  r.test:
    address: 10.20.0.7
    images: [{name: app, tags: [v1, v2.0, v2.0.1], layers: [1KiB]}]
    faults: [{fault: 'manifest-404:reference', path: '/v2/app/manifests/v2.0', from: 1m}]
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: first}, spec: {containers: [{name: app, image: r.test/app:v1}]}}
changes:
  - at: 2m
    manifests:
      - {apiVersion: v1, kind: Pod, metadata: {name: late}, spec: {containers: [{name: app, image: r.test/app:v2.0}]}}
      - {apiVersion: v1, kind: Pod, metadata: {name: alike}, spec: {containers: [{name: app, image: r.test/app:v2.0}]}}
expect:
  outcome: failed
";

#[test]
fn the_pods_of_a_scenario_are_tried_at_their_time() {
    let world = file("what-if-pods", "s.yaml", PODS);
    let check = |form: &str| pullsim(&["check", "--in", &world, "--what-if", "-o", form]);
    for form in ["text", "markdown", "html", "junit", "tap", "sarif"] {
        let run = check(form);
        assert_eq!((run.status, run.err.as_str()), (1, ""), "{form}");
        let proven = run.out.matches("Proven: with this change the same pull succeeds: Use the tag").count();
        assert!(proven >= 2, "{form}: {}", run.out);
        // Who was shown the proof is not sent to look for it.
        assert!(!run.out.contains("try the nearest"), "{form}: {}", run.out);
    }
    let report = check("json").json();
    let trials = |pod: usize| report["pods"][pod]["images"][0]["check"].get("what_if").cloned();
    assert_eq!(trials(0), None, "nothing is tried on a pod that runs");
    for pod in [1, 2] {
        let trials = trials(pod).unwrap();
        let healing = trials.as_array().unwrap().last().unwrap();
        assert_eq!((&healing["change"], &healing["argument"]), (&"tag".into(), &"v2.0.1".into()));
        assert_eq!(healing["outcome"], "pulled");
        let asked = healing["trace"].to_string();
        assert!(asked.contains("/v2/app/manifests/v2.0.1"), "its own trace proves it: {asked}");
    }
    // Without the flag nothing is tried.
    let plain = pullsim(&["check", "--in", &world, "-o", "json"]).json();
    assert_eq!(plain["pods"][1]["images"][0]["check"].get("what_if"), None);
}

#[test]
fn what_others_did_before_is_not_tried_without_them() {
    let limited = "    images: [{name: app, tags: [v1, v2.0, v2.0.1], layers: [1KiB]}]\n    rateLimit: {anonymous: 2, countHead: true}";
    let image = PODS.lines().find(|line| line.contains("images:")).unwrap();
    let fault = PODS.lines().find(|line| line.contains("faults:")).unwrap();
    let world = PODS.replace(image, limited).replace(&format!("{fault}\n"), "");
    let world = file("what-if-pods-limit", "s.yaml", &world);
    let report = pullsim(&["check", "--in", &world, "--what-if", "-o", "json"]).json();
    let check = &report["pods"][1]["images"][0]["check"];
    assert_eq!(check["diagnosis"]["cause"], "rate-limit", "{check}");
    assert_eq!(check.get("what_if"), None);
    assert!(check["notes"].to_string().contains("cannot be tried alone"), "{check}");
    let text = pullsim(&["check", "--in", &world, "--what-if"]).out;
    assert!(text.contains("--what-if: r.test/app:v2.0 cannot be tried alone"), "{text}");
}

/// A private image, and the pod's secret in other namespaces.
const PRIVATE: &str = "\
apiVersion: pullsim/v1
kind: Scenario
title: The secret is elsewhere
now: 2026-03-01T09:00:00Z
image: r.test/app:v1
runtimes: [containerd-2.1.9]
hosts:
  r.test:
    address: 10.20.0.7
    images: [{name: app, tags: [v1], layers: [1KiB]}]
    auth: {basic: {accounts: {ci: {password: made-up, pull: ['**']}}}}
expect:
  outcome: failed
";

/// A pod in `shop`, and what it names.
fn pod(names: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: shop}}\nspec:\n  serviceAccountName: robot\n  {names}\n  \
         containers: [{{name: web, image: 'r.test/app:v1'}}]\n"
    )
}

/// A pull secret with a login that is right at `host`.
fn secret(namespace: &str, name: &str, host: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: {namespace}}}\ntype: \
         kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: '{{\"auths\": {{\"{host}\": {{\"username\": \"ci\", \
         \"password\": \"made-up\"}}}}}}'\n"
    )
}

const COPY: &str = "  kubectl get secret regcred -n default -o json | jq \
                    'del(.metadata.namespace,.metadata.uid,.metadata.resourceVersion,.metadata.ownerReferences)' | kubectl \
                    apply -n shop -f -";
const ACCOUNT: &str =
    r#"kubectl patch serviceaccount robot -n shop -p '{"imagePullSecrets":[{"name":"regcred"}]}'"#;

/// What `check -f` tries on such a pod: the changes and what came of each, and the remedies as they are told.
fn tried(test: &str, manifests: &str) -> (Vec<String>, String) {
    let world = file(&format!("{test}-world"), "s.yaml", PRIVATE);
    let path = file(test, "pod.yaml", manifests);
    let check = |form: &str| pullsim(&["check", "--in", &world, "-f", &path, "--what-if", "-o", form]);
    let json = check("json").json();
    let trials = json["pods"][0]["images"][0]["check"]["what_if"].as_array().cloned().unwrap_or_default();
    let text = |trial: &serde_json::Value, key: &str| trial[key].as_str().unwrap_or_default().to_owned();
    let told = |trial: &serde_json::Value| {
        format!("{} {} {}", text(trial, "change"), text(trial, "argument"), text(trial, "outcome"))
    };
    let healing = trials.iter().find(|trial| trial["outcome"] == "pulled");
    if let Some(healing) = healing {
        let trace = healing["trace"].to_string();
        assert!(trace.contains("/v2/app/manifests/v1"), "its own trace proves it: {trace}");
    }
    let run = check("text");
    assert!(!run.all().contains("made-up"), "{}", run.all());
    (trials.iter().map(told).collect(), run.out)
}

#[test]
fn a_secret_that_lies_in_another_namespace_is_copied() {
    let names = pod("imagePullSecrets: [{name: regcred}]");
    let manifests = format!("{names}{}", secret("default", "regcred", "r.test"));
    let (trials, text) = tried("what-if-copy", &manifests);
    assert_eq!(trials, ["copy-secret default/regcred pulled"]);
    let proven =
        "Proven: with this change the same pull succeeds: Copy the Secret regcred from namespace default to";
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined.contains(proven), "{text}");
    // The command stands below what is proven, and nowhere else.
    assert_eq!(text.matches(COPY).count(), 1, "{text}");
    assert!(!text.contains("Copy it from there"), "{text}");
    // One that does not know the registry heals nothing; of two that hold the same one is tried.
    let wrong = format!(
        "{names}{}{}{}",
        secret("default", "regcred", "other.test"),
        secret("test", "regcred", "other.test"),
        secret("prod", "regcred", "r.test")
    );
    let (trials, _) = tried("what-if-copy-wrong", &wrong);
    assert_eq!(trials, ["copy-secret default/regcred failed", "copy-secret prod/regcred pulled"]);
}

#[test]
fn a_secret_that_nobody_names_is_named() {
    let nobody = pod("imagePullSecrets: []");
    let (trials, text) = tried("what-if-use", &format!("{nobody}{}", secret("shop", "regcred", "r.test")));
    assert_eq!(trials, ["use-secret shop/regcred pulled"]);
    assert!(text.contains("in its service account robot") && text.contains(ACCOUNT), "{text}");
    // One of another namespace has to be copied first; one for another registry is of no use.
    let elsewhere =
        format!("{nobody}{}{}", secret("shop", "other", "o.test"), secret("default", "regcred", "r.test"));
    let (trials, text) = tried("what-if-use-copy", &elsewhere);
    assert_eq!(trials, ["use-secret default/regcred pulled"]);
    assert!(text.contains(&format!("{COPY} && {ACCOUNT}")), "{text}");
    // A misspelt name: the pod's own list has to change, for which there is no command.
    let misspelt = pod("imagePullSecrets: [{name: regcrd}]");
    let (trials, text) =
        tried("what-if-misspelt-name", &format!("{misspelt}{}", secret("shop", "regcred", "r.test")));
    assert_eq!(trials, ["use-secret shop/regcred pulled"]);
    assert!(text.contains("in place of regcrd") && !text.contains(ACCOUNT), "{text}");
    // Nothing is named anew where the image is public.
    let (trials, _) = tried("what-if-use-none", &format!("{nobody}{}", secret("shop", "other", "o.test")));
    assert!(trials.iter().all(|trial| !trial.contains("secret")), "{trials:?}");
}

/// The same of a scenario's own pods, as `check` and `run` have them.
#[test]
fn the_secrets_of_a_scenario_are_copied() {
    let manifests = "\
manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {imagePullSecrets: [{name: regcred}],
     containers: [{name: web, image: r.test/app:v1}]}}
secrets: [{name: regcred, auths: {r.test: {username: ci, password: made-up}}}]
expect:
  heals: copy-secret default/regcred
";
    let world = file(
        "what-if-copy-scenario",
        "s.yaml",
        &PRIVATE.replace("image: r.test/app:v1", "image: ~").replace("expect:\n", manifests),
    );
    let run = pullsim(&["run", &world, "--what-if"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let proven =
        "Proven: with this change the same pull succeeds: Copy the Secret regcred from namespace default";
    let joined = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined.contains(proven), "{}", run.out);
    let check = pullsim(&["check", "--in", &world, "--what-if"]);
    assert!(check.out.contains(COPY), "{}", check.out);
}
