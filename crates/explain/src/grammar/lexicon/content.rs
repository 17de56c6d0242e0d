//! Content that cannot be used.
//!
//! Sources: the recordings; of what they do not show, `containerd@v2.1.9:core/images/handlers.go:309`,
//! `containerd@v2.1.9:core/content/helpers.go:203`, `containerd@v2.1.9:plugins/content/local/writer.go:117`,
//! `container-libs@9869b8fd:image/manifest/manifest.go:178`, `container-libs@9869b8fd:image/internal/manifest/oci_index.go:274`,
//! `moby@v20.10.24:distribution/pull_v2.go:864`, `moby@v20.10.24:distribution/errors.go:220`,
//! `go@b4712ab0:src/compress/flate/inflate.go:36`, `go@b4712ab0:src/archive/tar/common.go:34`.

use super::words;

words! {
    Schema1: [
        "schema 1", "schema1", "schema v1", "manifest version 1", "no signatures", "missing signature key",
        "docker.distribution.manifest.v1+prettyjws", "docker.distribution.manifest.v1+json",
        "schemaversion 1", "image format v1", "v1 manifest", "schema version 1",
        "docker.distribution.manifest.v1", "deprecated-image-specs", "v2 schema 1", "v2s1",
        "image manifest version 2, schema 1", "docker schema 1", "schema 1 image",
        "failed to convert schema1",
        // Where `go-containerregistry@v0.1.0:pkg/v1/remote/descriptor.go:55` sends its readers.
        "https://github.com/google/go-containerregistry/issues/377",
    ];
    MediaType: [
        "accept header does not support", "unknown manifest class", "unsupported manifest type",
        "rejecting * byte manifest", "after top-level value", "cannot unmarshal", "unsupported media type",
        "unsupported mediatype", "unexpected media type", "no processor for media-type",
        "mediatype in manifest", "unknown media type", "mismatched image rootfs", "encountered remote",
        "unsupported manifest", "unrecognized manifest", "media-type: expected",
        "target.mediatype must be set", "reports content size of zero", "unsupported content type",
        "unsupported docker v1", "unsupported docker v2s2", "missing or empty content-type", "manifest_invalid",
        "layers and diffids don't match", "invalid desc", "unsupported schema version",
        "no supported platform manifests", "application/vnd.oci.empty.v1+json", "application/vnd.cncf.helm",
        "mediatype … not supported", "unsupported layer", "unsupported format", "invalid image manifest",
        "unrecognized image format", "vnd.oci.image.layer … zstd", "unsupported image-specific operation",
        "manifest list … unsupported", "not a container image", "invalid mediatype",
        "unsupported manifest media type", "oci artifact, not", "unexpected mediatype",
        "no suitable handler", "unhandled media type", "manifest is not", "unable to parse manifest",
        "image is not a", "error converting", "manifest schema", "invalid media type", "unsupported media",
        "manifest invalid", "children may not be fetched", "encountered unknown type",
        "unknown type application", "unsupported manifest format", "not an image",
        "unable to determine … manifest", "unrecognized media type", "unrecognised media type",
        "manifest type … not supported", "no media type", "unknown mediatype", "unsupported docker image",
        "unsupported config", "expected … media type", "cannot be unpacked", "does not have a config",
        "no config … in manifest", "missing config", "manifest … parse error", "error parsing manifest",
        "invalid manifest", "failed to parse manifest", "failed to unmarshal manifest", "decoding manifest",
        "unmarshal … manifest", "unexpected end of json input … manifest", "unsupported oci",
        "layer media type", "zstd … not supported", "manifest too big", "exceeds … limit … manifest",
        "exceeds limit of", "is not a manifest", "is not an image", "not implemented: media type",
        "unsupported mime type",
        // Docker before 23.0 takes a layer of a compression that it does not know for a plain archive
        // (`moby@v20.10.24:pkg/archive/archive.go:125`).
        "failed to register layer … archive/tar: invalid tar header",
        "applylayer … archive/tar: invalid tar header", "re-exec error … archive/tar: invalid tar header",
        // containerd unpacks what has the digest that it should have: it is whole, and no archive
        // (`containerd@v2.1.9:core/mount/temp.go:71`).
        "mount callback failed … archive/tar: invalid tar header",
        // Watchtower up to 1.5.1 does not ask for indexes of OCI (`watchtower@v1.5.1:pkg/registry/digest/digest.go:103`).
        "responded to head request with \"404 not found",
        // An index within an index, and a digest that is not what is there (`container-libs@9869b8fd:image/copy/single.go:72`,
        // `container-libs@9869b8fd:image/copy/single.go:107`).
        "unexpectedly received a manifest list", "treating manifest lists as individual manifests",
        "digest of source image's manifest would not match",
        "of unsupported type", "unimplemented manifest mime type", "unimplemented mime type",
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
        "does not match the detected host platform", "no child with platform", "doesn't match your host",
        "image's platform", "manifest list entries", "wrong architecture", "os/arch",
        "is not supported on this platform", "does not match the expected platform",
        "unable to find a match", "operating system is not supported", "none of the platforms",
        "host version … container os version", "container operating system does not match",
        "operating system of the container does not match", "cannot download image with operating system",
        "windows version *-based image", "os version … does not match", "no image for platform",
        "platform mismatch", "no manifest for platform", "no such platform", "arch … not supported",
        "image is for a different", "does not support platform", "incompatible architecture",
        "unsupported os", "qemu: uncaught", "0xc0370101", "no matching platform",
        "cannot run … architecture", "does not match … architecture", "image with architecture",
        "incompatible platform", "platform is not supported", "architecture … not supported",
        "unsupported architecture", "does not contain descriptor matching platform",
    ];
    WrongFormat: [
        "exec format error", "wrong exec format", "cannot execute binary file", "exec user process caused",
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
        "in header not a valid digest", "size mismatch", "image config verification failed for digest",
        "digest is not as expected", "digest mismatched", "does not match digest", "checksum did not match",
        "checksum error", "sha256 mismatch", "invalid layer digest", "content does not match",
        "mismatched digest", "digest validation", "corrupted layer", "corrupt layer",
        "hash of … does not match", "unexpected size", "got wrong digest",
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
        "unexpected end of archive", "tar: unexpected end", "ended prematurely", "premature eof",
        "incomplete download", "content-length … mismatch", "unexpected content length",
        "connection closed before", "stream ended", "transfer closed with", "invalid tar header",
        "gzip: unexpected", "zstd: … unexpected", "magic number mismatch", "not in gzip format",
        "incomplete body", "body ended", "invalid input: magic number",
    ];
}
