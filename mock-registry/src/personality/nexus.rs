//! Sonatype Nexus 3. The challenge, in capitals: github sonatype/nexus-public 921, indigo-dc/udocker 126; the missing manifest
//! with its details as a list: sonatype/nexus-public 317, 639; refusals: docker/build-push-action 258
//! (`access to the requested resource is not authorized`); the missing blob: sonatype/nexus-public 264 (when pushing). It
//! serves blobs itself (sonatype/nexus-public 229), so that a redirect is an administrator's doing.

use super::{Personality, Said, Sayings, TokenShape, plain};

const UNAUTHORIZED: Said = Said::of_type(
    401,
    "application/json",
    "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"access to the requested resource is not authorized\",\"detail\":null}]}",
);
const NO_MANIFEST: Said = Said::of_type(
    404,
    "application/json",
    "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\",\"detail\":[{\"Name\":\"{repository}\"},{\"Revision\":\"{reference}\"}]}]}",
);

pub(super) const NEXUS: Personality = Personality {
    name: "nexus",
    headers: &[
        ("docker-distribution-api-version", "registry/2.0"),
        ("server", "Nexus/3.64.0-04 (OSS)"),
        ("x-content-type-options", "nosniff"),
    ],
    basic: "BASIC realm=\"{realm}\"",
    basic_realm: "Sonatype Nexus Repository Manager",
    token: TokenShape { path: "/v2/token", states_error: false, ..plain::TOKEN },
    referrers: false,
    says: Sayings {
        no_repository: NO_MANIFEST,
        no_tag: NO_MANIFEST,
        no_manifest: NO_MANIFEST,
        anonymous: UNAUTHORIZED,
        wrong: UNAUTHORIZED,
        expired: UNAUTHORIZED,
        insufficient: UNAUTHORIZED,
        denied: Said::of_type(
            403,
            "application/json",
            "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"access to the requested resource is not authorized\",\"detail\":null}]}",
        ),
        token_anonymous: UNAUTHORIZED,
        token_wrong: UNAUTHORIZED,
        token_expired: UNAUTHORIZED,
        ..plain::SAYS
    },
    ..plain::PLAIN
};
