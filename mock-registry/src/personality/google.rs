//! Google's registries. The token service's refusal, and that it is the token service that refuses: github
//! argoproj/argo-cd 26260 (Artifact Registry); `Failed to fetch`: containers/image 2454; a repository of Artifact Registry
//! that is not there: pushes posted as `name unknown: Repository "…" not found`; challenge, headers and the type
//! of errors: containers/image 211, containerd/containerd 4379; the permission's words: googleapis/python-run 54; where blobs
//! are, on the same host: ahmetb/serverless-registry-proxy 8.
//!
//! Untraced: what the token service of Artifact Registry says to a wrong login.

use super::{Personality, Said, Sayings, TokenShape, plain};

const HEADERS: &[(&str, &str)] = &[
    ("docker-distribution-api-version", "registry/2.0"),
    ("server", "Docker Registry"),
    ("cache-control", "private"),
    ("x-xss-protection", "0"),
    ("x-frame-options", "SAMEORIGIN"),
];

const TOKEN: TokenShape =
    TokenShape { path: "/v2/token", states_error: false, refuses_excess: true, ..plain::TOKEN };

const FAILED_TO_FETCH: Said = Said::of_type(
    404,
    "application/json",
    "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"Failed to fetch \\\"{reference}\\\"\"}]}",
);

const UNAUTHORIZED: Said = Said::of_type(
    401,
    "application/json",
    "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"Unauthorized access.\"}]}",
);

pub(super) const GAR: Personality = Personality {
    name: "gar",
    headers: HEADERS,
    token: TOKEN,
    forbids: true,
    redirect: (302, "/artifacts-downloads/namespaces/mock/repositories/mock/downloads/{digest}"),
    says: Sayings {
        no_repository: Said::of_type(
            404,
            "application/json",
            "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"Repository \\\"{second}\\\" not found\"}]}",
        ),
        no_tag: FAILED_TO_FETCH,
        no_manifest: FAILED_TO_FETCH,
        anonymous: UNAUTHORIZED,
        wrong: UNAUTHORIZED,
        insufficient: UNAUTHORIZED,
        denied: DENIED,
        token_wrong: Said::of_type(
            401,
            "application/json",
            "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication failed\"}]}",
        ),
        token_expired: Said::of_type(
            401,
            "application/json",
            "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication failed\"}]}",
        ),
        token_denied: DENIED,
        ..plain::SAYS
    },
    ..plain::PLAIN
};

const DENIED: Said = Said::of_type(
    403,
    "application/json",
    "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"Permission \\\"artifactregistry.repositories.downloadArtifacts\\\" denied on resource \\\"projects/{project}/locations/us/repositories/{second}\\\" (or it may not exist)\"}]}",
);

/// The advice is the one of github estesp/manifest-tool 61.
const NOT_PERMITTED: Said = Said::of_type(
    403,
    "application/json",
    "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"You don't have the needed permissions to perform this operation, and you may have invalid credentials. To authenticate your request, follow the steps in: https://cloud.google.com/container-registry/docs/advanced-authentication\"}]}",
);

pub(super) const GCR: Personality = Personality {
    name: "gcr",
    headers: HEADERS,
    token: TokenShape { refuses_excess: false, ..TOKEN },
    redirect: (302, "/artifacts-downloads/namespaces/mock/repositories/mock/downloads/{digest}"),
    says: Sayings {
        no_repository: Said::of_type(
            404,
            "application/json",
            "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"Failed to compute blob liveness for manifest: '{reference}'\"}]}",
        ),
        no_tag: FAILED_TO_FETCH,
        no_manifest: FAILED_TO_FETCH,
        anonymous: UNAUTHORIZED,
        wrong: UNAUTHORIZED,
        insufficient: NOT_PERMITTED,
        denied: NOT_PERMITTED,
        ..plain::SAYS
    },
    forbids: true,
    ..plain::PLAIN
};
