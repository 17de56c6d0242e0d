//! The shipped catalogue, played.

#![expect(clippy::unwrap_used, reason = "helpers of tests may fail the test")]

mod catalogue;
mod remedies;
