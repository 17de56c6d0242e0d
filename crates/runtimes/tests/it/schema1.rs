//! Manifests of schema 1: converted, converted where the node says so, refused.

use std::collections::HashMap;
use std::io::Write as _;

use cri::{Code, ImageService as _};
use distribution::{Digest, media_type};

use crate::registry::{Content, Registry};

/// The client of a local pull speaks plain HTTP to loopback.
const LOCAL: &str = "version = 3\n[plugins.'io.containerd.cri.v1.images']\nuse_local_image_pull = true\n";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An archive with one empty file.
fn archive() -> Vec<u8> {
    let mut header = [0_u8; 512];
    header[..4].copy_from_slice(b"file");
    header[124..135].copy_from_slice(b"00000000000");
    header[156] = b'0';
    header[148..156].copy_from_slice(b"        ");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
    header[154] = 0;
    [&header[..], &[0; 1024]].concat()
}

fn base64_url(text: &str) -> String {
    gostd::base64::encode_std(text).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// A manifest of these layers, the highest first, signed by nobody; `protects` is whether the signature says what.
fn manifest(layers: &[&str], protects: bool) -> Vec<u8> {
    let list = |item: &dyn Fn(&str) -> String| layers.iter().map(|l| item(l)).collect::<Vec<_>>().join(",");
    let blobs = list(&|layer| format!(r#"{{"blobSum":"{layer}"}}"#));
    let history = list(&|_| {
        r#"{"v1Compatibility":"{\"os\":\"linux\",\"architecture\":\"amd64\",\"config\":{}}"}"#.to_owned()
    });
    let payload =
        format!(r#"{{"schemaVersion":1,"name":"team/app","fsLayers":[{blobs}],"history":[{history}]"#);
    // The tail is the closing brace.
    let protected = format!(r#"{{"formatLength":{},"formatTail":"fQ"}}"#, payload.len());
    let protected = base64_url(if protects { &protected } else { "{}" });
    format!(r#"{payload},"signatures":[{{"protected":"{protected}"}}]}}"#).into_bytes()
}

async fn registry(protects: bool) -> (Registry, Vec<String>) {
    let (full, empty) = (gzip(&archive()), gzip(&[0; 1024]));
    let digests = [&full, &empty].map(|layer| Digest::sha256_of(layer).to_string());
    let manifest = manifest(&[&digests[0], &digests[1]], protects);
    let by_digest = format!("manifests/{}", Digest::sha256_of(&manifest));
    let signed = Content::new(media_type::DOCKER_SCHEMA1_SIGNED, &manifest);
    let layer = |bytes: &[u8]| Content::new("application/octet-stream", bytes);
    let content = HashMap::from([
        ("manifests/v1".to_owned(), signed.clone()),
        (by_digest.clone(), signed),
        (format!("blobs/{}", digests[0]), layer(&full)),
        (format!("blobs/{}", digests[1]), layer(&empty)),
    ]);
    let asked = vec![
        "HEAD manifests/v1".to_owned(),
        format!("GET {by_digest}"),
        format!("GET blobs/{}", digests[0]),
        format!("GET blobs/{}", digests[1]),
    ];
    (Registry::serve(content).await, asked)
}

#[tokio::test]
async fn old_versions_convert() {
    let (registry, mut expected) = registry(true).await;
    for profile in ["containerd-1.6.20", "containerd-1.7.34"] {
        let containerd = registry.containerd(profile, "");
        let pulled = registry.pull(&containerd).await.unwrap();
        let mut asked = registry.asked();
        // The layers come together.
        asked[2..].sort();
        expected[2..].sort();
        assert_eq!(asked, expected);
        let image = format!("{}/team/app:v1", registry.host);
        let status = containerd.image_status(&image).await.unwrap().unwrap();
        assert_eq!(status.id, pulled.image_ref, "the config is the converted one");
        // The manifest is read again, the layers are there.
        assert_eq!(registry.pull(&containerd).await.unwrap().image_ref, pulled.image_ref);
        assert_eq!(registry.asked(), expected[..2]);
    }
}

#[tokio::test]
async fn what_cannot_be_converted() {
    let (registry, _) = registry(false).await;
    let image = format!("{}/team/app:v1", registry.host);
    let prefix = format!("failed to pull and unpack image \"{image}\": ");
    let since = |version: &str| {
        format!(
            "not implemented: media type \"application/vnd.docker.distribution.manifest.v1+prettyjws\" is no longer \
             supported since containerd {version}, please rebuild the image as \
             \"application/vnd.docker.distribution.manifest.v2+json\" or \
             \"application/vnd.oci.image.manifest.v1+json\""
        )
    };
    let disabled = format!(
        "failed to get converter for \"{image}\": Pulling Schema 1 images have been deprecated and disabled by \
         default since containerd v2.0. As a workaround you may set an environment variable \
         `CONTAINERD_ENABLE_DEPRECATED_PULL_SCHEMA_1_IMAGE=1`, but this will be completely removed in containerd \
         v2.1."
    );
    for (profile, config, code, words) in [
        ("containerd-1.7.24", "", Code::Unknown, "unexpected end of JSON input".to_owned()),
        ("containerd-2.0.11", "", Code::Unknown, disabled),
        ("containerd-2.1.9", LOCAL, Code::Unimplemented, since("v2.1")),
    ] {
        let error = registry.pull(&registry.containerd(profile, config)).await.unwrap_err();
        assert_eq!(error.code, code, "{profile}");
        assert_eq!(error.message.strip_prefix(&prefix), Some(words.as_str()), "{profile}");
    }
}
