//! What else a registry answers: limits, failures, what it does not have.
//!
//! Sources: `distribution registry/api/v2/errors.go`, `net/http/status.go`, the services named in `access`.

use super::words;

words! {
    TooMany: [
        "too many * requests", "too many requests to registry", "too many requests", "toomanyrequests",
        "rate limit", "ratelimit", "pull rate limit", "rate exceeded", "throttlingexception", "throttled",
        "quota exceeded", "resource_exhausted", "resourceexhausted", "download limit", "hap429",
        "requests have been limited", "too many failed login attempts", "download rate limit",
    ];
    ServerError: [
        "stopped after 10 redirects", "temporary redirect", "500 internal server error", "502 bad gateway",
        "503 service unavailable", "504 gateway timeout", "501 not implemented", "bad gateway",
        "service unavailable", "gateway timeout", "internal server error", "gateway time-out",
        "status code 5", "unavailable: service unavailable", "name_unknown … backend",
        "service temporarily unavailable", "s3aws:", "filesystem: error", "backend unavailable",
        "internal error", "server is currently unable", "408 request timeout", "no healthy upstream",
        "bad response from upstream",
    ];
    NameUnknown: [
        "name unknown", "name_unknown", "repository name not known to registry", "repository not found",
        "repository * not found", "nosuchrepository", "repositorynotfoundexception",
        "repository with name … does not exist", "project * not found", "repository does not exist in",
        "no such repository", "no repository", "repository does not exist", "notfound: repository",
        "unknown repository", "the repository * does not exist", "repository * does not exist",
        "image repository * not exist", "project not found", "no such image", "not found: name unknown",
        "package not found", "does not exist in the registry with id", "repo not found",
    ];
    ManifestUnknown: [
        "manifest unknown", "manifest_unknown", "manifest for * not found", "manifest not found",
        "tag * not found", "unknown tag", "requested image not found", "imagenotfoundexception",
        "does not exist or no such tag", "not found: manifest unknown", "failed to fetch … as digest",
        "tag does not exist", "no such manifest", "failed to find … tag", "image not found",
        "unknown manifest", "unknown: artifact * not found", "artifact * not found",
        "the requested … tag … is not found", "manifest tagged by * is not found", "tag * does not exist",
        "unable to find manifest", "was deleted or has expired", "image * not found", "manifest invalid",
        "could not find manifest", "manifest tagged by", "tag expired",
    ];
    NotFound: [
        "404 not found", "not found", "notfound", "404 page not found", "status=404", "410 gone",
        "file not found", "does not exist",
    ];
    BlobUnknown: [
        "blob unknown", "unknown blob", "blob_unknown", "could not fetch content descriptor … not found",
        "content at … not found", "nosuchkey", "blob unknown to registry",
        "the specified key does not exist", "layer not found in registry",
        "unexpected status code …/blobs/…: 404", "could not fetch content descriptor", "blob * not found",
        "blobnotfound", "invalid status code from registry 404 (not found) … blob",
        "the specified blob does not exist", "layersnotfoundexception", "blob not found",
        "layer … does not exist in",
    ];
    NotARegistry: [
        "pinging container registry *: invalid status code from registry 404", "(text/html) from remote",
        "unexpected media type text/html", "error unmarshalling content: invalid character '<'",
        "invalid character '<' looking for beginning of value", "text/html", "<!doctype html", "<html",
        "v1/_ping", "statuscode: 404, \"", "pinging container registry …: statuscode: 404",
        "unable to ping registry endpoint", "error: status 404 trying to pull", "405 method not allowed",
        "invalid status code from registry 404 … ping",
        "unexpected status from head request to …: 400 bad request",
        "unsupported: the operation is unsupported", "406 not acceptable", "not a valid registry",
        "v1 ping attempt failed", "v2 ping attempt failed", "api version … registry",
        "error parsing http 404 response body", "domain not found",
        "error parsing http 403 response body: invalid character '<'",
    ];
}
