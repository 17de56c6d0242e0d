//! Docker Hub. Headers and the limit's words: github docker/hub-feedback 2464 (2025) and 2505; that HEAD is free, and
//! what the headers mean: docker/docs 11648, 13499; `unknown tag=`: answers of `registry-1.docker.io` posted since 2023
//! (for one, vexaai/v012-admin-api); that an index goes only to those who accept it: camallo/dkregistry-rs 243; `incorrect
//! username or password` for a wrong login: posted answers of the daemon; an anonymous token is given for every repository, and opens nothing of those that are private or not there;
//! where blobs are: posted refusals of `production.cloudflare.docker.com` (`/registry-v2/docker/registry/v2/blobs/sha256/…/data`).

use super::{Personality, Said, Sayings, TokenShape, plain};

pub(super) const DOCKER_HUB: Personality = Personality {
    name: "docker-hub",
    headers: &[
        ("docker-distribution-api-version", "registry/2.0"),
        ("strict-transport-security", "max-age=31536000"),
    ],
    token: TokenShape { service: "registry.docker.io", ..plain::TOKEN },
    negotiates: Some("accept header"),
    redirect: (
        307,
        "/registry-v2/docker/registry/v2/blobs/sha256/{prefix}/{digest}/data?expires=1700000000&signature=mock&version=2",
    ),
    says: Sayings {
        no_tag: Said::json(
            404,
            "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\",\"detail\":\"unknown tag={reference}\"}]}\n",
        ),
        limited: Said::json(
            429,
            "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit\"}]}\n",
        ),
        ..plain::SAYS
    },
    ..plain::PLAIN
};
