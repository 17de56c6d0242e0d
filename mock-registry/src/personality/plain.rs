//! A registry of no product. Codes are those of the distribution specification 1.1 ("Error Codes"), words and details
//! those of the reference registry (distribution v2.8 `registry/api/v2/errors.go`, `registry/api/errcode/register.go`).

use super::{Personality, Said, Sayings, TokenShape};

pub(super) const PLAIN: Personality = Personality {
    name: "plain",
    headers: &[("docker-distribution-api-version", "registry/2.0")],
    basic: "Basic realm=\"{realm}\"",
    basic_realm: "{host}",
    token: TOKEN,
    forbids: false,
    negotiates: None,
    referrers: true,
    redirect: (307, "/sha256/{prefix}/{digest}/data?signature=mock"),
    says: SAYS,
};

pub(super) const TOKEN: TokenShape = TokenShape {
    path: "/token",
    service: "{host}",
    base_scope: None,
    states_error: true,
    refuses_anonymous: false,
    refuses_excess: false,
};

const UNAUTHORIZED: Said = Said::json(
    401,
    "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\",\"detail\":[{\"Type\":\"repository\",\"Class\":\"\",\"Name\":\"{repository}\",\"Action\":\"{action}\"}]}]}\n",
);
const DENIED: Said = Said::json(
    403,
    "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"requested access to the resource is denied\",\"detail\":[{\"Type\":\"repository\",\"Class\":\"\",\"Name\":\"{repository}\",\"Action\":\"{action}\"}]}]}\n",
);
/// Docker Hub's answer to a wrong password (`auth.docker.io`).
const WRONG_LOGIN: Said = Said::json(401, "{\"details\":\"incorrect username or password\"}\n");

pub(super) const SAYS: Sayings = Sayings {
    no_repository: Said::json(
        404,
        "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"repository name not known to registry\",\"detail\":{\"name\":\"{repository}\"}}]}\n",
    ),
    no_tag: Said::json(
        404,
        "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\",\"detail\":{\"Tag\":\"{reference}\"}}]}\n",
    ),
    no_manifest: Said::json(
        404,
        "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\",\"detail\":{\"Name\":\"{repository}\",\"Revision\":\"{reference}\"}}]}\n",
    ),
    no_blob: Said::json(
        404,
        "{\"errors\":[{\"code\":\"BLOB_UNKNOWN\",\"message\":\"blob unknown to registry\",\"detail\":\"{reference}\"}]}\n",
    ),
    anonymous: UNAUTHORIZED,
    wrong: UNAUTHORIZED,
    expired: UNAUTHORIZED,
    insufficient: UNAUTHORIZED,
    denied: DENIED,
    limited: Said::json(
        429,
        "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"too many requests\"}]}\n",
    ),
    token_anonymous: Said::json(401, "{\"details\":\"authentication required\"}\n"),
    token_wrong: WRONG_LOGIN,
    token_expired: WRONG_LOGIN,
    token_denied: Said::json(
        403,
        "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"requested access to the resource is denied\",\"detail\":null}]}\n",
    ),
};
