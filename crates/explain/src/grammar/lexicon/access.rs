//! Who may pull: logins, identities, policies.
//!
//! Sources: `distribution registry/api/errcode`, the error messages that Docker Hub, ECR, Artifact Registry, ACR, GHCR, Quay, Harbor,
//! GitLab, Artifactory, Nexus, IBM and Oracle document or have in their sources; `container-libs image/signature`; the
//! webhooks of Kyverno, Gatekeeper and Binary Authorization.

use super::words;

words! {
    Unauthorized: [
        "401 unauthorized", "unauthorized", "authentication required", "authorization failed",
        "not authenticated", "unauthenticated", "login required", "requires authentication",
        "anonymous access", "authorization required", "status=401", "need to authenticate",
        "must be authenticated", "not logged in", "authentication is required", "requires login",
        "login is required", "log in to", "please log in", "please login", "unable to authenticate",
        "authenticate first", "unauthorised", "not authorized", "not authorised", "credentials required",
        "access token is missing", "missing credentials",
    ];
    NoCredentials: [
        "no credentials on this request", "no credentials provided", "no login",
        "no basic auth credentials", "anonymous user", "anonymous pull", "unauthenticated request",
        "access denied: anonymous", "anonymous users", "anonymous caller", "unauthenticated requests",
        "anonymous is not allowed", "credentials not found", "no credentials", "without credentials",
        "anonymous access is not", "anonymous caller does not have", "login to access",
        "no auth credentials", "please login to the red hat registry", "no authentication provided",
        "no auth provided", "credentials were not provided", "no imagepullsecret", "no pull secret",
        "no valid credentials … anonymous", "anonymous users are only allowed", "anonymous access … denied",
        "no docker config", "unauthenticated requests do not have permission", "not allowed … anonymous",
        "did not provide credentials", "no authorization header", "missing authorization",
        "basic credential not found",
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
        "token has been revoked", "revoked", "bad props auth token", "wrong username was used",
        "login credentials are not valid", "user cannot be authenticated", "could not be authenticated",
        "invalid client secret", "aadsts7000215", "aadsts700016", "invalid user credentials",
        "incorrect username", "incorrect password", "invalid login", "invalid access key",
        "invalid authentication token", "authentication failure", "unable to login", "login failed",
        "invalidclienttokenid", "signaturedoesnotmatch", "unrecognizedclientexception", "bad token",
        "invalid jwt", "malformed jwt", "token verification failed", "invalid signature … token",
        "token is not valid", "token has been disabled", "account … suspended", "account … deactivated",
        "robot account … not exist", "robot … not found", "user … does not exist", "username … not found",
        "invalid robot", "deploy token … invalid", "account is not active", "could not authenticate",
        "not a valid token", "password … does not match", "unknown user", "invalid personal access token",
        "wrong credentials", "credentials are invalid", "credentials are incorrect",
        "invalid identity token", "token signature is invalid", "bad_credential",
        "wrong username or password", "authenticating creds for",
        // Google's registries, of a login that is not valid or no longer.
        "failed authentication",
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
        "authorization token … expired", "aadsts7000222", "client secret keys … are expired",
        "token … has expired", "token … expired", "credentials … expired", "expired credentials",
        "authentication token expired", "session has expired", "certificate or token expired",
        "pat has expired", "has expired or is invalid", "aadsts700082", "aadsts50173", "login expired",
        "token lifetime", "token is no longer valid", "secret … has expired", "password expired",
        "robot … has expired", "exp claim", "deploy token … expired", "signature expired",
        "request signature expired", "the provided token has expired",
        "security token included in the request is expired",
    ];
    Forbidden: [
        "request has expired", "403 forbidden", "forbidden", "denied", "access denied", "permission denied",
        "denied: requested access to the resource is denied", "requested access to the resource is denied",
        "access to the resource is denied", "accessdenied", "permission_denied", "insufficient_scope",
        "status=403", "insufficient scope", "access forbidden", "not allowed to", "access is denied",
        "access denied for", "you are not allowed", "rejected by server", "access to … denied",
        "authorization denied", "permission is denied",
    ];
    NotPermitted: [
        "does not have permission", "do not have permission", "doesn't have permission", "no permission to",
        "insufficient permissions", "insufficient privileges", "lacks permission", "not permitted to",
        "does not have access", "do not have access", "don't have access", "has no access",
        "required scopes", "insufficient scopes", "read:packages", "permission_denied: read_package",
        "permission_denied: the token provided does not match expected scopes",
        "token provided does not match expected scopes", "not authorized to access",
        "is not authorized to pull", "you may not have permission", "write_package",
        "unauthorized to access repository", "not allowed to pull", "has no permission",
        "have no permission", "you do not have the permission", "no pull permission", "lack permission",
        "lacks the required", "missing permission", "requires … permission", "not have sufficient",
        "not have the required", "not authorized to perform this", "not authorized to pull",
        "not a member of", "role … required", "cannot pull from", "is not permitted", "does not have pull",
        "does not have read", "not have read access", "not have pull access", "user … is not authorized",
        "team … not have access", "resource not accessible", "user not authorized", "not entitled",
        "not subscribed", "subscription … required", "no access to", "may not access",
        "must have … permission", "insufficient rights", "no rights",
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
        "unable to assume", "imds", "artifactregistry.", "role … is not authorized", "aadsts",
        "federated token", "workload identity", "unauthorized_client",
        "artifact registry api has not been used", "token exchange failed for project",
        "cloudresourcemanager", "iam.permissiondenied", "access denied to … role",
        "does not have … access to … repository", "is not authorized to access … ecr",
        "no identity-based policy", "explicit deny", "permission \"artifactregistry",
        "compute engine default service account", "service account … permission", "node service account",
        "instance profile", "sts … accessdenied", "webidentityerr", "assumerolewithwebidentity", "irsa",
        "not authorized to perform … ecr", "aadsts70021", "aadsts700213", "aadsts500011", "role assignment",
        "managedidentitycredential", "kubelet identity", "user assigned identity",
        "no user assigned or delegated managed identity", "identity not found", "dynamic group",
        "notauthorizedornotfound", "ram … nopermission", "forbidden.ram", "nopermission",
        "authorization failed or requested resource not found", "check that the role has the permissions",
        "don't have the needed permissions to perform this operation",
        // What Cloud Run and Lambda say of their own agents.
        "must have permission to read the image", "lambda does not have permission to access the ecr image",
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
        "we now block all ip addresses", "ip is blocked", "ip has been blocked", "ip address has been",
        "blocked your ip", "geo-block", "geoblock", "geographic", "region is blocked", "country … blocked",
        "not permitted from your", "firewall rules … registry", "aka.ms/acr/", "public access … disabled",
        "public network access … disabled", "public endpoint … disabled", "ip whitelist",
        "not in the whitelist", "not in whitelist", "not in the allowlist", "client ip", "banned",
        "abuse detection", "prohibited by organization's policy", "attention required! | cloudflare",
        "sorry, you have been", "http 451", "restricted location", "from this location", "from this ip",
        "connection from your",
        // The page of Google's front end, before any registry is asked.
        "your client does not have permission to get url",
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
        "the image is not signed", "denied the request", "validatingadmissionpolicy",
        "no matching signatures", "failed to verify image", "image verification failed",
        "signature verification failed", "failed to verify signature", "verify-image", "verifyimages",
        "invalid image repo", "allowed repos", "download request rejected", "blocked by curation",
        "denied by binary authorization", "admission rule", "attestor", "blocked by policy",
        "not in the list of allowed", "image … is not allowed", "untrusted image", "trusted registries",
        "unsigned image", "signature … missing", "trustpolicy", "trust policy", "sigstoresigned",
        "sigstore", "gpg: … signature", "no valid signature", "signature … could not be verified",
        "invalid gpg signature", "signature … not accepted", "artifact is quarantined", "scan … required",
        "vulnerability … exceed", "violating image", "securitycontextconstraints … image",
        "image … denied by", "blocked by … policy", "rejected by … policy", "forbidden by … policy",
        "license policy", "non-compliant", "image is blocked",
    ];
    // `moby v1.9 graph/pull_v1.go` says so of whatever the registry did not show to whoever asked, and names no registry.
    OldDenied: [
        "error: image * not found",
    ];
    AccessDenied: [
        "not found: does not exist or no pull access", "does not exist or no pull access",
        "pull access denied", "repository does not exist or may require",
        "repository does not exist or may require 'docker login'",
        "repository does not exist or may require authorization", "may not exist or may require",
        "image may not exist", "insufficient_scope: authorization failed", "either does not exist or",
        "does not exist or you do not have", "may require authentication",
        "does not exist or you may not have", "not found or access denied", "not found or no access",
        "does not exist or is private", "does not exist or access denied", "repository … not found or",
        "does not exist or requires authentication", "no access or does not exist",
        "or you do not have access", "does not exist (or you",
        // Azure Container Instances.
        "is not accessible. please check the image and registry credential", "inaccessibleimage",
    ];
}
