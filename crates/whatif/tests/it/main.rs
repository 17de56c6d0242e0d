//! Changes tried in simulated hosts.
#![expect(clippy::unwrap_used, reason = "all of this crate is test code")]

mod everywhere;
mod scenarios;
mod secrecy;
mod support;
