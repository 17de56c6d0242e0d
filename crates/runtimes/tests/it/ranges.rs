//! `concurrent_layer_fetch_buffer`: content in pieces.

use std::collections::HashMap;

use distribution::{Digest, media_type};

use crate::registry::{Content, Registry};

#[tokio::test]
async fn content_comes_in_pieces() {
    let config = br#"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}"#;
    let padding = "x".repeat(1200);
    let manifest = format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"{}","digest":"{}","size":{}}},"layers":[],"annotations":{{"p":"{padding}"}}}}"#,
        media_type::OCI_CONFIG,
        Digest::sha256_of(config),
        config.len()
    );
    let by_digest = format!("manifests/{}", Digest::sha256_of(&manifest));
    let config_path = format!("blobs/{}", Digest::sha256_of(config));
    let whole = Content::new(media_type::OCI_MANIFEST, manifest.as_bytes());
    let registry = Registry::serve(HashMap::from([
        ("manifests/v1".to_owned(), whole.clone()),
        (by_digest.clone(), whole),
        (config_path.clone(), Content::new("application/octet-stream", config)),
    ]))
    .await;
    let settings = "[plugins.'io.containerd.cri.v1.images']\nuse_local_image_pull = true\n\
                    concurrent_layer_fetch_buffer = 512\n";
    let pulled = registry.pull(&registry.containerd("containerd-2.1.9", settings)).await;
    assert_eq!(pulled.unwrap().image_ref, Digest::sha256_of(config).to_string());
    let pieces = (0..manifest.len().div_ceil(512)).map(|piece| format!("GET {by_digest} {}-", piece * 512));
    let expected: Vec<String> = ["HEAD manifests/v1".to_owned()]
        .into_iter()
        .chain(pieces)
        .chain([format!("GET {config_path} 0-")])
        .collect();
    assert_eq!(registry.asked(), expected);
    // Without the setting there is one request, for all.
    let plain = "[plugins.'io.containerd.cri.v1.images']\nuse_local_image_pull = true\n";
    registry.pull(&registry.containerd("containerd-2.1.9", plain)).await.unwrap();
    let one = ["HEAD manifests/v1".to_owned(), format!("GET {by_digest}"), format!("GET {config_path}")];
    assert_eq!(registry.asked(), one);
}
