use std::time::Duration;

use super::entry;
use crate::ConnectionFault;
use crate::fault::effect::{DialFault, Effect};
use crate::fault::{Argument, FaultEntry, FaultLayer};

const KIB: Argument = Argument::Bytes(1024);

const fn dial(name: &'static str, meaning: &'static str, fault: fn(Argument) -> DialFault) -> FaultEntry {
    entry(FaultLayer::Tcp, name, meaning, Effect::Dial(fault))
}

const fn tcp(
    name: &'static str,
    meaning: &'static str,
    fault: fn(Argument) -> ConnectionFault,
) -> FaultEntry {
    entry(FaultLayer::Tcp, name, meaning, Effect::Connection(fault))
}

pub(super) const ENTRIES: &[FaultEntry] = &[
    dial("tcp-refused", "Nothing listens: the connection is refused.", |_| DialFault::Refused),
    dial("tcp-no-answer", "Packets vanish: nothing answers the attempt to connect.", |_| DialFault::NoAnswer),
    dial("tcp-host-unreachable", "A router says that the host cannot be reached.", |_| {
        DialFault::HostUnreachable
    }),
    dial("tcp-network-unreachable", "There is no way to the host's network.", |_| {
        DialFault::NetworkUnreachable
    }),
    dial("tcp-slow-accept", "The connection is made late.", |a| DialFault::Slow(a.time()))
        .default(Argument::Time(Duration::from_secs(5))),
    tcp("tcp-close", "The connection is closed as soon as it is made.", |_| ConnectionFault::Close),
    tcp("tcp-reset", "The connection is reset as soon as it is made.", |_| ConnectionFault::Reset),
    tcp("tcp-stall", "The connection is made, and then nothing is ever said.", |_| ConnectionFault::Stall),
    tcp("tcp-close-after", "The connection is closed after so many bytes.", |a| {
        ConnectionFault::CloseAfter(a.bytes())
    })
    .default(KIB),
    tcp("tcp-reset-after", "The connection is reset after so many bytes.", |a| {
        ConnectionFault::ResetAfter(a.bytes())
    })
    .default(KIB),
];
