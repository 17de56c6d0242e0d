//! `pullsim run` and `pullsim schema`.

use std::path::Path;

use crate::{Run, directory, file, pullsim};

const SCENARIOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios");

const SCENARIO: &str = "\
apiVersion: pullsim/v1
kind: Scenario
title: The tag is not there
now: 2026-03-01T09:00:00Z
image: r.test/app:v2
runtimes: [containerd-2.1.9]
hosts:
  r.test:
    address: 10.20.0.7
    images: [{name: app, tags: [v1], layers: [1KiB]}]
expect:
  outcome: failed
  code: NotFound
  waiting: ErrImagePull
  requests:
    r.test: [HEAD /v2/app/manifests/v2 404]
";

/// Runs in the directory of the file, so that its path is short.
fn run(test: &str, text: &str, more: &[&str]) -> Run {
    let path = file(test, "s.yaml", text);
    let mut run = pullsim(&[&["run", &path], more].concat());
    let directory = format!("{}/", Path::new(&path).parent().unwrap().display());
    run.out = run.out.replace(&directory, "");
    run.err = run.err.replace(&directory, "");
    run
}

/// Wall times differ from run to run.
fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"· \d+\.\d s", "· TIME");
    settings
}

#[test]
fn expectations_that_are_met() {
    let run = run("run-good", SCENARIO, &[]);
    settings().bind(|| insta::assert_snapshot!("run_passed", run.out));
    assert_eq!((run.status, run.err.as_str()), (0, ""));
}

#[test]
fn what_is_expected_of_each_pod_is_judged() {
    let pod = |name: &str, tag: &str| {
        format!(
            "  - {{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{containers: [{{name: c, image: 'r.test/app:{tag}'}}]}}}}\n"
        )
    };
    let (head, _) = SCENARIO.split_once("expect:").unwrap();
    let text = format!(
        "{}manifests:\n{}{}expect:\n  outcome: failed\n  pods:\n    good: {{outcome: pulled}}\n    bad: {{outcome: failed, cause: rate-limit}}\n",
        head.replace("image: r.test/app:v2\n", ""),
        pod("good", "v1"),
        pod("bad", "v2"),
    );
    let run = run("run-pods", &text, &[]);
    assert_eq!(run.status, 1, "{}{}", run.out, run.err);
    assert!(
        run.out.contains("s.yaml:17:35: cause") && run.out.contains("got tag-not-found: "),
        "{}",
        run.out
    );
    assert_eq!(self::run("run-pods-good", &text.replace("rate-limit", "tag-not-found"), &[]).status, 0);
}

#[test]
fn expectations_that_are_not_met() {
    let text = SCENARIO
        .replace("waiting: ErrImagePull", "waiting: ImagePullBackOff")
        .replace("manifests/v2 404]", "manifests/v2 404, …, no HEAD]");
    let run = run("run-bad", &text, &[]);
    settings().bind(|| insta::assert_snapshot!("run_failed", run.out));
    assert_eq!((run.status, run.err.as_str()), (1, ""));
}

#[test]
fn other_forms() {
    let text = SCENARIO.replace("code: NotFound", "code: Unknown");
    insta::assert_snapshot!("run_failed_tap", run("run-tap", &text, &["-o", "tap"]).out);
    settings().bind(|| {
        let mut settings = insta::Settings::clone_current();
        settings.add_filter(r#" time="[\d.]+""#, "");
        settings.bind(|| {
            insta::assert_snapshot!("run_failed_junit", run("run-junit", &text, &["-o", "junit"]).out)
        });
    });
    let json = run("run-json", &text, &["-o", "json"]).json();
    assert_eq!(
        (&json["kind"], &json["cases"][0]["misses"][0]["got"]),
        (&"RunReport".into(), &"NotFound".into())
    );
    assert!(json["cases"][0].get("check").is_none());
    let verbose = run("run-verbose", &text, &["-v"]).out;
    assert!(verbose.contains("✗ resolve") && verbose.contains("Cause  PS-REF-01"), "{verbose}");
}

#[test]
fn what_is_wrong_with_input_and_usage() {
    let broken = run("run-broken", "titel: x\n", &[]);
    assert!(broken.out.contains("error: unknown key `titel`\n  s.yaml:1:1\n"), "{}", broken.out);
    assert_eq!(broken.status, 2);
    let unknown = run("run-unknown", &SCENARIO.replace("2.1.9", "9.9"), &[]);
    assert!(unknown.out.contains("there is no runtime `containerd-9.9`\n  s.yaml:6:12\n"), "{}", unknown.out);
    assert!(unknown.out.contains("help: did you mean `containerd-2.1.9`?"), "{}", unknown.out);
    assert_eq!(unknown.status, 2);
    // A filter that nothing fits is no success: most likely it is misspelt.
    for arguments in
        [&["run", SCENARIOS, "--filter", "tsl/"][..], &["run", "--list", SCENARIOS, "--filter", "tsl/"]]
    {
        let run = pullsim(arguments);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.starts_with("error: no scenario fits --filter \"tsl/\"\nhelp: "), "{}", run.err);
    }
    assert!(pullsim(&["run", "--list", SCENARIOS, "-o", "junit"]).err.contains("text, json or markdown"));
    assert!(pullsim(&["run", SCENARIOS, "-j", "0"]).err.contains("must be a whole number, 1 or more"));
    for arguments in [&["run", "no/such"][..], &["run", "--list", "--update"], &["schema", "pod"]] {
        assert_eq!(pullsim(arguments).status, 2, "{arguments:?}");
    }
    let empty = directory("run-empty");
    let nothing = pullsim(&["run", empty.to_str().unwrap()]);
    assert!(
        nothing.status == 2 && nothing.err.starts_with("error: there is no scenario below "),
        "{}",
        nothing.err
    );
}

#[test]
fn exact_texts_are_written_after_they_were_shown() {
    let path = file("run-update", "s.yaml", &format!("{SCENARIO}  snapshot: true\n"));
    let missing = pullsim(&["run", &path]);
    assert!(missing.status == 1 && missing.out.contains("s.txt:1:1: snapshot"), "{}", missing.out);
    let updated = pullsim(&["run", &path, "--update"]);
    assert!(updated.status == 0 && updated.err.contains("+ code: NotFound\n"), "{}", updated.all());
    let again = pullsim(&["run", &path, "--update"]);
    assert_eq!((again.status, again.err.as_str()), (0, ""));
    let text = Path::new(&path).with_extension("txt");
    let old = std::fs::read_to_string(&text).unwrap();
    std::fs::write(&text, old.replace("code: NotFound", "code: Unknown")).unwrap();
    let differs = pullsim(&["run", &path]);
    let shown = "   2 | code: Unknown\n     | ^^^^^^^^^^^^^ expected\n     |  got code: NotFound\n";
    assert!(differs.status == 1 && differs.out.contains(shown), "{}", differs.out);
    let updated = pullsim(&["run", &path, "--update"]);
    assert!(updated.err.ends_with("s.txt:2\n- code: Unknown\n+ code: NotFound\n"), "{}", updated.err);
}

#[test]
fn the_catalogues_index_is_true() {
    let scenarios = format!("{}/../../scenarios", env!("CARGO_MANIFEST_DIR"));
    let page = pullsim(&["run", "--list", "-o", "markdown", &scenarios]).out;
    let kept = std::fs::read_to_string(Path::new(&scenarios).join("README.md")).unwrap();
    assert!(page == kept, "pullsim run --list -o markdown scenarios > scenarios/README.md");
}

#[test]
fn runs_and_checks_have_every_form_for_machines() {
    let scenario = format!("{}/../../scenarios/manifest/tag-missing.yaml", env!("CARGO_MANIFEST_DIR"));
    let text =
        std::fs::read_to_string(&scenario).unwrap().replace("cause: tag-not-found", "cause: rate-limit");
    let wrong = file("run-forms", "wrong.yaml", &text.replace("  snapshot: true\n", ""));
    let run = |form: &str| pullsim(&["run", &wrong, "-o", form]);
    assert_eq!(run("text").status, 1, "{}", run("text").all());
    let markdown = run("markdown").out;
    assert!(markdown.contains("not as expected") && markdown.contains("`cause`"), "{markdown}");
    let sarif = run("sarif").json();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    let line = text.lines().position(|line| line.contains("cause: rate-limit")).unwrap() + 1;
    assert_eq!(place["region"]["startLine"], line, "{sarif}");
    assert!(run("html").out.contains("tag-not-found"));
    assert!(!run("har").json()["log"]["entries"].as_array().unwrap().is_empty());

    let check = |form: &str| pullsim(&["check", "--in", &scenario, "-o", form]).out;
    let junit = check("junit");
    assert!(junit.contains("failures=\"1\"") && junit.contains("PS-REF-01 tag-not-found"), "{junit}");
    assert!(
        check("tap").starts_with("TAP version 13\n1..1\nnot ok 1 - registry.example.com/team/app:v1.2\n# ")
    );
}
