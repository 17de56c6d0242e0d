use std::time::Duration;

use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderName, HeaderValue, StatusCode};

use super::{entry, on, page, refusal, text};
use crate::fault::effect::{Change, Effect, Http, On, Rewrite, Target, Verb};
use crate::fault::{Argument, Dialect, End, FaultEntry, FaultLayer};
use crate::{Personality, Rule};

const DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
/// A digest that is well formed and nobody's.
const NOBODYS: HeaderValue =
    HeaderValue::from_static("sha256:0000000000000000000000000000000000000000000000000000000000000000");

const fn manifest(name: &'static str, meaning: &'static str, answer: fn(Argument) -> Http) -> FaultEntry {
    entry(FaultLayer::Manifest, name, meaning, Effect::Http(on(Target::Manifest), answer))
}

const fn rewrite(rewrite: Rewrite) -> Http {
    Http::Change(Change::Rewrite(rewrite))
}

pub(super) const ENTRIES: &[FaultEntry] = &[
    manifest(
        "manifest-404",
        "The manifest is not there, in the words of one registry or another.",
        not_found,
    )
    .default(Argument::Dialect(Dialect::REFERENCE)),
    manifest("manifest-401-loop", "Whatever login comes, another is demanded.", |_| {
        Http::Change(Change::IgnoreLogin)
    }),
    manifest("manifest-403", "The manifest is forbidden.", |_| {
        refusal(StatusCode::FORBIDDEN, "DENIED", "requested access to the resource is denied")
    }),
    entry(
        FaultLayer::Manifest,
        "manifest-405-head",
        "HEAD is not allowed, GET is.",
        Effect::Http(On { verb: Verb::Head, ..on(Target::Manifest) }, |_| {
            refusal(StatusCode::METHOD_NOT_ALLOWED, "UNSUPPORTED", "The operation is unsupported.")
        }),
    ),
    manifest("manifest-429", "The registry is asked too often.", |_| {
        let rule = Rule::new().status(StatusCode::TOO_MANY_REQUESTS);
        let rule = rule.error("TOOMANYREQUESTS", "Too Many Requests");
        Http::Says(rule.header(RETRY_AFTER, HeaderValue::from_static("60")))
    }),
    manifest("manifest-500", "The registry fails.", |_| {
        refusal(StatusCode::INTERNAL_SERVER_ERROR, "UNKNOWN", "unknown error")
    }),
    manifest("manifest-502", "What stands before the registry cannot reach it.", |_| {
        page(StatusCode::BAD_GATEWAY)
    }),
    manifest("manifest-503", "The registry is away.", |_| {
        Http::Says(text(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable\n"))
    }),
    manifest("manifest-504", "What stands before the registry waits for it in vain.", |_| {
        page(StatusCode::GATEWAY_TIMEOUT)
    }),
    manifest("manifest-html", "A page with status 200 comes in place of the manifest.", |_| {
        page(StatusCode::OK)
    }),
    manifest("manifest-wrong-media-type", "The manifest says that it is plain text.", |_| {
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        Http::Change(Change::Header(CONTENT_TYPE, Some(plain)))
    }),
    manifest(
        "manifest-wrong-digest-header",
        "The header states another digest than the manifest has.",
        |_| Http::Change(Change::Header(DIGEST, Some(NOBODYS))),
    ),
    manifest("manifest-no-digest", "No header states the digest.", |_| {
        Http::Change(Change::Header(DIGEST, None))
    }),
    manifest("manifest-no-length", "No header states the length.", |_| Http::Change(Change::NoLength)),
    manifest("manifest-too-big", "The manifest is larger than anybody reads.", |a| {
        rewrite(Rewrite::Padded(a.bytes()))
    })
    .default(Argument::Bytes(9 << 20)),
    manifest("manifest-truncated", "The connection closes after so many bytes of the manifest.", |a| {
        Http::Change(Change::Cut(a.bytes(), End::Close))
    })
    .default(Argument::Bytes(64)),
    manifest(
        "manifest-invalid-json",
        "The manifest breaks off in the middle, and its digest is right.",
        |_| rewrite(Rewrite::InvalidJson),
    ),
    manifest("manifest-no-platform", "The index has nothing for the node's platform.", |_| {
        rewrite(Rewrite::NoPlatform)
    }),
    manifest("manifest-child-missing", "The index names a manifest that is not there.", |_| {
        rewrite(Rewrite::NoChildren)
    }),
    manifest("manifest-slow", "The manifest comes late.", |a| Http::Change(Change::Delay(a.time())))
        .default(Argument::Time(Duration::from_secs(10))),
];

/// What registries say of a manifest that is not there, and what others say in their place.
fn not_found(argument: Argument) -> Http {
    let word = if let Argument::Dialect(dialect) = argument { dialect.word() } else { "reference" };
    match word {
        "name" => refusal(StatusCode::NOT_FOUND, "NAME_UNKNOWN", "repository name not known to registry"),
        "html" => page(StatusCode::NOT_FOUND),
        "router" => Http::Says(text(StatusCode::NOT_FOUND, "404 page not found\n")),
        "empty" => Http::Says(Rule::new().status(StatusCode::NOT_FOUND)),
        product => Http::Change(Change::Missing(Personality::named(product).unwrap_or(Personality::plain()))),
    }
}
