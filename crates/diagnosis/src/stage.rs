use schemars::JsonSchema;
use serde::Serialize;

/// Where a pull breaks, which is not always where it is mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The name of the image.
    Reference,
    /// Choosing what to log in with.
    Credentials,
    /// Logging in.
    Auth,
    /// Being allowed to.
    Authorisation,
    /// Resolving a host name.
    Dns,
    /// Reaching the host.
    Connect,
    /// TLS.
    Tls,
    /// The proxy between.
    Proxy,
    /// The manifest.
    Manifest,
    /// Choosing the platform.
    Platform,
    /// Config and layers.
    Blob,
    /// Being served too much.
    RateLimit,
    /// A policy.
    Policy,
    /// The node itself.
    Node,
    /// The registry itself.
    RegistryOutage,
}

impl Stage {
    /// The name, such as `rate-limit`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Credentials => "credentials",
            Self::Auth => "auth",
            Self::Authorisation => "authorisation",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Proxy => "proxy",
            Self::Manifest => "manifest",
            Self::Platform => "platform",
            Self::Blob => "blob",
            Self::RateLimit => "rate-limit",
            Self::Policy => "policy",
            Self::Node => "node",
            Self::RegistryOutage => "registry-outage",
        }
    }
}
