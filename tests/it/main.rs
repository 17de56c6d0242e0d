//! Rules of the whole code base, proved from `cargo metadata` and the files themselves.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "all of this crate is test code: a helper that cannot go on fails the test"
)]

mod citations;
mod container_file;
mod crate_rules;
mod file_rules;
mod metadata;
