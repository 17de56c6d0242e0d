use serde::Serialize;

/// Where a pull breaks, which is not always where it is mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
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
