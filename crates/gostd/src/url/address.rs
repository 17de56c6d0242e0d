//! What may stand in brackets.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Cause;

/// Refuses what `netip.ParseAddr` refuses, and IPv4. Go names the exact flaw of a misspelt IPv6 address; here all
/// flaws of a text with colons are told in one way.
pub(super) fn check_ip_literal(text: &str) -> Result<(), Cause> {
    if text.parse::<Ipv4Addr>().is_ok() {
        return Err(Cause::IpLiteral);
    }
    let (address, zone) = match text.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (text, None),
    };
    if address.parse::<Ipv6Addr>().is_ok() && zone != Some("") {
        Ok(())
    } else {
        Err(Cause::Host { address: text.to_owned(), colons: text.contains(':') })
    }
}
