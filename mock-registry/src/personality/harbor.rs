//! Harbor 2. `unauthorized to access repository`, said twice: github goharbor/harbor 17713, 15052; service and path of the
//! tokens: docker/build-push-action 923; `NOT_FOUND` in place of the specification's codes: goharbor/harbor 18461,
//! containers/image 2203, oras-project/rust-oci-client 181; the words for artifacts and repositories: its source
//! (goharbor/harbor `src/controller/artifact/controller.go` `getByTag`, `src/pkg/repository/manager.go` `GetByName`). Blobs are
//! the reference registry's behind it, words included (`src/server/registry/route.go`); that for HEAD Harbor looks itself
//! shows in no body.

use super::{Personality, Said, Sayings, TokenShape, plain};

const UNAUTHORIZED: Said = Said::json(
    401,
    "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"unauthorized to access repository: {repository}, action: {action}: unauthorized to access repository: {repository}, action: {action}\"}]}\n",
);
const NO_LOGIN: Said = Said::json(
    401,
    "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"unauthorized: unauthorized\"}]}\n",
);

pub(super) const HARBOR: Personality = Personality {
    name: "harbor",
    headers: &[
        ("docker-distribution-api-version", "registry/2.0"),
        ("server", "nginx"),
        ("x-request-id", "00000000-0000-4000-8000-000000000000"),
    ],
    token: TokenShape {
        path: "/service/token",
        service: "harbor-registry",
        states_error: false,
        ..plain::TOKEN
    },
    says: Sayings {
        no_repository: Said::json(
            404,
            "{\"errors\":[{\"code\":\"NOT_FOUND\",\"message\":\"repository {repository} not found\"}]}\n",
        ),
        no_tag: Said::json(
            404,
            "{\"errors\":[{\"code\":\"NOT_FOUND\",\"message\":\"artifact {repository}:{reference} not found\"}]}\n",
        ),
        no_manifest: Said::json(
            404,
            "{\"errors\":[{\"code\":\"NOT_FOUND\",\"message\":\"artifact {repository}@{reference} not found\"}]}\n",
        ),
        anonymous: UNAUTHORIZED,
        wrong: UNAUTHORIZED,
        expired: UNAUTHORIZED,
        insufficient: UNAUTHORIZED,
        denied: UNAUTHORIZED,
        token_wrong: NO_LOGIN,
        token_expired: NO_LOGIN,
        ..plain::SAYS
    },
    ..plain::PLAIN
};
