//! Content that cannot be used.
//!
//! Sources: `containerd core/images, core/content, core/remotes/docker/schema1`, `container-libs image/manifest, image/copy`, `moby
//! distribution, image`, `hcsshim`, `go1.25 compress, archive/tar`; the recordings.

use super::words;

words! {
    Schema1: [
        "schema 1", "schema1", "schema v1", "manifest version 1", "no signatures", "missing signature key",
        "docker.distribution.manifest.v1+prettyjws", "docker.distribution.manifest.v1+json",
        "schemaversion 1", "image format v1", "v1 manifest", "schema version 1",
        "docker.distribution.manifest.v1", "deprecated-image-specs",
    ];
    MediaType: [
        "accept header does not support", "unknown manifest class", "unsupported manifest type",
        "rejecting * byte manifest", "after top-level value", "cannot unmarshal", "unsupported media type",
        "unsupported mediatype", "unexpected media type", "no processor for media-type",
        "mediatype in manifest", "unknown media type", "mismatched image rootfs", "encountered remote",
        "unsupported manifest", "unimplemented", "unrecognized manifest",
        "media-type: expected", "target.mediatype must be set", "reports content size of zero",
        "unsupported content type", "unsupported docker v1", "missing or empty content-type",
        "manifest_invalid", "layers and diffids don't match", "invalid desc", "unsupported schema version",
        "no supported platform manifests", "application/vnd.oci.empty.v1+json", "application/vnd.cncf.helm",
        "mediatype … not supported", "unsupported layer", "unsupported format", "invalid image manifest",
        "unrecognized image format", "unknown layer", "vnd.oci.image.layer … zstd",
        "unsupported image-specific operation", "manifest list … unsupported", "not a container image",
        "invalid mediatype", "unsupported manifest media type", "oci artifact, not", "unexpected mediatype",
        "no suitable handler", "unhandled media type", "manifest is not", "unable to parse manifest",
        "image is not a", "error converting", "manifest schema", "invalid media type", "unsupported media",
    ];
    NoPlatform: [
        "no supported platform found", "no suitable image", "is incompatible with a",
        "no image found for platform", "unsupported platform", "not found for platform",
        "platform … not found", "no manifest found for platform", "no compatible",
        "get image config descriptor: content digest", "architecture mismatch", "operating system mismatch",
        "image architecture … does not match", "no match for platform in manifest", "no match for platform",
        "no matching manifest for", "no image found in manifest list", "no image found in image index",
        "no image found for architecture", "cannot be used on this platform",
        "image operating system … cannot be used", "does not match the specified platform",
        "does not match the detected host platform", "exec format error", "no child with platform",
        "doesn't match your host", "image's platform", "manifest list entries", "wrong architecture",
        "unsupported architecture", "os/arch", "is not supported on this platform",
        "does not match the expected platform", "unable to find a match",
        "operating system is not supported", "cannot execute binary file", "none of the platforms",
        "host version … container os version",
    ];
    VariantUnknown: [
        "no matching manifest for …/unknown", "architecture …, variant v8, os linux", "unknown/unknown",
        "architecture arm64, variant v8",
    ];
    DigestMismatch: [
        "unexpected commit digest", "filesystem layer verification failed", "digest did not match",
        "manifest verification failed for digest", "verification failed for digest",
        "failed size validation", "does not match provided manifest digest", "digest mismatch",
        "does not match expected", "checksum mismatch", "image verification failed for digest",
        "wrong diff id calculated", "unexpected digest", "digest verification failed",
        "does not match the expected digest", "hash mismatch", "layer content hash", "invalid digest",
        "digest * does not match", "config verification failed", "manifest digest … does not",
        "in header not a valid digest", "size mismatch",
    ];
    EmptyDigest: [
        "unexpected commit digest sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "got sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ];
    Truncated: [
        "unexpected eof", "short read", "failed to read expected number of bytes",
        "expected http 206 from byte range request", "archive/tar: invalid tar header",
        "unexpected end of file", "gzip: invalid checksum", "zlib: invalid checksum",
        "flate: corrupt input", "incomplete read", "content length mismatch", "unexpected end of data",
        "gzip: invalid header", "premature end", "416 requested range not satisfiable",
        "unexpected end of archive", "tar: unexpected end",
    ];
}
