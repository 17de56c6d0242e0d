//! Who pulls on the node, and where it has what remedies speak of.

/// A runtime, as far as remedies differ by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Runtime {
    /// containerd.
    #[default]
    Containerd,
    /// CRI-O.
    CriO,
    /// Docker Engine.
    Docker,
}

impl Runtime {
    /// That of a profile, by its name.
    ///
    /// ```
    /// use diagnosis::Runtime;
    ///
    /// assert_eq!(Runtime::of_profile("docker-28.5.2"), Runtime::Docker);
    /// assert_eq!(Runtime::of_profile("containerd-2.1.9"), Runtime::Containerd);
    /// ```
    pub fn of_profile(name: &str) -> Self {
        match name {
            _ if name.starts_with("cri-o") => Self::CriO,
            _ if name.starts_with("docker") => Self::Docker,
            _ => Self::Containerd,
        }
    }

    /// The file of the node that names mirrors.
    pub(crate) const fn mirror_file(self) -> &'static str {
        match self {
            Self::Containerd => "hosts.toml",
            Self::CriO => "registries.conf",
            Self::Docker => "daemon.json",
        }
    }

    /// Where the runtime looks for certificates of a registry (`containers-certs.d(5)`; "Verify repository client with
    /// certificates" of Docker's manual).
    pub(crate) const fn certificates(self) -> &'static str {
        match self {
            Self::Containerd => "/etc/containerd/certs.d/",
            Self::CriO => "/etc/containers/certs.d/",
            Self::Docker => "/etc/docker/certs.d/",
        }
    }

    /// How a CA is put there for one registry.
    pub(crate) fn place_of_ca(self, host: &str) -> String {
        let directory = self.certificates();
        match self {
            Self::Containerd => format!("{directory}{host}/hosts.toml with `ca`"),
            Self::CriO | Self::Docker => format!("{directory}{host}/ca.crt"),
        }
    }

    /// How a client certificate is put there.
    pub(crate) const fn place_of_client(self) -> &'static str {
        match self {
            Self::Containerd => "`client` in the host's hosts.toml",
            Self::CriO => "client.cert and client.key below /etc/containers/certs.d",
            Self::Docker => "client.cert and client.key below /etc/docker/certs.d",
        }
    }
}
