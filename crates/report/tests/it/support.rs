//! Hand-made traces and reports.

use std::time::Duration;

use diagnosis::{Cause, Diagnosis};
use report::{Answer, CheckReport, NodeSummary, Outcome, ReferenceSummary, UnmatchedKey};
use trace::{Certificate, Dial, Exchange, Handshake, Header, Lookup, NameSource, Purpose, Step, What};

/// Steps that follow each other, each of so many milliseconds.
pub fn steps(list: Vec<(u64, What)>) -> Vec<Step> {
    let mut at = Duration::ZERO;
    let mut step = |(millis, what)| {
        let took = Duration::from_millis(millis);
        at += took;
        Step { at, took, what }
    };
    list.into_iter().map(&mut step).collect()
}

pub fn connection(host: &str, address: &str) -> Vec<(u64, What)> {
    let certificate = Certificate {
        subject: format!("CN={host}"),
        issuer: "CN=CA".into(),
        not_before: "2026-01-01T00:00:00Z".parse().unwrap(),
        not_after: "2026-03-04T00:00:00Z".parse().unwrap(),
        dns_names: vec![host.into()],
        addresses: vec![],
        authority: false,
        der: vec![],
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

pub fn request(
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

pub const MANIFEST: &str = "https://registry.example.com/v2/team/app/manifests/";
pub const BLOB: &str = "https://registry.example.com/v2/team/app/blobs/";
pub const TOKEN: &str = "https://auth.example.com/token?service=registry.example.com";
pub const BEARER: (&str, &str) = ("WWW-Authenticate", "Bearer realm=\"https://auth.example.com/token\"");

pub fn challenged() -> Vec<(u64, What)> {
    let mut list = connection("registry.example.com", "10.20.0.7");
    list.push(request(4, Purpose::Resolve, "HEAD", &format!("{MANIFEST}v1"), 401, &[BEARER]));
    list.extend(connection("auth.example.com", "10.20.0.8"));
    list
}

pub fn report(list: Vec<(u64, What)>, outcome: Outcome, code: &str) -> CheckReport {
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
        hosts: vec![],
        on_node: None,
        rate_limit: None,
        what_if: None,
        notes: vec![],
        at: "2026-01-02T00:00:00Z".parse().unwrap(),
        took: Duration::ZERO,
        trace: steps(list),
    }
}

/// The login is there, under a key that does not match.
pub fn wrong_registry() -> CheckReport {
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
        tell_apart: vec![],
    });
    report
}
