//! Which endpoints a registry has, and how each is spoken to (moby@v28.5.2 registry/service_v2.go:10, registry/config.go).

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use gostd::net::Errno;
use gostd::url::Url;
use net::{Clock, Dialer, IdentityError, Recorder, Roots, Tls};
use node::{Environment, Node};

use super::daemon_json::Config;
use super::error::{Error, Result};
use super::profile::Profile;

/// `defaultCertsDir`
pub(super) const CERTIFICATES: &str = "/etc/docker/certs.d";
/// `DefaultRegistryHost`
pub(super) const HUB: &str = "registry-1.docker.io";

/// Where a repository may be found.
pub(super) struct Endpoint {
    pub(super) url: Url,
    pub(super) mirror: bool,
    pub(super) tls: Tls,
}

/// `registry.Service`: what the configuration says of registries.
pub(super) struct Service<'a> {
    pub(super) node: &'a Node,
    pub(super) environment: Environment,
    pub(super) extra_roots: &'a [Vec<u8>],
    pub(super) clock: Clock,
    pub(super) dialer: Arc<Dialer>,
    pub(super) recorder: &'a Recorder,
    pub(super) config: &'a Config,
    pub(super) profile: &'static Profile,
}

/// Registries that need no certificate: by name, and by address (`IndexConfigs`, `InsecureRegistryCIDRs`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Insecure {
    pub(super) names: BTreeSet<String>,
    pub(super) networks: Vec<Network>,
}

/// `net.IPNet`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// `net.ParseCIDR`
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.split_once('/')?;
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.parse().ok().filter(|bits| *bits <= most)?;
        Some(Self { address, bits })
    }

    fn contains(self, address: IpAddr) -> bool {
        let first_bits = |address: IpAddr| match address.to_canonical() {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()) << 96, true),
            IpAddr::V6(v6) => (v6.to_bits(), false),
        };
        let ((net, net_v4), (one, one_v4)) = (first_bits(self.address), first_bits(address));
        let shift = 128 - u32::from(self.bits);
        net_v4 == one_v4 && net.checked_shr(shift) == one.checked_shr(shift)
    }
}

impl Service<'_> {
    /// `lookupV2Endpoints`: mirrors are for Docker Hub alone; an insecure registry may speak plain HTTP.
    pub(super) async fn lookup_endpoints(&self, host: &str) -> Result<Vec<Endpoint>> {
        if host == "docker.io" || host == "index.docker.io" {
            return self.hub().await;
        }
        let secure = self.is_secure(host).await;
        let tls = self.tls(host, secure)?;
        let url = |scheme: &str| Url::parse(&format!("{scheme}://{host}"));
        let mut endpoints = vec![Endpoint { url: url("https")?, mirror: false, tls: tls.clone() }];
        if !secure {
            endpoints.push(Endpoint { url: url("http")?, mirror: false, tls });
        }
        Ok(endpoints)
    }

    async fn hub(&self) -> Result<Vec<Endpoint>> {
        let mut endpoints = Vec::new();
        for mirror in &self.config.mirrors {
            let url = Url::parse(mirror)?;
            let secure = self.is_secure(&url.host).await;
            let tls = self.tls(&url.host, secure)?;
            endpoints.push(Endpoint { url, mirror: true, tls });
        }
        if !endpoints.is_empty() {
            let text = format!("docker.io is asked for at {} first", self.config.mirrors.join(", "));
            self.recorder.decide("registry-mirrors", text);
        }
        let tls = Tls::new(Arc::new(self.roots(Vec::new())), self.clock);
        endpoints.push(Endpoint { url: Url::parse(&format!("https://{HUB}"))?, mirror: false, tls });
        Ok(endpoints)
    }

    /// `isSecureIndex`: by name, else by the addresses that the name has.
    pub(super) async fn is_secure(&self, host: &str) -> bool {
        let tell = |why: String| {
            let text = format!("{host} is taken without a valid certificate, or by plain HTTP: {why}");
            self.recorder.decide("insecure-registries", text);
        };
        let insecure = &self.config.insecure;
        if insecure.names.contains(host) {
            tell("it is listed".to_owned());
            return false;
        }
        let name = Url::parse(&format!("http://{host}")).map(|url| url.hostname().to_owned());
        let addresses = self.dialer.lookup_ip(name.as_deref().unwrap_or(host)).await;
        let within = |address: &IpAddr| insecure.networks.iter().any(|network| network.contains(*address));
        match addresses.iter().find(|address| within(address)) {
            Some(address) => tell(format!("{address} is in a network that is listed, or of this machine")),
            None => return true,
        }
        false
    }

    fn roots(&self, more: Vec<Vec<u8>>) -> Roots {
        let pem = self.extra_roots.iter().cloned().chain(more).collect();
        Roots::system(self.node.clone(), self.environment.clone(), pem)
    }

    /// `newTLSConfig`: certificates of a directory are for secure registries alone.
    fn tls(&self, host: &str, secure: bool) -> Result<Tls> {
        if !secure {
            return Ok(Tls::new(Arc::new(self.roots(Vec::new())), self.clock).skip_verify());
        }
        self.load(&format!("{CERTIFICATES}/{host}"))
    }

    /// `loadTLSConfig` (moby@v28.5.2 registry/registry.go:62)
    fn load(&self, directory: &str) -> Result<Tls> {
        let names = self.node.list(directory);
        let path = |name: &str| format!("{directory}/{name}");
        let (mut roots, mut identity) = (Vec::new(), None);
        for name in &names {
            let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
            let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
            match extension {
                Some("crt") => roots.push(self.read(&path(name))?),
                Some("cert") => {
                    let key = format!("{stem}.key");
                    if !names.contains(&key) {
                        return Err(Error::Plain(self.profile.registry.lonely_certificate(name, &key)));
                    }
                    let pair = (self.read(&path(name))?, self.read(&path(&key))?);
                    identity = identity.or(Some(pair));
                }
                Some("key") if !names.contains(&format!("{stem}.cert")) => {
                    let certificate = format!("{stem}.cert");
                    return Err(Error::Plain(self.profile.registry.lonely_key(&certificate, name)));
                }
                _ => {}
            }
        }
        let tls = Tls::new(Arc::new(self.roots(roots)), self.clock);
        match identity {
            None => Ok(tls),
            Some((certificate, key)) => tls
                .with_identity(&certificate, &key)
                .map_err(|error: IdentityError| Error::Plain(error.to_string())),
        }
    }

    /// `os.ReadFile`
    fn read(&self, file: &str) -> Result<Vec<u8>> {
        self.node.read(file).map_err(|error| {
            let number = error.raw_os_error().map_or(Errno(5), Errno);
            Error::Plain(format!("open {file}: {number}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_who_is_in_them() {
        let cases = [
            ("127.0.0.0/8", "127.1.2.3", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("0.0.0.0/0", "1.2.3.4", true),
            ("::1/128", "::1", true),
            ("::/0", "1.2.3.4", false),
            ("10.0.0.5/32", "::ffff:10.0.0.5", true),
        ];
        for (network, address, within) in cases {
            let found = Network::parse(network).unwrap().contains(address.parse().unwrap());
            assert_eq!(found, within, "{network} {address}");
        }
        for text in ["10.0.0.0", "10.0.0.0/33", "r.test/8", "10.0.0.0/x"] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
