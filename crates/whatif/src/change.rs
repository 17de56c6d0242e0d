use std::time::Duration;

use crate::Setup;

/// The kinds of changes. Their names are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// The image's name is written as it must be.
    Name,
    /// A pull secret's entry has the key that the kubelet looks for.
    Key,
    /// A pull secret is made as it must be.
    Secret,
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
    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Key => "key",
            Self::Secret => "secret",
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

/// A change that can be tried.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub change: Change,
    /// What is to be done, in a sentence.
    pub text: String,
    /// The pull with the change.
    pub setup: Setup,
    /// Whether the login was left out of it.
    pub without_login: bool,
    /// How long to wait before.
    pub wait: Duration,
}

impl Candidate {
    pub fn new(change: Change, text: impl Into<String>, setup: Setup) -> Self {
        Self { change, text: text.into(), setup, without_login: false, wait: Duration::ZERO }
    }

    /// The same without anything to log in with.
    pub fn without_login(self) -> Self {
        let without_login = self.setup.has_login();
        Self { setup: self.setup.anonymous(), without_login, ..self }
    }
}
