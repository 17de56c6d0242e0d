//! Manifests of schema 1: what was signed, and the layers that it names (docker/distribution v2.8.3
//! manifest/schema1/manifest.go; docker/libtrust jsonsign.go:476 `ParsePrettySignature`; moby@v20.10.24
//! distribution/pull_v2.go:502 `pullSchema1`). The signatures themselves are not judged: the engine that takes such manifests
//! does not stop at unknown keys.

use std::collections::BTreeSet;

use distribution::Descriptor;
use gostd::base64;
use gostd::json::{self, Value};
use gostd::strconv;

use super::error::{Error, Result};
use super::shape::misfit;
use super::shapes;

/// `ParsePrettySignature` and `SignedManifest.UnmarshalJSON`: what was signed.
pub(super) fn payload(body: &[u8], go: u8) -> Result<Vec<u8>> {
    let document = json::parse(body)
        .map_err(|error| plain(format!("error unmarshalling content: {}", error.words(go))))?;
    let signatures = match &document {
        Value::Object(members) => members.iter().rfind(|(key, _)| key == "signatures"),
        Value::Null => None,
        other => {
            let wanted = "Go value of type map[string]json.RawMessage";
            let words = format!("json: cannot unmarshal {} into {wanted}", other.kind());
            return Err(plain(format!("error unmarshalling content: {words}")));
        }
    };
    let (_, signatures) = signatures.ok_or_else(|| plain("missing signature key"))?;
    if let Some(words) = misfit(signatures, &shapes::SIGNATURES, go) {
        return Err(plain(format!("error unmarshalling signatures: {words}")));
    }
    let Value::Array(blocks) = signatures else { return signed(body, 0, &[], go) };
    let (mut length, mut tail) = (0, Vec::new());
    for block in blocks {
        let (own_length, own_tail) = format_of(block, go)?;
        if length == 0 {
            length = own_length;
        } else if length != own_length {
            return Err(plain("conflicting format length"));
        }
        if tail.is_empty() {
            tail = own_tail;
        } else if tail != own_tail {
            return Err(plain("conflicting format tail"));
        }
    }
    signed(body, length, &tail, go)
}

fn plain(text: impl Into<String>) -> Error {
    Error::Plain(text.into())
}

/// How much of the document was signed, and what followed there.
fn format_of(block: &Value, go: u8) -> Result<(usize, Vec<u8>)> {
    let protected = block.field("protected").and_then(Value::as_str).unwrap_or_default();
    let header = decode(protected).map_err(|words| plain(format!("base64 decode error: {words}")))?;
    let unreadable = |words: String| plain(format!("error unmarshalling protected header: {words}"));
    let header = json::parse(&header).map_err(|error| unreadable(error.words(go)))?;
    if !matches!(header, Value::Object(_) | Value::Null) {
        let wanted = "Go value of type map[string]interface {}";
        return Err(unreadable(format!("json: cannot unmarshal {} into {wanted}", header.kind())));
    }
    let length = match header.field("formatLength") {
        Some(Value::Number(digits)) => digits.parse().unwrap_or(usize::MAX),
        _ => return Err(plain("missing formatted length")),
    };
    let tail = header.field("formatTail").and_then(Value::as_str);
    let tail = decode(tail.ok_or_else(|| plain("missing formatted tail"))?)
        .map_err(|words| plain(format!("base64 decode error on tail: {words}")))?;
    Ok((length, tail))
}

/// The signed part, which must be a manifest itself.
fn signed(body: &[u8], length: usize, tail: &[u8], go: u8) -> Result<Vec<u8>> {
    let kept = body.get(..length).ok_or_else(|| plain("invalid format length"))?;
    let payload = [kept, tail].concat();
    let document = json::parse(&payload).map_err(|error| plain(error.words(go)))?;
    match misfit(&document, &shapes::SCHEMA1, go) {
        Some(words) => Err(plain(words)),
        None => Ok(payload),
    }
}

/// `joseBase64UrlDecode`
fn decode(text: &str) -> std::result::Result<Vec<u8>, String> {
    let text = text.replace(['\n', ' '], "");
    let padding = match text.len() % 4 {
        0 => "",
        2 => "==",
        3 => "=",
        _ => return Err("illegal base64url string".to_owned()),
    };
    base64::decode_url(format!("{text}{padding}")).map_err(|error| error.to_string())
}

/// One layer, and what is said of it in the words of the images before there were manifests (`image.V1Image`).
struct History {
    layer: String,
    id: String,
    parent: String,
    /// Whether the layer holds nothing.
    is_empty: bool,
    os: String,
}

/// The layers to fetch, lowest first, and the system that the image is for (`verifySchema1Manifest`, `fixManifestLayers`).
pub(super) fn layers(payload: &[u8], shown: &str, go: u8) -> Result<(Vec<Descriptor>, String)> {
    let document = json::parse(payload).map_err(|error| plain(error.words(go)))?;
    let version = match document.field("schemaVersion") {
        Some(Value::Number(digits)) => digits.as_str(),
        _ => "0",
    };
    let shown = strconv::quote(shown);
    if version != "1" {
        return Err(plain(format!("unsupported schema version {version} for {shown}")));
    }
    let list = |name| match document.field(name) {
        Some(Value::Array(entries)) => entries.as_slice(),
        _ => &[],
    };
    let (layers, history) = (list("fsLayers"), list("history"));
    if layers.len() != history.len() {
        return Err(plain(format!("length of history not equal to number of layers for {shown}")));
    }
    if layers.is_empty() {
        return Err(plain(format!("no FSLayers in manifest for {shown}")));
    }
    let entries: Result<Vec<History>> =
        layers.iter().zip(history).map(|(layer, entry)| History::read(layer, entry, go)).collect();
    let entries = in_a_chain(entries?)?;
    let os = entries.first().map(|entry| entry.os.clone()).unwrap_or_default();
    let mut wanted = Vec::new();
    for entry in entries.into_iter().rev() {
        let layer = Descriptor { digest: entry.layer, ..Descriptor::default() };
        layer.parse_digest().map_err(|error| {
            let digest = strconv::quote(&layer.digest);
            plain(error.to_string()).context(format!("could not validate layer digest {digest}"))
        })?;
        if !entry.is_empty {
            wanted.push(layer);
        }
    }
    Ok((wanted, os))
}

impl History {
    fn read(layer: &Value, entry: &Value, go: u8) -> Result<Self> {
        let text = entry.field("v1Compatibility").and_then(Value::as_str).unwrap_or_default();
        let image = json::parse(text.as_bytes()).map_err(|error| plain(error.words(go)))?;
        let member = |name| image.field(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let id = member("id");
        // `stringid.ValidateID`
        let is_digit = |digit: u8| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
        if id.len() != 64 || !id.bytes().all(is_digit) {
            return Err(plain(format!("image ID {} is invalid", strconv::quote(&id))));
        }
        let layer = layer.field("blobSum").and_then(Value::as_str).unwrap_or_default().to_owned();
        let is_empty = image.field("throwaway") == Some(&Value::Bool(true));
        Ok(Self { layer, id, parent: member("parent"), is_empty, os: member("os") })
    }
}

/// Each image is the parent of the one above it; what is there twice in a row counts once.
fn in_a_chain(entries: Vec<History>) -> Result<Vec<History>> {
    if entries.last().is_some_and(|lowest| !lowest.parent.is_empty()) {
        return Err(plain("invalid parent ID in the base layer of the image"));
    }
    let (mut seen, mut last) = (BTreeSet::new(), "");
    for History { id, .. } in &entries {
        if id != last && seen.contains(id.as_str()) {
            return Err(plain(format!("ID {id} appears multiple times in manifest")));
        }
        seen.insert(id.as_str());
        last = id;
    }
    for pair in entries.windows(2).rev() {
        let (upper, lower) = (&pair[0], &pair[1]);
        if upper.id != lower.id && upper.parent != lower.id {
            return Err(plain(format!("invalid parent ID. Expected {}, got {}", lower.id, upper.parent)));
        }
    }
    let mut kept: Vec<History> = Vec::new();
    for entry in entries.into_iter().rev() {
        // Of those in a row the uppermost is left out.
        if kept.last().is_none_or(|below| below.id != entry.id) {
            kept.push(entry);
        }
    }
    kept.reverse();
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_signed() {
        // {"formatLength":12,"formatTail":"Cn0"}
        let signed = "{\"name\": \"a\",\n \"signatures\": [{\"protected\": \"eyJmb3JtYXRMZW5ndGgiOjEyLCJmb3JtYXRUYWlsIjoiQ24wIn0\"}]}";
        assert_eq!(payload(signed.as_bytes(), 19).unwrap(), b"{\"name\": \"a\"\n}");
        let cases = [
            (r#"{"signatures":[]}"#, "unexpected end of JSON input"),
            (r#"{"signatures":null}"#, "unexpected end of JSON input"),
            (r#"{"signatures":[{}]}"#, "error unmarshalling protected header: unexpected end of JSON input"),
            (
                r#"{"signatures":[{"protected":"!!"}]}"#,
                "base64 decode error: illegal base64 data at input byte 0",
            ),
            (r#"{"signatures":[{"protected":"e30"}]}"#, "missing formatted length"),
            (
                r#"{"signatures":{}}"#,
                "error unmarshalling signatures: json: cannot unmarshal object into Go value of type []libtrust.jsParsedSignature",
            ),
        ];
        for (body, words) in cases {
            assert_eq!(payload(body.as_bytes(), 27).unwrap_err().to_string(), words, "{body}");
        }
    }

    /// A manifest of these images, uppermost first: layer, identifier, parent and what else is said.
    fn manifest(images: &[(&str, char, Option<char>, &str)]) -> Vec<u8> {
        let id = |letter: char| letter.to_string().repeat(64);
        let layers = images.iter().map(|(layer, ..)| {
            let hex = layer.repeat(64);
            format!(r#"{{"blobSum":"sha256:{hex}"}}"#)
        });
        let history = images.iter().map(|(_, own, parent, more)| {
            let parent = parent.map(|parent| format!(r#","parent":"{}""#, id(parent))).unwrap_or_default();
            let text = format!(r#"{{"id":"{}"{parent}{more}}}"#, id(*own));
            format!(r#"{{"v1Compatibility":{}}}"#, json::encode_string(&text))
        });
        let join = |parts: Vec<String>| parts.join(",");
        format!(
            r#"{{"schemaVersion":1,"fsLayers":[{}],"history":[{}]}}"#,
            join(layers.collect()),
            join(history.collect())
        )
        .into_bytes()
    }

    #[test]
    fn layers_lowest_first() {
        let images = [
            ("c", 'c', Some('b'), r#","os":"linux""#),
            ("b", 'b', Some('a'), r#","throwaway":true"#),
            ("a", 'a', None, ""),
        ];
        let (found, os) = layers(&manifest(&images), "a:v1", 19).unwrap();
        let digests: Vec<_> = found.iter().map(|layer| &layer.digest[7..8]).collect();
        assert_eq!((digests, os.as_str()), (vec!["a", "c"], "linux"));
    }

    #[test]
    fn what_is_no_chain() {
        let id = |letter: &str| letter.repeat(64);
        let cases = [
            (vec![("a", 'a', Some('b'), "")], "invalid parent ID in the base layer of the image".to_owned()),
            (
                vec![("b", 'b', Some('c'), ""), ("a", 'a', None, "")],
                format!("invalid parent ID. Expected {}, got {}", id("a"), id("c")),
            ),
            (
                vec![("c", 'a', Some('b'), ""), ("b", 'b', Some('a'), ""), ("a", 'a', None, "")],
                format!("ID {} appears multiple times in manifest", id("a")),
            ),
            (vec![("a", 'x', None, "")], format!("image ID \"{}\" is invalid", id("x"))),
            (vec![], "no FSLayers in manifest for \"a:v1\"".to_owned()),
        ];
        for (images, words) in cases {
            assert_eq!(layers(&manifest(&images), "a:v1", 19).unwrap_err().to_string(), words);
        }
        let other = layers(br#"{"schemaVersion":2}"#, "a:v1", 19).unwrap_err();
        assert_eq!(other.to_string(), "unsupported schema version 2 for \"a:v1\"");
    }
}
