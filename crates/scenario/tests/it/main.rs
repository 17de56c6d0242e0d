//! Simulated hosts as the pull sees them, through `net`; and scenario files, right and wrong.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

mod catalogue;
mod content;
mod coverage;
mod fault_keys;
mod file;
mod heals;
mod include;
mod manifests;
mod network;
mod plugins;
mod pull;
mod selectors;
mod served;
mod shipped;
mod sockets;
mod support;
mod worlds;
