//! `action.yml`, the GitHub Action: its shape, and its script with bash.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::directory;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Action {
    name: String,
    description: String,
    #[expect(dead_code, reason = "that it parses is all")]
    branding: BTreeMap<String, String>,
    inputs: BTreeMap<String, Input>,
    outputs: BTreeMap<String, Output>,
    runs: Runs,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    description: String,
    default: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Output {
    description: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Runs {
    using: String,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    name: String,
    id: Option<String>,
    #[serde(rename = "if")]
    condition: Option<String>,
    uses: Option<String>,
    #[serde(default)]
    with: BTreeMap<String, String>,
    shell: Option<String>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    run: Option<String>,
}

fn action() -> Action {
    let text = std::fs::read_to_string(Path::new(ROOT).join("action.yml")).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

/// The words after each `PREFIX.` in a text.
fn named_after(text: &str, prefix: &str) -> Vec<String> {
    let prefix = format!("{prefix}.");
    let after = text.split(&prefix).skip(1);
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    after.map(|rest| rest.chars().take_while(|c| is_name(*c)).collect()).collect()
}

#[test]
fn its_shape() {
    let action = action();
    assert!(!action.name.is_empty() && !action.description.is_empty());
    assert_eq!(action.runs.using, "composite");
    let mut used: Vec<String> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    for step in &action.runs.steps {
        let name = &step.name;
        assert!(step.run.is_some() != step.uses.is_some(), "{name}: runs or uses");
        assert_eq!(step.run.is_some(), step.shell.as_deref() == Some("bash"), "{name}: a script has a shell");
        if let Some(uses) = &step.uses {
            assert!(uses.split_once('@').is_some_and(|(_, version)| version.starts_with('v')), "{uses}");
        }
        // An expression in a script is put in as text, whatever it holds: inputs come by the environment.
        assert!(step.run.iter().all(|script| !script.contains("${{")), "{name}");
        let expressions = step.env.values().chain(step.with.values()).chain(&step.condition);
        for expression in expressions {
            used.extend(named_after(expression, "inputs"));
            assert!(named_after(expression, "steps").iter().all(|id| ids.contains(id)), "{expression}");
        }
        ids.extend(step.id.clone());
    }
    used.sort();
    used.dedup();
    let declared: Vec<&String> = action.inputs.keys().collect();
    assert_eq!(
        used.iter().collect::<Vec<_>>(),
        declared,
        "inputs that are declared, and those that are used"
    );
    for output in action.outputs.values() {
        assert!(named_after(&output.value, "steps").iter().all(|id| ids.contains(id)), "{}", output.value);
        assert!(!output.description.is_empty());
    }
    let told = |input: &Input| !input.description.is_empty() && input.default.is_empty();
    assert!(action.inputs.values().all(told), "all inputs may be left out");
}

/// Variables of the step that are not empty.
type Inputs<'a> = &'a [(&'a str, &'a str)];

/// What came of a step.
struct Ran {
    status: i32,
    log: String,
    summary: String,
    output: String,
    directory: PathBuf,
}

/// Runs the script of a step as the runner does.
fn script(test: &str, id: &str, pullsim: &Path, inputs: Inputs) -> Ran {
    let directory = directory(&format!("action-{test}"));
    let action = action();
    let step = action.runs.steps.iter().find(|step| step.id.as_deref() == Some(id)).unwrap();
    let file = directory.join("script.sh");
    std::fs::write(&file, step.run.as_deref().unwrap()).unwrap();
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&file).current_dir(ROOT).env_clear();
    command.env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8").env("PULLSIM", pullsim);
    command
        .env("RUNNER_TEMP", &directory)
        .env("GITHUB_ACTION_PATH", ROOT)
        .env("CALLS", directory.join("calls"));
    for (name, file) in [("GITHUB_STEP_SUMMARY", "summary"), ("GITHUB_OUTPUT", "output")] {
        command.env(name, directory.join(file));
    }
    for name in step.env.keys().filter(|name| *name != "PULLSIM") {
        command.env(name, "");
    }
    let output = command.envs(inputs.iter().copied()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "", "nothing but what pullsim says goes to standard error");
    let read = |name: &str| std::fs::read_to_string(directory.join(name)).unwrap_or_default();
    let log = String::from_utf8(output.stdout).unwrap();
    let status = output.status.code().unwrap();
    Ran { status, log, summary: read("summary"), output: read("output"), directory: directory.clone() }
}

/// A pullsim that says what it is asked, and ends as it is told.
fn stub(test: &str) -> PathBuf {
    let path = directory(&format!("action-stub-{test}")).join("pullsim");
    let script = "for word in \"$@\"; do printf '<%s>' \"$word\"; done | tee -a \"$CALLS\"\necho >>\"$CALLS\"\n\
                  case \"$1\" in run) exit \"${RUN_STATUS:-0}\" ;; esac\nexit \"${CHECK_STATUS:-0}\"\n";
    std::fs::write(&path, format!("#!/bin/sh\n{script}")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn what_is_asked_and_how_it_ends() {
    let pullsim = stub("asked");
    let manifests = ("MANIFESTS", "deploy/a b.yaml\n\nother.yaml\n");
    let flags = ("FLAGS", "--kubelet\n1.34");
    let cases: [(Inputs, i32, &[&str]); 6] = [
        (&[], 2, &[]),
        (&[("SCENARIOS", "scenarios")], 0, &["<run><scenarios>"]),
        (&[("SCENARIOS", "a\nb"), ("RUN_STATUS", "1")], 1, &["<run><a><b>"]),
        (
            &[manifests, flags, ("CHECK_STATUS", "1")],
            1,
            &["<check><-f><deploy/a b.yaml><-f><other.yaml><--kubelet><1.34><-o><markdown>"],
        ),
        // The second is run though the first fails, and the worst counts.
        (
            &[("SCENARIOS", "a"), ("MANIFESTS", "b"), ("RUN_STATUS", "2"), ("CHECK_STATUS", "1")],
            2,
            &["<run><a>", "<check><-f><b><-o><markdown>"],
        ),
        // What is no shell command stays none.
        (&[("MANIFESTS", "$(exit 9); *")], 0, &["<check><-f><$(exit 9); *><-o><markdown>"]),
    ];
    for (number, (inputs, status, calls)) in cases.into_iter().enumerate() {
        let ran = script(&format!("asked-{number}"), "run", &pullsim, inputs);
        assert_eq!(ran.status, status, "{inputs:?}: {}", ran.log);
        assert_eq!(ran.output, format!("status={status}\n"));
        let made = std::fs::read_to_string(ran.directory.join("calls")).unwrap_or_default();
        assert_eq!(made.lines().collect::<Vec<_>>(), calls);
        assert!(calls.iter().all(|call| ran.summary.contains(call) && ran.log.contains(call)), "{}", ran.log);
        assert_eq!(status != 0, ran.log.contains("::error title=pullsim::"), "{}", ran.log);
    }
}

#[test]
fn files_for_other_tools() {
    let directory = directory("action-files");
    let file = |name: &str| directory.join(name).to_str().unwrap().to_owned();
    let (junit, sarif) = (file("junit.xml"), file("pullsim.sarif"));
    let inputs = [("SCENARIOS", "a"), ("MANIFESTS", "b"), ("JUNIT", &junit), ("SARIF", &sarif)];
    let ran = script("files-run", "run", &stub("files"), &inputs);
    assert_eq!(ran.status, 0, "{}", ran.log);
    assert_eq!(std::fs::read_to_string(&junit).unwrap(), "<run><a><-o><junit>");
    assert_eq!(std::fs::read_to_string(&sarif).unwrap(), "<check><-f><b><-o><sarif>");
}

/// With pullsim itself: a scenario, and manifests of which one pod cannot be pulled.
#[test]
fn with_pullsim_itself() {
    let pullsim = Path::new(env!("CARGO_BIN_EXE_pullsim"));
    let ran = script("itself", "run", pullsim, &[("SCENARIOS", "scenarios/manifest/tag-missing.yaml")]);
    assert_eq!(ran.status, 0, "{}", ran.log);
    assert!(ran.summary.starts_with("## Scenarios\n~~~~~~~~text\n"), "{}", ran.summary);
    let manifests = [
        ("MANIFESTS", "crates/pullsim/tests/data/shop"),
        ("FLAGS", "--in\ncrates/pullsim/tests/data/world.yaml"),
    ];
    let ran = script("itself-check", "run", pullsim, &manifests);
    assert_eq!(ran.status, 1, "{}", ran.log);
    assert!(ran.summary.contains("PS-CRED-02"), "{}", ran.summary);
    // What came is between the words that stop the runner from reading commands, and start it again.
    let stop = ran.log.lines().next().and_then(|line| line.strip_prefix("::stop-commands::")).unwrap();
    assert!(ran.log.contains(&format!("::{stop}::\n::error")), "{}", ran.log);
}

/// The key of a build changes with the source, so it is made from it.
#[test]
fn the_source_has_a_name() {
    let ran = script("source", "source", Path::new("unused"), &[]);
    assert_eq!(ran.status, 0, "{}", ran.log);
    let hash = ran.output.trim_end().strip_prefix("hash=").unwrap();
    assert!(hash.len() == 32 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{}", ran.output);
}
