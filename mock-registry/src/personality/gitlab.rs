//! GitLab's registry: a fork of the reference registry, whose tokens GitLab itself issues. `access forbidden` of
//! `/jwt/auth`, and the service: github getwud/wud 600, n0madic/gitlab-registry-images-cleaner 13, mkuchin/docker-registry-web
//! 95; the registry's own headers and words: portainer/portainer 2956; a wrong login: the words of GitLab's documentation
//! ("HTTP Basic: Access denied").

use super::{Personality, Said, Sayings, TokenShape, plain, reference};

const DENIED: Said = Said::of_type(
    403,
    "application/json; charset=utf-8",
    "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"access forbidden\"}]}",
);
const WRONG_LOGIN: Said = Said::of_type(
    401,
    "application/json; charset=utf-8",
    "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you're required to use a token instead of a password.\"}]}",
);

pub(super) const GITLAB: Personality = Personality {
    name: "gitlab",
    token: TokenShape {
        path: "/jwt/auth",
        service: "container_registry",
        refuses_excess: true,
        ..plain::TOKEN
    },
    says: Sayings {
        token_anonymous: DENIED,
        token_denied: DENIED,
        token_wrong: WRONG_LOGIN,
        token_expired: WRONG_LOGIN,
        no_repository: Said::json(
            404,
            "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"repository name not known to registry\",\"detail\":{\"name\":\"{repository}\"}}]}\n",
        ),
        ..plain::SAYS
    },
    ..reference::REFERENCE
};
