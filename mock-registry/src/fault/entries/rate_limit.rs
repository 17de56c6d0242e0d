use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderName, HeaderValue, StatusCode};

use super::{entry, get, on};
use crate::Rule;
use crate::fault::effect::{Effect, Http, On, Target, Verb, Whose};
use crate::fault::{Argument, FaultEntry, FaultLayer};

const fn limit(
    name: &'static str,
    meaning: &'static str,
    whom: On,
    answer: fn(Argument) -> Http,
) -> FaultEntry {
    entry(FaultLayer::RateLimit, name, meaning, Effect::Http(whom, answer))
}

const GET: On = get(Target::Manifest);

/// Docker Hub's refusal and headers (docs.docker.com, "Docker Hub usage and limits").
fn refused() -> Rule {
    let message =
        "You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit";
    Rule::new().status(StatusCode::TOO_MANY_REQUESTS).error("TOOMANYREQUESTS", message)
}

fn with_headers() -> Rule {
    refused()
        .header(HeaderName::from_static("ratelimit-limit"), HeaderValue::from_static("100;w=21600"))
        .header(HeaderName::from_static("ratelimit-remaining"), HeaderValue::from_static("0;w=21600"))
}

fn retry_after(argument: Argument) -> HeaderValue {
    HeaderValue::from(argument.time().as_secs())
}

pub(super) const ENTRIES: &[FaultEntry] = &[
    limit(
        "rate-limit-anonymous",
        "Those without a login have used up their pulls.",
        On { whose: Whose::Anonymous, ..GET },
        |_| Http::Says(with_headers()),
    ),
    limit(
        "rate-limit-account",
        "The account has used up its pulls.",
        On { whose: Whose::Accounts, ..GET },
        |_| Http::Says(with_headers()),
    ),
    limit("rate-limit-window", "One pull is free in each period of this length.", GET, |a| {
        Http::SaysBeyondOne(with_headers().header(RETRY_AFTER, retry_after(a)), a.time())
    })
    .default(Argument::Time(Duration::from_secs(60))),
    limit("rate-limit-headers", "The refusal states limit, rest and window in its headers.", GET, |_| {
        Http::Says(with_headers())
    }),
    limit(
        "rate-limit-source",
        "The refusal states for whom the pulls were counted: an address.",
        GET,
        |_| {
            let source = HeaderName::from_static("docker-ratelimit-source");
            Http::Says(with_headers().header(source, HeaderValue::from_static("203.0.113.7")))
        },
    ),
    limit("rate-limit-retry-after", "The refusal says when to try again.", GET, |a| {
        Http::Says(refused().header(RETRY_AFTER, retry_after(a)))
    })
    .default(Argument::Time(Duration::from_secs(30))),
    limit("rate-limit-head-free", "HEAD is answered, and GET refused.", GET, |_| Http::Says(refused())),
    limit("rate-limit-head", "HEAD is refused as well as GET.", on(Target::Manifest), |_| {
        Http::Says(with_headers())
    }),
    limit(
        "rate-limit-head-only",
        "HEAD is refused, and GET answered.",
        On { verb: Verb::Head, ..on(Target::Manifest) },
        |_| Http::Says(refused()),
    ),
];
