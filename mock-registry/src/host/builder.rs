use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use jiff::Timestamp;
use rustls::ServerConfig;

use crate::clock::HttpDate;
use crate::fault::{FaultTable, RuleTable};
use crate::host::magic::Magic;
use crate::host::spoilt::Spoilt;
use crate::{
    Authority, CertificateError, Clock, ConnectionRule, Fault, Host, Proxy, Registry, RequestLog, Rule,
    Selector, Store, TlsIdentity, TokenService,
};

/// Puts a [`Host`] together.
#[derive(Debug)]
pub struct HostBuilder {
    host: Host,
    rules: Vec<Rule>,
}

impl HostBuilder {
    pub(super) fn new(name: String) -> Self {
        let host = Host {
            name,
            tls: None,
            registry: None,
            tokens: Vec::new(),
            blobs: Vec::new(),
            rules: RuleTable::default(),
            connection_rules: Vec::new(),
            connections: AtomicU64::new(0),
            faults: FaultTable::default(),
            identities: Vec::new(),
            proxy: None,
            magic: None,
            spoilt: Spoilt::default(),
            clock: Clock::standing_at(Timestamp::UNIX_EPOCH),
            date: HttpDate::default(),
            log: RequestLog::new(),
        };
        Self { host, rules: Vec::new() }
    }

    /// Speaks TLS; otherwise HTTP in clear.
    pub fn tls(mut self, config: Arc<ServerConfig>) -> Self {
        self.host.tls = Some(config);
        self
    }

    /// Serves the registry API under `/v2/`.
    pub fn registry(mut self, registry: Registry) -> Self {
        self.host.registry = Some(registry);
        self
    }

    /// Issues tokens under `path`; called again, those of another service under another path as well.
    pub fn token_service(mut self, path: impl Into<String>, tokens: Arc<TokenService>) -> Self {
        self.host.tokens.push((path.into(), tokens));
        self
    }

    /// Serves the blobs of a registry to whoever holds their address, as a content delivery network does; called
    /// again, those of another registry as well.
    pub fn blobs_of(mut self, store: Arc<Store>) -> Self {
        self.host.blobs.push(store);
        self
    }

    /// Fails by this rule. The first rule that fits a request and is for its turn decides.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Fails connections by this rule. The first that is for a connection's turn decides.
    pub fn connection_rule(mut self, rule: impl Into<ConnectionRule>) -> Self {
        self.host.connection_rules.push(rule.into());
        self
    }

    /// Plays a fault of the catalogue for whom the selector says, if that is this host.
    ///
    /// At each point (the dial, the connection, the certificate, the proxy) the first fault that is due decides. Those
    /// about requests come behind the rules; each that is due changes the answer, in order, until one comes that
    /// answers itself. Those of the name server are a [`Zone`](crate::Zone)'s.
    pub fn fault(mut self, fault: Fault, when: Selector) -> Self {
        if when.fits_host(&self.host.name) {
            self.host.faults.arm(fault, when);
        }
        self
    }

    /// Shows this in place of its certificate when a fault says so: [`HostBuilder::identities`] tells what it needs.
    pub fn identity(mut self, identity: TlsIdentity, config: Arc<ServerConfig>) -> Self {
        self.host.identities.push((identity, config));
        self
    }

    /// What its faults may show: each needs an [`HostBuilder::identity`], without which it closes the connection.
    pub fn identities(&self) -> impl Iterator<Item = TlsIdentity> {
        self.host.faults.identities()
    }

    /// Makes the certificates that its faults so far need, for these names.
    ///
    /// # Errors
    /// When one cannot be made, as for a name that cannot stand in a certificate.
    pub fn identities_from(
        mut self,
        authority: &Authority,
        names: &[String],
    ) -> Result<Self, CertificateError> {
        for identity in self.identities().collect::<Vec<_>>() {
            let clients = identity.demands_client.then_some(authority);
            let config = authority.server(identity.kind, names)?.server_config(clients, self.host.clock)?;
            self = self.identity(identity, config);
        }
        Ok(self)
    }

    /// Is a forward proxy, and nothing else.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.host.proxy = Some(proxy);
        self
    }

    /// Has images by whose reference a fault can be chosen: `HOST/faults/<fault>[/<argument>]`, with any tag, as in
    /// `faults/blob-truncated/4096`. Faults that do not sit in an answer cannot: the answer lists those that can.
    pub fn magic_repository(mut self) -> Self {
        self.host.magic = Some(Magic::default());
        self
    }

    /// Dates its answers by this clock.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.host.clock = clock;
        self
    }

    /// Notes its requests in this log, which hosts can share to keep their common order.
    pub fn log(mut self, log: RequestLog) -> Self {
        self.host.log = log;
        self
    }

    /// The host.
    pub fn build(mut self) -> Arc<Host> {
        self.host.rules = RuleTable::new(self.rules);
        Arc::new(self.host)
    }
}
