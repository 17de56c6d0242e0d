use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

use super::{entry, json, on, page, text};
use crate::Rule;
use crate::fault::effect::{Change, DialFault, Effect, Http, Target};
use crate::fault::{Argument, FaultEntry, FaultLayer};

const fn token(name: &'static str, meaning: &'static str, answer: fn(Argument) -> Http) -> FaultEntry {
    entry(FaultLayer::Token, name, meaning, Effect::Http(on(Target::Token), answer))
}

/// Docker Hub's form of a refusal (`auth.docker.io`).
fn details(status: StatusCode, body: &'static str) -> Rule {
    json(status, body)
}

pub(super) const ENTRIES: &[FaultEntry] = &[
    token("token-401", "The token service refuses the login.", |_| {
        Http::Says(details(StatusCode::UNAUTHORIZED, "{\"details\":\"incorrect username or password\"}\n"))
    }),
    token("token-403", "The token service forbids what is asked for.", |_| {
        Http::Says(details(StatusCode::FORBIDDEN, "{\"details\":\"access denied\"}\n"))
    }),
    token("token-404", "There is no token service where the challenge leads.", |_| {
        Http::Says(text(StatusCode::NOT_FOUND, "404 page not found\n"))
    }),
    token("token-429", "The token service is asked too often.", |_| {
        let rule = details(StatusCode::TOO_MANY_REQUESTS, "{\"details\":\"too many requests\"}\n");
        Http::Says(rule.header(RETRY_AFTER, HeaderValue::from_static("60")))
    }),
    token("token-500", "The token service fails.", |_| {
        Http::Says(text(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error\n"))
    }),
    token("token-502", "What stands before the token service cannot reach it.", |_| {
        page(StatusCode::BAD_GATEWAY)
    }),
    token("token-503", "The token service is away.", |_| {
        Http::Says(text(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable\n"))
    }),
    token("token-html", "A page with status 200 comes in place of a token.", |_| page(StatusCode::OK)),
    token("token-wrong-json", "JSON of another shape comes in place of a token.", |_| {
        Http::Says(json(StatusCode::OK, "[\"token\"]\n"))
    }),
    token("token-empty", "The answer holds no token.", |_| Http::Says(json(StatusCode::OK, "{}\n"))),
    token("token-expired", "The token has expired when it is issued.", |_| {
        let body = "{\"token\":\"expired\",\"access_token\":\"expired\",\"expires_in\":0,\"issued_at\":\"2020-01-01T00:00:00Z\"}\n";
        Http::Says(json(StatusCode::OK, body))
    }),
    token("token-insufficient-scope", "The token is valid, but not for this repository.", |_| {
        Http::Change(Change::NoRights)
    }),
    token("token-slow", "The token comes late.", |a| Http::Change(Change::Delay(a.time())))
        .default(Argument::Time(Duration::from_secs(10))),
    entry(
        FaultLayer::Token,
        "token-dead-host",
        "The token service's host does not answer.",
        Effect::Dial(|_| DialFault::NoAnswer),
    ),
];
