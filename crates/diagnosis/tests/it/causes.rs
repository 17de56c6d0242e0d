//! Causes from hand-made traces, as a table.

use cri::Code;
use diagnosis::{Attempt, Cause, Facts, Outcome, Reference, Runtime, SkippedSecret, UnmatchedKey, diagnose};
use gostd::net::{DnsProblem, Ends, Errno, Error, Op};
use gostd::{http, tls, x509};
use trace::{Decision, Flaw, Purpose, Stage, Tunnel, What};

use crate::support::*;

#[test]
fn faults_below_http() {
    use Cause::*;
    let resolve = |error| vec![broken(Purpose::Resolve, REGISTRY, Stage::Dial, error)];
    let at = |stage, error| vec![broken(Purpose::Resolve, REGISTRY, stage, error)];
    let not_before = "2024-01-02T03:04:05Z".parse().unwrap();
    let now = "2024-01-01T00:00:00Z".parse().unwrap();
    let hostname = x509::Hostname {
        host: "r.test".into(),
        dns_names: vec!["other.test".into()],
        addresses: vec![],
        legacy_common_name: false,
    };
    let silent = DnsProblem::Exchange(Box::new(Error::ReadTimeout));
    let cases = [
        (resolve(dns("r.test", DnsProblem::NoSuchHost)), DnsNoSuchHost),
        (resolve(dns("registry.tools.svc.cluster.local", DnsProblem::NoSuchHost)), ClusterDnsOnNode),
        (resolve(dns("r.test", DnsProblem::ServerMisbehaving)), DnsResolverFailure),
        (resolve(dns("r.test", silent)), DnsResolverFailure),
        (resolve(refused()), ConnRefused),
        (resolve(dial(Error::DialTimeout)), ConnTimeout),
        (resolve(dial(Error::Syscall("connect", Errno::HOST_UNREACHABLE))), NoRoute),
        (
            at(Stage::Handshake, verification(x509::Error::UnknownAuthority { hint: None })),
            X509UnknownAuthority,
        ),
        (at(Stage::Handshake, verification(x509::Error::NotYetValid { now, not_before })), X509Expired),
        (at(Stage::Handshake, verification(x509::Error::Hostname(Box::new(hostname)))), X509NameMismatch),
        (at(Stage::Handshake, Error::Tls(tls::Error::HandshakeTimeout)), TlsHandshakeTimeout),
        (at(Stage::Handshake, Error::Tls(tls::Error::RemoteAlert(tls::Alert(70)))), TlsIncompatible),
        (at(Stage::Handshake, Error::Http(http::Error::HttpResponseToHttpsClient)), HttpOnHttps),
        (at(Stage::Handshake, Error::Eof), ConnReset),
        (
            at(Stage::Head, Error::Http(http::Error::Malformed(http::Malformed::Response(vec![21, 3, 1])))),
            HttpOnHttps,
        ),
        (at(Stage::Proxy, refused()), ProxyMisconfig),
        (at(Stage::Dial, Error::op(Op::ProxyConnect, "tcp", Ends::default(), refused())), ProxyMisconfig),
        (
            vec![broken(Purpose::Resolve, "https://localhost:5000/v2/a/manifests/b", Stage::Dial, refused())],
            LocalhostRegistry,
        ),
        (
            vec![broken(
                Purpose::Resolve,
                "https://m.test/v2/a/manifests/b?ns=r.test",
                Stage::Dial,
                refused(),
            )],
            MirrorMisconfig,
        ),
        (
            vec![challenged(), broken(Purpose::Token, "https://auth.test/token", Stage::Dial, refused())],
            TokenEndpointFailure,
        ),
        (
            vec![
                head(200),
                manifest(200),
                layer(LAYER, 307),
                broken(Purpose::Layer, "https://cdn.test/x", Stage::Dial, refused()),
            ],
            RedirectHostBlocked,
        ),
        (vec![head(200), layer(LAYER, 200), body(LAYER, Error::UnexpectedEof)], BlobTruncated),
        (vec![head(200), layer(LAYER, 200), body(LAYER, Error::Syscall("write", Errno::NO_SPACE))], NoSpace),
        (
            vec![body(LAYER, Error::UnexpectedEof), body("https://r.test/other", Error::Canceled)],
            BlobTruncated,
        ),
    ];
    for (steps, cause) in cases {
        let diagnosis = anonymous(&steps, Code::Unknown);
        assert_eq!(diagnosis.cause, cause, "{steps:#?}");
        assert!(!diagnosis.evidence.is_empty() && !diagnosis.remedies.is_empty(), "{diagnosis:?}");
    }
}

#[test]
fn content_that_is_of_no_use() {
    use Cause::*;
    let short = Flaw::Size { expected: 129, got: 5 };
    let long = Flaw::Size { expected: 129, got: 130 };
    let digest = || "sha256:00".to_owned();
    let cases = [
        (short, Code::Unknown, BlobTruncated),
        (long, Code::FailedPrecondition, BlobDigestMismatch),
        (Flaw::Digest { got: digest() }, Code::FailedPrecondition, BlobDigestMismatch),
        (Flaw::DiffId { got: digest() }, Code::Unknown, BlobDigestMismatch),
        (Flaw::Archive, Code::Unknown, ManifestUnsupported),
        (Flaw::Oversize { size: 9_000_000, most: 4_393_216 }, Code::NotFound, ManifestUnsupported),
        (Flaw::Storage { errno: Some(28) }, Code::Unknown, NoSpace),
        (Flaw::Storage { errno: Some(30) }, Code::Unknown, RuntimeFault),
        (Flaw::Storage { errno: None }, Code::Unknown, RuntimeFault),
    ];
    for (flaw, code, cause) in cases {
        let told = step(What::Decision(Decision::unusable("sha256:11 is not kept", flaw.clone())));
        let diagnosis = anonymous(&[head(200), manifest(200), layer(LAYER, 200), whole(LAYER), told], code);
        assert_eq!(diagnosis.cause, cause, "{flaw:?}");
        assert!(diagnosis.evidence.iter().any(|line| line.contains("sha256:11")), "{diagnosis:?}");
    }
}

#[test]
fn answers() {
    use Cause::*;
    let tunnel =
        Tunnel { proxy: "proxy:3128".into(), target: "r.test:443".into(), status: Some(407), fault: None };
    let html =
        answer(Purpose::Resolve, "HEAD", REGISTRY, 200, &[("Content-Type", "text/html; charset=utf-8")]);
    let cases = [
        (vec![head(404)], Code::NotFound, TagNotFound),
        (vec![head(429)], Code::Unknown, RateLimit),
        (vec![head(503)], Code::Unknown, Registry5xx),
        (vec![challenged(), token(401)], Code::Unknown, CredentialsMissing),
        (vec![challenged(), token(200), challenged()], Code::Unknown, CredentialsMissing),
        (vec![challenged(), token(503)], Code::Unknown, TokenEndpointFailure),
        (vec![challenged(), token(429)], Code::Unknown, RateLimit),
        (vec![head(412)], Code::Unknown, PolicyRejected),
        (vec![head(405)], Code::Unknown, WrongRegistryHost),
        (vec![head(200), manifest(200), layer(LAYER, 404)], Code::NotFound, BlobMissing),
        (vec![head(200), manifest(404)], Code::NotFound, BlobMissing),
        (
            vec![head(200), layer(LAYER, 307), layer("https://cdn.test/x", 403)],
            Code::Unknown,
            RedirectHostBlocked,
        ),
        (vec![step(What::Tunnel(tunnel))], Code::Unknown, ProxyMisconfig),
        (vec![html, manifest(404)], Code::NotFound, WrongRegistryHost),
        (vec![challenged(), token(200), index(), manifest(200)], Code::NotFound, PlatformMismatch),
        (vec![index(), manifest(200), layer(LAYER, 200)], Code::NotFound, PlatformMismatch),
        (vec![head(200), layer(LAYER, 200)], Code::NotFound, ManifestUnsupported),
        (vec![head(200), layer(LAYER, 200)], Code::Unknown, NoSpace),
        (vec![head(200), layer(LAYER, 200), whole(LAYER)], Code::Unknown, RuntimeFault),
        (vec![head(200), layer(LAYER, 307)], Code::Unknown, Registry5xx),
        (vec![head(200), layer(LAYER, 416)], Code::Unknown, BlobTruncated),
        (vec![head(200), manifest(405)], Code::Unknown, Registry5xx),
        (vec![head(410)], Code::Unknown, TagNotFound),
        (vec![head(402)], Code::Unknown, ClientBlocked),
        (vec![challenged(), token(200)], Code::Unknown, TokenEndpointFailure),
        (vec![challenged()], Code::Unknown, TokenEndpointFailure),
        (vec![challenge("Negotiate")], Code::Unknown, TokenEndpointFailure),
        (vec![answer(Purpose::Resolve, "HEAD", REGISTRY, 401, &[])], Code::Unknown, TokenEndpointFailure),
        (vec![head(401)], Code::Unknown, CredentialsMissing),
        (vec![head(200), manifest(200), layer(LAYER, 200)], Code::FailedPrecondition, BlobDigestMismatch),
    ];
    for (steps, code, cause) in cases {
        assert_eq!(anonymous(&steps, code).cause, cause, "{steps:#?}");
    }
}

#[test]
fn schema_1_and_platform_by_what_was_served_and_decided() {
    let kind = [("Content-Type", "application/vnd.docker.distribution.manifest.v1+prettyjws")];
    let old = answer(Purpose::Manifest, "GET", REGISTRY, 200, &kind);
    assert_eq!(anonymous(&[old], Code::InvalidArgument).cause, Cause::Schema1Unsupported);

    let decision = step(What::Decision(Decision::new("platform", "the index offers linux/arm64")));
    let diagnosis = anonymous(&[head(200), manifest(200), decision], Code::Unknown);
    assert_eq!(diagnosis.cause, Cause::PlatformMismatch);
    assert!(diagnosis.evidence.contains(&"the index offers linux/arm64".to_owned()));
}

#[test]
fn logins_that_did_not_do() {
    use Cause::*;
    let insufficient = "Bearer realm=\"https://auth.test/token\",error=\"insufficient_scope\"";
    let insufficient = answer(Purpose::Resolve, "HEAD", REGISTRY, 401, &[("WWW-Authenticate", insufficient)]);
    let cases = [
        ("ci", vec![challenged(), token(401)], BadCredentials),
        ("ci", vec![challenged(), head(401)], BadCredentials),
        ("AWS", vec![challenged(), head(401)], ExpiredToken),
        ("ci", vec![challenged(), token(200), head(403)], UserNotPermitted),
        ("ci", vec![challenged(), token(200), insufficient], UserNotPermitted),
        ("", vec![challenged(), token(401)], SecretMalformed),
        ("ci", vec![challenged(), token(200), challenged()], TokenEndpointFailure),
    ];
    for (username, steps, cause) in cases {
        let attempt = Attempt { login: Some(login(username)), steps: &steps };
        assert_eq!(
            diagnose(&facts(vec![attempt], Code::Unknown)).unwrap().cause,
            cause,
            "{username} {steps:#?}"
        );
    }
}

#[test]
fn a_secret_for_another_registry_names_both() {
    let steps = [challenged(), token(401)];
    let mut facts = facts(vec![Attempt { login: None, steps: &steps }], Code::Unknown);
    facts.unmatched.push(UnmatchedKey {
        source: "default/pull-secret".into(),
        key: "r.test:443".into(),
        reason: "port \"443\" written in the key, none in the image: never sent".into(),
    });
    let diagnosis = diagnose(&facts).unwrap();
    assert_eq!(diagnosis.cause, Cause::SecretWrongRegistry);
    assert!(diagnosis.sentence.contains("\"r.test:443\"") && diagnosis.sentence.contains("\"r.test\""));
    assert!(diagnosis.evidence.iter().any(|line| line.contains("never sent")));

    facts.unmatched.clear();
    facts
        .skipped
        .push(SkippedSecret { source: "default/opaque".into(), reason: "its type is Opaque".into() });
    assert_eq!(diagnose(&facts).unwrap().cause, Cause::SecretMalformed);
}

#[test]
fn docker_hub_does_not_tell_missing_from_private() {
    let steps = [challenged(), token(200), challenged()];
    let mut facts = facts(vec![Attempt { login: None, steps: &steps }], Code::Unknown);
    facts.reference =
        Some(Reference { domain: "docker.io", path: "acme/app", tag: Some("v1"), digest: None });
    let diagnosis = diagnose(&facts).unwrap();
    assert_eq!(diagnosis.cause, Cause::RepoMissingOrPrivate);
    assert_eq!(diagnosis.alternatives, [Cause::CredentialsMissing, Cause::RepoNotFound]);
}

#[test]
fn of_several_attempts_the_one_that_got_furthest_counts() {
    let (missing, wrong) = ([challenged(), token(200), head(404)], [challenged(), token(401)]);
    let attempts = |order: [&'static str; 2]| -> Vec<Attempt<'_>> {
        let steps = |name| if name == "missing" { &missing[..] } else { &wrong[..] };
        order.into_iter().map(|name| Attempt { login: Some(login(name)), steps: steps(name) }).collect()
    };
    for order in [["missing", "wrong"], ["wrong", "missing"]] {
        let diagnosis = diagnose(&facts(attempts(order), Code::Unknown)).unwrap();
        assert_eq!(diagnosis.cause, Cause::TagNotFound, "{order:?}");
    }
}

#[test]
fn what_was_made_good_is_no_cause() {
    let mirror = "https://m.test/v2/team/app/manifests/v1?ns=r.test";
    let steps = [broken(Purpose::Resolve, mirror, Stage::Dial, refused()), head(404)];
    let diagnosis = anonymous(&steps, Code::NotFound);
    assert_eq!(diagnosis.cause, Cause::TagNotFound);
    assert!(diagnosis.evidence.iter().any(|line| line.starts_with("mirror: ")), "{diagnosis:?}");

    let steps =
        [answer(Purpose::Resolve, "HEAD", mirror, 500, &[]), head(200), manifest(200), layer(LAYER, 500)];
    assert_eq!(anonymous(&steps, Code::Unknown).cause, Cause::Registry5xx);
}

#[test]
fn without_any_request() {
    let (source, reason) = ("default/s".into(), "unexpected end of JSON input".into());
    let malformed = Outcome::SecretMalformed { source, reason };
    let outcomes = [
        (Outcome::Pulled, None),
        (Outcome::NeverPull { denied: None }, Some(Cause::NeverPull)),
        (Outcome::NeverPull { denied: Some("it was pulled for others".into()) }, Some(Cause::NeverPull)),
        (Outcome::QpsExceeded, Some(Cause::PullQps)),
        (Outcome::InvalidName("invalid reference format".into()), Some(Cause::InvalidImageName)),
        (malformed, Some(Cause::SecretMalformed)),
        (Outcome::Refused(Code::Unknown), Some(Cause::RuntimeFault)),
    ];
    for (outcome, cause) in outcomes {
        let facts = Facts { outcome, ..facts(vec![], Code::Unknown) };
        assert_eq!(diagnose(&facts).map(|diagnosis| diagnosis.cause), cause);
    }
}

#[test]
fn codes_and_names_are_unique_and_found() {
    for cause in Cause::ALL {
        assert_eq!(Cause::named(cause.name()), Some(*cause));
        assert_eq!(Cause::named(cause.code()), Some(*cause));
    }
}

#[test]
fn all_hosts_that_a_pull_needs() {
    let steps = [
        answer(
            Purpose::Resolve,
            "HEAD",
            &format!("{}?ns=r.test", REGISTRY.replace("r.test", "m.test:5000")),
            500,
            &[],
        ),
        answer(Purpose::Resolve, "HEAD", REGISTRY, 401, &[("WWW-Authenticate", BEARER)]),
        answer(Purpose::Resolve, "HEAD", REGISTRY, 200, &[]),
        answer(
            Purpose::Layer,
            "GET",
            "https://r.test/v2/a/blobs/x",
            307,
            &[("Location", "https://cdn.test/x")],
        ),
    ];
    let told: Vec<String> =
        diagnosis::hosts(&steps).iter().map(|h| format!("{}:{} {:?}", h.host, h.port, h.purpose)).collect();
    assert_eq!(
        told,
        ["m.test:5000 Mirror", "r.test:443 Registry", "auth.test:443 Token", "cdn.test:443 Content"]
    );
}

#[test]
fn a_tag_that_resolves_to_what_is_not_there() {
    let gone = answer(Purpose::Manifest, "GET", "https://r.test/v2/team/app/manifests/sha256:1", 404, &[]);
    let steps = [index(), gone];
    let facts = facts(vec![Attempt { login: None, steps: &steps }], Code::NotFound);
    let evidence = diagnose(&facts).unwrap().evidence;
    assert!(evidence.iter().any(|line| line.contains("the name is there")), "{evidence:?}");
}

#[test]
fn remedies_name_the_files_of_the_runtime_that_pulls() {
    let spoken = Error::Http(http::Error::HttpResponseToHttpsClient);
    let steps = [broken(Purpose::Resolve, REGISTRY, Stage::Handshake, spoken)];
    for (runtime, file, others) in [
        (Runtime::Containerd, "hosts.toml", ["registries.conf", "daemon.json"]),
        (Runtime::CriO, "registries.conf", ["hosts.toml", "daemon.json"]),
        (Runtime::Docker, "daemon.json", ["hosts.toml", "registries.conf"]),
    ] {
        let facts = Facts { runtime, ..facts(vec![Attempt { login: None, steps: &steps }], Code::Unknown) };
        let remedies = diagnose(&facts).unwrap().remedies.join("\n");
        assert!(remedies.contains(file), "{remedies}");
        assert!(others.iter().all(|other| !remedies.contains(other)), "{remedies}");
    }
}
