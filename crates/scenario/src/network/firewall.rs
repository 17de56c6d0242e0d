use std::net::{IpAddr, SocketAddr};

use crate::file::FirewallAction;

/// What stands between the node and one place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FirewallRule {
    pub(crate) to: IpAddr,
    /// `None`: all ports.
    pub(crate) port: Option<u16>,
    pub(crate) action: FirewallAction,
}

/// The rules in order; the first that fits decides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Firewall(Vec<FirewallRule>);

impl Firewall {
    pub(crate) fn new(rules: Vec<FirewallRule>) -> Self {
        Self(rules)
    }

    pub(super) fn action(&self, address: SocketAddr) -> Option<FirewallAction> {
        let fits = |rule: &&FirewallRule| {
            rule.to == address.ip() && rule.port.is_none_or(|port| port == address.port())
        };
        self.0.iter().find(fits).map(|rule| rule.action)
    }
}
