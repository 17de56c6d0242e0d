use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use mock_registry::Window;

use crate::file::FirewallAction;

/// What stands between the node and one place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FirewallRule {
    pub(crate) to: IpAddr,
    /// `None`: all ports.
    pub(crate) port: Option<u16>,
    pub(crate) action: FirewallAction,
    /// When it stands there.
    pub(crate) window: Window,
}

/// The rules in order; the first that fits decides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Firewall(Vec<FirewallRule>);

impl Firewall {
    pub(crate) fn new(rules: Vec<FirewallRule>) -> Self {
        Self(rules)
    }

    /// The rules in lines: action, address, and the port if it is about one.
    pub(crate) fn lines(&self) -> String {
        let line = |rule: &FirewallRule| {
            let action = match rule.action {
                FirewallAction::Drop => "drop",
                FirewallAction::Refuse => "refuse",
                FirewallAction::HostUnreachable => "host-unreachable",
                FirewallAction::NetworkUnreachable => "network-unreachable",
            };
            let port = rule.port.map(|port| format!(" {port}")).unwrap_or_default();
            format!("{action} {}{port}\n", rule.to)
        };
        self.0.iter().map(line).collect()
    }

    /// Follows hosts that moved.
    pub(crate) fn relocate(&mut self, addresses: &BTreeMap<IpAddr, IpAddr>) {
        for rule in &mut self.0 {
            rule.to = addresses.get(&rule.to).copied().unwrap_or(rule.to);
        }
    }

    /// What becomes of packets to `address`, when the world is `elapsed` old.
    pub(crate) fn action(&self, address: SocketAddr, elapsed: Duration) -> Option<FirewallAction> {
        let fits = |rule: &&FirewallRule| {
            rule.to == address.ip()
                && rule.port.is_none_or(|port| port == address.port())
                && rule.window.contains(elapsed)
        };
        self.0.iter().find(fits).map(|rule| rule.action)
    }
}
