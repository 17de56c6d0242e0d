use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderName, Method, StatusCode};
use serde_json::{Value, json};

use crate::auth::Guard;
use crate::content::{Blob, Repository, Store, is_repository};
use crate::host::range::{Asked, asked};
use crate::host::{Body, ErrorCode, Reply, RequestHead};
use crate::{Clock, Digest, Who};

const DOCKER_CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
const API_VERSION: HeaderName = HeaderName::from_static("docker-distribution-api-version");

/// A registry: content, and a guard in front of it. It answers as the distribution specification 1.1 demands, in
/// the words of the reference registry (distribution v2.8 `registry/api/v2/errors.go`).
#[derive(Clone, Debug)]
pub struct Registry {
    store: Arc<Store>,
    guard: Guard,
    blobs_at: Option<String>,
}

/// What a path under `/v2/` asks for.
enum Resource<'a> {
    Base,
    Manifest { repository: &'a str, reference: &'a str },
    Blob { repository: &'a str, digest: &'a str },
    Tags { repository: &'a str },
}

impl Registry {
    /// A registry of this content that all may pull.
    pub const fn new(store: Arc<Store>) -> Self {
        Self { store, guard: Guard::Open, blobs_at: None }
    }

    /// Puts a guard in front of it.
    pub fn guard(mut self, guard: Guard) -> Self {
        self.guard = guard;
        self
    }

    /// Sends those who ask for blobs elsewhere: to `base`, followed by `/sha256/<first two digits>/<digest>/data`.
    pub fn redirect_blobs(mut self, base: impl Into<String>) -> Self {
        self.blobs_at = Some(base.into());
        self
    }

    /// The blob of this digest, whoever may have it.
    pub(super) fn find_blob(&self, digest: &Digest) -> Option<Blob> {
        self.store.find_blob(digest).cloned()
    }

    /// The manifest of this digest with its media type, whoever may have it.
    pub(super) fn find_manifest(&self, repository: &str, digest: &str) -> Option<(String, Bytes)> {
        let (_, manifest) = self.store.repository(repository)?.manifest(digest)?;
        Some((manifest.media_type.clone(), manifest.bytes.clone()))
    }

    pub(super) async fn answer(&self, request: &RequestHead<'_>, _body: Body, _clock: &Clock) -> Reply {
        let Some(resource) = resource(request.path) else {
            return Reply::text(StatusCode::NOT_FOUND, "404 page not found\n");
        };
        let reply = match self.guard.admit(request.authorization, resource.repository()) {
            Err(refusal) => *refusal,
            Ok(who) => self.serve(request, &resource).who(who),
        };
        reply.header(API_VERSION, "registry/2.0")
    }

    fn serve(&self, request: &RequestHead<'_>, resource: &Resource<'_>) -> Reply {
        if request.method != Method::GET && request.method != Method::HEAD {
            let message = "The operation is unsupported.";
            return Reply::error(
                StatusCode::METHOD_NOT_ALLOWED,
                ErrorCode::Unsupported,
                message,
                Value::Null,
            );
        }
        let Some(name) = resource.repository() else {
            return Reply::json(StatusCode::OK, &json!({}));
        };
        if !is_repository(name) {
            return not_found(ErrorCode::NameInvalid, "invalid repository name", Value::Null);
        }
        let Some(repository) = self.store.repository(name) else {
            let message = "repository name not known to registry";
            return not_found(ErrorCode::NameUnknown, message, json!({"name": name}));
        };
        match resource {
            Resource::Base => Reply::json(StatusCode::OK, &json!({})),
            Resource::Manifest { reference, .. } => manifest(repository, reference),
            Resource::Blob { digest, .. } => self.blob(repository, digest, request.range),
            Resource::Tags { .. } => tags(name, repository, request.query),
        }
    }

    fn blob(&self, repository: &Repository, digest: &str, range: Option<&str>) -> Reply {
        let Ok(digest) = digest.parse::<Digest>() else {
            let message = "provided digest did not match uploaded content";
            return Reply::error(StatusCode::BAD_REQUEST, ErrorCode::DigestInvalid, message, Value::Null);
        };
        let Some(blob) = repository.blob(&digest) else {
            let detail = json!({"digest": digest});
            return not_found(ErrorCode::BlobUnknown, "blob unknown to registry", detail);
        };
        match &self.blobs_at {
            None => blob_reply(blob, &digest, range),
            Some(base) => {
                let encoded = digest.encoded();
                let prefix = encoded.get(..2).unwrap_or_default();
                let location = format!("{base}/sha256/{prefix}/{encoded}/data?signature=mock");
                Reply::empty(StatusCode::TEMPORARY_REDIRECT).header(LOCATION, &location)
            }
        }
    }
}

/// Answers from a host of blobs: `…/sha256/<first two digits>/<digest>/data`, with a signature.
pub(super) fn answer_blob_host(store: &Store, request: &RequestHead<'_>) -> Reply {
    if request.method != Method::GET && request.method != Method::HEAD {
        return Reply::text(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed\n");
    }
    if !request.query.split('&').any(|pair| pair.starts_with("signature=")) {
        return Reply::text(StatusCode::FORBIDDEN, "the address bears no signature\n");
    }
    let encoded = request.path.rsplit('/').nth(1).unwrap_or_default();
    let digest = format!("sha256:{encoded}").parse::<Digest>();
    match digest.ok().and_then(|digest| Some((store.find_blob(&digest)?, digest))) {
        Some((blob, digest)) => blob_reply(blob, &digest, request.range),
        None => Reply::text(StatusCode::NOT_FOUND, "404 page not found\n"),
    }
}

impl<'a> Resource<'a> {
    const fn repository(&self) -> Option<&'a str> {
        match self {
            Self::Base => None,
            Self::Manifest { repository, .. } | Self::Blob { repository, .. } | Self::Tags { repository } => {
                Some(repository)
            }
        }
    }
}

/// The path's meaning. A repository may hold any word, `manifests` and `blobs` as well: the last one counts.
fn resource(path: &str) -> Option<Resource<'_>> {
    let rest = path.strip_prefix("/v2")?;
    if rest.is_empty() || rest == "/" {
        return Some(Resource::Base);
    }
    let rest = rest.strip_prefix('/')?;
    if let Some(repository) = rest.strip_suffix("/tags/list") {
        return Some(Resource::Tags { repository });
    }
    let (head, last) = rest.rsplit_once('/')?;
    let (repository, kind) = head.rsplit_once('/')?;
    match kind {
        "manifests" => Some(Resource::Manifest { repository, reference: last }),
        "blobs" => Some(Resource::Blob { repository, digest: last }),
        _ => None,
    }
}

fn manifest(repository: &Repository, reference: &str) -> Reply {
    match repository.manifest(reference) {
        Some((digest, manifest)) => Reply::new(StatusCode::OK, Blob::Held(manifest.bytes.clone()))
            .header(CONTENT_TYPE, &manifest.media_type)
            .header(DOCKER_CONTENT_DIGEST, digest.as_str())
            .header(ETAG, &format!("\"{digest}\"")),
        None => {
            let detail = if reference.contains(':') {
                json!({"digest": reference})
            } else {
                json!({"Tag": reference})
            };
            not_found(ErrorCode::ManifestUnknown, "manifest unknown", detail)
        }
    }
}

fn blob_reply(blob: &Blob, digest: &Digest, range: Option<&str>) -> Reply {
    let length = blob.len();
    let (status, part) = match asked(range, length) {
        Asked::Whole => (StatusCode::OK, 0..length),
        Asked::Part(part) => (StatusCode::PARTIAL_CONTENT, part),
        Asked::Outside => {
            return Reply::text(StatusCode::RANGE_NOT_SATISFIABLE, "invalid range\n")
                .header(CONTENT_RANGE, &format!("bytes */{length}"));
        }
    };
    let mut reply = Reply::new(status, blob.clone())
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(DOCKER_CONTENT_DIGEST, digest.as_str())
        .header(ETAG, &format!("\"{digest}\""))
        .header(CACHE_CONTROL, "max-age=31536000")
        .header(ACCEPT_RANGES, "bytes");
    if status == StatusCode::PARTIAL_CONTENT {
        reply = reply
            .header(CONTENT_RANGE, &format!("bytes {}-{}/{length}", part.start, part.end.saturating_sub(1)));
    }
    reply.range = part;
    reply
}

/// The tags, page by page if the query says so (`n`, `last`).
fn tags(name: &str, repository: &Repository, query: &str) -> Reply {
    let parameter =
        |wanted: &str| query.split('&').find_map(|pair| pair.strip_prefix(wanted)?.strip_prefix('='));
    let limit = parameter("n").and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
    let last = parameter("last").unwrap_or_default();
    let mut rest = repository.tags().filter(|tag| last.is_empty() || *tag > last);
    let page: Vec<&str> = rest.by_ref().take(limit).collect();
    let reply = Reply::json(StatusCode::OK, &json!({"name": name, "tags": page}));
    match (rest.next(), page.last()) {
        (Some(_), Some(last)) => {
            let next = format!("</v2/{name}/tags/list?n={limit}&last={last}>; rel=\"next\"");
            reply.header(http::header::LINK, &next)
        }
        _ => reply,
    }
}

fn not_found(code: ErrorCode, message: &str, detail: Value) -> Reply {
    Reply::error(StatusCode::NOT_FOUND, code, message, detail).who(Who::Anonymous)
}
