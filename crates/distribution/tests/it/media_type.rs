//! What containerd takes media types for.

use distribution::media_type::*;

#[test]
fn kinds() {
    // Media type, then: manifest, index, config, layer, nondistributable, encrypted.
    for (media_type, wanted) in [
        (DOCKER_MANIFEST, [true, false, false, false, false, false]),
        (OCI_MANIFEST, [true, false, false, false, false, false]),
        (DOCKER_MANIFEST_LIST, [false, true, false, false, false, false]),
        (OCI_INDEX, [false, true, false, false, false, false]),
        (DOCKER_CONFIG, [false, false, true, false, false, false]),
        (OCI_CONFIG, [false, false, true, false, false, false]),
        (DOCKER_SCHEMA1_SIGNED, [false; 6]),
        (OCI_EMPTY, [false; 6]),
        ("text/html", [false; 6]),
        ("", [false; 6]),
        (DOCKER_LAYER_GZIP, [false, false, false, true, false, false]),
        (DOCKER_LAYER_ZSTD, [false, false, false, true, false, false]),
        (DOCKER_FOREIGN_LAYER_GZIP, [false, false, false, true, true, false]),
        (OCI_LAYER, [false, false, false, true, false, false]),
        (OCI_LAYER_ZSTD, [false, false, false, true, false, false]),
        (OCI_NONDISTRIBUTABLE_LAYER_GZIP, [false, false, false, true, true, false]),
        (OCI_LAYER_GZIP_ENCRYPTED, [false, false, false, true, false, true]),
        (
            "application/vnd.docker.image.rootfs.diff.tar.gzip+encrypted",
            [false, false, false, true, false, true],
        ),
    ] {
        let is = [is_manifest, is_index, is_config, is_layer, is_nondistributable, is_encrypted];
        assert_eq!(is.map(|is| is(media_type)), wanted, "{media_type}");
    }
    assert!(is_schema1(DOCKER_SCHEMA1) && is_schema1(DOCKER_SCHEMA1_SIGNED) && !is_schema1(DOCKER_MANIFEST));
    assert!(is_known_config(OCI_CONFIG) && !is_known_config(OCI_EMPTY));
    assert!(is_attestation(IN_TOTO));
}

#[test]
fn compression() {
    for (media_type, wanted) in [
        (DOCKER_LAYER, Some(Compression::Unknown)),
        (DOCKER_LAYER_GZIP, Some(Compression::Gzip)),
        (DOCKER_LAYER_ZSTD, Some(Compression::Zstd)),
        ("application/vnd.docker.image.rootfs.diff.tar.gzip+encrypted", Some(Compression::None)),
        (OCI_LAYER, Some(Compression::None)),
        (OCI_LAYER_GZIP, Some(Compression::Gzip)),
        (OCI_LAYER_ZSTD, Some(Compression::Zstd)),
        (OCI_LAYER_GZIP_ENCRYPTED, Some(Compression::Gzip)),
        (OCI_NONDISTRIBUTABLE_LAYER_ZSTD, Some(Compression::Zstd)),
        ("application/vnd.cncf.helm.chart.content.v1.tar+gzip", None),
    ] {
        assert_eq!(diff_compression(media_type), wanted, "{media_type}");
    }
}
