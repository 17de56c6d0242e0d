//! What runtimes, kubelets, registries and Go say when a pull fails: each clause, with the words that say it.
//!
//! Words are in lower case; `…` stands for anything, `*` for anything without white space. A clause that lies within a longer one is not counted: in
//! `unexpected EOF` nobody says `EOF`. Sources: the recordings of real runtimes, and upstream as named.

macro_rules! words {
    ($($variant:ident: $meaning:literal, [$($pattern:literal),+ $(,)?];)*) => {
        /// A clause of the grammar: one thing that an error can say.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Word {
            $(#[doc = concat!($meaning, ".")] $variant,)*
        }

        impl Word {
            /// All clauses, each with the words that say it.
            pub(crate) const LEXICON: &'static [(Self, &'static [&'static str])] =
                &[$((Self::$variant, &[$($pattern),+]),)*];

            /// What the clause means.
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$variant => $meaning,)*
                }
            }
        }
    };
}

words! {
    // The kubelet (kubernetes pkg/kubelet/images, pkg/kubelet/kubelet_pods.go).
    KubeletPull: "the kubelet reports a failed pull", [
        "failed to pull image", "back-off pulling image", "errimagepull", "imagepullbackoff", "pulling image",
    ];
    NeverPull: "the pull policy forbids to pull", [
        "errimageneverpull", "is not present with pull policy of never",
    ];
    PullQps: "the kubelet's own limit of pulls", ["pull qps exceeded"];
    InvalidName: "the image name does not parse", [
        "could not parse reference",
        "failed to parse reference",
        "parsing image name",
        "invalid image name",
        "unable to parse image name",
        "invalid image reference",
        "unable to parse image",
        "invalid image:",
        "couldn't parse image",
        "invalidimagename", "failed to apply default image tag", "couldn't parse image name",
        "couldn't parse image reference", "invalid reference format", "failed to parse image reference",
        "repository name must be lowercase", "must be lowercase", "cannot parse input",
        "invalid checksum digest length", "invalid checksum digest format", "unsupported digest algorithm",
        "repository name must not be more than 255 characters", "invalid repository name",
        "invalid tag format", "must not have leading or trailing whitespace", "cannot specify 64-byte hexadecimal",
        "error parsing reference", "repository name must have at least one component",
        "failed to normalize image reference", "is not a valid repository/tag",
    ];
    SecretNotFound: "a pull secret that the pod names is not there", [
        "secrets \"*\" not found",
        "secret \"*\" not found",
        "unable to retrieve pull secret", "failedtoretrieveimagepullsecret",
        "unable to retrieve some image pull secrets", "couldn't find imagepullsecret",
        "imagepullsecrets * not found", "image pull secret * not found", "pull secret * not found",
        "secrets \"…\" not found. the image pull may not succeed",
    ];
    SecretMalformed: "a login file does not parse", [
        "data[.dockercfg]: invalid value",
        "data[.dockerconfigjson]: invalid value",
        "error occurred while trying to unmarshal json",
        "failed to load docker config",
        "couldn't parse docker config",
        "unable to parse docker config",
        "parse docker config",
        "decoding docker config",
        "dockerconfigjson: … invalid",
        "malformed dockerconfig",
        "parsing dockerconfig",
        "illegal base64 data at input byte", "unable to parse auth field", "invalid decoded auth",
        "failed to parse auth config", "error unmarshalling dockerconfig", "unmarshal dockercfg",
        "invalid docker config", "failed to unmarshal dockerconfigjson", "invalid imagepullsecret",
        "must be formatted as base64(username:password)", "invalid auth configuration file",
        "failed to decode dockerconfigjson", "error unmarshaling .dockerconfigjson",
        "getting auth config … invalid character", "secret … is not a valid dockerconfig",
        "invalid secret type", "unexpected secret type", "unknown secret type",
        "cannot unmarshal … into go … type credentialprovider.dockerconfig",
        "cannot unmarshal … of type credentialprovider",
        "no registry auth data found in secret", "does not contain .dockerconfigjson",
    ];
    ProviderFailed: "a credential provider on the node fails", [
        "failed to run credential provider",
        "failed to get ecr authorization token",
        "unable to retrieve ecr registry auth",
        "credential helper",
        "ecr-login",
        "credentials plugin",
        "credential provider plugin", "failed getting credential from external registry credential provider",
        "credential provider … failed", "credentialprovider exec plugin", "image-credential-provider",
        "error getting credentials - err", "error getting credentials", "docker-credential-",
        "error executing credential provider", "failed to get credentials from … plugin",
        "unable to get ecr credentials", "failed to get ecr token", "unable to get registry credentials",
        "google-dockercfg", "while reading 'google-dockercfg' metadata", "failed to execute plugin",
        "ecr-credential-provider", "acr-credential-provider", "gcp-credential-provider",
        "failed to retrieve aws credentials", "nocredentialproviders", "no valid providers in chain",
    ];
    RuntimeDown: "the runtime itself does not answer", [
        "containerd.sock", "crio.sock", "dockershim.sock", "cri-dockerd.sock", "docker.sock",
        "container runtime is not running", "cannot connect to the docker daemon",
        "container runtime is down", "unknown service runtime.v1", "connection error: desc",
        "transport: error while dialing", "unable to determine runtime api version",
        "validate service connection", "is the docker daemon running",
    ];
    Deadline: "a limit of time for the whole pull", [
        "context deadline exceeded", "deadlineexceeded", "context canceled", "code = 4 desc",
        "because of no progress", "cancelled pulling", "pull progress deadline", "operation timed out",
        "timed out waiting for image", "timed out pulling", "image pull timed out", "pulling image timed out",
        "timeout expired while pulling", "image-pull-progress-deadline", "imagepullprogressdeadline",
    ];

    // Wrapping layers (containerd core/remotes/docker, internal/cri/server; containers/image; moby).
    Sandbox: "the image of the pod's sandbox", [
        "failed to get sandbox image", "failed to create pod sandbox", "failedcreatepodsandbox",
        "sandbox image",
    ];
    Unpacking: "pulling and unpacking (containerd)", ["failed to pull and unpack image"];
    Resolving: "resolving the reference", [
        "failed to resolve reference", "failed to resolve image", "failed to resolve ref", "error resolving",
        "reading manifest", "pinging container registry", "initializing source", "retrieving manifest",
        "fetching target platform image", "failed to solve", "failed to resolve source metadata",
    ];
    NoEndpoint: "no endpoint of the registry answered (containerd before 1.3)", ["no available registry endpoint"];
    DaemonAnswer: "an answer of the Docker daemon", ["error response from daemon", "api error (", "http code"];
    EcsAgent: "the agent of Amazon ECS", ["cannotpullcontainererror", "cannotpullimagemanifesterror"];
    BuildKit: "a build, not a node", ["failed to solve", "failed to do request: head https://localhost", "#…error: failed"];
    AnonymousToken: "asking for a token without login", [
        "failed to fetch anonymous token", "failed to get anonymous token",
    ];
    LoginToken: "asking for a token with a login", [
        "failed to fetch oauth token", "failed to fetch token", "trying to obtain access token",
    ];
    BearerToken: "asking for a token", [
        "requesting bearer token", "unable to retrieve auth token", "failed to authorize",
        "token exchange", "rejected token exchange", "error getting bearer token", "requesting bear token",
        "unable to get token",
    ];
    BadToken: "a token service that does not give a usable token", [
        "did not include a token in the response", "unable to decode token response", "decoding bearer token",
        "missing realm in bearer auth challenge", "no realm specified for token auth challenge",
        "unsupported protocol scheme", "invalid_token", "failed to parse token", "unknown challenge",
        "parsing bearer token", "no supported auth method", "unexpected end of json input … token",
        "failed to get auth token", "error getting auth token", "token signed by untrusted key",
    ];
    Copying: "fetching content", [
        "while fetching image layer",
        "while fetching layer",
        "fetching image layer",
        "failed to copy", "httpreadseeker: failed open", "error pulling image configuration",
        "parsing image configuration", "fetching blob", "reading blob", "writing blob", "download failed after attempts",
        "copying config", "copying layer", "error downloading layer", "error writing blob", "error reading blob",
        "storing blob to file", "determining manifest mime type for …: reading manifest sha256", "unable to copy from source",
    ];
    Unpack: "unpacking a layer", [
        "failed to extract layer", "failed to register layer", "applylayer", "failed to unpack image",
        "mount callback failed", "apply failure", "failed to apply layer", "extracting layer",
        "error processing tar file", "failed to prepare extraction snapshot", "committing the finished image",
        "adding layer with blob", "unpacking failed", "failed to unpack", "untarring",
    ];
    Mirrors: "mirrors", [
        "mirrors also failed", "hosts.toml", "registries.yaml", "registries.conf", "registry-mirrors", "certs.d",
        "registry mirror", "pull-through", "pull through cache", "mirror registry", "mirror endpoint", "configured mirror",
          "registry.mirrors", "config_path",
        "mirrors.docker", "invalid plugin config", "registry mirrors",
    ];

    MirrorConfig: "the configuration of mirrors does not load", [
        "unable to read ca cert", "failed to load tls", "invalid `host` tree", "`mirrors` cannot be set", "cannot be set when `config_path`",
        "invalid mirror", "failed to load registry", "failed to parse registry", "invalid registry mirror", "error parsing hosts.toml", "failed to parse hosts.toml",
        "loading registries configuration", "error loading registries", "invalid url … mirror", "no endpoints available", "unable to find host config",
        "getting registries.conf", "failed to decode hosts.toml", "invalid endpoint url",
    ];

    // Names (Go net/dnsclient_unix.go).
    NoSuchHost: "the name does not exist", [
        "no such host", "name or service not known", "nodename nor servname", "nxdomain", "could not resolve host",
        "unknown host", "no address associated with hostname", "getaddrinfo enotfound", "no data record",
    ];
    ResolverFailed: "the name server does not answer rightly", [
        "server misbehaving", "temporary failure in name resolution", "lookup …: i/o timeout",
        "lookup …: read udp …: connection refused", "lookup …: read udp …: i/o timeout",
        "lookup …: dial udp …: connect: network is unreachable", "lookup …: dial udp", "lookup …: read udp",
        "lookup …: write udp", "lookup …: dial tcp", "lookup …: read tcp",
        "cannot unmarshal dns message", "servfail", "eai_again", "try again later … lookup", "lookup …: connection refused",
        "lookup …: device or resource busy", "dns lookup failed", "lookup …: too many open files",
        "lookup …: connect: network is unreachable", "lookup …: connection timed out", "lookup …: no route to host",
        "lookup …: operation was canceled", "lookup …: context deadline exceeded", "dns server failure",
        "no servers could be reached", "resolv.conf",
    ];
    Lookup: "looking a name up", ["dial tcp: lookup", "dial: lookup", "lookup"];

    // Connections (Go net, syscall).
    Refused: "the connection is refused", [
        "connection refused", "connectex: no connection could be made", "actively refused", "econnrefused",
    ];
    DialTimeout: "no answer to the connection", [
        "dial tcp …: i/o timeout", "i/o timeout", "connection timed out", "connect: operation timed out",
        "client.timeout exceeded while awaiting headers", "request canceled while waiting for connection",
        "dial tcp …: connect: connection timed out", "failed to connect … timed out", "etimedout",
        "connection attempt failed because the connected party did not properly respond", "timed out connecting",
        "connection timeout",
    ];
    NoRoute: "no way to the address", [
        "no route to host", "network is unreachable", "cannot assign requested address", "host is down",
        "enetunreach", "ehostunreach", "unreachable network", "address family not supported", "network is down",
        "connect: permission denied", "connect: operation not permitted", "unreachable host", "no suitable address found",
    ];
    Reset: "the connection is torn down", [
        "connection reset by peer", "broken pipe", "econnreset", "forcibly closed by the remote host",
        "use of closed network connection", "server closed idle connection", "http2: server sent goaway",
        "stream error", "connection closed by remote", "transport connection broken", "unexpected connection close",
        "remote end closed connection", "http2: client connection lost", "tls: user canceled", "connection was reset",
    ];
    Eof: "the connection ends", ["eof"];
    BodyTimeout: "content stops to come", [
        "context canceled … reading body",
        "client.timeout or context cancellation while reading body", "client.timeout exceeded while reading body",
        "timeout awaiting response headers", "request canceled (client.timeout exceeded", "read tcp …: i/o timeout",
        "read: connection timed out", "net/http: request canceled", "read: operation timed out",
    ];
    TooLong: "packets are too long", ["message too long", "fragmentation needed", "mtu"];
    BadPort: "the port is not one", ["invalid port", "unknown port", "invalid url port", "too many colons in address"];

    // TLS (Go crypto/tls, crypto/x509).
    UnknownAuthority: "the authority is unknown", [
        "certificate signed by unknown authority", "self signed certificate", "self-signed certificate",
        "unable to get local issuer certificate", "unable to verify the first certificate",
        "certificate is not trusted", "unknown certificate authority", "not trusted by the trust provider",
        "x509: “…” certificate is not trusted", "x509: cannot validate certificate with unknown authority",
        "certificate verify failed", "unknown ca", "system root pool", "failed to load system roots",
        "certificate is not standards compliant", "certificate specifies an incompatible key usage",
        "x509: unhandled critical extension", "parent certificate cannot sign this kind of certificate",
        "x509: invalid signature", "certificate … is not authorized to sign other certificates",
    ];
    Expired: "the certificate is outside of its validity", [
        "certificate … is after",
        "certificate … is before",
        "certificate has expired or is not yet valid", "certificate has expired", "certificate is not yet valid",
        "expired certificate", "certificate expired",
    ];
    NameMismatch: "the certificate is for other names", [
        "x509: certificate is valid for …, not", "certificate is valid for", "certificate is not valid for any names",
        "doesn't contain any ip sans", "relies on legacy common name field", "not valid for requested host",
        "cannot validate certificate for … because it doesn't contain", "hostname mismatch", "ingress controller fake certificate",
        "x509: certificate is not authorized", "name constraint", "does not match host", "no alternative certificate subject name",
    ];
    PlainHttp: "HTTP where TLS is expected, or the reverse", [
        "server gave http response",
        "server gave http response to https client", "oversized record received", "first record does not look like a tls handshake",
        "client sent an http request to an https server", "plain http request was sent to https port",
        "malformed http response \"\\x15\\x03", "malformed http response \"\x15\x03", "wrong version number",
        "http: server gave", "received record with version", "malformed http response", "unencrypted http",
    ];
    HandshakeTimeout: "the TLS handshake stalls", [
        "tls handshake timeout", "ssl handshake timed out", "handshake did not complete", "tls: handshake timed out",
    ];
    TlsAlert: "no TLS in common", [
        "remote error: tls:", "handshake failure", "protocol version not supported", "no cipher suite supported",
        "tls: server selected unsupported protocol version", "certificate required", "bad certificate", "unsupported versions",
        "unrecognized name", "tls: no supported versions satisfy", "tls: internal error", "insufficient security level",
    ];

    // Proxies (Go net/http transport.go).
    ProxyConnect: "the proxy cannot be used", [
        "squid",
        "zscaler",
        "fortinet",
        "web gateway",
        "bluecoat",
        "url filtering",
        "proxy server",
        "proxy returned",
        "proxyconnect tcp", "proxyconnect", "error connecting to proxy", "proxy authentication required", "socks connect",
        "407 proxy", "unknown scheme … proxy", "invalid proxy", "via proxy", "bad proxy", "proxy error", "authenticationrequired",
        "http_proxy", "https_proxy", "socks5", "through proxy",
    ];
    ConnectRefused: "a reason phrase alone: what a proxy said to CONNECT", [
        "https://*\": forbidden", "https://*: forbidden", "https://*\": bad gateway", "https://*: bad gateway", "https://*\": service unavailable",
        "https://*: service unavailable", "https://*\": gateway timeout", "https://*: gateway timeout",
        "https://*\": proxy authentication required", "https://*\": not found", "https://*\": method not allowed",
        "https://*\": not allowed", "https://*\": host_not_found", "https://*\": tunnel failed",
    ];
    GatewayPhrase: "the reason phrase Internal Server Error alone", [
        "https://*\": internal server error", "https://*: internal server error",
    ];

    // The registry's answers (distribution error codes, status lines).
    TooMany: "the registry refuses further requests", [
        "too many * requests",
        "too many requests to registry",
        "too many requests", "toomanyrequests", "rate limit", "ratelimit", "pull rate limit", "rate exceeded",
        "throttlingexception", "throttled", "quota exceeded", "resource_exhausted", "resourceexhausted", "download limit", "hap429",
        "requests have been limited", "too many failed login attempts", "download rate limit",
    ];
    ServerError: "the registry fails", [
        "stopped after 10 redirects",
        "temporary redirect",
        "500 internal server error", "502 bad gateway", "503 service unavailable", "504 gateway timeout", "501 not implemented",
        "bad gateway", "service unavailable", "gateway timeout",
        "internal server error", "gateway time-out", "status code 5", "unavailable: service unavailable", "name_unknown … backend",
        "service temporarily unavailable", "s3aws:", "filesystem: error", "backend unavailable", "internal error", "server is currently unable",
        "408 request timeout", "no healthy upstream", "bad response from upstream",
    ];
    Unauthorized: "a login is wanted, or was refused", [
        "401 unauthorized", "unauthorized", "authentication required", "authorization failed", "not authenticated",
        "unauthenticated", "unauthenticated request", "login required", "requires authentication", "anonymous access",
        "authorization required", "status=401", "need to authenticate", "must be authenticated", "not logged in",
    ];
    NoCredentials: "no login was given", [
        "no credentials on this request",
        "no credentials provided",
        "no login",
        "no basic auth credentials", "anonymous user", "anonymous pull", "unauthenticated request",
        "access denied: anonymous", "anonymous users", "anonymous caller", "unauthenticated requests",
        "anonymous is not allowed", "credentials not found", "no credentials", "without credentials", "anonymous access is not",
        "anonymous caller does not have", "login to access", "no auth credentials",
    ];
    WrongLogin: "the login is wrong", [
        "incorrect username or password", "invalid username/password", "invalid username or password", "invalid credentials",
        "bad credentials", "invalid username", "wrong password", "login attempt … failed", "username or password is incorrect",
        "authentication failed", "failed to authenticate", "invalid credential", "user not found", "access token is invalid",
        "password is incorrect", "bad username or password", "basic auth … failed", "http basic: access denied", "invalid password",
        "account is locked", "account locked", "account disabled", "email address … not verified", "could not find user", "invalid robot credentials",
        "could not find robot with username", "robot account … disabled", "invalid api key", "apikey … invalid",
        "please log in with your docker id", "personal access token", "authentication is required … password", "two-factor",
         "invalid token", "token is invalid", "token has been revoked", "revoked",
    ];
    QuayDenied: "Quay tells neither missing nor private, nor a wrong login", [
        "access to the requested resource is not authorized",
    ];
    TokenExpired: "a token has expired", [
        "invalid_grant",
        "security token included in the request",
        "authorization token has expired", "token has expired", "expiredtoken", "expired token", "token expired", "token is expired",
        "reauthenticate and try again", "credentials have expired", "security token … expired", "session expired", "has expired. reauthenticate",
        "jwt expired", "expiredtokenexception", "the security token included in the request is expired", "refresh token … expired", "robot account expired",
        "password has expired", "pat … expired", "token used after its expiration", "authorization token … expired",
    ];
    Forbidden: "access is denied", [
        "request has expired",
        "403 forbidden", "forbidden", "denied", "access denied", "permission denied", "denied: requested access to the resource is denied",
        "requested access to the resource is denied", "access to the resource is denied", "insufficient permissions", "accessdenied",
        "permission_denied", "access forbidden", "not allowed to", "insufficient_scope", "status=403", "insufficient scope",
    ];
    NotPermitted: "the user may not pull this", [
        "does not have permission", "do not have permission", "doesn't have permission", "no permission to",
        "insufficient permissions", "insufficient privileges", "lacks permission", "not permitted to",
        "does not have access", "do not have access", "don't have access", "has no access", "required scopes", "read:packages",
        "permission_denied: read_package", "permission_denied: the token provided does not match expected scopes",
        "token provided does not match expected scopes", "access forbidden", "not authorized to access", "is not authorized to pull",
        "you may not have permission", "write_package", "unauthorized to access repository", "not allowed to pull",
    ];
    CloudDenied: "a cloud identity may not pull", [
        "permission denied for … from request",
        "unauthenticated request. unauthenticated",
        "is not authorized to perform", "ecr:batchgetimage", "ecr:getauthorizationtoken", "ecr:getdownloadurlforlayer", "accessdeniedexception",
        "artifactregistry.repositories.downloadartifacts", "storage.objects.get", "storage.objects.list", "storage.buckets.get",
        "identity-based policy", "resource-based policy", "managed identity", "service principal", "acrpull", "iam.serviceaccounts",
        "assumerole", "sts:assumerole", "missing scope", "serviceaccount … does not have", "caller does not have permission",
        "gserviceaccount.com does not have", "request had insufficient authentication scopes", "unable to assume", "imds",
        "resourceinitializationerror", "artifactregistry.", "unable to pull secrets or registry auth", "role … is not authorized",
        "aadsts", "federated token", "workload identity", "unauthorized_client",
    ];
    ClientBlocked: "the registry refuses this client", [
        "cloudflare to restrict access",
        "error 1020",
        "sorry, you have been blocked",
        "is not allowed access", "aka.ms/acr/firewall", "451 unavailable for legal reasons", "402 payment required", "not allowed from your",
        "not available in your", "export control", "embargo", "sanction", "ip address … blocked", "client with ip", "your country",
        "access from … is denied", "ip … is not allowed", "blocked by network policy", "public network access", "your ip", "your location",
        "legal reasons", "denied by firewall", "vpc service controls", "vpcservicecontrols", "organization's policy", "network access … not allowed",
        "blocked by ip", "ip allow list", "ip allowlist",
    ];
    PolicyDenied: "a policy refuses the image", [
        "/policy.json",
        "no policy.json file found",
        "project_policy_violation",
        "policy_violation",
        "policy violation",
        "image severity",
        "source image rejected", "a signature was required", "signaturevalidationfailed", "rejected by policy",
        "vulnerable handler", "projectpolicyviolation", "412 precondition failed", "precondition failed", "prevented from pulling", "current image with",
        "vulnerabilities cannot be pulled", "cannot be pulled due to configured policy", "prevent vulnerable", "content trust", "trust data",
        "remote trust", "signatures were accepted", "not signed", "cosign", "denied by policy", "image policy", "violates policy", "quarantine",
        "no scanner registration", "imagepolicywebhook", "admission webhook", "binary authorization", "blocked by xray", "forbidden by policy", "xray",
        "signature for identity", "security policy", "download blocking", "blocked due to", "critical vulnerabilities", "is not signed in notary",
        "the image is not signed",
    ];
    AccessDenied: "the registry tells neither missing nor private", [
        "not found: does not exist or no pull access",
        "does not exist or no pull access",
        "pull access denied", "repository does not exist or may require", "repository does not exist or may require 'docker login'",
        "repository does not exist or may require authorization", "may not exist or may require",
          "image may not exist",
        "insufficient_scope: authorization failed", "either does not exist or", "does not exist or you do not have",
    ];
    NameUnknown: "the repository does not exist", [
        "name unknown", "name_unknown", "repository name not known to registry", "repository not found", "repository * not found", "nosuchrepository",
        "repositorynotfoundexception", "repository with name … does not exist", "project * not found", "repository does not exist in",
        "no such repository", "no repository", "repository does not exist", "notfound: repository", "unknown repository",
        "the repository * does not exist", "repository * does not exist", "image repository * not exist", "project not found", "no such image",
        "not found: name unknown", "package not found", "does not exist in the registry with id", "repo not found",
    ];
    ManifestUnknown: "the tag or digest does not exist", [
        "manifest unknown", "manifest_unknown", "manifest for * not found", "manifest not found", "tag * not found", "unknown tag",
        "requested image not found", "imagenotfoundexception", "does not exist or no such tag", "not found: manifest unknown", "failed to fetch … as digest",
        "tag does not exist", "no such manifest", "failed to find … tag", "image not found", "unknown manifest", "unknown: artifact * not found",
        "artifact * not found", "the requested … tag … is not found", "manifest tagged by * is not found", "tag * does not exist", "unable to find manifest",
        "was deleted or has expired", "image * not found", "manifest invalid", "could not find manifest", "manifest tagged by",  "tag expired",
    ];
    NotFound: "404, or containerd's not found", [
        "404 not found", "not found", "notfound", "404 page not found", "status=404", "410 gone", "file not found", "does not exist",
    ];
    BlobUnknown: "content is missing", [
        "blob unknown", "unknown blob", "blob_unknown", "could not fetch content descriptor … not found", "content at … not found", "nosuchkey",
        "blob unknown to registry", "the specified key does not exist", "layer not found in registry", "unexpected status code …/blobs/…: 404",
        "could not fetch content descriptor", "blob * not found", "blobnotfound", "invalid status code from registry 404 (not found) … blob",
        "the specified blob does not exist", "layersnotfoundexception", "blob not found", "layer … does not exist in",
    ];
    NotARegistry: "something else than a registry answers", [
        "pinging container registry *: invalid status code from registry 404",
        "(text/html) from remote", "unexpected media type text/html", "error unmarshalling content: invalid character '<'",
        "invalid character '<' looking for beginning of value", "text/html", "<!doctype html", "<html", "v1/_ping", "statuscode: 404, \"",
        "pinging container registry …: statuscode: 404",  "unable to ping registry endpoint", "error: status 404 trying to pull",
        "405 method not allowed", "invalid status code from registry 404 … ping", "unexpected status from head request to …: 400 bad request",
        "unsupported: the operation is unsupported", "406 not acceptable", "not a valid registry", "v1 ping attempt failed", "v2 ping attempt failed",
        "api version … registry", "error parsing http 404 response body", "domain not found", "error parsing http 403 response body: invalid character '<'",
    ];

    // Short names (containers/image pkg/shortnames).
    ShortName: "an unqualified name", [
        "no search registries",
        "did not resolve to an alias", "no unqualified-search registries", "unqualified-search", "short-name", "short name mode is enforcing",
        "short-name resolution enforced", "returns ambiguous list", "no registries configured while trying to pull an unqualified image",
        "unqualified image", "insufficient registries defined", "short name", "cannot prompt without a tty", "unqualified search registries",
    ];

    // Content.
    Schema1: "a schema 1 manifest", [
        "schema 1", "schema1", "schema v1", "manifest version 1", "no signatures", "missing signature key", "docker.distribution.manifest.v1+prettyjws",
        "docker.distribution.manifest.v1+json", "schemaversion 1", "image format v1", "v1 manifest", "schema version 1", "docker.distribution.manifest.v1", "deprecated-image-specs",
    ];
    MediaType: "a manifest that cannot be used", [
        "accept header does not support",
        "unknown manifest class",
        "unsupported manifest type",

        "rejecting * byte manifest",
        "after top-level value",
        "cannot unmarshal",
        "unsupported media type", "unsupported mediatype", "unexpected media type", "no processor for media-type", "mediatype in manifest", "unknown media type",
        "mismatched image rootfs", "encountered remote", "unsupported manifest", "unimplemented", "unrecognized manifest", "unknown manifest",
        "media-type: expected", "target.mediatype must be set", "reports content size of zero", "unsupported content type", "unsupported docker v1",
        "missing or empty content-type", "manifest_invalid", "layers and diffids don't match", "invalid desc", "unsupported schema version", "no supported platform manifests",
        "application/vnd.oci.empty.v1+json", "application/vnd.cncf.helm", "mediatype … not supported", "unsupported layer", "unsupported format", "invalid image manifest",
        "unrecognized image format", "unknown layer", "vnd.oci.image.layer … zstd", "unsupported image-specific operation", "manifest list … unsupported", "not a container image",
        "invalid mediatype", "unsupported manifest media type", "oci artifact, not", "unexpected mediatype", "no suitable handler", "unhandled media type",
        "manifest is not", "unable to parse manifest", "image is not a", "error converting", "manifest schema", "invalid media type", "unsupported media",
    ];
    NoPlatform: "no variant for the platform", [
        "no supported platform found",
        "no suitable image",
        "is incompatible with a",
        "no image found for platform",
        "unsupported platform",
        "not found for platform",
        "platform … not found",
        "no manifest found for platform",
        "no compatible",
        "get image config descriptor: content digest",
        "architecture mismatch",
        "operating system mismatch",
        "image architecture … does not match",
        "no match for platform in manifest", "no match for platform", "no matching manifest for", "no image found in manifest list", "no image found in image index",
        "no image found for architecture", "cannot be used on this platform", "image operating system … cannot be used", "does not match the specified platform",
        "does not match the detected host platform", "exec format error", "no child with platform", "doesn't match your host", "image's platform",
        "manifest list entries", "wrong architecture", "unsupported architecture", "os/arch", "is not supported on this platform", "does not match the expected platform",
        "unable to find a match", "operating system is not supported", "cannot execute binary file", "none of the platforms", "host version … container os version",
    ];
    VariantUnknown: "a platform that the runtime itself mistook", [
        "no matching manifest for …/unknown", "architecture …, variant v8, os linux", "unknown/unknown", "architecture arm64, variant v8",
    ];
    DigestMismatch: "content does not match its digest", [
        "unexpected commit digest", "filesystem layer verification failed", "digest did not match", "manifest verification failed for digest", "verification failed for digest",
        "failed size validation", "does not match provided manifest digest", "digest mismatch", "does not match expected", "checksum mismatch", "image verification failed for digest",
        "wrong diff id calculated", "unexpected digest", "digest verification failed", "does not match the expected digest", "hash mismatch", "layer content hash", "invalid digest",
        "digest * does not match", "config verification failed", "manifest digest … does not", "in header not a valid digest", "size mismatch",
    ];
    EmptyDigest: "the digest of nothing at all", [
        "unexpected commit digest sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "got sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ];
    Truncated: "content ends early", [
        "unexpected eof", "short read", "failed to read expected number of bytes", "expected http 206 from byte range request", "archive/tar: invalid tar header", "unexpected end of file",
        "gzip: invalid checksum", "zlib: invalid checksum", "flate: corrupt input", "incomplete read", "content length mismatch", "unexpected end of data", "gzip: invalid header", "premature end",
        "416 requested range not satisfiable", "unexpected end of archive", "tar: unexpected end",
    ];
    NoSpace: "the disk is full", [
        "no space left on device", "disk quota exceeded", "not enough space", "disk is full", "enospc", "there is not enough space on the disk", "insufficient storage", "freediskspacefailed",
        "failed to garbage collect required amount of images", "diskpressure", "disk pressure", "ephemeral-storage", "out of disk", "insufficient space", "imagegcfailed",
    ];
    IoError: "a disk does not work", ["input/output error", "read-only file system", "structure needs cleaning", "stale file handle", "stale nfs file handle"];
    StoreFault: "the runtime's own store is broken", [
        "layers from manifest don't match image configuration",
        "invalid rootfs in image configuration",
        "failed to create new overlay",
        "error creating overlay mount",
        "layer does not exist", "layer not known", "parent snapshot", "missing parent", "locked for", "ref … locked", "already exists", "invalid diffid", "failed to get reader from content store",
        "content digest * not found", "failed to mount overlay", "failed to mount", "too many levels of symbolic links", "lchown", "operation not permitted", "invalid cross-device link", "unlinkat",
        "toomanyfiles", "too many open files", "cannot allocate memory", "invalid argument", "unable to prepare snapshot", "snapshot * does not exist", "metadata.db", "bolt", "image not known", "panic",
        "nil pointer", "runtime error", "segmentation fault", "overlayfs", "database is locked", "image layer … lock", "failed to rename", "rename …: file exists", "unpigz", "exit status 1", "signal: killed", "fork/exec",
        "failed to update image store", "failed to convert whiteout", "device or resource busy", "mknod", "uid/gid", "potentially insufficient uids or gids", "error creating temporary file", "locating item named",
        "failed to stat", "device mapper", "devicemapper", "directory not empty", "no such file or directory", "is a directory", "failed to create symlink", "hcsshim", "hcs::", "containerd-shim", "xattr",
        "failed to setxattr", "failed to read config … image", "failed to get stream processor", "failed to start snapshot", "unable to store image", "failed to create lease", "can't create temp",
    ];
    ImageLacking: "an image that is nowhere on the node", [
        "image … not present locally", "present locally but", "image can't be pulled", "image is not present",  "local image", "not found locally",
    ];
}
