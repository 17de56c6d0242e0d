use super::{entry, on};
use crate::fault::effect::{Challenge, Change, Effect, Http, Target};
use crate::fault::{Argument, FaultEntry, FaultLayer};

const fn challenge(name: &'static str, meaning: &'static str, change: fn(Argument) -> Http) -> FaultEntry {
    entry(FaultLayer::Challenge, name, meaning, Effect::Http(on(Target::Registry), change))
}

const fn says(challenge: Challenge) -> Http {
    Http::Change(Change::Challenge(challenge))
}

pub(super) const ENTRIES: &[FaultEntry] = &[
    challenge("challenge-none", "401 without a word on how to log in.", |_| says(Challenge::None)),
    challenge("challenge-malformed", "401 with a challenge that names no realm.", |_| {
        says(Challenge::Malformed)
    }),
    challenge("challenge-unknown-scheme", "401 with a scheme that no runtime speaks: Negotiate.", |_| {
        says(Challenge::UnknownScheme)
    }),
    challenge("challenge-several", "401 with several challenges, of which one is usable.", |_| {
        says(Challenge::Several)
    }),
    challenge("challenge-wrong-realm", "The challenge leads to a place that issues no tokens.", |_| {
        says(Challenge::WrongRealm)
    }),
    challenge(
        "challenge-wrong-service",
        "The challenge names another service, whose tokens the registry does not accept.",
        |_| says(Challenge::WrongService),
    ),
];
