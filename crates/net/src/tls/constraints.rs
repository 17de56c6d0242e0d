//! Names that an authority may or may not sign for (Go 1.25 `crypto/x509/verify.go` `checkNameConstraints`).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use gostd::strconv::quote;
use gostd::x509::Error;
use x509_parser::extensions::{GeneralName, GeneralSubtree};

use super::certificate::Certificate;

/// Names, of DNS and of the internet protocol.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    dns: Vec<String>,
    networks: Vec<Network>,
}

impl Names {
    pub(super) fn of(subtrees: Option<&Vec<GeneralSubtree<'_>>>) -> Self {
        let mut names = Self::default();
        for subtree in subtrees.into_iter().flatten() {
            match &subtree.base {
                GeneralName::DNSName(name) => names.dns.push((*name).to_owned()),
                GeneralName::IPAddress(bytes) => names.networks.extend(Network::of(bytes)),
                _ => {}
            }
        }
        names
    }
}

/// Addresses with a prefix in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// An address and its mask, which must be a prefix (`isValidIPMask`).
    fn of(bytes: &[u8]) -> Option<Self> {
        let (address, mask) = bytes.split_at_checked(bytes.len() / 2)?;
        let mask = bits(address_of(mask)?);
        let address = address_of(address)?;
        let prefix = mask.leading_ones();
        (mask.checked_shl(prefix).unwrap_or(0) == 0).then_some(Self { address, prefix })
    }

    /// `matchIPConstraint`
    fn contains(&self, address: &IpAddr) -> bool {
        let differing = bits(*address) ^ bits(self.address);
        address.is_ipv4() == self.address.is_ipv4() && differing.leading_zeros() >= self.prefix
    }
}

/// `net.IPNet.String`
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

fn address_of(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(|bytes| IpAddr::V4(Ipv4Addr::from(bytes)));
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(|bytes| IpAddr::V6(Ipv6Addr::from(bytes)))).ok()
}

/// The bits of an address, its first one highest.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)) << 96,
        IpAddr::V6(address) => u128::from(address),
    }
}

/// The names of all certificates below, judged one by one: what is excluded first.
pub(super) fn check(chain: &[&Certificate], authority: &Certificate) -> Result<(), Error> {
    let (permitted, excluded) = (&authority.permitted, &authority.excluded);
    for certificate in chain {
        for name in &certificate.facts.dns_names {
            let matches = |constraint: &String| is_under(name, constraint);
            judge("DNS name", name, &permitted.dns, &excluded.dns, matches)?;
        }
        for address in &certificate.facts.addresses {
            let matches = |network: &Network| network.contains(address);
            judge("IP address", &address.to_string(), &permitted.networks, &excluded.networks, matches)?;
        }
    }
    Ok(())
}

fn judge<T: fmt::Display>(
    kind: &str,
    name: &str,
    permitted: &[T],
    excluded: &[T],
    matches: impl Fn(&T) -> bool,
) -> Result<(), Error> {
    let name = quote(name);
    let why = if let Some(constraint) = excluded.iter().find(|constraint| matches(constraint)) {
        format!("is excluded by constraint {}", quote(constraint.to_string()))
    } else if !permitted.is_empty() && !permitted.iter().any(matches) {
        "is not permitted by any constraint".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::CaNotAuthorizedForThisName { name: format!("{kind} {name} {why}") })
}

/// `matchDomainConstraint`: the domain and all below it; with a leading dot only what is below.
fn is_under(name: &str, constraint: &str) -> bool {
    let (name, constraint) = (name.to_ascii_lowercase(), constraint.to_ascii_lowercase());
    let bare = constraint.strip_prefix('.').unwrap_or(&constraint);
    constraint.is_empty()
        || name.strip_suffix(bare).is_some_and(|before| before.ends_with('.'))
        || (name == bare && bare == constraint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_under_constraints() {
        let cases = [
            ("r.test", "r.test", true),
            ("a.R.test", "r.Test", true),
            ("ar.test", "r.test", false),
            ("a.r.test", ".r.test", true),
            ("r.test", ".r.test", false),
            ("r.test", "", true),
        ];
        for (name, constraint, verdict) in cases {
            assert_eq!(is_under(name, constraint), verdict, "{name} {constraint}");
        }
    }

    #[test]
    fn addresses_in_networks() {
        let network = |bytes: &[u8]| Network::of(bytes);
        let private = network(&[10, 0, 0, 0, 255, 0, 0, 0]).unwrap();
        assert_eq!(private.to_string(), "10.0.0.0/8");
        for (address, verdict) in [("10.1.2.3", true), ("11.0.0.1", false), ("a00::1", false)] {
            assert_eq!(private.contains(&address.parse().unwrap()), verdict, "{address}");
        }
        assert!(network(&[0; 8]).unwrap().contains(&"192.0.2.1".parse().unwrap()));
        assert!(network(&[0; 32]).unwrap().contains(&"2001:db8::1".parse().unwrap()));
        assert_eq!(network(&[10, 0, 0, 0, 255, 0, 255, 0]), None);
        assert_eq!(network(&[10, 0, 0]), None);
    }
}
