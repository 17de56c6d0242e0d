use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};

use super::{entry, get, on, refusal, text};
use crate::Rule;
use crate::fault::effect::{Change, Effect, Elsewhere, Http, Rewrite, Target};
use crate::fault::{Argument, End, FaultEntry, FaultLayer};

const fn blob(name: &'static str, meaning: &'static str, answer: fn(Argument) -> Http) -> FaultEntry {
    entry(FaultLayer::Blob, name, meaning, Effect::Http(on(Target::Blob), answer))
}

/// Spoils the image that a tag leads to, so that its blobs are not what the manifest says.
const fn image(name: &'static str, meaning: &'static str, answer: fn(Argument) -> Http) -> FaultEntry {
    entry(FaultLayer::Blob, name, meaning, Effect::Http(on(Target::Manifest), answer))
}

const fn change(change: Change) -> Http {
    Http::Change(change)
}

/// The answer of a bucket to an address whose signature has expired (Amazon S3, "Error responses").
pub(crate) fn expired_signature() -> Rule {
    let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>\n";
    Rule::new()
        .status(StatusCode::FORBIDDEN)
        .header(CONTENT_TYPE, HeaderValue::from_static("application/xml"))
        .body(Bytes::from_static(xml.as_bytes()))
}

pub(super) const ENTRIES: &[FaultEntry] = &[
    blob("blob-404", "The blob is not there.", |_| {
        refusal(StatusCode::NOT_FOUND, "BLOB_UNKNOWN", "blob unknown to registry")
    }),
    blob("blob-403-xml", "The signature in the blob's address has expired: a bucket answers in XML.", |_| {
        Http::Says(expired_signature())
    }),
    blob("blob-500", "The host fails when a blob is asked for.", |_| {
        Http::Says(text(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error\n"))
    }),
    blob("blob-redirect-dead", "The blob is said to be at a host that has no address.", |_| {
        change(Change::Redirect(Elsewhere::Dead))
    }),
    blob("blob-redirect-blocked", "The blob is said to be at a host that does not answer.", |_| {
        change(Change::Redirect(Elsewhere::Blocked))
    }),
    blob("blob-redirect-forbidden", "The blob is said to be at a place that is forbidden.", |_| {
        change(Change::Redirect(Elsewhere::Forbidden))
    }),
    blob("blob-redirect-loop", "The blob is said to be where it was asked for, again and again.", |_| {
        change(Change::Redirect(Elsewhere::Loop))
    }),
    blob("blob-truncated", "The connection closes after so many bytes of the blob.", |a| {
        change(Change::Cut(a.bytes(), End::Close))
    })
    .default(Argument::Bytes(4096)),
    blob("blob-corrupt", "A bit of the blob is another than its digest says.", |_| change(Change::Flip)),
    image("blob-wrong-size", "The blob is shorter than the manifest says.", |_| {
        change(Change::Rewrite(Rewrite::WrongSize))
    }),
    image("blob-wrong-diff-id", "The unpacked layer is another than the configuration says.", |_| {
        change(Change::Rewrite(Rewrite::WrongDiffId))
    }),
    image("blob-not-gzip", "The layer is not compressed as the manifest says.", |_| {
        change(Change::Rewrite(Rewrite::NotGzip))
    }),
    blob("blob-stall", "Nothing more comes after so many bytes of the blob.", |a| {
        change(Change::Cut(a.bytes(), End::Stall))
    })
    .default(Argument::Bytes(4096)),
    blob("blob-reset", "The connection is reset after so many bytes of the blob.", |a| {
        change(Change::Cut(a.bytes(), End::Reset))
    })
    .default(Argument::Bytes(4096)),
    blob("blob-slow", "So many bytes of the blob come in a second.", |a| change(Change::Pace(a.bytes())))
        .default(Argument::Bytes(64 << 10)),
    entry(
        FaultLayer::Blob,
        "blob-range-refused",
        "The host does not give parts of a blob.",
        Effect::Http(get(Target::Blob), |_| change(Change::NoRanges)),
    ),
];
