use std::time::Duration;

use http::StatusCode;

use super::{entry, on, page, text};
use crate::fault::effect::{Change, DialFault, Effect, Http, Target};
use crate::fault::{Argument, FaultEntry, FaultLayer};

const fn outage(name: &'static str, meaning: &'static str, answer: fn(Argument) -> Http) -> FaultEntry {
    entry(FaultLayer::Outage, name, meaning, Effect::Http(on(Target::Any), answer))
}

pub(super) const ENTRIES: &[FaultEntry] = &[
    outage("outage", "The host answers everything with 503.", |_| {
        Http::Says(text(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable\n"))
    }),
    outage("outage-502", "What stands before the host cannot reach it.", |_| page(StatusCode::BAD_GATEWAY)),
    outage("outage-504", "What stands before the host waits for it in vain.", |_| {
        page(StatusCode::GATEWAY_TIMEOUT)
    }),
    entry(
        FaultLayer::Outage,
        "outage-flapping",
        "The host is away (connections are refused) for so long, then there for so long, and so on.",
        Effect::FlappingDial(|_| DialFault::Refused),
    )
    .default(Argument::Time(Duration::from_secs(30))),
    outage("outage-slow", "Every answer comes late.", |a| Http::Change(Change::Delay(a.time())))
        .default(Argument::Time(Duration::from_secs(2))),
    outage("outage-trickle", "Every answer's body comes with so many bytes a second.", |a| {
        Http::Change(Change::Pace(a.bytes()))
    })
    .default(Argument::Bytes(16 << 10)),
];
