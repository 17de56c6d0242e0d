//! JFrog Artifactory. Type, headers and challenge: github earthly/earthly 1017; the missing manifest: jetstack/version-checker
//! 318, goharbor/harbor 12429; the missing blob, whose detail has a key of its own, and a wrong login (`Bad Credentials`): what
//! 0ldlight/binflow measured of Artifactory 7.161 (`internal/adapter/docker/remote.go`, `blobUnfound`); who may not:
//! kubernetes/kubernetes 65958, sigstore/cosign 1440; that it can send those who ask for content to a bucket: jfrog/charts 1063;
//! where that is, `aol-…/filestore/…` at a host of S3: adoptium/installer 1196 (of a package, the files of images lie beside).
//!
//! Untraced: what stands behind `filestore/` for a blob, where the digest stands here.

use super::{Personality, Said, Sayings, TokenShape, plain};

const JSON: &str = "application/json;charset=ISO-8859-1";

const NO_MANIFEST: Said = Said::of_type(
    404,
    JSON,
    "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"The named manifest is not known to the registry.\",\"detail\":{\"manifest\":\"{repository}\"}}]}",
);
const UNAUTHORIZED: Said = Said::of_type(
    401,
    JSON,
    "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\",\"detail\":null}]}",
);
const NO_PERMISSION: Said = Said::of_type(
    403,
    JSON,
    "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"The client does not have permission for manifest\",\"detail\":{\"manifest\":\"{repository}/{reference}/manifest.json\"}}]}",
);
const BAD_CREDENTIALS: Said =
    Said::of_type(401, JSON, "{\"errors\":[{\"status\":401,\"message\":\"Bad Credentials\"}]}");

pub(super) const ARTIFACTORY: Personality = Personality {
    name: "artifactory",
    headers: &[
        ("docker-distribution-api-version", "registry/2.0"),
        ("server", "Artifactory/7.9.1 70901900"),
        ("x-artifactory-id", "mock"),
        ("x-artifactory-node-id", "mock"),
    ],
    basic_realm: "Artifactory Realm",
    token: TokenShape { path: "/v2/token", states_error: false, ..plain::TOKEN },
    forbids: true,
    redirect: (302, "/aol-mock/filestore/{prefix}/{digest}?X-Amz-Signature=mock"),
    says: Sayings {
        no_repository: NO_MANIFEST,
        no_tag: NO_MANIFEST,
        no_manifest: NO_MANIFEST,
        no_blob: Said::of_type(
            404,
            JSON,
            "{\"errors\":[{\"code\":\"BLOB_UNKNOWN\",\"message\":\"blob unknown to registry\",\"detail\":{\"blobSum\":\"{reference}\"}}]}",
        ),
        anonymous: UNAUTHORIZED,
        wrong: UNAUTHORIZED,
        expired: UNAUTHORIZED,
        insufficient: UNAUTHORIZED,
        denied: NO_PERMISSION,
        token_wrong: BAD_CREDENTIALS,
        token_expired: BAD_CREDENTIALS,
        ..plain::SAYS
    },
    ..plain::PLAIN
};
