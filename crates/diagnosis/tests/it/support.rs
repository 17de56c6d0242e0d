//! Steps, facts and logins made by hand.

use std::net::SocketAddr;
use std::time::Duration;

use cri::Code;
use diagnosis::{Attempt, Diagnosis, Facts, Login, Origin, Outcome, Reference, Runtime, diagnose};
use gostd::net::{DnsError, DnsProblem, Ends, Errno, Error, Op};
use gostd::{tls, x509};
use trace::{Body, Exchange, Fault, Header, Purpose, Stage, Step, What};

pub const REGISTRY: &str = "https://r.test/v2/team/app/manifests/v1";
pub const BEARER: &str = "Bearer realm=\"https://auth.test/token\",service=\"r.test\"";

pub fn step(what: What) -> Step {
    Step { at: Duration::ZERO, took: Duration::ZERO, what }
}

pub fn exchange(purpose: Purpose, method: &'static str, url: &str) -> Exchange {
    Exchange {
        connection: Some(1),
        purpose,
        method: method.into(),
        url: url.into(),
        proxy: None,
        request: vec![],
        status: None,
        reason: None,
        response: vec![],
        fault: None,
    }
}

pub fn answer(
    purpose: Purpose,
    method: &'static str,
    url: &str,
    status: u16,
    headers: &[(&'static str, &str)],
) -> Step {
    let response =
        headers.iter().map(|(name, value)| Header { name: (*name).into(), value: (*value).into() });
    let response = response.collect();
    step(What::Exchange(Exchange { status: Some(status), response, ..exchange(purpose, method, url) }))
}

pub fn head(status: u16) -> Step {
    let basic = [("WWW-Authenticate", "Basic realm=\"r\"")];
    answer(Purpose::Resolve, "HEAD", REGISTRY, status, if status == 401 { &basic } else { &[] })
}

pub fn index() -> Step {
    answer(
        Purpose::Resolve,
        "HEAD",
        REGISTRY,
        200,
        &[("Content-Type", "application/vnd.oci.image.index.v1+json")],
    )
}

pub fn challenge(text: &str) -> Step {
    answer(Purpose::Resolve, "HEAD", REGISTRY, 401, &[("WWW-Authenticate", text)])
}

pub fn challenged() -> Step {
    answer(Purpose::Resolve, "HEAD", REGISTRY, 401, &[("WWW-Authenticate", BEARER)])
}

pub fn token(status: u16) -> Step {
    answer(Purpose::Token, "GET", "https://auth.test/token?service=r.test", status, &[])
}

pub fn manifest(status: u16) -> Step {
    answer(Purpose::Manifest, "GET", "https://r.test/v2/team/app/manifests/sha256:aa", status, &[])
}

pub fn layer(url: &str, status: u16) -> Step {
    answer(Purpose::Layer, "GET", url, status, &[])
}

pub const LAYER: &str = "https://r.test/v2/team/app/blobs/sha256:bb";

pub fn broken(purpose: Purpose, url: &str, stage: Stage, error: Error) -> Step {
    let fault = Some(Fault::new(stage, error));
    step(What::Exchange(Exchange { connection: None, fault, ..exchange(purpose, "GET", url) }))
}

pub fn address() -> SocketAddr {
    "10.0.0.7:443".parse().unwrap()
}

pub fn dial(cause: Error) -> Error {
    Error::op(Op::Dial, "tcp", Ends::to(address()), cause)
}

pub fn refused() -> Error {
    dial(Error::Syscall("connect", Errno::CONN_REFUSED))
}

pub fn dns(name: &str, problem: DnsProblem) -> Error {
    let server = Some("10.96.0.10:53".parse().unwrap());
    Error::op(Op::Dial, "tcp", Ends::default(), Error::Dns(DnsError { name: name.into(), server, problem }))
}

pub fn verification(error: x509::Error) -> Error {
    Error::Tls(tls::Error::Verification(Box::new(error)))
}

pub fn body(url: &str, error: Error) -> Step {
    let fault = Some(Fault::new(Stage::Body, error));
    step(What::Body(Body { connection: 1, purpose: Purpose::Layer, url: url.into(), bytes: 7, fault }))
}

pub fn whole(url: &str) -> Step {
    step(What::Body(Body { connection: 1, purpose: Purpose::Layer, url: url.into(), bytes: 7, fault: None }))
}

pub fn login(username: &str) -> Login<'_> {
    Login {
        username,
        key: "r.test",
        source: "default/pull-secret",
        origin: Origin::Secret,
        empty: username.is_empty(),
        expired: None,
    }
}

pub fn facts<'a>(attempts: Vec<Attempt<'a>>, code: Code) -> Facts<'a> {
    Facts {
        image: "r.test/team/app:v1",
        reference: Some(Reference { domain: "r.test", path: "team/app", tag: Some("v1"), digest: None }),
        platform: "linux/amd64",
        outcome: Outcome::Refused(code),
        attempts,
        unmatched: vec![],
        skipped: vec![],
        missing: vec![],
        namespace: Some("shop"),
        at: "2026-03-01T09:00:00Z".parse().unwrap(),
        runtime: Runtime::Containerd,
    }
}

pub fn anonymous(steps: &[Step], code: Code) -> Diagnosis {
    diagnose(&facts(vec![Attempt { login: None, steps }], code)).unwrap()
}
