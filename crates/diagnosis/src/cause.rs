use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::Stage;

/// Whether waiting alone can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Persistence {
    /// It may go by itself: the kubelet's next attempts can succeed.
    Transient,
    /// It stays until somebody changes something.
    Permanent,
}

/// What is known of a cause, whatever the case.
struct Row {
    name: &'static str,
    code: &'static str,
    stage: Stage,
    persistence: Persistence,
    meaning: &'static str,
}

macro_rules! causes {
    ($($variant:ident, $name:literal, $code:literal, $stage:ident, $persistence:ident, $meaning:literal;)*) => {
        /// Why a pull fails. The set is closed; names and codes are never renumbered or reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Cause {
            $(#[doc = concat!("`", $code, "`: ", $meaning, ".")] $variant,)*
        }

        impl Cause {
            /// All causes, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            const fn row(self) -> Row {
                match self {
                    $(Self::$variant => Row {
                        name: $name,
                        code: $code,
                        stage: Stage::$stage,
                        persistence: Persistence::$persistence,
                        meaning: $meaning,
                    },)*
                }
            }
        }
    };
}

causes! {
    TagNotFound, "tag-not-found", "PS-REF-01", Reference, Permanent,
        "the repository exists, the tag or digest does not: never pushed, removed, or misspelt";
    RepoNotFound, "repo-not-found", "PS-REF-02", Reference, Permanent,
        "the repository does not exist in that registry: misspelt, moved or deleted";
    RepoMissingOrPrivate, "repo-missing-or-private", "PS-REF-03", Reference, Permanent,
        "the repository is missing or private, and the registry answers alike for both";
    WrongRegistryHost, "wrong-registry-host", "PS-REF-04", Reference, Permanent,
        "the registry host or port of the reference is wrong, so something else was asked";
    InvalidImageName, "invalid-image-name", "PS-REF-05", Reference, Permanent,
        "the reference does not parse, so nothing was asked at all";
    ShortName, "short-name", "PS-REF-06", Reference, Permanent,
        "the unqualified name cannot be resolved, or is ambiguous";
    LocalhostRegistry, "localhost-registry", "PS-REF-07", Reference, Permanent,
        "localhost is the node itself, not the machine on which the image was built";
    LocalImageNotOnNode, "local-image-not-on-node", "PS-REF-08", Reference, Permanent,
        "the image was only built locally and never loaded onto the node";
    CredentialsMissing, "credentials-missing", "PS-CRED-01", Credentials, Permanent,
        "private content was requested anonymously";
    SecretMissing, "secret-missing", "PS-CRED-02", Credentials, Permanent,
        "a pull secret that the pod names does not exist in the pod's namespace";
    SecretWrongRegistry, "secret-wrong-registry", "PS-CRED-03", Credentials, Permanent,
        "the pull secret is fine, but none of its keys matches the image's registry";
    SecretMalformed, "secret-malformed", "PS-CRED-04", Credentials, Permanent,
        "the pull secret has the wrong type or key, or its content does not parse";
    CredentialProviderFailure, "credential-provider-failure", "PS-CRED-05", Credentials, Permanent,
        "the node's credential provider is missing, was not run, or could not get a token";
    BadCredentials, "bad-credentials", "PS-AUTH-01", Auth, Permanent,
        "the login that was sent is wrong or revoked";
    ExpiredToken, "expired-token", "PS-AUTH-02", Auth, Permanent,
        "the login is a short-lived token that is past its life";
    TokenEndpointFailure, "token-endpoint-failure", "PS-AUTH-03", Auth, Transient,
        "the token service is unreachable, failing, or incompatible with the runtime";
    NodeIdentityDenied, "node-identity-denied", "PS-AUTH-04", Authorisation, Permanent,
        "the cloud identity of the node may not pull";
    UserNotPermitted, "user-not-permitted", "PS-AUTH-05", Authorisation, Permanent,
        "the login is accepted, but may not pull from this repository";
    ClientBlocked, "client-blocked", "PS-AUTH-06", Authorisation, Permanent,
        "the registry refuses the client's address, network or country";
    DnsNoSuchHost, "dns-no-such-host", "PS-DNS-01", Dns, Permanent,
        "the node's resolver answers that the name does not exist";
    DnsResolverFailure, "dns-resolver-failure", "PS-DNS-02", Dns, Transient,
        "the node's resolver times out, refuses, or fails";
    ClusterDnsOnNode, "cluster-dns-on-node", "PS-DNS-03", Dns, Permanent,
        "the name exists only in cluster DNS, and the runtime asks the node's resolver";
    ConnRefused, "conn-refused", "PS-CONN-01", Connect, Permanent,
        "nothing listens at the registry's address, or a device rejects the connection";
    ConnTimeout, "conn-timeout", "PS-CONN-02", Connect, Transient,
        "packets to the registry are dropped: firewall, security group, missing NAT";
    NoRoute, "no-route", "PS-CONN-03", Connect, Permanent,
        "the node has no route to the registry's address";
    Mtu, "mtu", "PS-CONN-04", Connect, Permanent,
        "the connection works, but larger packets vanish on the way";
    MirrorMisconfig, "mirror-misconfig", "PS-CONN-05", Connect, Permanent,
        "a mirror is configured wrongly, or misbehaves";
    ConnReset, "conn-reset", "PS-CONN-06", Connect, Transient,
        "the other side, or a device between, tore the connection down";
    X509UnknownAuthority, "x509-unknown-authority", "PS-TLS-01", Tls, Permanent,
        "the runtime does not trust the authority that issued the certificate";
    X509Expired, "x509-expired", "PS-TLS-02", Tls, Permanent,
        "the certificate has expired or is not yet valid, or the node's clock is wrong";
    X509NameMismatch, "x509-name-mismatch", "PS-TLS-03", Tls, Permanent,
        "the certificate is not valid for the name that is asked for";
    HttpOnHttps, "http-on-https", "PS-TLS-04", Tls, Permanent,
        "one side speaks plain HTTP where the other expects TLS";
    TlsHandshakeTimeout, "tls-handshake-timeout", "PS-TLS-05", Tls, Transient,
        "the TLS handshake stalls";
    TlsIncompatible, "tls-incompatible", "PS-TLS-06", Tls, Permanent,
        "the server ends the TLS handshake with an alert: no common version or cipher, a client certificate that it wants, a \
         name that it does not know";
    ProxyMisconfig, "proxy-misconfig", "PS-PROXY-01", Proxy, Permanent,
        "the proxy is unreachable, refuses, or breaks the traffic";
    NoProxyMissing, "no-proxy-missing", "PS-PROXY-02", Proxy, Permanent,
        "an internal registry is sent through the proxy";
    Schema1Unsupported, "schema1-unsupported", "PS-MAN-01", Manifest, Permanent,
        "the image has a Docker schema 1 manifest, which the runtime refuses";
    ManifestUnsupported, "manifest-unsupported", "PS-MAN-02", Manifest, Permanent,
        "the manifest is of a kind that the runtime cannot use";
    PlatformMismatch, "platform-mismatch", "PS-PLAT-01", Platform, Permanent,
        "the image has no variant for the node's operating system and architecture";
    BlobDigestMismatch, "blob-digest-mismatch", "PS-BLOB-01", Blob, Permanent,
        "downloaded content does not match its digest";
    BlobTruncated, "blob-truncated", "PS-BLOB-02", Blob, Transient,
        "content ends before its announced length";
    BlobMissing, "blob-missing", "PS-BLOB-03", Blob, Permanent,
        "the manifest names content that the registry does not have";
    RedirectHostBlocked, "redirect-host-blocked", "PS-BLOB-04", Blob, Permanent,
        "the storage host behind the registry is blocked, although the registry answers";
    RateLimit, "rate-limit", "PS-RATE-01", RateLimit, Transient,
        "the registry refuses further pulls for now (HTTP 429)";
    PolicyRejected, "policy-rejected", "PS-POL-01", Policy, Permanent,
        "a signature policy or the registry's own policy refuses the image";
    NeverPull, "never-pull", "PS-NODE-01", Node, Permanent,
        "the pull policy is Never and the image is not on the node";
    PullQps, "pull-qps", "PS-NODE-02", Node, Transient,
        "the kubelet's own limit of pulls per second is used up";
    NoSpace, "no-space", "PS-NODE-03", Node, Permanent,
        "the node's image file system is full";
    PullDeadline, "pull-deadline", "PS-NODE-04", Node, Transient,
        "the pull made no progress within a limit of the node";
    RuntimeFault, "runtime-fault", "PS-NODE-05", Node, Permanent,
        "a fault of the runtime or of its content store";
    Registry5xx, "registry-5xx", "PS-REG-01", RegistryOutage, Transient,
        "the registry or its backend is down";
}

impl Cause {
    /// The name, such as `secret-wrong-registry`.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The code, such as `PS-CRED-03`.
    pub const fn code(self) -> &'static str {
        self.row().code
    }

    /// Where the pull breaks.
    pub const fn stage(self) -> Stage {
        self.row().stage
    }

    /// Whether waiting alone can help.
    pub const fn persistence(self) -> Persistence {
        self.row().persistence
    }

    /// What it means, in half a sentence.
    pub const fn meaning(self) -> &'static str {
        self.row().meaning
    }

    /// The cause of this name or code.
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|cause| cause.name() == text || cause.code().eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl JsonSchema for Cause {
    fn schema_name() -> Cow<'static, str> {
        "Cause".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Self::ALL.iter().map(|cause| cause.name()).collect();
        json_schema!({"description": "Why a pull fails: `pullsim causes` tells of each.", "type": "string", "enum": names})
    }
}
