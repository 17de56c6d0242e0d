//! What is to be known of each cause, whatever the case: how it is told from its look-alikes, and what heals it.

mod access;
mod content;
mod network;
mod node;
mod page;
mod reference;
mod tls;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{Cause, Runtime};

pub use page::{catalogue_markdown, cause_markdown};

/// A way to heal, or to find out more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Remedy {
    /// What to do, in a sentence.
    pub text: &'static str,
    /// A command to copy; words in capitals are to be filled in.
    pub command: Option<&'static str>,
    /// Whether the command changes nothing: it is there to find out.
    #[serde(skip)]
    pub looks: bool,
    /// Whether it is about a pull secret.
    #[serde(skip)]
    pub of_secret: bool,
    /// The only cloud for which it is.
    #[serde(skip)]
    pub cloud: Option<Cloud>,
    /// The only runtime for which it is.
    #[serde(skip)]
    pub runtime: Option<Runtime>,
}

/// Registries that have commands of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// ECR.
    Amazon,
    /// Container Registry.
    Azure,
    /// Artifact Registry.
    Google,
    /// Docker Hub.
    Docker,
}

impl Cloud {
    /// That of a registry, by its domain.
    pub fn of(domain: &str) -> Option<Self> {
        let domain = domain.split(':').next().unwrap_or(domain);
        let ends = |ends: &[&str]| ends.iter().any(|end| domain.ends_with(end));
        if domain.contains(".dkr.ecr") && ends(&[".amazonaws.com", ".amazonaws.com.cn", ".on.aws"]) {
            Some(Self::Amazon)
        } else if ends(&[".azurecr.io", ".azurecr.cn", ".azurecr.us"]) {
            Some(Self::Azure)
        } else if domain == "gcr.io" || ends(&[".gcr.io", ".pkg.dev"]) {
            Some(Self::Google)
        } else if domain == "docker.io" {
            Some(Self::Docker)
        } else {
            None
        }
    }
}

impl Remedy {
    /// Whether it is for a registry of this cloud, or of none.
    pub fn is_for(self, cloud: Option<Cloud>) -> bool {
        self.cloud.is_none() || self.cloud == cloud
    }

    /// Whether it is for this runtime, or for all.
    pub fn is_of(self, runtime: Runtime) -> bool {
        self.runtime.is_none_or(|only| only == runtime)
    }
}

/// The catalogue's entry for a cause.
pub(crate) struct Entry {
    /// How it is told from its look-alikes.
    told_apart: &'static str,
    /// Causes that look alike.
    look_alikes: &'static [Cause],
    /// What heals it, likeliest first.
    remedies: &'static [Remedy],
}

/// Something to do.
const fn advice(text: &'static str) -> Remedy {
    Remedy { text, command: None, looks: false, of_secret: false, cloud: None, runtime: None }
}

/// Something to do, with the command for it.
const fn command(text: &'static str, command: &'static str) -> Remedy {
    Remedy { text, command: Some(command), looks: false, of_secret: false, cloud: None, runtime: None }
}

/// A command that changes nothing, and tells more.
const fn look(text: &'static str, command: &'static str) -> Remedy {
    Remedy { text, command: Some(command), looks: true, of_secret: false, cloud: None, runtime: None }
}

/// Something to do about a pull secret.
const fn secret(remedy: Remedy) -> Remedy {
    Remedy { of_secret: true, ..remedy }
}

/// Something for nodes with one runtime.
const fn of(runtime: Runtime, remedy: Remedy) -> Remedy {
    Remedy { runtime: Some(runtime), ..remedy }
}

/// Something for the registry of one cloud.
const fn at(cloud: Cloud, remedy: Remedy) -> Remedy {
    Remedy { cloud: Some(cloud), ..remedy }
}

impl Cause {
    /// How it is told from its look-alikes, in a sentence or two.
    pub fn told_apart(self) -> &'static str {
        self.entry().told_apart
    }

    /// Causes that look alike, nearest first.
    pub fn look_alikes(self) -> &'static [Self] {
        self.entry().look_alikes
    }

    /// What heals it, likeliest first.
    pub fn remedies(self) -> &'static [Remedy] {
        self.entry().remedies
    }

    const fn entry(self) -> &'static Entry {
        match self {
            Self::TagNotFound => &reference::TAG_NOT_FOUND,
            Self::RepoNotFound => &reference::REPO_NOT_FOUND,
            Self::RepoMissingOrPrivate => &reference::REPO_MISSING_OR_PRIVATE,
            Self::WrongRegistryHost => &reference::WRONG_REGISTRY_HOST,
            Self::InvalidImageName => &reference::INVALID_IMAGE_NAME,
            Self::ShortName => &reference::SHORT_NAME,
            Self::LocalhostRegistry => &reference::LOCALHOST_REGISTRY,
            Self::LocalImageNotOnNode => &reference::LOCAL_IMAGE_NOT_ON_NODE,
            Self::CredentialsMissing => &access::CREDENTIALS_MISSING,
            Self::SecretMissing => &access::SECRET_MISSING,
            Self::SecretWrongRegistry => &access::SECRET_WRONG_REGISTRY,
            Self::SecretMalformed => &access::SECRET_MALFORMED,
            Self::CredentialProviderFailure => &access::CREDENTIAL_PROVIDER_FAILURE,
            Self::BadCredentials => &access::BAD_CREDENTIALS,
            Self::ExpiredToken => &access::EXPIRED_TOKEN,
            Self::TokenEndpointFailure => &access::TOKEN_ENDPOINT_FAILURE,
            Self::NodeIdentityDenied => &access::NODE_IDENTITY_DENIED,
            Self::UserNotPermitted => &access::USER_NOT_PERMITTED,
            Self::ClientBlocked => &access::CLIENT_BLOCKED,
            Self::DnsNoSuchHost => &network::DNS_NO_SUCH_HOST,
            Self::DnsResolverFailure => &network::DNS_RESOLVER_FAILURE,
            Self::ClusterDnsOnNode => &network::CLUSTER_DNS_ON_NODE,
            Self::ConnRefused => &network::CONN_REFUSED,
            Self::ConnTimeout => &network::CONN_TIMEOUT,
            Self::NoRoute => &network::NO_ROUTE,
            Self::Mtu => &network::MTU,
            Self::MirrorMisconfig => &network::MIRROR_MISCONFIG,
            Self::ConnReset => &network::CONN_RESET,
            Self::ProxyMisconfig => &network::PROXY_MISCONFIG,
            Self::NoProxyMissing => &network::NO_PROXY_MISSING,
            Self::X509UnknownAuthority => &tls::X509_UNKNOWN_AUTHORITY,
            Self::X509Expired => &tls::X509_EXPIRED,
            Self::X509NameMismatch => &tls::X509_NAME_MISMATCH,
            Self::HttpOnHttps => &tls::HTTP_ON_HTTPS,
            Self::TlsHandshakeTimeout => &tls::TLS_HANDSHAKE_TIMEOUT,
            Self::TlsIncompatible => &tls::TLS_INCOMPATIBLE,
            Self::Schema1Unsupported => &content::SCHEMA1_UNSUPPORTED,
            Self::ManifestUnsupported => &content::MANIFEST_UNSUPPORTED,
            Self::PlatformMismatch => &content::PLATFORM_MISMATCH,
            Self::BlobDigestMismatch => &content::BLOB_DIGEST_MISMATCH,
            Self::BlobTruncated => &content::BLOB_TRUNCATED,
            Self::BlobMissing => &content::BLOB_MISSING,
            Self::RedirectHostBlocked => &content::REDIRECT_HOST_BLOCKED,
            Self::RateLimit => &node::RATE_LIMIT,
            Self::PolicyRejected => &node::POLICY_REJECTED,
            Self::NeverPull => &node::NEVER_PULL,
            Self::PullQps => &node::PULL_QPS,
            Self::NoSpace => &node::NO_SPACE,
            Self::PullDeadline => &node::PULL_DEADLINE,
            Self::RuntimeFault => &node::RUNTIME_FAULT,
            Self::Registry5xx => &node::REGISTRY_5XX,
        }
    }
}
