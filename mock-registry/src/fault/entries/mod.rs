//! The catalogue's lines, a file a layer.

mod blob;
mod challenge;
mod dns;
mod manifest;
mod outage;
mod proxy;
mod rate_limit;
mod tcp;
mod tls;
mod token;

pub(crate) use blob::expired_signature;

use bytes::Bytes;
use http::{HeaderValue, StatusCode};

use crate::Rule;
use crate::fault::effect::{Effect, Http, On, Target, Verb, Whose};
use crate::fault::{Argument, FaultEntry, FaultLayer};

/// The catalogue, in the order in which a pull comes to its layers.
pub(super) const ALL: [&[FaultEntry]; 10] = [
    dns::ENTRIES,
    tcp::ENTRIES,
    tls::ENTRIES,
    proxy::ENTRIES,
    challenge::ENTRIES,
    token::ENTRIES,
    rate_limit::ENTRIES,
    manifest::ENTRIES,
    blob::ENTRIES,
    outage::ENTRIES,
];

const fn entry(layer: FaultLayer, name: &'static str, meaning: &'static str, effect: Effect) -> FaultEntry {
    FaultEntry { name, layer, meaning, default: None, effect }
}

impl FaultEntry {
    /// Takes an argument; unless it is written, this one is meant.
    const fn default(mut self, argument: Argument) -> Self {
        self.default = Some(argument);
        self
    }
}

const fn on(target: Target) -> On {
    On { target, verb: Verb::Any, whose: Whose::Anybodys }
}

const fn get(target: Target) -> On {
    On { verb: Verb::Get, ..on(target) }
}

/// A page as a proxy, a load balancer or a login portal shows it.
pub(super) const PAGE: &str =
    "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n";

/// A refusal in the form of the distribution specification.
fn refusal(status: StatusCode, code: &str, message: &str) -> Http {
    Http::Says(Rule::new().status(status).error(code, message))
}

fn text(status: StatusCode, body: &'static str) -> Rule {
    Rule::new()
        .status(status)
        .header(http::header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))
        .body(Bytes::from_static(body.as_bytes()))
}

fn page(status: StatusCode) -> Http {
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    let rule = Rule::new().status(status).header(http::header::CONTENT_TYPE, html);
    Http::Says(rule.body(Bytes::from_static(PAGE.as_bytes())))
}

fn json(status: StatusCode, body: &'static str) -> Rule {
    let kind = HeaderValue::from_static("application/json");
    let rule = Rule::new().status(status).header(http::header::CONTENT_TYPE, kind);
    rule.body(Bytes::from_static(body.as_bytes()))
}
