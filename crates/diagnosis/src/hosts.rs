//! All hosts and ports that a pull needs: what a firewall or a proxy must let through.

use schemars::JsonSchema;
use serde::Serialize;
use trace::{Exchange, Purpose, Step, What};

use crate::scene::{authority, host_name, is_mirror};

/// A host and port that the pull asked, or was sent to.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct NeededHost {
    /// The name, or the address of a name server.
    pub host: String,
    /// The port.
    pub port: u16,
    /// What for.
    pub purpose: HostPurpose,
}

/// What a host is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HostPurpose {
    /// It resolves names.
    NameServer,
    /// It stands between.
    Proxy,
    /// A mirror of the registry.
    Mirror,
    /// The registry.
    Registry,
    /// It gives tokens.
    Token,
    /// It has the content to which the registry sends the node.
    Content,
}

/// The hosts of these steps, in the order in which they came up; each once for a purpose. Where a challenge or a
/// redirect led counts even if the pull did not get there.
pub fn hosts(steps: &[Step]) -> Vec<NeededHost> {
    let mut found = Found::default();
    for step in steps {
        match &step.what {
            What::Lookup(lookup) => {
                for server in &lookup.servers {
                    found.add(&server.ip().to_string(), server.port(), HostPurpose::NameServer);
                }
            }
            What::Tunnel(tunnel) => found.add_authority(&tunnel.proxy, "http", HostPurpose::Proxy),
            What::Exchange(exchange) => found.exchange(exchange),
            _ => {}
        }
    }
    found.hosts
}

#[derive(Default)]
struct Found {
    hosts: Vec<NeededHost>,
    /// The first host that was asked for the image and is no mirror.
    registry: Option<String>,
}

impl Found {
    fn exchange(&mut self, exchange: &Exchange) {
        if let Some(proxy) = &exchange.proxy {
            self.add_url(proxy, HostPurpose::Proxy);
        }
        let purpose = self.purpose(exchange);
        self.add_url(&exchange.url, purpose);
        for header in &exchange.response {
            if header.name.eq_ignore_ascii_case("WWW-Authenticate") {
                realm(&header.value).into_iter().for_each(|url| self.add_url(url, HostPurpose::Token));
            } else if header.name.eq_ignore_ascii_case("Location") && header.value.contains("://") {
                let same = Some(authority(&header.value)) == self.registry.as_deref();
                let purpose = match exchange.purpose {
                    Purpose::Token => HostPurpose::Token,
                    _ if same => HostPurpose::Registry,
                    _ => HostPurpose::Content,
                };
                self.add_url(&header.value, purpose);
            }
        }
    }

    fn purpose(&mut self, exchange: &Exchange) -> HostPurpose {
        if exchange.purpose == Purpose::Token {
            return HostPurpose::Token;
        }
        if is_mirror(&exchange.url) {
            return HostPurpose::Mirror;
        }
        let host = authority(&exchange.url);
        let registry = self.registry.get_or_insert_with(|| host.to_owned());
        if registry == host { HostPurpose::Registry } else { HostPurpose::Content }
    }

    fn add_url(&mut self, url: &str, purpose: HostPurpose) {
        let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
        self.add_authority(authority(url), scheme, purpose);
    }

    fn add_authority(&mut self, authority: &str, scheme: &str, purpose: HostPurpose) {
        let host = host_name(authority);
        let written = authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let port = written.unwrap_or(match scheme {
            "http" => 80,
            "socks5" | "socks5h" => 1080,
            _ => 443,
        });
        self.add(host, port, purpose);
    }

    fn add(&mut self, host: &str, port: u16, purpose: HostPurpose) {
        let host = NeededHost { host: host.to_owned(), port, purpose };
        if !host.host.is_empty() && !self.hosts.contains(&host) {
            self.hosts.push(host);
        }
    }
}

/// The realm of a challenge, where it is a URL.
fn realm(challenge: &str) -> Option<&str> {
    let (_, rest) = challenge.split_once("realm=\"")?;
    let (realm, _) = rest.split_once('"')?;
    realm.contains("://").then_some(realm)
}
