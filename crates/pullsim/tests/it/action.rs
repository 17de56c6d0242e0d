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

/// The names that the runner's documentation has for the badge of an action.
const COLOURS: [&str; 8] = ["white", "black", "yellow", "blue", "green", "orange", "red", "purple"];

#[test]
fn what_the_runner_reads_besides() {
    let action = action();
    assert_eq!(action.branding.keys().collect::<Vec<_>>(), ["color", "icon"]);
    assert!(COLOURS.contains(&action.branding["color"].as_str()), "{:?}", action.branding);
    let is_name = |name: &String| {
        let known = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(known)
    };
    assert!(action.inputs.keys().chain(action.outputs.keys()).all(is_name));
    let ids: Vec<&String> = action.runs.steps.iter().filter_map(|step| step.id.as_ref()).collect();
    assert!(ids.iter().all(|id| is_name(id)), "{ids:?}");
    assert!(ids.iter().all(|id| ids.iter().filter(|other| other == &id).count() == 1), "{ids:?}");
    // Of these contexts a composite action's steps know; `secrets` and `vars` are not among them.
    let known = ["inputs", "steps", "runner", "github", "env"];
    for step in &action.runs.steps {
        for text in step.env.values().chain(step.with.values()) {
            for expression in text.split("${{").skip(1).filter_map(|rest| rest.split("}}").next()) {
                let contexts = expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_');
                let dotted = contexts.filter_map(|word| word.split_once('.'));
                assert!(dotted.map(|(context, _)| context).all(|context| known.contains(&context)), "{text}");
            }
        }
    }
}

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
    let step =
        action.runs.steps.iter().find(|step| step.id.as_deref() == Some(id) || step.name == id).unwrap();
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
    let script = "for word in \"$@\"; do printf '<%s>' \"$word\"; done | tee -a \"$CALLS\"\necho >>\"$CALLS\"\n\
                  case \"$1\" in run) exit \"${RUN_STATUS:-0}\" ;; esac\nexit \"${CHECK_STATUS:-0}\"\n";
    programme(&format!("action-stub-{test}"), "pullsim", script)
}

fn programme(test: &str, name: &str, script: &str) -> PathBuf {
    let path = directory(test).join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn what_is_asked_and_how_it_ends() {
    let pullsim = stub("asked");
    let manifests = ("MANIFESTS", "deploy/a b.yaml\n\nother.yaml\n");
    let flags = ("FLAGS", "--kubelet\n1.34");
    let cases: [(Inputs, i32, &[&str]); 9] = [
        (&[], 2, &[]),
        (&[("SCENARIOS", "\n  \n"), ("MANIFESTS", " ")], 2, &[]),
        // Lines that were ended on Windows, and a last one without an end.
        (&[("SCENARIOS", "a b\r\nc\r\n")], 0, &["<run><a b><c>"]),
        (
            &[("MANIFESTS", "a\n`b`"), ("FLAGS", "--for\r\n5m")],
            0,
            &["<check><-f><a><-f><`b`><--for><5m><-o><markdown>"],
        ),
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
    // In a directory that is still to be made.
    let (junit, sarif) = (file("results/of today/junit.xml"), file("pullsim.sarif"));
    let inputs = [("SCENARIOS", "a"), ("MANIFESTS", "b"), ("JUNIT", &junit), ("SARIF", &sarif)];
    let pullsim = stub("files");
    let ran = script("files-run", "run", &pullsim, &inputs);
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

/// The words that the runner takes for commands, from what files and registries hold.
#[test]
fn what_is_said_is_no_command_and_no_markdown() {
    let pullsim = programme(
        "action-stub-loud",
        "pullsim",
        "echo '::error::out'\necho '::add-mask::err' >&2\n[ \"$1\" = run ] || exit 1\n",
    );
    let ran = script("loud", "run", &pullsim, &[("SCENARIOS", "a"), ("MANIFESTS", "b")]);
    assert_eq!(ran.status, 1, "{}", ran.log);
    let mut stopped: Option<String> = None;
    let mut seen = 0;
    for line in ran.log.lines() {
        match (&stopped, line.strip_prefix("::stop-commands::")) {
            (None, Some(token)) => stopped = Some(format!("::{token}::")),
            (None, None) => assert!(!line.contains("out") && !line.contains("add-mask"), "{}", ran.log),
            (Some(end), _) if line == end => stopped = None,
            (Some(_), _) => seen += usize::from(line.contains("out") || line.contains("add-mask")),
        }
    }
    assert_eq!((stopped, seen), (None, 4), "{}", ran.log);
}

#[test]
fn a_summary_has_room_for_so_much() {
    let pullsim = programme("action-stub-long", "pullsim", "head -c 3000000 /dev/zero | tr '\\0' x\n");
    let ran = script("long", "run", &pullsim, &[("SCENARIOS", "a"), ("MANIFESTS", "b")]);
    assert_eq!(ran.status, 0);
    assert!(ran.summary.len() < 1024 * 1024, "{}", ran.summary.len());
    let lines: Vec<&str> = ran.summary.lines().collect();
    let fences = lines.iter().filter(|line| line.starts_with("~~~~~~~~")).count();
    assert_eq!((lines[0], lines[1], fences), ("## Scenarios", "~~~~~~~~text", 2), "what begins ends");
    assert_eq!(ran.summary.matches("(cut here").count(), 2);
    assert!(ran.log.len() > 6_000_000, "the log has it all");
}

/// What is wrong with the input stands in the summary, too.
#[test]
fn an_error_is_in_the_summary() {
    let pullsim =
        programme("action-stub-wrong", "pullsim", "echo 'error: <b>no</b> such file' >&2\nexit 2\n");
    let ran = script("wrong", "run", &pullsim, &[("MANIFESTS", "b")]);
    assert_eq!((ran.status, ran.output.as_str()), (2, "status=2\n"));
    assert!(ran.summary.contains("~~~~~~~~text\nerror: <b>no</b> such file\n"), "{}", ran.summary);
    let ran = script("nowhere", "run", Path::new("/no/such/pullsim"), &[("SCENARIOS", "b")]);
    assert_eq!((ran.status, ran.output.as_str()), (3, "status=3\n"));
    assert!(ran.log.contains("/no/such/pullsim"), "{}", ran.log);
}

#[test]
fn it_is_built_from_the_source_beside_it() {
    // A place with a space in its name.
    let directory = directory("action built");
    let cargo = programme("action-stub-cargo", "cargo", "printf '<%s>' \"$@\" >\"$CALLS\"\n");
    let place = directory.to_str().unwrap();
    let path = format!("{}:/usr/bin:/bin", cargo.parent().unwrap().display());
    let inputs = [("GITHUB_ACTION_PATH", place), ("RUNNER_TEMP", place), ("PATH", path.as_str())];
    let ran = script("build", "Build pullsim", Path::new("unused"), &inputs);
    assert_eq!(ran.status, 0, "{}", ran.log);
    let called = std::fs::read_to_string(ran.directory.join("calls")).unwrap();
    let wanted = format!("<install><--locked><--path><{place}/crates/pullsim><--root><{place}/pullsim>");
    assert_eq!(called, wanted);
    // It lies where the next step looks for it, and where the cache keeps it.
    let action = action();
    let step = |name: &str| action.runs.steps.iter().find(|step| step.id.as_deref() == Some(name)).unwrap();
    assert!(step("run").env["PULLSIM"].contains("'{0}/pullsim/bin/pullsim', runner.temp"));
    assert_eq!(step("cache").with["path"], "${{ runner.temp }}/pullsim");
}
