//! The text of a check, from a hand-made trace.

use gostd::net::{DnsError, DnsProblem, Ends, Error, Op};
use report::{Outcome, TextOptions, check_text, json};
use trace::{Body, Exchange, Fault, Lookup, NameSource, Purpose, Stage, What};

use crate::support::{BEARER, BLOB, MANIFEST, TOKEN, challenged, report, request, wrong_registry};

#[test]
fn a_secret_for_another_registry() {
    let report = wrong_registry();
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
