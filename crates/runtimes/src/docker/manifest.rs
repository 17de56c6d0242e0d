//! Manifests by their media type (docker/distribution v2.8.3 manifests.go:90 `UnmarshalManifest` and
//! manifest/{ocischema,schema2,manifestlist,schema1}).

use distribution::{Descriptor, Digest, Index, Manifest, media_type};
use gostd::base64;
use gostd::json::{self, Value};
use gostd::mime;

use super::error::{Error, Result};

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
                refuse(body, &["manifests"], "ocimanifest: expected manifest but found index", go)?;
                let manifest = decode(Manifest::decode(body), go)?;
                let own = &manifest.media_type;
                if !own.is_empty() && own != media_type::OCI_MANIFEST {
                    return Err(Error::Plain(format!(
                        "if present, mediaType in manifest should be '{kind}' not '{own}'"
                    )));
                }
                Ok(Self::Oci(manifest))
            }
            media_type::DOCKER_MANIFEST => {
                let manifest = decode(Manifest::decode(body), go)?;
                check_own("manifest", &kind, &manifest.media_type)?;
                Ok(Self::Schema2(manifest))
            }
            media_type::DOCKER_MANIFEST_LIST => {
                let list = decode(Index::decode(body), go)?;
                check_own("manifest list", &kind, &list.media_type)?;
                Ok(Self::List(list))
            }
            media_type::OCI_INDEX => {
                refuse(body, &["config", "layers"], "index: expected index but found manifest", go)?;
                let index = decode(Index::decode(body), go)?;
                let own = &index.media_type;
                if !own.is_empty() && own != media_type::OCI_INDEX {
                    return Err(Error::Plain(format!(
                        "if present, mediaType in image index should be '{kind}' not '{own}'"
                    )));
                }
                Ok(Self::List(index))
            }
            _ => payload(body, go).map(Self::Schema1),
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
}

fn decode<T>(decoded: std::result::Result<T, json::Error>, go: u8) -> Result<T> {
    decoded.map_err(|error| Error::Plain(in_its_words(error).words(go)))
}

/// docker/distribution has types of its own for what `ocispec` has.
fn in_its_words(error: json::Error) -> json::Error {
    match error {
        json::Error::WrongType { value, go_struct, field, go_type } => {
            let go_type = go_type.replace("v1.Descriptor", "distribution.Descriptor");
            json::Error::WrongType { value, go_struct, field, go_type }
        }
        other => other,
    }
}

fn check_own(what: &str, kind: &str, own: &str) -> Result<()> {
    if own == kind {
        return Ok(());
    }
    Err(Error::Plain(format!("mediaType in {what} should be '{kind}' not '{own}'")))
}

/// `validateManifest`, `validateIndex`
fn refuse(body: &[u8], members: &[&str], words: &str, go: u8) -> Result<()> {
    let document = json::parse(body).map_err(|error| Error::Plain(error.words(go)))?;
    let has = |name: &&str| document.field(name).is_some_and(|value| !value.is_null());
    if members.iter().any(has) { Err(Error::Plain(words.to_owned())) } else { Ok(()) }
}

/// `libtrust.ParsePrettySignature`, and what was signed (moby@v28.5.2 vendor/github.com/docker/libtrust/jsonsign.go:476).
/// The signatures themselves are not judged: the engine that takes such manifests does not stop at unknown keys.
fn payload(body: &[u8], go: u8) -> Result<Vec<u8>> {
    let plain = |text: String| Error::Plain(text);
    let document = json::parse(body)
        .map_err(|error| plain(format!("error unmarshalling content: {}", error.words(go))))?;
    let signatures = match &document {
        Value::Object(members) => {
            let found = members.iter().rfind(|(key, _)| key == "signatures").map(|(_, value)| value);
            found.ok_or_else(|| plain("missing signature key".to_owned()))?
        }
        Value::Null => return Err(plain("missing signature key".to_owned())),
        other => {
            let wanted = "Go value of type map[string]json.RawMessage";
            let words = format!("json: cannot unmarshal {} into {wanted}", other.kind());
            return Err(plain(format!("error unmarshalling content: {words}")));
        }
    };
    let Value::Array(blocks) = signatures else {
        return Err(plain("not enough signatures".to_owned()));
    };
    let protected = blocks.first().and_then(|block| block.field("protected")).and_then(Value::as_str);
    let protected = protected.ok_or_else(|| plain("not enough signatures".to_owned()))?;
    let header = unpadded(protected).and_then(|bytes| json::parse(&bytes).ok());
    let header = header.ok_or_else(|| plain("base64 decode error: illegal base64url string".to_owned()))?;
    let length = match header.field("formatLength") {
        Some(Value::Number(digits)) => digits.parse().unwrap_or(usize::MAX),
        _ => return Err(plain("missing formatted length".to_owned())),
    };
    let tail = header.field("formatTail").and_then(Value::as_str).and_then(unpadded);
    let tail = tail.ok_or_else(|| plain("missing formatted tail".to_owned()))?;
    let kept = body.get(..length).ok_or_else(|| plain("invalid format length".to_owned()))?;
    Ok([kept, &tail].concat())
}

/// `joseBase64UrlDecode`
fn unpadded(text: &str) -> Option<Vec<u8>> {
    let padding = match text.len() % 4 {
        0 => "",
        2 => "==",
        3 => "=",
        _ => return None,
    };
    base64::decode_url(format!("{text}{padding}")).ok()
}

/// The layers that a manifest of schema 1 names, lowest first (moby@v20.10.24 distribution/pull_v2.go:522): those that hold
/// nothing are left out.
pub(super) fn layers_of_schema1(payload: &[u8]) -> Vec<Descriptor> {
    let Ok(document) = json::parse(payload) else { return Vec::new() };
    let list = |name| match document.field(name) {
        Some(Value::Array(entries)) => entries.as_slice(),
        _ => &[],
    };
    let is_empty = |entry: Option<&Value>| {
        let text = entry.and_then(|entry| entry.field("v1Compatibility")).and_then(Value::as_str);
        let history = text.and_then(|text| json::parse(text.as_bytes()).ok());
        history.is_some_and(|history| history.field("throwaway") == Some(&Value::Bool(true)))
    };
    let (layers, history) = (list("fsLayers"), list("history"));
    let kept = layers.iter().enumerate().rev().filter(|(index, _)| !is_empty(history.get(*index)));
    let digest =
        |layer: &Value| layer.field("blobSum").and_then(Value::as_str).unwrap_or_default().to_owned();
    kept.map(|(_, layer)| Descriptor { digest: digest(layer), ..Descriptor::default() }).collect()
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

    #[test]
    fn what_was_signed_and_its_layers() {
        // {"formatLength":12,"formatTail":"Cn0"}
        let signed = "{\"name\": \"a\",\n \"signatures\": [{\"protected\": \"eyJmb3JtYXRMZW5ndGgiOjEyLCJmb3JtYXRUYWlsIjoiQ24wIn0\"}]}";
        let document = Document::unmarshal("application/json", signed.as_bytes(), 25).unwrap();
        assert_eq!(document, Document::Schema1(b"{\"name\": \"a\"\n}".to_vec()));
        let layers = layers_of_schema1(
            br#"{"fsLayers":[{"blobSum":"c"},{"blobSum":"b"},{"blobSum":"a"}],
                "history":[{"v1Compatibility":"{}"},{"v1Compatibility":"{\"throwaway\":true}"},{"v1Compatibility":"{}"}]}"#,
        );
        assert_eq!(layers.iter().map(|layer| layer.digest.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    }
}
