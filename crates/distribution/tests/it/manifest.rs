//! Documents as containerd decodes them.

use distribution::media_type::{DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST};
use distribution::{ImageConfig, Index, Manifest, Platform, validate_media_type};

#[test]
fn a_manifest() {
    let raw = br#"{
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:x", "size": 7},
        "Layers": [{"mediaType": "l", "digest": "sha256:abc", "size": 1, "urls": ["https://cdn.test/l"],
                    "annotations": {"b": "2", "a": "1"}, "data": "aGk="}, null, {"unknown": []}],
        "subject": null
    }"#;
    let manifest = Manifest::decode(&raw[..]).unwrap();
    assert_eq!(manifest.raw, raw);
    assert_eq!(manifest.media_type, OCI_MANIFEST);
    assert_eq!(manifest.config.size, 7);
    assert_eq!(manifest.config.parse_digest().unwrap_err().to_string(), "invalid checksum digest length");
    assert_eq!(manifest.layers.len(), 3);
    assert_eq!(manifest.layers[0].urls, ["https://cdn.test/l"]);
    assert_eq!(manifest.layers[0].annotation("a"), Some("1"));
    assert_eq!(manifest.layers[0].data, b"hi");
    assert_eq!(manifest.layers[1], manifest.layers[2]);
    assert_eq!(manifest.subject, None);
}

#[test]
fn an_index() {
    let raw = br#"{"manifests": [
        {"digest": "a", "platform": {"os": "linux", "architecture": "arm", "variant": "v7", "os.version": "1", "os.features": ["f"]}},
        {"digest": "b"}, {"digest": "c", "platform": null}]}"#;
    let index = Index::decode(&raw[..]).unwrap();
    let wanted = Platform {
        os: "linux".into(),
        architecture: "arm".into(),
        variant: "v7".into(),
        os_version: "1".into(),
        os_features: vec!["f".into()],
    };
    assert_eq!(index.manifests[0].platform, Some(wanted));
    assert_eq!(index.manifests[1].platform, None);
    assert_eq!(index.manifests[2].platform, None);
}

#[test]
fn a_configuration() {
    let raw = br#"{"architecture": "amd64", "os": "linux", "created": "2026-01-01T00:00:00Z",
        "config": {"User": "1000", "Env": ["PATH=/bin"], "Labels": {"a": "b"}},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:1", "sha256:2"]}, "history": []}"#;
    let config = ImageConfig::decode(&raw[..]).unwrap();
    assert_eq!(config.platform.to_string(), "linux/amd64");
    assert_eq!(config.diff_ids, ["sha256:1", "sha256:2"]);
    assert_eq!((config.user.as_str(), config.rootfs_type.as_str()), ("1000", "layers"));
    assert_eq!(ImageConfig::decode(&b"{}"[..]).unwrap().diff_ids, [""; 0]);
    assert_eq!(ImageConfig::decode(&b"null"[..]).unwrap().platform, Platform::default());
}

#[test]
fn refused_in_gos_words() {
    let manifest = |raw: &str| Manifest::decode(raw).map(drop);
    let index = |raw: &str| Index::decode(raw).map(drop);
    let config = |raw: &str| ImageConfig::decode(raw).map(drop);
    for (result, wanted) in [
        (manifest("<html>"), "invalid character '<' looking for beginning of value"),
        (manifest(""), "unexpected end of JSON input"),
        (manifest("[]"), "json: cannot unmarshal array into Go value of type v1.Manifest"),
        (
            manifest(r#"{"config": {"size": "7"}}"#),
            "json: cannot unmarshal string into Go struct field Descriptor.config.size of type int64",
        ),
        (
            manifest(r#"{"layers": [{"digest": 7}]}"#),
            "json: cannot unmarshal number into Go struct field Descriptor.layers.digest of type digest.Digest",
        ),
        (
            manifest(r#"{"layers": {}}"#),
            "json: cannot unmarshal object into Go struct field Manifest.layers of type []v1.Descriptor",
        ),
        (manifest(r#"{"config": {"data": "a:b"}}"#), "illegal base64 data at input byte 1"),
        (
            index(r#"{"manifests": [{"platform": {"os": []}}]}"#),
            "json: cannot unmarshal array into Go struct field Platform.manifests.platform.os of type string",
        ),
        (
            config(r#"{"rootfs": {"diff_ids": "x"}}"#),
            "json: cannot unmarshal string into Go struct field RootFS.rootfs.diff_ids of type []digest.Digest",
        ),
    ] {
        assert_eq!(result.unwrap_err().to_string(), wanted);
    }
}

#[test]
fn documents_are_what_they_were_announced_as() {
    for (raw, announced, wanted) in [
        (r#"{"config": {}, "layers": []}"#, OCI_MANIFEST, ""),
        (r#"{"manifests": []}"#, OCI_INDEX, ""),
        ("{}", OCI_INDEX, ""),
        (
            r#"{"manifests": []}"#,
            OCI_MANIFEST,
            "media-type: expected manifest but found index (application/vnd.oci.image.manifest.v1+json)",
        ),
        (
            r#"{"mediaType": "application/vnd.oci.image.index.v1+json"}"#,
            DOCKER_MANIFEST,
            "media-type: expected manifest but found index (application/vnd.docker.distribution.manifest.v2+json)",
        ),
        (
            r#"{"config": null}"#,
            OCI_INDEX,
            "media-type: expected index but found manifest (application/vnd.oci.image.index.v1+json)",
        ),
        (r#"{"fsLayers": []}"#, OCI_MANIFEST, "media-type: schema 1 not supported"),
        ("{", OCI_MANIFEST, "unexpected end of JSON input"),
        (
            r#"{"mediaType": 1}"#,
            OCI_MANIFEST,
            "json: cannot unmarshal number into Go struct field unknownDocument.mediaType of type string",
        ),
    ] {
        let said =
            validate_media_type(raw.as_bytes(), announced).map_or_else(|e| e.to_string(), |()| String::new());
        assert_eq!(said, wanted, "{raw}");
    }
}
