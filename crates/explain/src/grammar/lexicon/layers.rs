//! The layers that wrap an error, and the ways to a mirror or a short name.
//!
//! Sources: the recordings; of what they do not show, `containerd@v1.2.14:remotes/docker/resolver.go:425`,
//! `containerd@v2.1.9:client/pull.go:188`, `containerd@v2.1.9:core/remotes/docker/authorizer.go:345`,
//! `containerd@v2.1.9:core/remotes/docker/httpreadseeker.go:159`, `containerd@v2.1.9:internal/cri/server/images/image_pull.go:282`,
//! `containerd@v2.2.0:core/transfer/local/pull.go:62`, `containerd@v2.1.9:core/unpack/unpacker.go:431`,
//! `container-libs@9869b8fd:image/copy/copy.go:282`, `container-libs@9869b8fd:image/docker/docker_client.go:1015`,
//! `container-libs@9869b8fd:image/pkg/shortnames/shortnames.go:320`,
//! `container-libs@9869b8fd:image/pkg/sysregistriesv2/system_registries_v2.go:671`, `moby@v20.10.24:distribution/errors.go:74`,
//! `moby@v20.10.24:distribution/xfer/download.go:368`, `amazon-ecs-agent@8dfceca6c:agent/dockerclient/dockerapi/errors.go:153`,
//! `buildkit@73ed6825c:client/solve.go:339`.

use super::words;

words! {
    Sandbox: [
        "failed to get sandbox image", "failed to create pod sandbox", "failedcreatepodsandbox",
        "sandbox image",
    ];
    Unpacking: [
        "failed to pull and unpack image",
    ];
    Resolving: [
        "failed to resolve reference", "failed to resolve image", "failed to resolve ref",
        "error resolving", "reading manifest", "initializing source", "retrieving manifest",
        "fetching target platform image", "failed to resolve source metadata", "failed to get image digest",
        "failed to inspect image", "resolving … manifest", "getting manifest", "failed to fetch manifest",
        "fetching manifest", "head manifest", "failed to get manifest", "error getting manifest",
        "get manifest", "error choosing image instance", "choosing an image from manifest list",
        "failed to resolve",
        // `go-containerregistry@v0.20.0:pkg/crane/get.go:33`, `go-containerregistry@v0.20.0:pkg/crane/copy.go:74`.
        "reading image \"", "fetching \"",
    ];
    Requesting: [
        "failed to do request",
    ];
    Pinging: [
        "pinging container registry", "pinging docker registry", "error pinging", "unable to ping registry endpoint", "ping attempt failed",
    ];
    NoEndpoint: [
        "no available registry endpoint",
    ];
    DaemonAnswer: [
        "error response from daemon", "client error", "api error (", "http code",
    ];
    EcsAgent: [
        "cannotpullcontainererror", "cannotpullimagemanifesterror", "cannotpullecrcontainererror",
        "resourceinitializationerror", "cannotpullcontainer", "unable to pull secrets or registry auth",
    ];
    BuildKit: [
        "failed to solve", "failed to do request: head https://localhost", "#…error: failed",
    ];
    AnonymousToken: [
        "failed to fetch anonymous token", "failed to get anonymous token", "anonymous pulling failed",
        "anonymous token",
    ];
    LoginToken: [
        "failed to fetch oauth token", "failed to fetch token", "trying to obtain access token",
        "getting username and password", "failed to fetch oauth2 token", "using refresh token",
        "requesting oauth token",
    ];
    BearerToken: [
        "requesting bearer token", "unable to retrieve auth token", "failed to authorize", "token exchange",
        "rejected token exchange", "error getting bearer token", "requesting bear token",
        "unable to get token", "failed to get authorization token", "failed to obtain token",
        "getting token", "fetch token", "token request", "error requesting token", "requesting token",
        "failed to get token", "unable to fetch token", "token endpoint", "token server",
        "authenticate … token", "get token from",
    ];
    BadToken: [
        "did not include a token in the response", "unable to decode token response",
        "decoding bearer token", "missing realm in bearer auth challenge",
        "no realm specified for token auth challenge", "unsupported protocol scheme", "invalid_token",
        "failed to parse token", "unknown challenge", "parsing bearer token", "no supported auth method",
        "unexpected end of json input … token", "failed to get auth token", "error getting auth token",
        "token signed by untrusted key", "token response", "could not parse token", "malformed token",
        "no token in response", "token … not valid yet", "missing token", "no bearer token",
        "unsupported auth scheme", "invalid token auth challenge realm", "no successful auth challenge",
        "auth challenge", "unable to parse realm", "invalid realm", "realm … invalid url",
        "unsupported authentication", "unable to parse www-authenticate",
        "unexpected www-authenticate", "no www-authenticate", "unable to extract token",
        "failed to decode token", "invalid bearer token", "www-authenticate missing",
        "missing www-authenticate",
    ];
    Copying: [
        "while fetching image layer", "while fetching layer", "fetching image layer", "failed to copy",
        "httpreadseeker: failed open", "httpreaderseeker: failed open", "error pulling image configuration", "parsing image configuration",
        "fetching blob", "reading blob", "writing blob", "download failed after attempts", "copying config",
        "copying layer", "error downloading layer", "error writing blob", "error reading blob",
        "storing blob to file", "determining manifest mime type for …: reading manifest sha256",
        "unable to copy from source", "copying system image", "error copying", "failed to fetch layer",
        "failed to download layer", "downloading layer", "download failed, retrying",
        "failed to fetch blob", "failed to download blob",  "fetching config",
        "reading config blob", "failed to read config", "getting blob", "error getting blob",
        "downloading blob", "trying to reuse blob", "failed to pull layer", "fetch blob",
        "failed to copy layer",
    ];
    Unpack: [
        "failed to extract layer", "failed to register layer", "applylayer", "failed to unpack image",
        "mount callback failed", "apply failure", "failed to apply layer", "extracting layer",
        "error processing tar file", "packer failed to pack", "error unpacking rootfs", "unpack entry",
        "failed to prepare extraction snapshot",
        "committing the finished image", "adding layer with blob", "unpacking failed", "failed to unpack",
        "untarring", "error unpacking", "re-exec error", "importlayer", "processbaselayer",
        "failed to import layer", "initialize unpacker", "processing tar file", "failed to unmount target",
        "failed to untar", "error extracting", "extract layer", "unpack image", "failed to apply diff",
        "applying layer", "failed to convert layer", "failed to commit snapshot",
    ];
    Mirrors: [
        "mirrors also failed", "hosts.toml", "registries.yaml", "registries.conf", "registry-mirrors",
        "certs.d", "registry mirror", "pull-through", "pull through cache", "mirror registry",
        "mirror endpoint", "configured mirror", "registry.mirrors", "config_path", "mirrors.docker",
        "invalid plugin config", "registry mirrors", "mirror server", "hosts directory",
        "configured endpoint", "registry endpoint … mirror", "image-registry mirror", "spegel", "dragonfly",
        "proxy cache", "proxy-cache",
    ];
    MirrorConfig: [
        "unable to read ca cert", "failed to load tls", "invalid `host` tree", "`mirrors` cannot be set",
        "cannot be set when `config_path`", "invalid mirror", "failed to load registry",
        "failed to parse registry", "invalid registry mirror", "error parsing hosts.toml",
        "failed to parse hosts.toml", "loading registries configuration", "error loading registries",
        "invalid url … mirror", "no endpoints available", "unable to find host config",
        "getting registries.conf", "failed to decode hosts.toml", "invalid endpoint url",
        "invalid plugin config: `mirrors`", "unable to load registries", "failed to load hosts",
        "failed to load registry host", "failed to parse certs.d", "hosts.toml … toml",
        "toml: … hosts.toml", "registries.yaml … yaml", "parse … registries.yaml",
        "invalid registries.conf", "registries.conf … toml", "failed to load config … registries",
        "invalid `host`", "server … not supported in hosts.toml", "unknown capability",
        "capability … not supported", "missing protocol scheme",
        "first path segment in url cannot contain colon",
    ];
    ShortName: [
        "no search registries", "did not resolve to an alias", "no unqualified-search registries",
        "unqualified-search", "short-name", "short name mode is enforcing",
        "short-name resolution enforced", "returns ambiguous list",
        "no registries configured while trying to pull an unqualified image", "unqualified image",
        "insufficient registries defined", "short name", "cannot prompt without a tty",
        "unqualified search registries",
    ];
}
