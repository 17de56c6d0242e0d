//! The forms for other people's programmes, over all scenarios, read by readers that are not ours; and no secret of a scenario
//! in any form.

use std::path::Path;

use har::{Har, Spec};
use serde_json::Value;
use serde_sarif::sarif::Sarif;

use crate::{Run, all_scenarios, pullsim};

/// What a reader of a form found: how many things, and how many of them have failed.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    things: usize,
    failed: usize,
}

type Reader = (&'static str, fn(&str) -> Read);

const READERS: [Reader; 4] =
    [("har", read_har), ("sarif", read_sarif), ("junit", read_junit), ("tap", read_tap)];

/// The forms that no reader reads.
const OTHERS: [&str; 3] = ["text", "markdown", "html"];

#[test]
fn every_scenario_in_every_form_is_read_and_holds_no_secret_1() {
    read_part(0);
}

#[test]
fn every_scenario_in_every_form_is_read_and_holds_no_secret_2() {
    read_part(1);
}

#[test]
fn every_scenario_in_every_form_is_read_and_holds_no_secret_3() {
    read_part(2);
}

/// Every third scenario, so that the parts are tested side by side.
fn read_part(part: usize) {
    let files = all_scenarios();
    assert!(files.len() > 300);
    let mut with_secrets = 0;
    let mut wrong = Vec::new();
    for file in files.iter().skip(part).step_by(3) {
        let secrets = secrets(&std::fs::read_to_string(file).unwrap());
        with_secrets += usize::from(!secrets.is_empty());
        wrong.extend(misread(file, &secrets));
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(with_secrets > 12, "{with_secrets}");
}

/// A scenario in one form, with its decisions; no password, token or key that it holds is in what was printed.
fn check(file: &Path, form: &str, secrets: &[String]) -> Run {
    let run = pullsim(&["check", "--in", file.to_str().unwrap(), "-o", form, "-v"]);
    let printed = run.all();
    for secret in secrets {
        assert!(!printed.contains(secret), "{} {form}: {secret}", file.display());
    }
    run
}

/// What readers find otherwise than the report in JSON says it.
fn misread(file: &Path, secrets: &[String]) -> Vec<String> {
    let report = check(file, "json", secrets);
    if report.status > 1 {
        return vec![format!("{}: {}", file.display(), report.err)];
    }
    if !secrets.is_empty() {
        OTHERS.iter().for_each(|form| drop(check(file, form, secrets)));
    }
    let (mut requests, mut pulls) = (0, Vec::new());
    count(&report.json(), &mut requests, &mut pulls);
    let failed = pulls.iter().filter(|outcome| *outcome == "failed").count();
    let expected = |form: &str| match form {
        "har" => Read { things: requests, failed: 0 },
        "sarif" => Read { things: failed, failed },
        _ => Read { things: pulls.len(), failed },
    };
    let printed = READERS.map(|(form, read)| (form, read, check(file, form, secrets).out));
    let sarif = printed.iter().find(|(form, ..)| *form == "sarif").unwrap();
    let misplaced = misplaced(&sarif.2);
    if !misplaced.is_empty() {
        return vec![format!("{}: sarif: {misplaced:?}", file.display())];
    }
    let found = printed.iter().map(|(form, read, text)| (form, read(text)));
    found
        .filter(|(form, read)| *read != expected(form))
        .map(|(form, read)| format!("{}: {form}: {read:?}, expected {:?}", file.display(), expected(form)))
        .collect()
}

/// The requests and the outcomes of all pulls in a report.
fn count(report: &Value, requests: &mut usize, pulls: &mut Vec<String>) {
    match report {
        Value::Object(fields) => {
            if let (Some(Value::Array(trace)), Some(outcome)) = (fields.get("trace"), fields.get("outcome")) {
                *requests += trace.iter().filter(|step| step["step"] == "exchange").count();
                pulls.push(outcome.as_str().unwrap().to_owned());
            }
            fields.values().for_each(|value| count(value, requests, pulls));
        }
        Value::Array(items) => items.iter().for_each(|item| count(item, requests, pulls)),
        _ => {}
    }
}

fn read_har(text: &str) -> Read {
    let Har { log: Spec::V1_2(log) } = har::from_str(text).unwrap() else { panic!("not HAR 1.2: {text}") };
    let pages: Vec<&str> = log.pages.iter().flatten().map(|page| page.id.as_str()).collect();
    for entry in &log.entries {
        // What the specification demands beyond the types: a page that there is, a time that is the sum of its parts.
        assert!(entry.pageref.as_deref().is_none_or(|page| pages.contains(&page)), "{:?}", entry.pageref);
        let timings = &entry.timings;
        let parts = [timings.blocked, timings.dns, timings.connect].map(Option::unwrap_or_default);
        let sum: f64 = parts.iter().filter(|part| **part >= 0.0).sum::<f64>()
            + timings.send
            + timings.wait
            + timings.receive;
        assert!((sum - entry.time).abs() < 0.01, "{sum} ≠ {}: {:?}", entry.time, entry.request.url);
    }
    Read { things: log.entries.len(), failed: 0 }
}

fn read_sarif(text: &str) -> Read {
    let document: Sarif = serde_json::from_str(text).unwrap();
    let [run] = &document.runs[..] else { panic!("{} runs", document.runs.len()) };
    let rules = run.tool.driver.rules.as_deref().unwrap_or_default();
    let results = run.results.as_deref().unwrap_or_default();
    for result in results {
        let index = usize::try_from(result.rule_index.unwrap()).unwrap();
        assert_eq!(result.rule_id.as_deref(), Some(rules[index].id.as_str()));
        assert!(result.message.text.as_deref().is_some_and(|text| !text.is_empty()));
    }
    Read { things: results.len(), failed: results.len() }
}

/// The findings whose place is no line that names the image, or the secret that is not there.
fn misplaced(text: &str) -> Vec<String> {
    let document: Sarif = serde_json::from_str(text).unwrap();
    let results = document.runs[0].results.as_deref().unwrap_or_default();
    let wrong = results.iter().filter_map(|result| {
        let message = result.message.text.as_deref().unwrap_or_default();
        let line = result.locations.as_deref().unwrap_or_default().first().and_then(named_line);
        let (image, _) = message.split_once(" would not be pulled")?;
        let of_secret = result.rule_id.as_deref() == Some("PS-CRED-02");
        let secrets = ["imagePullSecrets", "missingSecrets", "name: "];
        let names = |line: &str| {
            line.contains(image.trim()) || (of_secret && secrets.iter().any(|word| line.contains(word)))
        };
        (!line.as_deref().is_some_and(names)).then(|| format!("{image}: {line:?}"))
    });
    wrong.collect()
}

/// The text of the line at which a location is.
fn named_line(location: &serde_sarif::sarif::Location) -> Option<String> {
    let physical = location.physical_location.as_ref()?;
    let text = std::fs::read_to_string(physical.artifact_location.as_ref()?.uri.as_deref()?).ok()?;
    let line = usize::try_from(physical.region.as_ref()?.start_line?).ok()?;
    text.lines().nth(line.checked_sub(1)?).map(str::to_owned)
}

fn read_junit(text: &str) -> Read {
    let suites = junit_parser::from_reader(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
    let cases = suites.suites.iter().flat_map(|suite| &suite.cases);
    let read =
        Read { things: cases.clone().count(), failed: cases.filter(|case| case.status.is_failure()).count() };
    // The counts in the attributes are those of the elements.
    let of_suites = |count: fn(&junit_parser::TestSuite) -> u64| suites.suites.iter().map(count).sum::<u64>();
    assert_eq!(of_suites(|suite| suite.tests), read.things as u64, "{text}");
    assert_eq!(of_suites(|suite| suite.failures), read.failed as u64, "{text}");
    read
}

/// By the grammar of TAP for what is printed here: a version, a plan, points in order, comments.
fn read_tap(text: &str) -> Read {
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("TAP version 13"));
    let planned: usize = lines.next().and_then(|line| line.strip_prefix("1..")).unwrap().parse().unwrap();
    let points: Vec<&str> = lines.filter(|line| !line.starts_with('#')).collect();
    for (number, point) in (1..).zip(&points) {
        let rest = point.strip_prefix("not ").unwrap_or(point);
        assert!(rest.starts_with(&format!("ok {number} - ")), "{point}");
    }
    assert_eq!(points.len(), planned);
    let failed = points.iter().filter(|point| point.starts_with("not ")).count();
    Read { things: points.len(), failed }
}

#[test]
fn a_run_of_scenarios_in_every_form_is_read() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/manifest");
    let of = |form| pullsim(&["run", folder, "-o", form]);
    let cases = of("json").json()["cases"].as_array().unwrap().len();
    assert!(cases > 40, "{cases}");
    let all_good = Read { things: cases, failed: 0 };
    assert_eq!(read_junit(&of("junit").out), all_good);
    assert_eq!(read_tap(&of("tap").out), all_good);
    assert_eq!(read_sarif(&of("sarif").out), Read { things: 0, failed: 0 });

    // And one that fails.
    let scenario = std::fs::read_to_string(format!("{folder}/tag-missing.yaml")).unwrap();
    let wrong =
        scenario.replace("include: ../", &format!("include: {folder}/../")).replace("NotFound", "Unknown");
    assert_ne!(wrong, scenario);
    let wrong = crate::file("readers-wrong", "wrong # \\ <&> \"one\".yaml", &wrong);
    let of = |form| pullsim(&["run", &wrong, "-o", form]);
    let json = of("json").json();
    let failed = json["cases"].as_array().unwrap().iter().filter(|case| case["verdict"] == "failed").count();
    assert!(failed > 0, "{json}");
    assert_eq!(read_junit(&of("junit").out).failed, failed);
    assert_eq!(read_tap(&of("tap").out).failed, failed);
    assert!(read_sarif(&of("sarif").out).things >= failed);

    // And one that cannot be read: in no form a success.
    let broken =
        crate::file("readers-broken", "broken.yaml", "apiVersion: pullsim/v1\nkind: Scenario\ntitel: x\n");
    let of = |form| pullsim(&["run", &broken, "-o", form]);
    assert_eq!(read_sarif(&of("sarif").out), Read { things: 1, failed: 1 });
    assert!(of("sarif").out.contains("broken.yaml:3:1"), "{}", of("sarif").out);
    assert_eq!(read_tap(&of("tap").out).failed, 1);
}

/// Where the secret is what is missing, the line to mend is the one that names it; the image's is beside it.
#[test]
fn a_missing_secret_has_its_own_line() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios");
    for (file, secret) in [
        ("credentials/secret-in-another-namespace.yaml", "imagePullSecrets: [{name: pull-secret}]"),
        ("kubelet/missing-secret.yaml", "missingSecrets: [pull-secret]"),
    ] {
        for more in [&[][..], &["--for", "1m"]] {
            let path = format!("{folder}/{file}");
            let run = pullsim(&[&["check", "--in", &path, "-o", "sarif"][..], more].concat());
            let document: Sarif = serde_json::from_str(&run.out).unwrap();
            let result = &document.runs[0].results.as_ref().unwrap()[0];
            let line = named_line(&result.locations.as_ref().unwrap()[0]).unwrap();
            assert!(line.contains(secret), "{file}: {line}");
            let beside = named_line(&result.related_locations.as_ref().unwrap()[0]).unwrap();
            assert!(beside.contains("image: registry.example.com/team/app:v1"), "{file}: {beside}");
        }
    }
}

/// The values of passwords in a scenario's text, as far as they are no words of everyday.
fn secrets(text: &str) -> Vec<String> {
    let keys = ["password: ", "identitytoken: ", "\"password\": ", "\"auth\": ", "\"identitytoken\": "];
    let found = keys.iter().flat_map(|key| text.match_indices(key).map(move |(at, _)| at + key.len()));
    found
        .map(|at| text[at..].trim_start_matches(['"', '\'']))
        .map(|rest| rest.split(['"', '\'', ',', '}', '\n', ' ']).next().unwrap_or_default().to_owned())
        .filter(|secret| secret.len() > 5)
        .collect()
}
