//! Pushes: uploads of blobs, manifests, and what takes them away again (distribution specification 1.1, "Push" and
//! "Content Management").

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_RANGE, CONTENT_TYPE, LOCATION, RANGE};
use http::{HeaderName, Method, StatusCode};
use http_body_util::BodyExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::Digest;
use crate::auth::Form;
use crate::content::{Blob, Manifest, Repository, is_tag};
use crate::host::connection::PATIENCE;
use crate::host::registry::path::Resource;
use crate::host::registry::pull::digest_invalid;
use crate::host::registry::uploads::Taken;
use crate::host::registry::{DOCKER_CONTENT_DIGEST, Registry, lists, unsupported};
use crate::host::{Body, ErrorCode, Reply, RequestHead};

const UPLOAD_UUID: HeaderName = HeaderName::from_static("docker-upload-uuid");
const OCI_SUBJECT: HeaderName = HeaderName::from_static("oci-subject");
/// Bytes of a manifest that are taken (distribution v2.8 `registry/handlers/manifests.go`, `maxManifestBodySize`).
const MANIFEST_LIMIT: usize = 4 << 20;
const MANIFEST_TYPES: [&str; 4] = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

/// Why a body was not taken.
enum NotTaken {
    /// There is no room for it.
    TooLarge,
    /// It ended before its time, or was malformed.
    Broken,
}

/// What a manifest refers to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct References {
    media_type: Option<String>,
    config: Option<Reference>,
    #[serde(default)]
    layers: Vec<Reference>,
    #[serde(default)]
    manifests: Vec<Reference>,
}

#[derive(Deserialize)]
struct Reference {
    digest: String,
    #[serde(default)]
    urls: Vec<String>,
}

impl Registry {
    pub(super) async fn push(&self, request: &RequestHead<'_>, resource: Resource<'_>, body: Body) -> Reply {
        match (request.method, resource) {
            (&Method::POST, Resource::Uploads { repository }) => self.begin(request, repository, body).await,
            (&Method::GET | &Method::HEAD, Resource::Upload { repository, id }) => {
                match self.uploads.length(repository, id) {
                    Some(length) => progress(StatusCode::NO_CONTENT, repository, id, length),
                    None => upload_unknown(),
                }
            }
            (&Method::PATCH, Resource::Upload { repository, id }) => {
                self.go_on(request, repository, id, body).await
            }
            (&Method::PUT, Resource::Upload { repository, id }) => {
                self.finish(request, repository, id, body).await
            }
            (&Method::DELETE, Resource::Upload { repository, id }) => {
                match self.uploads.take(&self.store, repository, id) {
                    Some(taken) => {
                        drop(taken.end());
                        Reply::empty(StatusCode::NO_CONTENT)
                    }
                    None => upload_unknown(),
                }
            }
            (&Method::PUT, Resource::Manifest { repository, reference }) => {
                self.put_manifest(request, repository, reference, body).await
            }
            (&Method::DELETE, Resource::Manifest { repository, reference }) => {
                let removed = self.change_known(repository, |r| r.remove_manifest(reference));
                let says = &self.personality.says;
                let unknown = if reference.contains(':') { &says.no_manifest } else { &says.no_tag };
                removed.unwrap_or_else(|| self.say(unknown, request, resource))
            }
            (&Method::DELETE, Resource::Blob { repository, digest }) => match digest.parse() {
                Ok(digest) => self
                    .change_known(repository, |r| r.remove_blob(&digest))
                    .unwrap_or_else(|| self.say(&self.personality.says.no_blob, request, resource)),
                Err(_) => digest_invalid(),
            },
            _ => unsupported(),
        }
    }

    /// Takes something out of a repository that is there, and gives its room back.
    fn change_known(&self, name: &str, work: impl FnOnce(&mut Repository) -> Option<u64>) -> Option<Reply> {
        self.store.repository(name)?;
        self.store.release(self.store.change(name, work)?);
        Some(Reply::empty(StatusCode::ACCEPTED))
    }

    /// Begins an upload: all of it at once (`digest`), by what another repository has (`mount`), or step by step.
    async fn begin(&self, request: &RequestHead<'_>, name: &str, body: Body) -> Reply {
        let form = Form::parse(request.query);
        if let (Some(digest), Some(from)) = (form.get("mount"), form.get("from"))
            && let Some(mounted) = self.mount(request, name, digest, from)
        {
            return mounted;
        }
        let id = self.uploads.begin(name);
        if form.get("digest").is_some() {
            return self.finish(request, name, &id, body).await;
        }
        progress(StatusCode::ACCEPTED, name, &id, 0)
    }

    fn mount(&self, request: &RequestHead<'_>, name: &str, digest: &str, from: &str) -> Option<Reply> {
        let digest: Digest = digest.parse().ok()?;
        let blob = self.store.repository(from)?.blob(&digest)?.clone();
        if !self.guard.also_allows(request.authorization, from) {
            return None;
        }
        self.store.change(name, |repository| repository.put_blob_as(digest.clone(), blob));
        Some(blob_there(name, &digest))
    }

    async fn go_on(&self, request: &RequestHead<'_>, name: &str, id: &str, body: Body) -> Reply {
        let Some(mut taken) = self.uploads.take(&self.store, name, id) else { return upload_unknown() };
        let had = taken.bytes().len() as u64;
        if let Some(range) = request.headers.get(CONTENT_RANGE) {
            let begins =
                range.to_str().ok().and_then(|range| range.split_once('-')?.0.trim().parse::<u64>().ok());
            if begins != Some(had) {
                return progress(StatusCode::RANGE_NOT_SATISFIABLE, name, id, had);
            }
        }
        match self.take_in(body, &mut taken).await {
            Ok(()) => progress(StatusCode::ACCEPTED, name, id, taken.bytes().len() as u64),
            Err(not_taken) => not_taken.reply(),
        }
    }

    async fn finish(&self, request: &RequestHead<'_>, name: &str, id: &str, body: Body) -> Reply {
        let digest =
            Form::parse(request.query).get("digest").and_then(|digest| digest.parse::<Digest>().ok());
        let Some(mut taken) = self.uploads.take(&self.store, name, id) else { return upload_unknown() };
        let Some(digest) = digest else { return digest_invalid() };
        if let Err(not_taken) = self.take_in(body, &mut taken).await {
            return not_taken.reply();
        }
        if Digest::of(taken.bytes()) != digest {
            drop(taken.end());
            return digest_invalid();
        }
        let bytes = taken.end().keep().freeze();
        self.store.change(name, |repository| repository.put_blob_as(digest.clone(), Blob::Held(bytes)));
        blob_there(name, &digest)
    }

    /// Takes in a part of a blob, as far as there is room. What came of a body that breaks off stays.
    async fn take_in(&self, mut body: Body, taken: &mut Taken<'_>) -> Result<(), NotTaken> {
        while let Some(bytes) = next(&mut body).await? {
            if !taken.append(&bytes) {
                return Err(NotTaken::TooLarge);
            }
        }
        Ok(())
    }

    async fn put_manifest(
        &self,
        request: &RequestHead<'_>,
        name: &str,
        reference: &str,
        mut body: Body,
    ) -> Reply {
        let mut bytes = BytesMut::new();
        loop {
            match next(&mut body).await {
                Ok(None) => break,
                Ok(Some(more)) if bytes.len() + more.len() <= MANIFEST_LIMIT => {
                    bytes.extend_from_slice(&more)
                }
                Ok(Some(_)) => return NotTaken::TooLarge.reply(),
                Err(not_taken) => return not_taken.reply(),
            }
        }
        let bytes = bytes.freeze();
        let by_digest = reference.contains(':');
        if by_digest && reference.parse().ok() != Some(Digest::of(&bytes)) {
            return digest_invalid();
        }
        if !by_digest && !is_tag(reference) {
            let (code, message) = (ErrorCode::TagInvalid, "manifest tag did not match URI");
            return Reply::error(StatusCode::BAD_REQUEST, code, message, Value::Null);
        }
        let media_type = match check(request, &bytes) {
            Ok((media_type, references)) => match self.missing(name, &references) {
                None => media_type,
                Some(missing) => return missing,
            },
            Err(why) => {
                let (code, message) = (ErrorCode::ManifestInvalid, "manifest invalid");
                return Reply::error(StatusCode::BAD_REQUEST, code, message, json!(why));
            }
        };
        if !self.store.reserve(bytes.len() as u64) {
            return NotTaken::TooLarge.reply();
        }
        let document: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let manifest = Manifest::new(media_type, bytes);
        let tag = (!by_digest).then_some(reference);
        let digest = self.store.change(name, |repository| repository.put_manifest(manifest, tag));
        let reply = Reply::empty(StatusCode::CREATED)
            .header(LOCATION, &format!("/v2/{name}/manifests/{digest}"))
            .header(DOCKER_CONTENT_DIGEST, digest.as_str());
        match lists::subject_of(&document) {
            Some(subject) if self.personality.referrers => reply.header(OCI_SUBJECT, subject),
            _ => reply,
        }
    }

    /// The answer that names what a manifest refers to and the repository does not have.
    fn missing(&self, name: &str, references: &References) -> Option<Reply> {
        let repository = self.store.repository(name).unwrap_or_default();
        let has_blob = |digest: &str| digest.parse().is_ok_and(|digest| repository.blob(&digest).is_some());
        let blobs = references.config.iter().chain(&references.layers);
        let blobs = blobs.filter(|blob| blob.urls.is_empty() && !has_blob(&blob.digest));
        let manifests = references.manifests.iter().filter(|m| repository.manifest(&m.digest).is_none());
        let unknown: Vec<Value> = blobs
            .chain(manifests)
            .map(|reference| {
                json!({
                    "code": ErrorCode::ManifestBlobUnknown.text(),
                    "message": "blob unknown to registry",
                    "detail": {"digest": reference.digest},
                })
            })
            .collect();
        // 400 as the reference registry answers; the specification's draft of codes says 404.
        (!unknown.is_empty()).then(|| Reply::json(StatusCode::BAD_REQUEST, &json!({"errors": unknown})))
    }
}

/// Reads a manifest that is put: its media type, and what it refers to.
fn check(request: &RequestHead<'_>, bytes: &[u8]) -> Result<(String, References), &'static str> {
    let references: References = serde_json::from_slice(bytes).map_err(|_| "not a manifest in JSON")?;
    let stated = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let stated = stated.map(|value| value.split(';').next().unwrap_or_default().trim());
    let media_type = stated.or(references.media_type.as_deref()).unwrap_or_default();
    if !MANIFEST_TYPES.contains(&media_type) {
        return Err("not a media type of manifests");
    }
    if references.media_type.as_deref().is_some_and(|written| written != media_type) {
        return Err("the Content-Type is not the manifest's mediaType");
    }
    Ok((media_type.to_owned(), references))
}

/// The next bytes of a body.
async fn next(body: &mut Body) -> Result<Option<Bytes>, NotTaken> {
    loop {
        match timeout(PATIENCE, body.frame()).await {
            Ok(None) => return Ok(None),
            // Trailers mean nothing here.
            Ok(Some(Ok(frame))) => match frame.into_data() {
                Ok(bytes) => return Ok(Some(bytes)),
                Err(_) => continue,
            },
            Ok(Some(Err(_))) | Err(_) => return Err(NotTaken::Broken),
        }
    }
}

impl NotTaken {
    fn reply(&self) -> Reply {
        let (status, code, message) = match self {
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::SizeInvalid, "this registry has no room for it")
            }
            Self::Broken => (StatusCode::BAD_REQUEST, ErrorCode::BlobUploadInvalid, "blob upload invalid"),
        };
        Reply::error(status, code, message, Value::Null)
    }
}

fn progress(status: StatusCode, name: &str, id: &str, length: u64) -> Reply {
    Reply::empty(status)
        .header(LOCATION, &format!("/v2/{name}/blobs/uploads/{id}"))
        .header(RANGE, &format!("0-{}", length.saturating_sub(1)))
        .header(UPLOAD_UUID, id)
}

fn blob_there(name: &str, digest: &Digest) -> Reply {
    Reply::empty(StatusCode::CREATED)
        .header(LOCATION, &format!("/v2/{name}/blobs/{digest}"))
        .header(DOCKER_CONTENT_DIGEST, digest.as_str())
}

fn upload_unknown() -> Reply {
    let (code, message) = (ErrorCode::BlobUploadUnknown, "blob upload unknown to registry");
    Reply::error(StatusCode::NOT_FOUND, code, message, Value::Null)
}
