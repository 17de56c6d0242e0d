//! Texts of our own, at least two a cause.

use std::collections::BTreeMap;

use diagnosis::Cause;
use explain::explain;

const TEXTS: &str = include_str!("../data/causes.txt");
/// Texts in the words of more programs and services.
const FORMS: &str = include_str!("../data/forms.txt");

fn rows(texts: &'static str) -> impl Iterator<Item = (&'static str, String)> {
    let lines = texts.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(|line| {
        let (cause, text) = line.split_once('\t').unwrap_or_else(|| panic!("no tab: {line}"));
        (cause, text.replace("\\n", "\n"))
    })
}

#[test]
fn each_text_tells_its_cause() {
    let mut wrong = Vec::new();
    for (wanted, text) in rows(TEXTS).chain(rows(FORMS)) {
        let explanation = explain(&text);
        let finding = explanation.findings.first();
        let told = finding.map_or("nothing", |finding| finding.cause.name());
        let right = match (wanted.strip_prefix('~'), finding) {
            (Some(wanted), Some(finding)) => {
                finding.alternatives.iter().any(|other| other.cause.name() == wanted)
            }
            (Some(_), None) => false,
            (None, _) => told == wanted,
        };
        if !right {
            wrong.push(format!("wanted {wanted}, told {told}: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_cause_has_two_texts() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (cause, _) in rows(TEXTS) {
        *counts.entry(cause.trim_start_matches('~')).or_default() += 1;
    }
    for cause in Cause::ALL {
        assert!(counts.get(cause.name()).is_some_and(|count| *count >= 2), "{cause} has too few texts");
    }
    assert_eq!(counts.len(), Cause::ALL.len(), "a text has a cause that there is not: {counts:?}");
}

#[test]
fn evidence_is_part_of_the_text_and_remedies_are_given() {
    for (_, text) in rows(TEXTS) {
        for finding in explain(&text).findings {
            assert!(!finding.evidence.is_empty(), "{text}");
            for evidence in finding.evidence.iter().filter(|evidence| !evidence.contains("[redacted]")) {
                let status = evidence.starts_with("HTTP status");
                let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(status || plain.contains(evidence.as_str()), "{evidence:?} is not in {text}");
            }
            assert!(!finding.remedies.is_empty(), "{text}");
            assert!(!finding.alternatives.iter().any(|other| other.cause == finding.cause), "{text}");
        }
    }
}

#[test]
fn what_is_no_failure_is_not_explained() {
    let texts = [
        "",
        "hello",
        "Normal  Pulled  4s  kubelet  Successfully pulled image \"nginx\" in 1.2s (1.2s including waiting)",
        "Warning  BackOff  4s  kubelet  Back-off restarting failed container web in pod web-0",
        "Warning  FailedScheduling  4s  default-scheduler  0/3 nodes are available: 3 node(s) had untolerated taint",
        "Warning  FailedMount  4s  kubelet  MountVolume.SetUp failed for volume \"x\" : secret \"y\" not found",
    ];
    for text in texts {
        let explanation = explain(text);
        assert!(explanation.findings.is_empty(), "{text}: {:?}", explanation.findings);
    }
}

#[test]
fn what_is_unknown_is_said_with_what_was_understood() {
    let text = "Failed to pull image \"r.example.com/app:v1\": failed to pull and unpack image \"r.example.com/app:v1\": the moon is full";
    let explanation = explain(text);
    assert!(explanation.findings.is_empty());
    assert_eq!(explanation.unexplained.len(), 1);
    let unexplained = &explanation.unexplained[0];
    assert_eq!(unexplained.image.as_deref(), Some("r.example.com/app:v1"));
    assert!(unexplained.recognised.contains(&"pulling and unpacking (containerd)"), "{unexplained:?}");
}
