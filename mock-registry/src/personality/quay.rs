//! Quay. `access to the requested resource is not authorized`: github jgsqware/clairctl 62, stolostron/deploy 2; tags:
//! docker-hy/docker-hy.github.io 75; order and detail of errors: Quay's source (quay/quay `endpoints/v2/errors.py`,
//! `V2RegistryException.as_dict`, whose keys are sorted); the server and the limit, which nginx answers in front of it: estesp/manifest-tool 156
//! and posted answers of status 429; a redirect of 302: kubewarden/verify-image-signatures 19, rpardini/docker-registry-proxy
//! 26; where blobs are today: posted refusals of `cdn01.quay.io` (`/quayio-production-s3/sha256/…`).

use super::{Personality, Said, Sayings, TokenShape, plain};

const UNAUTHORIZED: Said = Said::of_type(
    401,
    "application/json",
    "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"detail\":{},\"message\":\"access to the requested resource is not authorized\"}]}\n",
);
const MANIFEST_UNKNOWN: Said = Said::of_type(
    404,
    "application/json",
    "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"detail\":{},\"message\":\"manifest unknown\"}]}\n",
);

pub(super) const QUAY: Personality = Personality {
    name: "quay",
    headers: &[
        ("docker-distribution-api-version", "registry/2.0"),
        ("server", "nginx/1.14.1"),
        ("x-frame-options", "DENY"),
        ("strict-transport-security", "max-age=63072000; preload"),
    ],
    token: TokenShape { path: "/v2/auth", states_error: false, ..plain::TOKEN },
    redirect: (
        302,
        "/quayio-production-s3/sha256/{prefix}/{digest}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=mock&X-Amz-Date=20260101T000000Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature=mock",
    ),
    says: Sayings {
        no_repository: Said::of_type(
            404,
            "application/json",
            "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"detail\":{},\"message\":\"repository name not known to registry\"}]}\n",
        ),
        no_tag: MANIFEST_UNKNOWN,
        no_manifest: MANIFEST_UNKNOWN,
        no_blob: Said::of_type(
            404,
            "application/json",
            "{\"errors\":[{\"code\":\"BLOB_UNKNOWN\",\"detail\":{},\"message\":\"blob unknown to registry\"}]}\n",
        ),
        anonymous: UNAUTHORIZED,
        wrong: UNAUTHORIZED,
        expired: UNAUTHORIZED,
        insufficient: UNAUTHORIZED,
        denied: UNAUTHORIZED,
        limited: Said::of_type(
            429,
            "text/html",
            "<html>\r\n<head><title>429 Too Many Requests</title></head>\r\n<body bgcolor=\"white\">\r\n<center><h1>429 Too Many Requests</h1></center>\r\n<hr><center>nginx/1.12.1</center>\r\n</body>\r\n</html>\r\n",
        ),
        token_wrong: Said::of_type(
            401,
            "application/json",
            "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"detail\":{},\"message\":\"Invalid Username or Password\"}]}\n",
        ),
        token_expired: Said::of_type(
            401,
            "application/json",
            "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"detail\":{},\"message\":\"Invalid Username or Password\"}]}\n",
        ),
        ..plain::SAYS
    },
    ..plain::PLAIN
};
