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

    /// The rules as nftables has them, for the network of a node: what begins a conversation is stopped where it leaves, and
    /// datagrams where they arrive, since one that is rejected on its way out fails with another error. Rules that come
    /// and go are left out.
    pub(crate) fn nftables(&self) -> String {
        let (mut leaves, mut arrives) = (String::new(), String::new());
        for rule in self.0.iter().filter(|rule| rule.window == Window::default()) {
            let (family, icmp, host, network) = match rule.to {
                IpAddr::V4(_) => ("ip", "icmp", "host-unreachable", "net-unreachable"),
                IpAddr::V6(_) => ("ip6", "icmpv6", "addr-unreachable", "no-route"),
            };
            let verdict = |refusal: &str| match rule.action {
                FirewallAction::Drop => "drop".to_owned(),
                FirewallAction::Refuse => format!("reject with {refusal}"),
                FirewallAction::HostUnreachable => format!("reject with {icmp} type {host}"),
                FirewallAction::NetworkUnreachable => format!("reject with {icmp} type {network}"),
            };
            let port =
                |protocol| rule.port.map_or_else(String::new, |port| format!("{protocol} dport {port} "));
            let to = format!("    {family} daddr {} ", rule.to);
            leaves += &format!(
                "{to}meta l4proto tcp {}tcp flags & (syn | ack) == syn {}\n",
                port("tcp"),
                verdict("tcp reset")
            );
            let refusal = format!("{icmp} type port-unreachable");
            arrives += &format!("{to}meta l4proto udp {}{}\n", port("udp"), verdict(&refusal));
        }
        format!(
            "table inet pullsim\ndelete table inet pullsim\ntable inet pullsim {{\n  chain leaves {{\n    type filter hook output priority 0\n{leaves}  }}\n  chain arrives {{\n    type filter hook input priority 0\n{arrives}  }}\n}}\n"
        )
    }

    /// Follows hosts that moved.
    pub(crate) fn relocate(&mut self, addresses: &BTreeMap<IpAddr, IpAddr>) {
        for rule in &mut self.0 {
            rule.to = addresses.get(&rule.to).copied().unwrap_or(rule.to);
        }
    }

    /// Whether what becomes of packets to `address` is another at another time.
    pub(crate) fn changes(&self, address: SocketAddr) -> bool {
        let about = |rule: &FirewallRule| {
            rule.to == address.ip() && rule.port.is_none_or(|port| port == address.port())
        };
        self.0.iter().any(|rule| about(rule) && rule.window != Window::default())
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
