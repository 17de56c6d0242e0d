use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// The kinds of changes that can be tried on a pull. Their names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// The image's name is written as it must be.
    Name,
    /// A pull secret's entry has the key that the kubelet looks for.
    Key,
    /// A pull secret is made as it must be.
    Secret,
    /// A pull secret that the pod names is copied from another namespace.
    CopySecret,
    /// A pull secret that there is, and that the pod does not name, is named.
    UseSecret,
    /// The pull asks as nobody in particular.
    Anonymous,
    /// Docker Hub is called by the name that images have it by.
    DockerIo,
    /// Another tag of the repository.
    Tag,
    /// Another repository of the registry.
    Repository,
    /// Another host or port.
    Host,
    /// A node of another platform.
    Platform,
    /// No mirror is asked.
    MirrorOff,
    /// The proxy is passed by for these hosts.
    NoProxy,
    /// There is no proxy at all.
    ProxyOff,
    /// The authority of the certificate, as it was served, is trusted.
    TrustCa,
    /// The certificate is not verified.
    NoVerify,
    /// The registry is asked in plain HTTP.
    PlainHttp,
    /// The registry is asked over TLS.
    Tls,
    /// Another name server.
    Resolver,
    /// Another pull policy.
    Policy,
    /// The same once more, later.
    Again,
}

impl Change {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::Name,
        Self::Key,
        Self::Secret,
        Self::CopySecret,
        Self::UseSecret,
        Self::Anonymous,
        Self::DockerIo,
        Self::Tag,
        Self::Repository,
        Self::Host,
        Self::Platform,
        Self::MirrorOff,
        Self::NoProxy,
        Self::ProxyOff,
        Self::TrustCa,
        Self::NoVerify,
        Self::PlainHttp,
        Self::Tls,
        Self::Resolver,
        Self::Policy,
        Self::Again,
    ];

    /// The change of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.name() == name)
    }

    /// Whether it can be advised. A check that is switched off shows what else is wrong, and mends nothing.
    pub const fn is_remedy(self) -> bool {
        !matches!(self, Self::NoVerify)
    }

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Key => "key",
            Self::Secret => "secret",
            Self::CopySecret => "copy-secret",
            Self::UseSecret => "use-secret",
            Self::Anonymous => "anonymous",
            Self::DockerIo => "docker.io",
            Self::Tag => "tag",
            Self::Repository => "repository",
            Self::Host => "host",
            Self::Platform => "platform",
            Self::MirrorOff => "mirror-off",
            Self::NoProxy => "no-proxy",
            Self::ProxyOff => "proxy-off",
            Self::TrustCa => "trust-ca",
            Self::NoVerify => "no-verify",
            Self::PlainHttp => "plain-http",
            Self::Tls => "tls",
            Self::Resolver => "resolver",
            Self::Policy => "policy",
            Self::Again => "again",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl JsonSchema for Change {
    fn schema_name() -> Cow<'static, str> {
        "Change".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names = Self::ALL.map(Self::name);
        json_schema!({"description": "The kind of change.", "type": "string", "enum": names})
    }
}

/// A change by its name, and to what: `tag v1.2.0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedChange {
    /// The change.
    pub change: Change,
    /// To what; `None`: to anything, or the change says it all.
    pub argument: Option<String>,
}

impl NamedChange {
    /// Whether `other` is what this means: the same change, to the same where this says to what.
    pub fn means(&self, other: &Self) -> bool {
        self.change == other.change && (self.argument.is_none() || self.argument == other.argument)
    }
}

impl fmt::Display for NamedChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.change.fmt(f)?;
        self.argument.iter().try_for_each(|argument| write!(f, " {argument}"))
    }
}
