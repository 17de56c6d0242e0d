//! The order in which addresses are dialled (RFC 6724 as Go applies it, `net/addrselect.go`).

use std::cmp::Reverse;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use crate::network::Network;

/// Sorts addresses by the rules of RFC 6724 that need no kernel state. As Go does, the source address for each is
/// found by connecting a datagram socket, which sends nothing.
pub(super) async fn sort(network: &dyn Network, addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    if addresses.len() < 2 {
        return addresses;
    }
    let mut rated = Vec::with_capacity(addresses.len());
    for address in addresses {
        // Port 9 is discard: Go's choice as well.
        let socket = network.datagram(SocketAddr::new(address, 9)).await;
        let source = socket.ok().map(|socket| socket.local_addr().ip());
        rated.push((rate(address, source), address));
    }
    rated.sort_by_key(|(rating, _)| *rating);
    rated.into_iter().map(|(_, address)| address).collect()
}

/// Smaller is better: rule 1 (usable), 2 (same scope), 5 (same label), 6 (precedence), 8 (smaller scope).
type Rating = (bool, bool, bool, Reverse<u8>, u8);

fn rate(address: IpAddr, source: Option<IpAddr>) -> Rating {
    let (precedence, label) = policy(address);
    let scope_differs = source.is_none_or(|source| scope(source) != scope(address));
    let label_differs = source.is_none_or(|source| policy(source).1 != label);
    (source.is_none(), scope_differs, label_differs, Reverse(precedence), scope(address))
}

/// Precedence and label of the default policy table (RFC 6724 section 2.1).
fn policy(address: IpAddr) -> (u8, u8) {
    let v6 = match address {
        IpAddr::V4(_) => return (35, 4),
        IpAddr::V6(v6) => v6,
    };
    match v6.segments() {
        _ if v6 == Ipv6Addr::LOCALHOST => (50, 0),
        [0, 0, 0, 0, 0, 0xffff, ..] => (35, 4),
        [0x2002, ..] => (30, 2),
        [0x2001, 0, ..] => (5, 5),
        [first, ..] if first & 0xfe00 == 0xfc00 => (3, 13),
        [first, ..] if first & 0xffc0 == 0xfec0 => (1, 11),
        [0x3ffe, ..] => (1, 12),
        _ => (40, 1),
    }
}

/// Link-local 2, site-local 5, global 14 (RFC 4007).
fn scope(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(v4) if v4.is_loopback() || v4.is_link_local() => 2,
        IpAddr::V4(_) => 14,
        IpAddr::V6(v6) if v6.is_loopback() => 2,
        IpAddr::V6(v6) => match v6.segments()[0] {
            first if first & 0xffc0 == 0xfe80 => 2,
            first if first & 0xffc0 == 0xfec0 => 5,
            _ => 14,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipv6_comes_first_only_where_it_has_a_route() {
        let v4: IpAddr = "10.0.0.1".parse().unwrap();
        let v6: IpAddr = "2001:db8::1".parse().unwrap();
        let own4 = Some("10.0.0.9".parse().unwrap());
        let own6 = Some("2001:db8::9".parse().unwrap());
        assert!(rate(v6, own6) < rate(v4, own4));
        assert!(rate(v4, own4) < rate(v6, None));
    }
}
