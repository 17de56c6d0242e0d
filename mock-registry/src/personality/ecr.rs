//! Amazon ECR, private registries. The challenge and `Not Authorized`: github NVIDIA/enroot 59; the repository's words:
//! actions/starter-workflows 2647, awslabs/aws-orbit-workbench 720; the image's: answers posted as `manifest unknown:
//! Requested image not found`; the limit: aws/aws-lambda-web-adapter 429 (the public registry's words; the private one's API
//! says the same, `ThrottlingException`); where blobs are: posted answers of `aws ecr get-download-url-for-layer`
//! (`prod-us-east-1-starport-layer-bucket`); the expired login (twelve hours): answers posted as
//! `DENIED: Your authorization token has expired. Reauthenticate and try again.`; who may not: the words of IAM ("Troubleshooting
//! Amazon ECR identity and access"). The account's number is the first part of the registry's name.

use super::{Personality, Said, Sayings, plain};

const NOT_AUTHORIZED: Said = Said::of_type(401, "text/plain; charset=utf-8", "Not Authorized\n");

pub(super) const ECR: Personality = Personality {
    name: "ecr",
    basic: "Basic realm=\"{realm}\",service=\"ecr.amazonaws.com\"",
    basic_realm: "https://{host}/",
    redirect: (
        307,
        "/mock/{digest}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260101T000000Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600&X-Amz-Credential=mock&X-Amz-Signature=mock",
    ),
    says: Sayings {
        no_repository: Said::json(
            404,
            "{\"errors\":[{\"code\":\"NAME_UNKNOWN\",\"message\":\"The repository with name '{repository}' does not exist in the registry with id '{label}'\"}]}\n",
        ),
        no_tag: Said::json(
            404,
            "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"Requested image not found\"}]}\n",
        ),
        no_manifest: Said::json(
            404,
            "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"Requested image not found\"}]}\n",
        ),
        anonymous: NOT_AUTHORIZED,
        wrong: NOT_AUTHORIZED,
        expired: Said::json(
            403,
            "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"Your authorization token has expired. Reauthenticate and try again.\"}]}\n",
        ),
        denied: Said::json(
            403,
            "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"User: arn:aws:iam::{label}:user/node is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:{label}:repository/{repository} because no identity-based policy allows the ecr:BatchGetImage action\"}]}\n",
        ),
        limited: Said::json(
            429,
            "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"Rate exceeded\"}]}\n",
        ),
        ..plain::SAYS
    },
    ..plain::PLAIN
};
