//! The client over real loopback sockets and over hosts in memory, against servers that are not ours.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod dial;
mod dns;
mod memory;
mod proxy;
mod raw;
mod socks;
mod support;
mod tls;
mod traced;
mod wire;
