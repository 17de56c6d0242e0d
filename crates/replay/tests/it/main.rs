//! Pods over time, on a runtime that answers as it is told, in virtual time.
#![expect(clippy::unwrap_used, reason = "a helper that panics fails its test")]

mod fake;
mod plugins;
mod pulls;
mod recovery;
mod starts;
mod timeline;
