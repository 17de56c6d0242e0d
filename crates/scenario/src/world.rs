//! The hosts of a scenario: built once when it is loaded, and started afresh for each network.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use mock_registry::{
    Accounts, Answer, Authority, CertificateKind, Clock, ConnectionRule, Guard, Host, HostBuilder,
    RequestLog, Routes, Rule, Store, TokenService, Zone,
};
use rustls::ServerConfig;

use crate::LoadError;
use crate::SimulatedNetwork;
use crate::auth::{Auth, Tokens};
use crate::content::Content;
use crate::faults::{Faults, ProxyParts, arm_zone};
use crate::file::{CertificateWord, FirewallFile, HostFile, ScenarioFile, window};
use crate::mistake::Mistake;
use crate::network::{Firewall, FirewallRule, Parts};
use crate::rules;
use crate::sources::Sources;
use crate::yaml::Spanned;

/// What is built once.
#[derive(Debug)]
pub(crate) struct World {
    authority: Authority,
    now: Timestamp,
    hosts: BTreeMap<String, BuiltHost>,
    zone: Zone,
    firewall: Firewall,
    /// The authority of the proxies that read along.
    proxy_authority: Arc<Authority>,
    /// Where requests are noted; `None`: in a log of each network.
    log: Option<RequestLog>,
}

/// A host of a scenario, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPlace {
    /// Its name.
    pub name: String,
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether it speaks TLS.
    pub tls: bool,
    /// Whether anything listens there.
    pub listens: bool,
}

#[derive(Debug)]
struct BuiltHost {
    /// Where the file has it.
    declared: SocketAddr,
    /// Where it is.
    at: SocketAddr,
    listens: bool,
    tls: Option<Arc<ServerConfig>>,
    content: Option<Content>,
    auth: Auth,
    /// The host to which it sends those who ask for blobs.
    blobs_at: Option<String>,
    rules: Vec<Rule>,
    connection_rules: Vec<ConnectionRule>,
    faults: Faults,
    proxy: Option<ProxyParts>,
    magic_repository: bool,
}

/// The file that is being built from, for the places of its mistakes.
pub(crate) struct Origin<'a> {
    sources: &'a Sources,
    hosts: Vec<&'a str>,
}

impl Origin<'_> {
    pub(crate) fn mistake<T>(&self, at: &Spanned<T>, mistake: Mistake) -> LoadError {
        LoadError::at(self.sources, at.referenced, mistake)
    }

    /// A path as it is meant in the file in which it stands.
    pub(crate) fn beside(&self, written: &Spanned<String>) -> PathBuf {
        let (file, _) = self.sources.place(written.referenced);
        Path::new(file).parent().unwrap_or(Path::new("")).join(&written.value)
    }

    /// The name of a host, if the scenario has it.
    pub(crate) fn host(&self, written: &Spanned<String>) -> Result<String, LoadError> {
        if self.hosts.contains(&written.value.as_str()) {
            return Ok(written.value.clone());
        }
        let known = self.hosts.iter().map(|&name| name.to_owned()).collect();
        Err(self.mistake(written, Mistake::UnknownHost { name: written.value.clone(), known }))
    }
}

impl World {
    pub(crate) fn build(sources: &Sources, file: &ScenarioFile) -> Result<Self, LoadError> {
        let origin = Origin { sources, hosts: file.hosts.keys().map(String::as_str).collect() };
        let now = file.now.0;
        let authority = Authority::new("pullsim simulated CA", now)
            .map_err(|source| LoadError::Certificate { host: "the authority".to_owned(), source })?;
        let mut hosts: BTreeMap<String, BuiltHost> = BTreeMap::new();
        for (host, written) in &file.hosts {
            let built = build_host(&origin, host, file, &written.value, &authority)?;
            if let Some((first, _)) = hosts.iter().find(|(_, other)| other.at == built.at) {
                let (first, second) = (first.clone(), host.clone());
                let mistake = Mistake::AddressTaken { first, second, address: built.at };
                return Err(origin.mistake(written, mistake));
            }
            hosts.insert(host.clone(), built);
        }
        let firewall = build_firewall(&origin, &file.firewall, &hosts)?;
        let mut zone = build_zone(file);
        arm_zone(&origin, file, &mut zone)?;
        let proxy_authority = Authority::new("Corporate Proxy CA", now)
            .map_err(|source| LoadError::Certificate { host: "the proxies' authority".to_owned(), source })?;
        Ok(Self {
            authority,
            now,
            zone,
            firewall,
            hosts,
            proxy_authority: Arc::new(proxy_authority),
            log: None,
        })
    }

    /// What a node trusts: this world's authority, and that of the proxies where they are to be trusted.
    pub(crate) fn bundle_pem(&self) -> String {
        let trusted = self.hosts.values().any(|host| host.proxy.as_ref().is_some_and(|proxy| proxy.trusted));
        let proxies = if trusted { self.proxy_authority.pem() } else { String::new() };
        self.authority.pem() + &proxies
    }

    pub(crate) fn authority_pem(&self) -> String {
        self.authority.pem()
    }

    /// The hosts, by their names.
    pub(crate) fn hosts(&self) -> Vec<HostPlace> {
        let place = |(name, host): (&String, &BuiltHost)| HostPlace {
            name: name.clone(),
            address: host.at,
            tls: host.tls.is_some(),
            listens: host.listens,
        };
        self.hosts.iter().map(place).collect()
    }

    pub(crate) fn firewall_lines(&self) -> String {
        self.firewall.lines()
    }

    pub(crate) fn firewall_nft(&self) -> String {
        self.firewall.nftables()
    }

    pub(crate) fn tell(&mut self, log: RequestLog) {
        self.log = Some(log);
    }

    /// Moves hosts to other addresses, and with them what the name server and the firewall say of those.
    pub(crate) fn relocate(
        &mut self,
        places: &BTreeMap<SocketAddr, SocketAddr>,
        nameservers: &BTreeMap<IpAddr, IpAddr>,
    ) {
        let mut addresses = nameservers.clone();
        addresses.extend(places.iter().map(|(from, to)| (from.ip(), to.ip())));
        for host in self.hosts.values_mut() {
            host.at = places.get(&host.at).copied().unwrap_or(host.at);
        }
        self.zone.relocate(&addresses);
        self.firewall.relocate(&addresses);
    }

    /// Starts the hosts: no request has come, no token was issued, no rule has had its turn.
    pub(crate) fn network(&self, node: Vec<IpAddr>, nameservers: Vec<IpAddr>) -> SimulatedNetwork {
        let (log, clock) = (self.log.clone().unwrap_or_default(), Clock::starting_at(self.now));
        let mut builders: BTreeMap<&str, HostBuilder> = BTreeMap::new();
        let mut services: Vec<(Tokens, Arc<TokenService>)> = Vec::new();
        let mut elsewhere: Vec<(&String, Arc<Store>)> = Vec::new();
        for (name, built) in &self.hosts {
            let mut builder = Host::builder(name).clock(clock).log(log.clone());
            if let Some(tls) = &built.tls {
                builder = builder.tls(tls.clone());
            }
            if let Some(content) = &built.content {
                let (registry, store) = content.start(clock);
                let mut registry = registry.guard(self.guard(&built.auth, &mut services));
                if let Some(target) = &built.blobs_at {
                    registry = registry.redirect_blobs(self.base_url(target));
                    elsewhere.push((target, store));
                }
                builder = builder.registry(registry);
            }
            builder = built.rules.iter().cloned().fold(builder, HostBuilder::rule);
            builder = built.connection_rules.iter().cloned().fold(builder, HostBuilder::connection_rule);
            builder = built.faults.arm(builder);
            if built.magic_repository {
                builder = builder.magic_repository();
            }
            builders.insert(name, builder);
        }
        for (tokens, service) in services {
            change(&mut builders, &tokens.host, |builder| builder.token_service(&tokens.path, service));
        }
        for (target, store) in elsewhere {
            change(&mut builders, target, |builder| builder.blobs_of(store));
        }
        let hosts = self.start(builders);
        SimulatedNetwork::new(Parts {
            node,
            nameservers,
            zone: Arc::new(self.zone.starting(clock)),
            firewall: self.firewall.clone(),
            hosts,
            log,
            clock,
        })
    }

    /// Starts the hosts; proxies last, since they lead to the others.
    fn start(&self, builders: BTreeMap<&str, HostBuilder>) -> BTreeMap<SocketAddr, Option<Arc<Host>>> {
        let (mut started, mut routes, mut proxies) = (BTreeMap::new(), Routes::new(), Vec::new());
        for (name, builder) in builders {
            let Some(built) = self.hosts.get(name) else { continue };
            if let Some(proxy) = &built.proxy {
                proxies.push((built, proxy, builder));
                continue;
            }
            let host = built.listens.then(|| builder.build());
            if let Some(host) = &host {
                // A proxy also leads to where a host that moved is declared to be: clients go on naming that.
                for at in [built.declared, built.at] {
                    routes.add(name, at.port(), host.clone());
                    routes.add(&at.ip().to_string(), at.port(), host.clone());
                }
            }
            started.insert(built.at, host);
        }
        let routes = Arc::new(routes);
        for (built, proxy, builder) in proxies {
            let proxy = proxy.start(routes.clone(), self.proxy_authority.clone());
            started.insert(built.at, built.listens.then(|| builder.proxy(proxy).build()));
        }
        started
    }

    fn guard(&self, auth: &Auth, services: &mut Vec<(Tokens, Arc<TokenService>)>) -> Guard {
        match auth {
            Auth::Open => Guard::Open,
            Auth::Basic { realm, accounts } => Guard::basic(realm, Arc::<Accounts>::clone(accounts)),
            Auth::Bearer(tokens) => {
                let service = Arc::new(tokens.start());
                let realm = match &tokens.realm {
                    Some(realm) => realm.clone(),
                    None => format!("{}{}", self.base_url(&tokens.host), tokens.path),
                };
                services.push((tokens.clone(), service.clone()));
                Guard::Bearer { realm, tokens: service, forbids: tokens.forbids }
            }
        }
    }

    /// `https://HOST`, with the port where it is not the scheme's.
    fn base_url(&self, name: &str) -> String {
        let Some(host) = self.hosts.get(name) else { return format!("https://{name}") };
        match (host.tls.is_some(), host.at.port()) {
            (true, 443) => format!("https://{name}"),
            (false, 80) => format!("http://{name}"),
            (true, port) => format!("https://{name}:{port}"),
            (false, port) => format!("http://{name}:{port}"),
        }
    }
}

fn change(
    builders: &mut BTreeMap<&str, HostBuilder>,
    name: &str,
    work: impl FnOnce(HostBuilder) -> HostBuilder,
) {
    if let Some((name, builder)) = builders.remove_entry(name) {
        builders.insert(name, work(builder));
    }
}

fn build_host(
    origin: &Origin<'_>,
    name: &str,
    scenario: &ScenarioFile,
    file: &HostFile,
    authority: &Authority,
) -> Result<BuiltHost, LoadError> {
    let clock = Clock::standing_at(scenario.now.0);
    let tls = certificate(file.tls).map(|kind| {
        let clients = file.demands_client_certificate.then_some(authority);
        let identity = authority.server(kind, &[name.to_owned()])?;
        identity.server_config(clients, clock)
    });
    let tls = tls.transpose().map_err(|source| LoadError::Certificate { host: name.to_owned(), source })?;
    let port = file.port.unwrap_or(if tls.is_some() { 443 } else { 80 });
    let personality = file.personality.unwrap_or_default().0;
    let at = SocketAddr::new(file.address.0, port);
    Ok(BuiltHost {
        declared: at,
        at,
        listens: file.listens,
        tls,
        content: Content::read(origin, file)?,
        auth: Auth::read(origin, name, file.auth.as_ref().map(|auth| &auth.value), personality)?,
        blobs_at: file.blobs_at.as_ref().map(|target| origin.host(target)).transpose()?,
        rules: file.rules.iter().map(|rule| rules::rule(origin, rule)).collect::<Result<_, _>>()?,
        connection_rules: file.connections.iter().map(rules::connection_rule).collect(),
        faults: Faults::read(origin, name, file, scenario, authority, clock)?,
        proxy: file.proxy.as_ref().map(ProxyParts::read),
        magic_repository: file.magic_repository,
    })
}

const fn certificate(word: CertificateWord) -> Option<CertificateKind> {
    Some(match word {
        CertificateWord::None => return None,
        CertificateWord::Good => CertificateKind::Good,
        CertificateWord::Expired => CertificateKind::Expired,
        CertificateWord::NotYetValid => CertificateKind::NotYetValid,
        CertificateWord::WrongName => CertificateKind::WrongName,
        CertificateWord::CommonNameOnly => CertificateKind::CommonNameOnly,
        CertificateWord::SelfSigned => CertificateKind::SelfSigned,
        CertificateWord::UnknownAuthority => CertificateKind::UnknownAuthority,
        CertificateWord::MissingIntermediate => CertificateKind::MissingIntermediate,
        CertificateWord::AuthorityAsLeaf => CertificateKind::AuthorityAsLeaf,
        CertificateWord::Intercepted => CertificateKind::Intercepted,
        CertificateWord::Sha1Signature => CertificateKind::Sha1Signature,
    })
}

/// The hosts' addresses by their names, and what the file says in place of them.
fn build_zone(file: &ScenarioFile) -> Zone {
    let mut zone = Zone::new();
    for (name, host) in &file.hosts {
        zone.insert(name, Answer::Addresses(vec![host.value.address.0]));
    }
    for (name, said) in &file.dns {
        zone.insert(name, said.0.clone());
    }
    zone
}

fn build_firewall(
    origin: &Origin<'_>,
    written: &[FirewallFile],
    hosts: &BTreeMap<String, BuiltHost>,
) -> Result<Firewall, LoadError> {
    let mut rules = Vec::new();
    for rule in written {
        let named = hosts.get(&rule.to.value).map(|host| host.at.ip());
        let to = match named.or_else(|| rule.to.value.parse().ok()) {
            Some(address) => address,
            None => {
                origin.host(&rule.to)?;
                continue;
            }
        };
        let window = window(rule.from.as_ref(), rule.until.as_ref(), rule.every.as_ref());
        rules.push(FirewallRule { to, port: rule.port, action: rule.action, window });
    }
    Ok(Firewall::new(rules))
}
