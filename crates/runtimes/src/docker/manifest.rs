//! Manifests by their media type (docker/distribution v2.8.3 manifests.go:90 `UnmarshalManifest` and
//! manifest/{ocischema,schema2,manifestlist}).

use distribution::{Descriptor, Digest, Digester, Index, Manifest, Platform, media_type};
use gostd::json::{self, Value};
use gostd::mime;

use super::error::{Error, Result};
use super::schema1;
use super::shape::{Shape, misfit};
use super::shapes;

/// A document that a registry calls a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Document {
    /// Of schema 2.
    Schema2(Manifest),
    /// Of the Open Container Initiative.
    Oci(Manifest),
    /// A list of manifests, of either kind.
    List(Index),
    /// Of schema 1: what was signed.
    Schema1(Vec<u8>),
}

impl Document {
    /// `UnmarshalManifest`. What is of no known type is taken for schema 1.
    pub(super) fn unmarshal(content_type: &str, body: &[u8], go: u8) -> Result<Self> {
        let kind = match content_type {
            "" => String::new(),
            text => mime::parse_media_type(text).map_err(|error| Error::Plain(error.to_string()))?,
        };
        match kind.as_str() {
            media_type::OCI_MANIFEST => {
                let words = "ocimanifest: expected manifest but found index";
                refuse(body, &shapes::UNKNOWN_MANIFEST, &["manifests"], words, go)?;
                let manifest = manifest_of(&check(body, &shapes::OCI, go)?, body);
                let own = &manifest.media_type;
                if !own.is_empty() && own != media_type::OCI_MANIFEST {
                    return Err(Error::Plain(format!(
                        "if present, mediaType in manifest should be '{kind}' not '{own}'"
                    )));
                }
                Ok(Self::Oci(manifest))
            }
            media_type::DOCKER_MANIFEST => {
                let manifest = manifest_of(&check(body, &shapes::SCHEMA2, go)?, body);
                check_own("manifest", &kind, &manifest.media_type)?;
                Ok(Self::Schema2(manifest))
            }
            media_type::DOCKER_MANIFEST_LIST => {
                let list = index_of(&check(body, &shapes::LIST, go)?, body);
                check_own("manifest list", &kind, &list.media_type)?;
                Ok(Self::List(list))
            }
            media_type::OCI_INDEX => {
                let words = "index: expected index but found manifest";
                refuse(body, &shapes::UNKNOWN_INDEX, &["config", "layers"], words, go)?;
                let index = index_of(&check(body, &shapes::LIST, go)?, body);
                let own = &index.media_type;
                if !own.is_empty() && own != media_type::OCI_INDEX {
                    return Err(Error::Plain(format!(
                        "if present, mediaType in image index should be '{kind}' not '{own}'"
                    )));
                }
                Ok(Self::List(index))
            }
            _ => schema1::payload(body, go).map(Self::Schema1),
        }
    }

    /// The bytes of which its digest is made.
    pub(super) fn canonical(&self) -> &[u8] {
        match self {
            Self::Schema2(manifest) | Self::Oci(manifest) => &manifest.raw,
            Self::List(index) => &index.raw,
            Self::Schema1(payload) => payload,
        }
    }

    /// Its digest: what a tag without `Docker-Content-Digest` leads to.
    pub(super) fn digest(&self) -> Digest {
        Digest::sha256_of(self.canonical())
    }

    /// Whether this is its digest, of whatever kind.
    pub(super) fn has_digest(&self, digest: &Digest) -> bool {
        let mut digester = Digester::new(digest.algorithm());
        digester.update(self.canonical());
        digester.finish() == *digest
    }
}

/// Whether the document is JSON whose values fit.
fn check(body: &[u8], shape: &Shape, go: u8) -> Result<Value> {
    let document = json::parse(body).map_err(|error| Error::Plain(error.words(go)))?;
    misfit(&document, shape, go).map_or(Ok(document), |words| Err(Error::Plain(words)))
}

/// `schema2.Manifest`, `ocischema.Manifest`: what else there may be is not read, and may be of any type.
fn manifest_of(document: &Value, body: &[u8]) -> Manifest {
    Manifest {
        raw: body.to_vec(),
        media_type: text(document, "mediaType"),
        artifact_type: String::new(),
        config: document.field("config").map(descriptor).unwrap_or_default(),
        layers: list(document, "layers").iter().map(descriptor).collect(),
        subject: None,
        annotations: Vec::new(),
    }
}

/// `manifestlist.ManifestList`
fn index_of(document: &Value, body: &[u8]) -> Index {
    Index {
        raw: body.to_vec(),
        media_type: text(document, "mediaType"),
        artifact_type: String::new(),
        manifests: list(document, "manifests").iter().map(descriptor).collect(),
        annotations: Vec::new(),
    }
}

/// `distribution.Descriptor`, with the platform of a `manifestlist.ManifestDescriptor`.
fn descriptor(value: &Value) -> Descriptor {
    let size = match value.field("size") {
        Some(Value::Number(digits)) => digits.parse().unwrap_or_default(),
        _ => 0,
    };
    let platform = value.field("platform").filter(|platform| !platform.is_null());
    Descriptor {
        media_type: text(value, "mediaType"),
        digest: text(value, "digest"),
        size,
        urls: texts(value, "urls"),
        platform: platform.map(|platform| Platform {
            os: text(platform, "os"),
            architecture: text(platform, "architecture"),
            variant: text(platform, "variant"),
            os_version: text(platform, "os.version"),
            os_features: texts(platform, "os.features"),
        }),
        ..Descriptor::default()
    }
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    match value.field(name) {
        Some(Value::Array(elements)) => elements,
        _ => &[],
    }
}

fn text(value: &Value, name: &str) -> String {
    value.field(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn texts(value: &Value, name: &str) -> Vec<String> {
    list(value, name).iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
}

fn check_own(what: &str, kind: &str, own: &str) -> Result<()> {
    if own == kind {
        return Ok(());
    }
    Err(Error::Plain(format!("mediaType in {what} should be '{kind}' not '{own}'")))
}

/// `validateManifest`, `validateIndex`
fn refuse(body: &[u8], unknown: &Shape, members: &[&str], words: &str, go: u8) -> Result<()> {
    let document = check(body, unknown, go)?;
    let has = |name: &&str| document.field(name).is_some_and(|value| !value.is_null());
    if members.iter().any(has) { Err(Error::Plain(words.to_owned())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_manifest() {
        const DOCKER: &str = media_type::DOCKER_MANIFEST;
        let cases = [
            (
                "text/html",
                "<html>",
                "error unmarshalling content: invalid character '<' looking for beginning of value",
            ),
            (
                "text/html",
                "[]",
                "error unmarshalling content: json: cannot unmarshal array into Go value of type map[string]json.RawMessage",
            ),
            ("", "{}", "missing signature key"),
            ("a b", "{}", "mime: expected slash after first token"),
            (
                DOCKER,
                "{}",
                "mediaType in manifest should be 'application/vnd.docker.distribution.manifest.v2+json' not ''",
            ),
            (
                DOCKER,
                r#"{"layers":{}}"#,
                "json: cannot unmarshal object into Go struct field Manifest.layers of type []distribution.Descriptor",
            ),
            (
                media_type::OCI_MANIFEST,
                r#"{"manifests":[]}"#,
                "ocimanifest: expected manifest but found index",
            ),
            (media_type::OCI_INDEX, r#"{"layers":[]}"#, "index: expected index but found manifest"),
            (media_type::OCI_INDEX, "{}x", "invalid character 'x' after top-level value"),
        ];
        for (kind, body, words) in cases {
            let error = Document::unmarshal(kind, body.as_bytes(), 25).unwrap_err();
            assert_eq!(error.to_string(), words, "{kind} {body}");
        }
    }
}
