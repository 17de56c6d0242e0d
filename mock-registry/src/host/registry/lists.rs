//! Tags, the catalog and referrers.

use std::collections::BTreeMap;

use http::header::{CONTENT_TYPE, LINK};
use http::{HeaderName, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Digest;
use crate::auth::Form;
use crate::content::{Descriptor, Manifest, Repository};
use crate::host::{ErrorCode, Reply};

/// Names on a page of the catalog unless the query says otherwise (distribution v2.8 `registry/handlers/catalog.go`).
const CATALOG_PAGE: usize = 100;
const FILTERS_APPLIED: HeaderName = HeaderName::from_static("oci-filters-applied");
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// The tags, page by page if the query says so (`n`, `last`).
pub(super) fn tags(name: &str, repository: &Repository, query: &str) -> Reply {
    let page = match Page::asked(query, usize::MAX) {
        Ok(page) => page,
        Err(refusal) => return *refusal,
    };
    let (names, more) = page.of(repository.tags());
    let reply = Reply::json(StatusCode::OK, &json!({"name": name, "tags": names}));
    page.link(reply, &format!("/v2/{name}/tags/list"), &names, more)
}

/// The names of the repositories, page by page.
pub(super) fn catalog(names: &[String], query: &str) -> Reply {
    let page = match Page::asked(query, CATALOG_PAGE) {
        Ok(page) => page,
        Err(refusal) => return *refusal,
    };
    let (names, more) = page.of(names.iter().map(String::as_str));
    let reply = Reply::json(StatusCode::OK, &json!({"repositories": names}));
    page.link(reply, "/v2/_catalog", &names, more)
}

struct Page {
    limit: usize,
    last: String,
}

impl Page {
    fn asked(query: &str, usual: usize) -> Result<Self, Box<Reply>> {
        let form = Form::parse(query);
        let last = form.get("last").unwrap_or_default().to_owned();
        let limit = match form.get("n") {
            None | Some("") => Ok(usual),
            Some(n) => n.parse::<usize>().map_err(|_| n.to_owned()),
        };
        match limit {
            Ok(limit) => Ok(Self { limit, last }),
            Err(n) => {
                let (code, message) =
                    (ErrorCode::PaginationNumberInvalid, "invalid number of results requested");
                Err(Box::new(Reply::error(StatusCode::BAD_REQUEST, code, message, json!({"n": n}))))
            }
        }
    }

    /// The names of this page, and whether there are more.
    fn of<'a>(&self, names: impl Iterator<Item = &'a str>) -> (Vec<&'a str>, bool) {
        let mut rest = names.filter(|name| self.last.is_empty() || *name > self.last.as_str());
        let page = rest.by_ref().take(self.limit).collect();
        (page, rest.next().is_some())
    }

    fn link(&self, reply: Reply, path: &str, names: &[&str], more: bool) -> Reply {
        match names.last() {
            Some(last) if more => {
                let next = format!("<{path}?last={last}&n={}>; rel=\"next\"", self.limit);
                reply.header(LINK, &next)
            }
            _ => reply,
        }
    }
}

/// What matters of a manifest to those that it refers to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Referrer {
    subject: Option<Reference>,
    artifact_type: Option<String>,
    config: Option<Config>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Reference {
    digest: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    media_type: String,
}

/// The manifests whose subject this is (distribution specification 1.1, "Listing Referrers"). Nothing refers to what is
/// not there.
pub(super) fn referrers(repository: Option<&Repository>, subject: &Digest, query: &str) -> Reply {
    let wanted = Form::parse(query).get("artifactType").map(str::to_owned);
    let found = repository.into_iter().flat_map(Repository::manifests);
    let entries: Vec<Descriptor> = found
        .filter_map(|(digest, manifest)| referrer(digest, manifest, subject))
        .filter(|entry| wanted.is_none() || wanted == entry.artifact_type)
        .collect();
    let document = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries});
    let reply = Reply::json(StatusCode::OK, &document).header(CONTENT_TYPE, INDEX);
    if wanted.is_some() { reply.header(FILTERS_APPLIED, "artifactType") } else { reply }
}

fn referrer(digest: &Digest, manifest: &Manifest, subject: &Digest) -> Option<Descriptor> {
    let read: Referrer = serde_json::from_slice(&manifest.bytes).ok()?;
    if read.subject?.digest != subject.as_str() {
        return None;
    }
    let size = manifest.bytes.len() as u64;
    let mut entry = Descriptor::new(manifest.media_type.clone(), digest.clone(), size);
    entry.artifact_type = read.artifact_type.or_else(|| read.config.map(|config| config.media_type));
    entry.annotations = read.annotations;
    Some(entry)
}

/// The subject that a manifest names, if it does.
pub(super) fn subject_of(manifest: &Value) -> Option<&str> {
    manifest.get("subject")?.get("digest")?.as_str()
}
