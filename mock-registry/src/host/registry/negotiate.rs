use http::HeaderMap;
use http::header::ACCEPT;
use serde::Deserialize;

use crate::Digest;
use crate::content::{Manifest, Repository};

const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// What a registry that negotiates does with a manifest.
pub(super) enum Negotiated<'a> {
    /// It is given.
    Given(&'a Digest, &'a Manifest),
    /// It is there, and not given: the kind of manifest, and of such manifests.
    Refused(&'static str, &'static str),
}

/// Chooses as the reference registry does (distribution v2.8 `registry/handlers/manifests.go`, `GetManifest`): OCI types
/// only to those who name them (`*/*` does not count), and of Docker's list the manifest for linux/amd64 to those who
/// ask by tag and do not name lists.
pub(super) fn negotiate<'a>(
    headers: &HeaderMap,
    by_tag: bool,
    repository: &'a Repository,
    found: (&'a Digest, &'a Manifest),
) -> Negotiated<'a> {
    let (digest, manifest) = found;
    let accepted = |wanted: &str| accepted(headers).any(|named| named == wanted);
    match manifest.media_type.as_str() {
        OCI_MANIFEST if !accepted(OCI_MANIFEST) => Negotiated::Refused("OCI manifest", "OCI manifests"),
        OCI_INDEX if !accepted(OCI_INDEX) => Negotiated::Refused("OCI index", "OCI indexes"),
        DOCKER_LIST if by_tag && !accepted(DOCKER_LIST) => {
            let child = default_child(manifest).and_then(|child| repository.manifest(&child));
            let (digest, manifest) = child.unwrap_or((digest, manifest));
            Negotiated::Given(digest, manifest)
        }
        _ => Negotiated::Given(digest, manifest),
    }
}

/// The media types that are named, without their parameters.
fn accepted(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(ACCEPT)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|named| named.split(';').next().unwrap_or_default().trim())
}

#[derive(Deserialize)]
struct List {
    manifests: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    digest: String,
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    os: String,
    architecture: String,
}

fn default_child(list: &Manifest) -> Option<String> {
    let list: List = serde_json::from_slice(&list.bytes).ok()?;
    let is_default = |p: &Platform| p.os == "linux" && p.architecture == "amd64";
    list.manifests
        .into_iter()
        .find(|entry| entry.platform.as_ref().is_some_and(is_default))
        .map(|entry| entry.digest)
}
