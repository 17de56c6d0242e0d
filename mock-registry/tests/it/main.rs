//! The mock as clients see it that are not ours: the `oci-client` crate, and bytes on a socket.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

mod catalogue;
mod content;
mod faults;
mod hostile;
mod kinds;
mod mock_server;
mod products;
mod pull;
mod push;
mod registry;
mod support;
mod tls;
mod tokens;
