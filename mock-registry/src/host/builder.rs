use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use jiff::Timestamp;
use rustls::ServerConfig;

use crate::fault::RuleTable;
use crate::{Clock, ConnectionRule, Host, Registry, RequestLog, Rule, Store, TokenService};

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
            blobs: None,
            rules: RuleTable::default(),
            connection_rules: Vec::new(),
            connections: AtomicU64::new(0),
            clock: Clock::standing_at(Timestamp::UNIX_EPOCH),
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

    /// Serves the blobs of a registry to whoever holds their address, as a content delivery network does.
    pub fn blobs_of(mut self, store: Arc<Store>) -> Self {
        self.host.blobs = Some(store);
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
