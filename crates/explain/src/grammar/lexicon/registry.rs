//! What else a registry answers: limits, failures, what it does not have.
//!
//! Sources: `distribution@v2.8.3:registry/api/v2/errors.go:57`, `go@b4712ab0:src/net/http/status.go:180`, the services named in
//! `access`.

use super::words;

words! {
    TooMany: [
        "too many * requests", "too many requests to registry", "too many requests", "toomanyrequests",
        "rate limit", "ratelimit", "pull rate limit", "rate exceeded", "throttlingexception", "throttled",
        "quota exceeded", "resource_exhausted", "resourceexhausted", "download limit", "hap429",
        "requests have been limited", "too many failed login attempts", "download rate limit",
        "pull traffic quota", "exceeded … quota", "limit exceeded", "exceeded the rate", "rate-limited",
        "rate limited", "too many pulls", "request limit", "retry later … limit", "reached your pull",
        "pull limit", "requestlimitexceeded", "exceeded … rate limit", "rate limiting", "api rate",
        "concurrent … limit", "bandwidth limit", "pulls per", "limit of … pulls",
    ];
    ServerError: [
        "stopped after 10 redirects", "temporary redirect", "500 internal server error", "502 bad gateway",
        "503 service unavailable", "504 gateway timeout", "501 not implemented", "bad gateway",
        "service unavailable", "gateway timeout", "internal server error", "gateway time-out",
        "status code 5", "unavailable: service unavailable", "name_unknown … backend",
        "service temporarily unavailable", "s3aws:", "filesystem: error", "backend unavailable",
        "internal error", "server is currently unable", "408 request timeout", "no healthy upstream",
        "bad response from upstream", "trying to fetch remote history",
        // `moby@v1.12.6:registry/session.go:357`: no endpoint answered with 200 or 404.
        "could not reach any registry endpoint",
        "received unexpected http status: 5", "unexpected http code: 5", "unable to connect to the backend",
        "upstream connect error", "upstream request timeout",
        "no server is available to handle this request", "web server is down", "the service is unavailable",
        "temporarily unavailable", "undergoing maintenance", "under maintenance", "maintenance mode",
        "unknown: unknown error", "an unknown error occurred", "database … error … registry",
        "storage backend", "s3: … error", "invalid status code from registry 5", "origin is unreachable",
        "connection timed out cloudflare", "error code: 5", "server error", "bad_gateway",
        "service_unavailable", "internal_error", "received unexpected http status: 408",
        "backend fetch failed", "redis: … connection", "registryerrorresponse",
        "an error response is received from the docker registry",
    ];
    NameUnknown: [
        "name unknown", "name_unknown", "repository name not known to registry", "repository not found",
        "repository * not found", "nosuchrepository", "repositorynotfoundexception",
        "repository with name … does not exist", "project * not found", "repository does not exist in",
        "no such repository", "no repository", "repository does not exist", "notfound: repository",
        "unknown repository", "the repository * does not exist", "repository * does not exist",
        "image repository * not exist", "project not found", "not found: name unknown", "package not found",
        "does not exist in the registry with id", "repo not found",
        "repository … was not found", "repository is not found", "repository_not_found", "no such repo",
        "unknown image name", "consumer 'project* is invalid", "consumer 'project* has been suspended", "repo does not exist", "repository … is not known", "namespace … not found",
        "namespace … does not exist", "project … does not exist", "path not found in registry",
        "could not find repository", "the named repository is not known", "repository … has been deleted",
        "is not a valid repository", "requested repository … not found", "image repository … not found",
        "organization … not found", "name_invalid", "project * has been deleted", "project * was deleted",
        "namespace * has been disabled", "project * has been disabled", "repository * has been disabled", "the repository … was not found", "no such project",
        "repo … not found", "repository … could not be found",
    ];
    ManifestUnknown: [
        "manifest unknown", "manifest_unknown", "manifest for * not found", "manifest not found",
        "tag * not found", "unknown tag", "requested image not found", "imagenotfoundexception",
        "does not exist or no such tag", "not found: manifest unknown", "tag does not exist",
        "no such manifest", "failed to find … tag", "image not found", "unknown manifest",
        "unknown: artifact * not found", "artifact * not found", "the requested … tag … is not found",
        "manifest tagged by * is not found", "tag * does not exist", "unable to find manifest",
        "was deleted or has expired", "image * not found", "could not find manifest", "manifest tagged by",
        "tag expired", "the named manifest is not known", "requested manifest … not found",
        "no such tag", "tag * could not be found", "manifest for … not found",
        "manifest … does not exist", "failed to find tag", "failed to fetch manifest … 404",
        "the tag … does not exist", "digest … not found", "manifest tagged with", "could not find tag",
        "no manifest with", "tag is not found", "tag_invalid", "image … could not be found",
        "image manifest … not found", "manifest is not found", "reading manifest … 404",
        "tag * was not found", "tag … not found in repository", "manifest for tag * missing",
        "manifest for * missing", "tag * missing in repository", "check if image tag name is spelled correctly",
        "error: image '*' not found", "error: image \"*\" not found",
    ];
    // `moby@v20.10.24:client/service_create.go:163`.
    Unpinned: [
        "could not be accessed on a registry to record", "unable to pin image",
    ];
    NotFound: [
        "404 not found", "not found", "notfound", "404 page not found", "status=404", "410 gone",
        "file not found", "does not exist", "response was http.statusnotfound",
    ];
    BlobUnknown: [
        "blob unknown", "unknown blob", "blob_unknown", "could not fetch content descriptor … not found",
        "content at … not found", "nosuchkey", "blob unknown to registry",
        "the specified key does not exist", "layer not found in registry",
        "unexpected status code …/blobs/…: 404", "could not fetch content descriptor", "blob * not found",
        "blobnotfound", "invalid status code from registry 404 (not found) … blob",
        "the specified blob does not exist", "layersnotfoundexception", "blob not found",
        "layer … does not exist in", "blob not known", "layer … not found", "no such blob",
        "the specified blob … not exist", "layer is missing", "object … not found … bucket", "no such key",
        "blobs/*: 404", "config blob … not found", "missing blob", "blob … does not exist",
    ];
    HtmlManifest: [
        "(text/html) from remote", "unexpected media type text/html", "unsupported manifest media type and no default available: text/html",
        "unsupported media type text/html", "unknown media type text/html", "unsupported mediatype: \"text/html",
    ];
    Page: [
        "invalid character '<'", "invalid character '<' looking for beginning of value", "<!doctype html", "<html", "<title>",
        "text/html", "received html", "unexpected html", "unexpected content type text/html",
    ];
    NotARegistry: [
        "pinging container registry *: invalid status code from registry 404", "v1/_ping",
        "statuscode: 404, \"", "pinging container registry …: statuscode: 404",
        "error: status 404 trying to pull", "405 method not allowed",
        "invalid status code from registry 404 … ping",
        "unexpected status from head request to …: 400 bad request",
        "unsupported: the operation is unsupported", "406 not acceptable", "not a valid registry",
        "api version … registry", "error parsing http 404 response body", "domain not found",
        "default backend - 404", "is not a docker registry", "not a docker registry",
        "does not appear to be a registry", "no registry … at", "unsupported registry",
        "404 page not found … v2", "invalid api version", "no such registry",
    ];
}
