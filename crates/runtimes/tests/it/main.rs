//! Pulls from scripted registries on loopback.
#![expect(
    clippy::unwrap_used,
    reason = "all of this is test code: a helper that cannot go on fails the test"
)]

mod crio;
mod limits;
mod ranges;
mod registry;
mod schema1;
