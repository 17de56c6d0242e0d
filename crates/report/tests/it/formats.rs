//! The forms for machines, read by readers that are not ours; nothing of a server's text is markup in any.

use diagnosis::{Alternative, Cause, Diagnosis};
use gostd::net::{Ends, Error, Op};
use har::v1_2::Log;
use har::{Har, Spec};
use report::{Located, Outcome, har, html, markdown, sarif};
use serde_sarif::sarif::{ResultLevel, Sarif};
use trace::{Body, Exchange, Fault, Header, Purpose, Stage, What};

use crate::support::{MANIFEST, TOKEN, challenged, report, request, wrong_registry};

fn read(text: &str) -> Log {
    let Har { log: Spec::V1_2(log) } = har::from_str(text).unwrap() else { panic!("not HAR 1.2: {text}") };
    log
}

#[test]
fn har_has_each_request_with_its_times() {
    let log = read(&har(&[&wrong_registry()]));
    let entries: Vec<_> = log
        .entries
        .iter()
        .map(|entry| {
            let timings = &entry.timings;
            (
                entry.request.method.as_str(),
                entry.response.status,
                (timings.dns, timings.connect, timings.ssl),
                timings.wait,
                entry.server_ip_address.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        entries,
        [
            ("HEAD", 401, (Some(2.0), Some(10.0), Some(9.0)), 0.0, Some("10.20.0.7")),
            ("GET", 401, (Some(2.0), Some(10.0), Some(9.0)), 0.0, Some("10.20.0.8")),
        ]
    );
    assert_eq!(log.entries[1].request.query_string[0].name, "service");
    assert_eq!(log.entries[0].pageref, log.pages.as_ref().map(|pages| pages[0].id.clone()));
    for entry in &log.entries {
        assert!(entry.time >= entry.timings.wait, "{entry:?}");
    }
}

#[test]
fn har_tells_faults() {
    let fault = Fault::new(Stage::Head, Error::op(Op::Read, "tcp", Ends::default(), Error::UnexpectedEof));
    let mut list = challenged();
    let (_, what) = request(3, Purpose::Token, "GET", TOKEN, 0, &[]);
    let What::Exchange(exchange) = what else { panic!("not an exchange") };
    list.push((3, What::Exchange(Exchange { status: None, fault: Some(fault.clone()), ..exchange })));
    list.push(request(2, Purpose::Manifest, "GET", &format!("{MANIFEST}sha256:aa"), 200, &[]));
    let url = format!("{MANIFEST}sha256:aa");
    let body = Body { connection: 1, purpose: Purpose::Manifest, url, bytes: 12, fault: Some(fault.clone()) };
    list.push((7, What::Body(body)));

    let text = har(&[&report(list, Outcome::Failed, "Unknown")]);
    let log = read(&text);
    assert_eq!(log.entries[1].response.status, 0);
    assert_eq!((log.entries[2].timings.receive, log.entries[2].response.body_size), (7.0, 12));
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    for entry in [1, 2] {
        assert_eq!(value["log"]["entries"][entry]["_error"], fault.to_string());
    }
}

/// A server, an image and a diagnosis that try to break out of each form.
fn hostile() -> report::CheckReport {
    const TEXT: &str = "</pre></details><script>alert(1)</script> | `x` ``` \u{1b}[31m @team {{ 7 * 7 }}";
    let mut list = challenged();
    let (took, what) = request(3, Purpose::Token, "GET", &format!("{TOKEN}&x=<img src=x>"), 401, &[]);
    let What::Exchange(exchange) = what else { panic!("not an exchange") };
    let response = vec![Header { name: "X-Evil".into(), value: TEXT.into() }];
    list.push((took, What::Exchange(Exchange { reason: Some(TEXT.into()), response, ..exchange })));
    let mut report = report(list, Outcome::Failed, "Unknown");
    report.cri.message = TEXT.into();
    report.described = format!("Events:\n  {TEXT}\n```\n");
    report.notes.push(TEXT.into());
    report.diagnosis = Some(Diagnosis {
        cause: Cause::BadCredentials,
        sentence: TEXT.into(),
        evidence: vec![TEXT.into()],
        remedies: vec![TEXT.into(), format!("  {TEXT}")],
        alternatives: vec![Cause::ExpiredToken],
        tell_apart: vec![Alternative {
            cause: Cause::ExpiredToken,
            code: Cause::ExpiredToken.code(),
            told_apart: Cause::ExpiredToken.told_apart(),
            command: Some(TEXT.into()),
        }],
    });
    report
}

#[test]
fn html_stands_alone_and_escapes_what_servers_say() {
    let page = html(&[&hostile(), &wrong_registry()]);
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"), "{page}");
    for outside in ["<script", "<img", "<link", "src=\"", "url(", "@import"] {
        assert!(!page.contains(outside), "{outside}: {page}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)") && page.contains("{{ 7 * 7 }}"));
    // The cause comes before everything else, the failing arrow is drawn as such, and both images have a place.
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text}: {page}"));
    assert!(at("class=\"cause\"") < at("class=\"ladder\"") && at("class=\"ladder\"") < at("<svg"));
    assert_eq!(page.matches("<g class=\"arrow bad answer\">").count(), 2);
    assert!(page.contains("href=\"#pull-2\"") && page.contains("id=\"pull-2\""));
}

#[test]
fn markdown_shows_what_servers_say_as_text() {
    let text = markdown(&[&hostile()]);
    assert!(!text.contains('\u{1b}'), "{text}");
    let outside = outside_fences(&text);
    assert!(!outside.contains("<script") && !outside.contains("@team"), "{outside}");
    let row = text.lines().find(|line| line.contains("**token**")).unwrap();
    assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}");
    // The events hold three backticks, so their fence has four.
    assert!(text.contains("\n````text\n") && text.contains("\n````\n"), "{text}");
}

#[test]
fn markdown_of_several_begins_with_a_table() {
    let text = markdown(&[&wrong_registry(), &report(challenged(), Outcome::Pulled, "OK")]);
    let expected = "## 2 images, 1 would not be pulled\n\n| | image | cause |\n| --- | --- | --- |\n\
        | ❌ | `registry.example.com/team/app:v1` | PS-CRED-03 ";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("| ✅ | `registry.example.com/team/app:v1` |  |\n"), "{text}");
    assert!(text.contains("  ```sh\n  kubectl create secret …\n  ```\n"), "{text}");
}

#[test]
fn sarif_points_at_the_line_that_names_the_image() {
    let (wrong, good) = (wrong_registry(), report(challenged(), Outcome::Pulled, "OK"));
    let checks = [
        Located { place: "./deploy/web app.yaml:12:16", spelled_at: None, secret: "", check: &wrong },
        Located { place: "other.yaml:3:1", spelled_at: None, secret: "", check: &good },
        Located { place: "C:thing", spelled_at: None, secret: "", check: &wrong },
        Located::from(&wrong),
        Located { place: "a/b/../../../x/y.yaml:1:2", spelled_at: None, secret: "", check: &wrong },
    ];
    let document: Sarif = serde_json::from_str(&sarif(&checks)).unwrap();
    let run = &document.runs[0];
    let rules = run.tool.driver.rules.as_ref().unwrap();
    assert_eq!((rules.len(), rules[0].id.as_str()), (1, "PS-CRED-03"));
    let results = run.results.as_ref().unwrap();
    assert_eq!(results.len(), 4);
    let place = |at: usize| {
        let physical = results[at].locations.as_ref()?.first()?.physical_location.as_ref()?;
        let region = physical.region.as_ref().map(|region| (region.start_line, region.start_column));
        Some((physical.artifact_location.as_ref()?.uri.clone()?, region))
    };
    assert_eq!(place(0), Some(("deploy/web%20app.yaml".to_owned(), Some((Some(12), Some(16))))));
    assert_eq!(place(1), Some(("C%3Athing".to_owned(), None)));
    assert_eq!(place(2), None);
    assert_eq!(place(3), Some(("../x/y.yaml".to_owned(), Some((Some(1), Some(2))))));
    for result in results {
        assert_eq!((result.rule_id.as_deref(), result.rule_index), (Some("PS-CRED-03"), Some(0)));
        assert_eq!(result.level, Some(ResultLevel::Error));
        let text = result.message.text.as_deref().unwrap();
        assert!(
            text.starts_with("registry.example.com/team/app:v1 would not be pulled: The pull secret"),
            "{text}"
        );
    }
}

/// What a reader of Markdown takes for markup: not what stands between fences.
fn outside_fences(text: &str) -> String {
    let mut fence: Option<&str> = None;
    let mut outside = String::new();
    for line in text.lines() {
        let ticks = line.trim_start().split(|c| c != '`').next().unwrap_or_default();
        match fence {
            None if ticks.len() >= 3 => fence = Some(ticks),
            Some(open) if line.trim() == open => fence = None,
            None => outside.push_str(line),
            Some(_) => {}
        }
    }
    assert_eq!(fence, None, "a fence is not closed: {text}");
    outside
}
