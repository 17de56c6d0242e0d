use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::entry;
use crate::fault::effect::{Effect, NameFault};
use crate::fault::{Argument, FaultEntry, FaultLayer};

/// Addresses for documentation (RFC 5737, RFC 3849), at which nobody answers.
const NOBODY: Argument = Argument::Address(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
const NOBODY6: Argument = Argument::Address(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7)));

const fn dns(name: &'static str, meaning: &'static str, fault: fn(Argument) -> NameFault) -> FaultEntry {
    entry(FaultLayer::Dns, name, meaning, Effect::Name(fault))
}

pub(super) const ENTRIES: &[FaultEntry] = &[
    dns("dns-nxdomain", "The name server says that there is no such name.", |_| NameFault::NoSuchName),
    dns("dns-nodata", "The name server knows the name, but no address of it.", |_| NameFault::NoData),
    dns("dns-servfail", "The name server fails to find out.", |_| NameFault::ServerFailure),
    dns("dns-refused", "The name server refuses to answer.", |_| NameFault::Refused),
    dns("dns-silence", "The name server says nothing.", |_| NameFault::Silence),
    dns("dns-wrong-address", "The name has the address of something else.", |a| {
        NameFault::Addresses(vec![a.address()])
    })
    .default(NOBODY),
    dns("dns-truncated", "A datagram has no room for the answer: it must be asked for over TCP.", |_| {
        NameFault::Truncated
    }),
    dns("dns-slow", "The name server answers late.", |a| NameFault::Slow(a.time()))
        .default(Argument::Time(Duration::from_secs(3))),
    dns("dns-ipv6-only", "The name has an IPv6 address alone.", |a| NameFault::Addresses(vec![a.address()]))
        .default(NOBODY6),
    dns(
        "dns-search-wildcard",
        "A wildcard in a search domain catches the name before it is looked up as written.",
        |a| NameFault::Wildcard(a.address()),
    )
    .default(NOBODY),
];
