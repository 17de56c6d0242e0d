//! Who may pull: logins, identities, policies.
//!
//! Sources: `distribution registry/api/errcode`, the error messages that Docker Hub, ECR, Artifact Registry, ACR, GHCR, Quay, Harbor,
//! GitLab, Artifactory, Nexus, IBM and Oracle document or have in their sources; `container-libs image/signature`; the
//! webhooks of Kyverno, Gatekeeper and Binary Authorization.

use super::words;

words! {
    Unauthorized: [
        "401 unauthorized", "unauthorized", "authentication required", "authorization failed",
        "not authenticated", "unauthenticated",  "login required",
        "requires authentication", "anonymous access", "authorization required", "status=401",
        "need to authenticate", "must be authenticated", "not logged in",
    ];
    NoCredentials: [
        "no credentials on this request", "no credentials provided", "no login",
        "no basic auth credentials", "anonymous user", "anonymous pull", "unauthenticated request",
        "access denied: anonymous", "anonymous users", "anonymous caller", "unauthenticated requests",
        "anonymous is not allowed", "credentials not found", "no credentials", "without credentials",
        "anonymous access is not", "anonymous caller does not have", "login to access",
        "no auth credentials",
    ];
    WrongLogin: [
        "incorrect username or password", "invalid username/password", "invalid username or password",
        "invalid credentials", "bad credentials", "invalid username", "wrong password",
        "login attempt … failed", "username or password is incorrect", "authentication failed",
        "failed to authenticate", "invalid credential", "user not found", "access token is invalid",
        "password is incorrect", "bad username or password", "basic auth … failed",
        "http basic: access denied", "invalid password", "account is locked", "account locked",
        "account disabled", "email address … not verified", "could not find user",
        "invalid robot credentials", "could not find robot with username", "robot account … disabled",
        "invalid api key", "apikey … invalid", "please log in with your docker id", "personal access token",
        "authentication is required … password", "two-factor", "invalid token", "token is invalid",
        "token has been revoked", "revoked",
    ];
    QuayDenied: [
        "access to the requested resource is not authorized",
    ];
    TokenExpired: [
        "invalid_grant", "security token included in the request", "authorization token has expired",
        "token has expired", "expiredtoken", "expired token", "token expired", "token is expired",
        "reauthenticate and try again", "credentials have expired", "security token … expired",
        "session expired", "has expired. reauthenticate", "jwt expired", "expiredtokenexception",
        "the security token included in the request is expired", "refresh token … expired",
        "robot account expired", "password has expired", "pat … expired", "token used after its expiration",
        "authorization token … expired",
    ];
    Forbidden: [
        "request has expired", "403 forbidden", "forbidden", "denied", "access denied", "permission denied",
        "denied: requested access to the resource is denied", "requested access to the resource is denied",
        "access to the resource is denied",  "accessdenied", "permission_denied",
         "not allowed to", "insufficient_scope", "status=403", "insufficient scope",
    ];
    NotPermitted: [
        "does not have permission", "do not have permission", "doesn't have permission", "no permission to",
        "insufficient permissions", "insufficient privileges", "lacks permission", "not permitted to",
        "does not have access", "do not have access", "don't have access", "has no access",
        "required scopes", "read:packages", "permission_denied: read_package",
        "permission_denied: the token provided does not match expected scopes",
        "token provided does not match expected scopes", "access forbidden", "not authorized to access",
        "is not authorized to pull", "you may not have permission", "write_package",
        "unauthorized to access repository", "not allowed to pull",
    ];
    CloudDenied: [
        "permission denied for … from request", "unauthenticated request. unauthenticated",
        "is not authorized to perform", "ecr:batchgetimage", "ecr:getauthorizationtoken",
        "ecr:getdownloadurlforlayer", "accessdeniedexception",
        "artifactregistry.repositories.downloadartifacts", "storage.objects.get", "storage.objects.list",
        "storage.buckets.get", "identity-based policy", "resource-based policy", "managed identity",
        "service principal", "acrpull", "iam.serviceaccounts", "assumerole", "sts:assumerole",
        "missing scope", "serviceaccount … does not have", "caller does not have permission",
        "gserviceaccount.com does not have", "request had insufficient authentication scopes",
        "unable to assume", "imds", "resourceinitializationerror", "artifactregistry.",
        "unable to pull secrets or registry auth", "role … is not authorized", "aadsts", "federated token",
        "workload identity", "unauthorized_client",
    ];
    ClientBlocked: [
        "cloudflare to restrict access", "error 1020", "sorry, you have been blocked",
        "is not allowed access", "aka.ms/acr/firewall", "451 unavailable for legal reasons",
        "402 payment required", "not allowed from your", "not available in your", "export control",
        "embargo", "sanction", "ip address … blocked", "client with ip", "your country",
        "access from … is denied", "ip … is not allowed", "blocked by network policy",
        "public network access", "your ip", "your location", "legal reasons", "denied by firewall",
        "vpc service controls", "vpcservicecontrols", "organization's policy",
        "network access … not allowed", "blocked by ip", "ip allow list", "ip allowlist",
    ];
    PolicyDenied: [
        "/policy.json", "no policy.json file found", "project_policy_violation", "policy_violation",
        "policy violation", "image severity", "source image rejected", "a signature was required",
        "signaturevalidationfailed", "rejected by policy", "vulnerable handler", "projectpolicyviolation",
        "412 precondition failed", "precondition failed", "prevented from pulling", "current image with",
        "vulnerabilities cannot be pulled", "cannot be pulled due to configured policy",
        "prevent vulnerable", "content trust", "trust data", "remote trust", "signatures were accepted",
        "not signed", "cosign", "denied by policy", "image policy", "violates policy", "quarantine",
        "no scanner registration", "imagepolicywebhook", "admission webhook", "binary authorization",
        "blocked by xray", "forbidden by policy", "xray", "signature for identity", "security policy",
        "download blocking", "blocked due to", "critical vulnerabilities", "is not signed in notary",
        "the image is not signed",
    ];
    AccessDenied: [
        "not found: does not exist or no pull access", "does not exist or no pull access",
        "pull access denied", "repository does not exist or may require",
        "repository does not exist or may require 'docker login'",
        "repository does not exist or may require authorization", "may not exist or may require",
        "image may not exist", "insufficient_scope: authorization failed", "either does not exist or",
        "does not exist or you do not have",
    ];
}
