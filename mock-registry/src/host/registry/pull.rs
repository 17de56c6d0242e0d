use http::header::{ACCEPT_RANGES, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};

use crate::Digest;
use crate::content::{Blob, Manifest, Repository, is_repository};
use crate::host::range::{Asked, asked};
use crate::host::registry::negotiate::{Negotiated, negotiate};
use crate::host::registry::path::Resource;
use crate::host::registry::{DOCKER_CONTENT_DIGEST, Registry, lists, name_invalid, unsupported};
use crate::host::{ErrorCode, Reply, RequestHead};

/// Headers of an answer with a manifest.
const MANIFEST_HEADERS: usize = 8;

impl Registry {
    pub(super) fn pull(&self, request: &RequestHead<'_>, resource: Resource<'_>, name: &str) -> Reply {
        let found = self.content().repository(name);
        // What is there has a name that is allowed.
        if found.is_none() && !is_repository(name) {
            return name_invalid();
        }
        if let Resource::Referrers { digest, .. } = resource {
            return self.referrers(found.as_deref(), digest, request.query);
        }
        let Some(repository) = found else { return self.no_repository(request, resource, name) };
        match resource {
            Resource::Manifest { reference, .. } => self.manifest(request, resource, &repository, reference),
            Resource::Blob { digest, .. } => self.blob(request, resource, &repository, digest),
            Resource::Tags { .. } => lists::tags(name, &repository, request.query),
            _ => unsupported(),
        }
    }

    fn no_repository(&self, request: &RequestHead<'_>, resource: Resource<'_>, name: &str) -> Reply {
        match resource {
            Resource::Blob { .. } => self.say(&self.personality.says.no_blob, request, resource),
            Resource::Manifest { .. } => self.say(&self.personality.says.no_repository, request, resource),
            _ => {
                let (code, message) = (ErrorCode::NameUnknown, "repository name not known to registry");
                Reply::error(StatusCode::NOT_FOUND, code, message, json!({"name": name}))
            }
        }
    }

    fn manifest(
        &self,
        request: &RequestHead<'_>,
        resource: Resource<'_>,
        repository: &Repository,
        reference: &str,
    ) -> Reply {
        let by_tag = !reference.contains(':');
        let Some(found) = repository.manifest(reference) else {
            let says = &self.personality.says;
            return self.say(if by_tag { &says.no_tag } else { &says.no_manifest }, request, resource);
        };
        let Some(header) = self.personality.negotiates else { return manifest_reply(found.0, found.1) };
        match negotiate(request.headers, by_tag, repository, found) {
            Negotiated::Given(digest, manifest) => manifest_reply(digest, manifest),
            Negotiated::Refused(kind, kinds) => {
                let message = format!("{kind} found, but {header} does not support {kinds}");
                Reply::error(StatusCode::NOT_FOUND, ErrorCode::ManifestUnknown, &message, Value::Null)
            }
        }
    }

    fn blob(
        &self,
        request: &RequestHead<'_>,
        resource: Resource<'_>,
        repository: &Repository,
        digest: &str,
    ) -> Reply {
        let Ok(digest) = digest.parse::<Digest>() else { return digest_invalid() };
        let Some(blob) = repository.blob(&digest) else {
            return self.say(&self.personality.says.no_blob, request, resource);
        };
        match &self.blobs_at {
            None => blob_reply(blob, &digest, request.range),
            Some(base) => {
                let encoded = digest.encoded();
                let (status, path) = self.personality.redirect;
                let prefix = encoded.get(..2).unwrap_or_default();
                let path = path.replace("{prefix}", prefix).replace("{digest}", encoded);
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::TEMPORARY_REDIRECT);
                Reply::empty(status).header(LOCATION, &format!("{base}{path}"))
            }
        }
    }

    fn referrers(&self, repository: Option<&Repository>, digest: &str, query: &str) -> Reply {
        if !self.personality.referrers {
            return Reply::text(StatusCode::NOT_FOUND, "404 page not found\n");
        }
        match digest.parse() {
            Ok(digest) => lists::referrers(repository, &digest, query),
            Err(_) => digest_invalid(),
        }
    }
}

pub(super) fn digest_invalid() -> Reply {
    let message = "provided digest did not match uploaded content";
    Reply::error(StatusCode::BAD_REQUEST, ErrorCode::DigestInvalid, message, Value::Null)
}

fn manifest_reply(digest: &Digest, manifest: &Manifest) -> Reply {
    let headers = manifest.stated(|| stated(digest, &manifest.media_type).unwrap_or_default()).clone();
    Reply { headers, ..Reply::new(StatusCode::OK, Blob::Held(manifest.bytes.clone())) }
}

/// What the headers of a manifest's answers state under the digest under which it is kept; `None`: its type can stand in
/// no header.
fn stated(digest: &Digest, media_type: &str) -> Option<HeaderMap> {
    // With room for what the registry and the host say of every answer.
    let mut headers = HeaderMap::with_capacity(MANIFEST_HEADERS);
    headers.insert(CONTENT_TYPE, HeaderValue::from_str(media_type).ok()?);
    headers.insert(DOCKER_CONTENT_DIGEST, HeaderValue::from_str(digest.as_str()).ok()?);
    headers.insert(ETAG, HeaderValue::from_str(&format!("\"{digest}\"")).ok()?);
    Some(headers)
}

pub(super) fn blob_reply(blob: &Blob, digest: &Digest, range: Option<&str>) -> Reply {
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
        let last = part.end.saturating_sub(1);
        reply = reply.header(CONTENT_RANGE, &format!("bytes {}-{last}/{length}", part.start));
    }
    reply.range = part;
    reply
}
