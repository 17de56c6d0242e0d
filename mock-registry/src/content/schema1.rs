//! Manifests of schema 1, with a signature by which nothing can be verified.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use serde::Serialize;
use serde_json::json;
use serde_json::ser::PrettyFormatter;
use sha2::{Digest as _, Sha256};

use crate::Digest;
use crate::content::documents::CREATED;
use crate::content::{Manifest, Platform};

/// The media type of a signed manifest of schema 1.
pub(super) const SIGNED: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";
/// What the signature's format cuts off the payload: its last line.
const TAIL: &str = "\n}";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    schema_version: u8,
    name: &'a str,
    tag: &'a str,
    architecture: &'a str,
    fs_layers: Vec<FsLayer>,
    history: Vec<History>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FsLayer {
    blob_sum: Digest,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct History {
    v1_compatibility: String,
}

/// The manifest and the digest by which it is known: that of the document without its signatures (distribution
/// v2.8 `manifest/schema1/manifest.go`). `layers` begin with the lowest.
pub(super) fn signed(name: &str, tag: &str, platform: &Platform, layers: &[Digest]) -> (Digest, Manifest) {
    let ids: Vec<String> =
        (0..layers.len()).map(|n| hex::encode(Sha256::digest(format!("{name} {n} {platform}")))).collect();
    let history = (0..layers.len()).rev().map(|n| {
        let mut image = json!({"id": ids[n], "created": CREATED, "os": platform.os, "architecture": platform.architecture});
        if n > 0 {
            image["parent"] = json!(ids[n - 1]);
        }
        History { v1_compatibility: image.to_string() }
    });
    let document = Document {
        schema_version: 1,
        name,
        tag,
        architecture: &platform.architecture,
        fs_layers: layers.iter().rev().map(|layer| FsLayer { blob_sum: layer.clone() }).collect(),
        history: history.collect(),
    };
    let payload = pretty(&document);
    let digest = Digest::of(payload.as_bytes());
    let signed = with_signature(&payload, &digest);
    (digest, Manifest::new(SIGNED, Bytes::from(signed)))
}

/// The payload with a signature block in the form of libtrust's "pretty" signatures.
fn with_signature(payload: &str, digest: &Digest) -> String {
    let kept = payload.strip_suffix(TAIL).unwrap_or(payload);
    let protected =
        json!({"formatLength": kept.len(), "formatTail": URL_SAFE_NO_PAD.encode(TAIL), "time": CREATED});
    // Bytes that follow from the content, in place of a key and a signature.
    let made_up = |purpose: &str| Sha256::digest(format!("{purpose} {digest}"));
    let block = json!({
        "header": {
            "jwk": {
                "crv": "P-256",
                "kid": "MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK:MOCK",
                "kty": "EC",
                "x": URL_SAFE_NO_PAD.encode(made_up("x")),
                "y": URL_SAFE_NO_PAD.encode(made_up("y")),
            },
            "alg": "ES256",
        },
        "signature": URL_SAFE_NO_PAD.encode([made_up("r"), made_up("s")].concat()),
        "protected": URL_SAFE_NO_PAD.encode(protected.to_string()),
    });
    let blocks = pretty(&[block]).replace('\n', "\n   ");
    format!("{kept},\n   \"signatures\": {blocks}{TAIL}")
}

/// JSON indented by three spaces, as those manifests are.
fn pretty(document: &impl Serialize) -> String {
    let mut bytes = Vec::new();
    let mut serializer =
        serde_json::Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"   "));
    // Serialising own structs of strings and numbers cannot fail; an empty document would show up as a bad digest.
    let _ = document.serialize(&mut serializer);
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_can_be_cut_out_of_the_signed_document() {
        let layers = [Digest::of(b"a"), Digest::of(b"b")];
        let (digest, manifest) = signed("team/app", "v1", &Platform::new("linux", "amd64"), &layers);
        let document: serde_json::Value = serde_json::from_slice(&manifest.bytes).unwrap();
        assert_eq!(document["fsLayers"][0]["blobSum"], layers[1].as_str());
        let protected = document["signatures"][0]["protected"].as_str().unwrap();
        let protected: serde_json::Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(protected).unwrap()).unwrap();
        let length = protected["formatLength"].as_u64().unwrap() as usize;
        let tail = URL_SAFE_NO_PAD.decode(protected["formatTail"].as_str().unwrap()).unwrap();
        assert_eq!(Digest::of(&[&manifest.bytes[..length], &tail].concat()), digest);
    }
}
