//! The text of a check, from a hand-made trace.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::time::Duration;

use diagnosis::{Cause, Diagnosis};
use gostd::net::{DnsError, DnsProblem, Ends, Error, Op};
use report::{
    Answer, CheckReport, NodeSummary, Outcome, ReferenceSummary, TextOptions, UnmatchedKey, check_text, json,
};
use trace::{
    Body, Certificate, Dial, Exchange, Fault, Handshake, Header, Lookup, NameSource, Purpose, Stage, Step,
    What,
};

/// Steps that follow each other, each of so many milliseconds.
fn steps(list: Vec<(u64, What)>) -> Vec<Step> {
    let mut at = Duration::ZERO;
    let mut step = |(millis, what)| {
        let took = Duration::from_millis(millis);
        at += took;
        Step { at, took, what }
    };
    list.into_iter().map(&mut step).collect()
}

fn connection(host: &str, address: &str) -> Vec<(u64, What)> {
    let certificate = Certificate {
        subject: format!("CN={host}"),
        issuer: "CN=CA".into(),
        not_before: "2026-01-01T00:00:00Z".parse().unwrap(),
        not_after: "2026-03-04T00:00:00Z".parse().unwrap(),
        dns_names: vec![host.into()],
        addresses: vec![],
        authority: false,
    };
    vec![
        (
            2,
            What::Lookup(Lookup {
                host: host.into(),
                source: NameSource::Dns,
                servers: vec!["10.96.0.10:53".parse().unwrap()],
                addresses: vec![address.parse().unwrap()],
                fault: None,
            }),
        ),
        (
            1,
            What::Dial(Dial {
                host: host.into(),
                address: format!("{address}:443").parse().unwrap(),
                connection: Some(1),
                fault: None,
            }),
        ),
        (
            9,
            What::Handshake(Handshake {
                connection: 1,
                server_name: host.into(),
                version: Some("TLS 1.3".into()),
                chain: vec![certificate],
                verified: true,
                fault: None,
            }),
        ),
    ]
}

fn request(
    millis: u64,
    purpose: Purpose,
    method: &'static str,
    url: &str,
    status: u16,
    headers: &[(&'static str, &str)],
) -> (u64, What) {
    let response =
        headers.iter().map(|(name, value)| Header { name: (*name).into(), value: (*value).into() });
    let what = What::Exchange(Exchange {
        connection: Some(1),
        purpose,
        method: method.into(),
        url: url.into(),
        proxy: None,
        request: vec![],
        status: Some(status),
        reason: None,
        response: response.collect(),
        fault: None,
    });
    (millis, what)
}

const MANIFEST: &str = "https://registry.example.com/v2/team/app/manifests/";
const BLOB: &str = "https://registry.example.com/v2/team/app/blobs/";
const TOKEN: &str = "https://auth.example.com/token?service=registry.example.com";
const BEARER: (&str, &str) = ("WWW-Authenticate", "Bearer realm=\"https://auth.example.com/token\"");

fn challenged() -> Vec<(u64, What)> {
    let mut list = connection("registry.example.com", "10.20.0.7");
    list.push(request(4, Purpose::Resolve, "HEAD", &format!("{MANIFEST}v1"), 401, &[BEARER]));
    list.extend(connection("auth.example.com", "10.20.0.8"));
    list
}

fn report(list: Vec<(u64, What)>, outcome: Outcome, code: &str) -> CheckReport {
    let answer = Answer { code: code.into(), message: "the node's words".into(), ..Answer::default() };
    CheckReport {
        header: Default::default(),
        image: "registry.example.com/team/app:v1".into(),
        reference: Some(ReferenceSummary::new("registry.example.com", "team/app", Some("v1"), None)),
        node: NodeSummary {
            platform: "linux/amd64".into(),
            runtime: "containerd-2.1.9".into(),
            kubelet: "1.34".into(),
        },
        pull_policy: "IfNotPresent".into(),
        credentials: vec![],
        unmatched: vec![],
        skipped: vec![],
        malformed: None,
        outcome,
        cri: answer.clone(),
        answers: vec![answer],
        events: vec![],
        described: "Events:\n  Type  Reason\n".into(),
        waiting: None,
        diagnosis: None,
        notes: vec![],
        at: "2026-01-02T00:00:00Z".parse().unwrap(),
        took: Duration::ZERO,
        trace: steps(list),
    }
}

#[test]
fn a_secret_for_another_registry() {
    let mut list = challenged();
    list.push(request(6, Purpose::Token, "GET", TOKEN, 401, &[]));
    let mut report = report(list, Outcome::Failed, "Unknown");
    report.unmatched.push(UnmatchedKey {
        source: "default/pull-secret".into(),
        key: "registry.example.com:443".into(),
        reason: "port \"443\" written in the key, none in the image: never sent".into(),
    });
    report.diagnosis = Some(Diagnosis {
        cause: Cause::SecretWrongRegistry,
        sentence: "The pull secret holds a login, but for \"registry.example.com:443\".".into(),
        evidence: vec!["GET https://auth.example.com/token → 401".into()],
        remedies: vec![
            "Write the key as \"registry.example.com\":".into(),
            "  kubectl create secret …".into(),
        ],
        alternatives: vec![],
    });
    let text = check_text(&report, TextOptions { width: 90, ..TextOptions::default() });
    let expected = r#"registry.example.com/team/app:v1   node linux/amd64 · containerd 2.1.9 · kubelet 1.34

  ✓ name         registry.example.com/team/app, tag v1, pull policy IfNotPresent
  ! credentials  default/pull-secret: no entry matches
                   "registry.example.com:443"  port "443" written in the key, none in the
                   image: never sent
  ✓ dns          registry.example.com → 10.20.0.7                       10.96.0.10    2 ms
  ✓ connect      10.20.0.7:443                                                        1 ms
  ✓ tls          TLS 1.3 · registry.example.com · 61 days left                        9 ms
  ✓ challenge    HEAD /v2/team/app/manifests/v1 → 401, Bearer auth.example.com        4 ms
  ✓ connect      auth.example.com → 10.20.0.8:443 · TLS 1.3 · 61 days left           12 ms
  ✗ token        GET auth.example.com/token → 401, asked as anonymous                 6 ms
  · resolve      not reached, nor manifest, platform, config, layers

Events:
  Type  Reason

Cause  PS-CRED-03 secret-wrong-registry: The pull secret holds a login, but for
       "registry.example.com:443".
Proof  GET https://auth.example.com/token → 401
Fix    Write the key as "registry.example.com":
         kubectl create secret …
"#;
    assert_eq!(text, expected, "{text}");
}

#[test]
fn a_success_folds_the_second_challenge_and_the_layers() {
    let digest = "sha256:0123456789abcdef0123456789abcdef";
    let index =
        [("Content-Type", "application/vnd.oci.image.index.v1+json"), ("Docker-Content-Digest", digest)];
    let mut list = challenged();
    list.push(request(6, Purpose::Token, "GET", TOKEN, 200, &[]));
    list.push(request(3, Purpose::Resolve, "HEAD", &format!("{MANIFEST}v1"), 200, &index));
    list.push(request(3, Purpose::Manifest, "GET", &format!("{MANIFEST}{digest}"), 401, &[BEARER]));
    list.push(request(6, Purpose::Token, "GET", TOKEN, 200, &[]));
    list.push(request(3, Purpose::Manifest, "GET", &format!("{MANIFEST}{digest}"), 200, &[]));
    list.push(request(2, Purpose::Config, "GET", &format!("{BLOB}sha256:aa"), 200, &[]));
    for blob in ["sha256:bb", "sha256:cc"] {
        let url = format!("{BLOB}{blob}");
        list.push(request(2, Purpose::Layer, "GET", &url, 200, &[]));
        let body = Body { connection: 1, purpose: Purpose::Layer, url, bytes: 1_500_000, fault: None };
        list.push((5, What::Body(body)));
    }
    let mut report = report(list, Outcome::Pulled, "OK");
    report.cri.image_ref = "sha256:aa".into();
    let text = check_text(&report, TextOptions { width: 90, ..TextOptions::default() });
    let ladder: Vec<&str> = text.lines().skip(8).take(6).collect();
    let expected = [
        "  ✓ connect      auth.example.com → 10.20.0.8:443 · TLS 1.3 · 61 days left           12 ms",
        "  ✓ token        GET auth.example.com/token → 200, asked as anonymous                12 ms",
        "  ✓ resolve      HEAD /v2/team/app/manifests/v1 → 200, index sha256:0123456789ab…     3 ms",
        "  ✓ manifest     GET /v2/team/app/manifests/sha256:0123456789ab… → 200                6 ms",
        "                   before: 401, answered with a token or login",
        "  ✓ config       GET /v2/team/app/blobs/sha256:aa → 200                               2 ms",
    ];
    assert_eq!(ladder, expected, "{text}");
    assert!(text.contains("  ✓ layers       GET 2 blobs → 200, 3.0 MB"), "{text}");
    assert!(text.ends_with("Pulled sha256:aa\n"), "{text}");
}

#[test]
fn a_fault_is_told_once_and_in_gos_words() {
    let name = DnsError {
        name: "registry.example.com".into(),
        server: Some("10.96.0.10:53".parse().unwrap()),
        problem: DnsProblem::NoSuchHost,
    };
    let fault =
        Some(Fault::new(Stage::Lookup, Error::op(Op::Dial, "tcp", Ends::default(), Error::Dns(name))));
    let lookup = Lookup {
        host: "registry.example.com".into(),
        source: NameSource::Dns,
        servers: vec![],
        addresses: vec![],
        fault: fault.clone(),
    };
    let (_, head) = request(0, Purpose::Resolve, "HEAD", &format!("{MANIFEST}v1"), 0, &[]);
    let What::Exchange(head) = head else { return };
    let head = Exchange { connection: None, status: None, fault, ..head };
    let report =
        report(vec![(2, What::Lookup(lookup)), (2, What::Exchange(head))], Outcome::Failed, "Unknown");
    let text = check_text(&report, TextOptions { unicode: false, ..TextOptions::default() });
    assert!(
        text.contains(
            "  x dns          dial tcp: lookup registry.example.com on 10.96.0.10:53: no such host"
        ),
        "{text}"
    );
    assert!(text.contains("  - connect      not reached, nor tls, resolve, manifest"), "{text}");
    assert_eq!(text.matches("no such host").count(), 1);
    assert!(text.is_ascii());
}

#[test]
fn colour_only_when_asked_for_and_never_from_outside() {
    let mut report = report(challenged(), Outcome::Failed, "Unknown");
    report.image = "evil\u{1b}[31m".into();
    assert!(!check_text(&report, TextOptions::default()).contains('\u{1b}'));
    assert!(
        check_text(&report, TextOptions { colour: true, ..TextOptions::default() }).contains("\u{1b}[1m")
    );
}

#[test]
fn json_is_versioned_and_complete() {
    let value: serde_json::Value =
        serde_json::from_str(&json(&report(challenged(), Outcome::Failed, "Unknown"))).unwrap();
    assert_eq!((&value["apiVersion"], &value["kind"]), (&"pullsim/v1".into(), &"CheckReport".into()));
    assert_eq!((&value["outcome"], &value["cri"]["code"]), (&"failed".into(), &"Unknown".into()));
    assert_eq!(value["trace"][0]["step"], "lookup");
    assert_eq!(value["trace"].as_array().unwrap().len(), 7);
    for field in
        ["events", "waiting", "answers", "diagnosis", "credentials", "notes", "node", "at", "took_ms"]
    {
        assert!(value.get(field).is_some(), "{field}");
    }
}
