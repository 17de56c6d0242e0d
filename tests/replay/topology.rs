//! The network of the machines on which was recorded: their own addresses, places that never answer, and places to
//! which no way leads.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::recording::Family;

const EACCES: i32 = 13;
const ENETUNREACH: i32 = 101;
const EHOSTUNREACH: i32 = 113;

/// The hosts of family B by name. Each address is one of the machine's own, but for the last three.
pub(crate) const HOSTS: &[(&str, [u8; 4])] = &[
    ("registry.test", [10, 77, 0, 10]),
    ("auth.test", [10, 77, 0, 11]),
    ("cdn.test", [10, 77, 0, 12]),
    ("mirror.test", [10, 77, 0, 13]),
    ("mirror2.test", [10, 77, 0, 14]),
    ("other.test", [10, 77, 0, 15]),
    ("proxy.test", [10, 77, 0, 16]),
    ("registry-1.docker.io", [10, 77, 0, 20]),
    ("auth.docker.io", [10, 77, 0, 21]),
    ("docker.io", [10, 77, 0, 22]),
    ("index.docker.io", [10, 77, 0, 23]),
    ("production.cloudflare.docker.com", [10, 77, 0, 24]),
    ("refused.test", [10, 77, 0, 30]),
    ("localhost", [127, 0, 0, 1]),
    ("blackhole.test", [10, 88, 0, 2]),
    ("unreach.test", [10, 99, 0, 2]),
    ("nonet.test", [203, 0, 113, 9]),
];
/// What else family B's name server says.
const OTHER_NAMES: &[(&str, &str)] =
    &[("servfail.test", "SERVFAIL"), ("dnsrefused.test", "REFUSED"), ("dnstimeout.test", "DROP")];
const NAMESERVER_B: [u8; 4] = [10, 77, 0, 53];

/// What becomes of a packet that is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// It comes to the machine itself.
    Here,
    /// It is lost.
    Silence,
}

/// The address of a host of family B.
pub(crate) fn address(host: &str) -> Option<IpAddr> {
    HOSTS.iter().find(|(name, _)| *name == host).map(|(_, address)| (*address).into())
}

/// What family B's name server knows: name → address, or what it says in place of one.
pub(crate) fn zone() -> impl Iterator<Item = (String, String)> {
    let hosts = HOSTS.iter().map(|(name, address)| (*name, Ipv4Addr::from(*address).to_string()));
    let others = OTHER_NAMES.iter().map(|(name, said)| (*name, (*said).to_owned()));
    hosts.chain(others).map(|(name, said)| (name.to_owned(), said))
}

impl Family {
    pub(crate) fn nameserver(self) -> SocketAddr {
        let address = match self {
            Self::A => [127, 0, 0, 53],
            Self::B => NAMESERVER_B,
        };
        (address, 53).into()
    }

    /// The way to an address, or what Linux says where there is none.
    pub(crate) fn route(self, address: IpAddr) -> io::Result<Way> {
        let IpAddr::V4(v4) = address else {
            return if address.is_loopback() { Ok(Way::Here) } else { Err(error(ENETUNREACH)) };
        };
        match (self, v4.octets()) {
            (_, [127, ..]) => Ok(Way::Here),
            (Self::A, [10, 99, 0, 1]) | (Self::B, [10, 88, 0, 1] | NAMESERVER_B) => Ok(Way::Here),
            (Self::B, octets @ [10, 77, ..]) if HOSTS.iter().any(|(_, own)| *own == octets) => Ok(Way::Here),
            (Self::A, [10, 99, 0, _]) | (Self::B, [10, 88, 0, _]) => Ok(Way::Silence),
            (Self::A, [10, 98, 0, _]) | (Self::B, [10, 99, 0, _]) => Err(error(EHOSTUNREACH)),
            (Self::A, [10, 97, 0, _]) => Err(error(EACCES)),
            _ => Err(error(ENETUNREACH)),
        }
    }

    /// The address from which the machine speaks to another.
    pub(crate) fn source(self, address: IpAddr) -> IpAddr {
        match (self, address) {
            (_, IpAddr::V6(_)) => Ipv6Addr::LOCALHOST.into(),
            (Self::B, IpAddr::V4(v4)) if v4.octets()[..2] == [10, 77] => address,
            (Self::B, IpAddr::V4(v4)) if v4.octets()[..2] == [10, 88] => [10, 88, 0, 1].into(),
            _ => Ipv4Addr::LOCALHOST.into(),
        }
    }
}

/// An error of the system.
pub(crate) fn error(number: i32) -> io::Error {
    io::Error::from_raw_os_error(number)
}
