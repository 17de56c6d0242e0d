//! GitHub's registry, `ghcr.io`. `authentication required` without detail, and that an index is given only to those who
//! accept it: github Mic92/niks3 229, openappsec/openappsec 306; that the token service refuses, and `denied` for a login
//! that is not right: riverqueue/riverui 182, dexidp/dex 2672, crazy-max/diun 660; where blobs are: scarf-sh/gateway 35 and what brew prints of
//! `pkg-containers.githubusercontent.com`;
//! the scope to `/v2/`: `repository:user/image:pull`, as in its documentation's examples.

use super::{Personality, Said, Sayings, TokenShape, plain};

const UNAUTHORIZED: Said = Said::of_type(
    401,
    "application/json",
    "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\"}]}\n",
);
const DENIED: Said = Said::of_type(
    403,
    "application/json",
    "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"requested access to the resource is denied\"}]}\n",
);
const DENIED_LOGIN: Said =
    Said::of_type(403, "application/json", "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"denied\"}]}\n");

pub(super) const GHCR: Personality = Personality {
    name: "ghcr",
    headers: &[
        ("docker-distribution-api-version", "registry/2.0"),
        ("strict-transport-security", "max-age=63072000; includeSubDomains; preload"),
        ("x-github-request-id", "0000:000000:000000:000000:00000000"),
    ],
    token: TokenShape {
        base_scope: Some("repository:user/image:pull"),
        states_error: false,
        refuses_excess: true,
        ..plain::TOKEN
    },
    negotiates: Some("Accept header"),
    referrers: false,
    redirect: (
        307,
        "/ghcr1/blobs/sha256:{digest}?se=2030-01-01T00%3A00%3A00Z&sig=mock&sp=r&spr=https&sr=b&sv=2019-12-12",
    ),
    says: Sayings {
        no_repository: Said::of_type(
            404,
            "application/json",
            "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"repository name not known to registry\"}]}\n",
        ),
        no_tag: Said::of_type(
            404,
            "application/json",
            "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}\n",
        ),
        no_manifest: Said::of_type(
            404,
            "application/json",
            "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}\n",
        ),
        anonymous: UNAUTHORIZED,
        wrong: UNAUTHORIZED,
        insufficient: UNAUTHORIZED,
        denied: DENIED,
        token_wrong: DENIED_LOGIN,
        token_expired: DENIED_LOGIN,
        token_denied: DENIED,
        ..plain::SAYS
    },
    ..plain::PLAIN
};
