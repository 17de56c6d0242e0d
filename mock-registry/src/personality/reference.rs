//! The reference registry, `registry:2` (distribution v2.8 `registry/handlers/manifests.go`): it knows a repository by
//! its tags and manifests alone, so that a repository that is not there is a tag that is not there; it has no referrers
//! API, and gives OCI manifests only to those who accept them.

use super::{Personality, Said, Sayings, plain};

pub(super) const REFERENCE: Personality = Personality {
    name: "reference",
    headers: &[("docker-distribution-api-version", "registry/2.0"), ("x-content-type-options", "nosniff")],
    negotiates: Some("accept header"),
    referrers: false,
    redirect: (307, "/docker/registry/v2/blobs/sha256/{prefix}/{digest}/data?X-Amz-Signature=mock"),
    says: Sayings {
        no_repository: Said::json(
            404,
            "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\",\"detail\":{\"Tag\":\"{reference}\"}}]}\n",
        ),
        ..plain::SAYS
    },
    ..plain::PLAIN
};
