use bytes::Bytes;
use http::StatusCode;

use super::{PAGE, entry};
use crate::fault::effect::{DialFault, Effect, ProxyFault};
use crate::fault::{Argument, FaultEntry, FaultLayer};

const HTML: (&str, &str) = ("Content-Type", "text/html; charset=utf-8");

/// What makes a page of a start page's size: some clients drop what comes along with the head of an answer to CONNECT,
/// and see a page only when it is longer than their buffer.
const STYLE: &[u8] = b"<style>p { font-family: sans-serif; margin: 1em }</style>\n";

const fn proxy(name: &'static str, meaning: &'static str, fault: fn(Argument) -> ProxyFault) -> FaultEntry {
    entry(FaultLayer::Proxy, name, meaning, Effect::Proxy(fault))
}

fn says(status: StatusCode, headers: Vec<(&'static str, &'static str)>, body: &'static str) -> ProxyFault {
    ProxyFault::Says { status, headers, body: Bytes::from_static(body.as_bytes()) }
}

pub(super) const ENTRIES: &[FaultEntry] = &[
    entry(
        FaultLayer::Proxy,
        "proxy-refused",
        "Nothing listens at the proxy's address.",
        Effect::Dial(|_| DialFault::Refused),
    ),
    proxy("proxy-403", "The proxy forbids the way to the host.", |_| {
        says(StatusCode::FORBIDDEN, vec![HTML], "<html><body>Access denied by policy</body></html>\n")
    }),
    proxy("proxy-407", "The proxy demands a login, and accepts none.", |_| {
        let challenge = ("Proxy-Authenticate", "Basic realm=\"proxy\"");
        says(StatusCode::PROXY_AUTHENTICATION_REQUIRED, vec![challenge], "")
    }),
    proxy("proxy-502", "The proxy cannot reach the host.", |_| {
        says(StatusCode::BAD_GATEWAY, vec![HTML], "<html><body>Bad gateway</body></html>\n")
    }),
    proxy("proxy-html", "The proxy answers with a page and status 200 where a tunnel was asked for.", |_| {
        let body = [PAGE.as_bytes(), &STYLE.repeat(200)].concat().into();
        ProxyFault::Says { status: StatusCode::OK, headers: vec![HTML], body }
    }),
    proxy("proxy-close", "The proxy closes the connection without an answer.", |_| ProxyFault::Close),
    proxy("proxy-stall", "The proxy takes the question and never answers.", |_| ProxyFault::Stall),
    proxy("proxy-needs-credentials", "The proxy demands the login of one of its accounts.", |_| {
        ProxyFault::NeedsCredentials
    }),
    proxy(
        "proxy-intercepts",
        "The proxy reads along, and shows certificates of its own authority in the host's name.",
        |_| ProxyFault::Intercepts,
    ),
];
