//! Azure Container Registry. Headers and the server: github GoogleContainerTools/jib 2784, sigstore/cosign 3331; challenge
//! and path: Azure/acr 207; the missing tag: MicrosoftDocs/azure-docs 90060, Azure/azure-cli-extensions 9524; the missing
//! repository: what tools of giantswarm (`gsoci.azurecr.io`) expect; the refusal: Azure/acr 676, MicrosoftDocs/azure-docs 113891;
//! the limit: Azure/AKS 1400, microsoft/containerregistry 108; where blobs are: Azure/peerd `internal/routing/tests`. The token
//! service refuses those who may not.
//!
//! Untraced: the words for a missing digest (they follow those for a missing tag), and the detail of a missing repository.

use super::{Personality, Said, Sayings, TokenShape, plain};

const UNAUTHORIZED: Said = Said::json(
    401,
    "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required, visit https://aka.ms/acr/authorization for more information.\",\"detail\":[{\"Type\":\"repository\",\"Class\":\"\",\"Name\":\"{repository}\",\"Action\":\"{action}\"}]}]}\n",
);
const NO_LOGIN: Said = Said::json(
    401,
    "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required, visit https://aka.ms/acr/authorization for more information.\"}]}\n",
);

pub(super) const ACR: Personality = Personality {
    name: "acr",
    headers: &[
        ("docker-distribution-api-version", "registry/2.0"),
        ("server", "AzureContainerRegistry"),
        (
            "access-control-expose-headers",
            "Docker-Content-Digest, WWW-Authenticate, Link, X-Ms-Correlation-Request-Id",
        ),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
        ("x-ms-correlation-request-id", "00000000-0000-4000-8000-000000000000"),
        ("x-content-type-options", "nosniff"),
    ],
    token: TokenShape {
        path: "/oauth2/token",
        states_error: true,
        refuses_anonymous: true,
        refuses_excess: true,
        ..plain::TOKEN
    },
    redirect: (
        307,
        "/mock//docker/registry/v2/blobs/sha256/{prefix}/{digest}/data?se=2030-01-01T00%3A00%3A00Z&sig=mock&sp=r&spr=https&sr=b&sv=2018-03-28&regid=mock",
    ),
    says: Sayings {
        no_repository: Said::json(
            404,
            "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"repository \\\"{repository}\\\" is not found\",\"detail\":{\"name\":\"{repository}\"}}]}\n",
        ),
        no_tag: Said::json(
            404,
            "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest tagged by \\\"{reference}\\\" is not found\",\"detail\":{\"Tag\":\"{reference}\"}}]}\n",
        ),
        no_manifest: Said::json(
            404,
            "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest {reference} is not found\",\"detail\":{\"Name\":\"{repository}\",\"Revision\":\"{reference}\"}}]}\n",
        ),
        anonymous: UNAUTHORIZED,
        wrong: UNAUTHORIZED,
        insufficient: UNAUTHORIZED,
        denied: Said::json(
            403,
            "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"client with IP '10.0.0.5' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.\"}]}\n",
        ),
        limited: Said::json(
            429,
            "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"Too many requests. Please visit https://aka.ms/acr/skus#sku-feature-matrix to view limits of all service tiers.\"}]}\n",
        ),
        token_anonymous: NO_LOGIN,
        token_wrong: NO_LOGIN,
        token_expired: NO_LOGIN,
        token_denied: UNAUTHORIZED,
        ..plain::SAYS
    },
    ..plain::PLAIN
};
