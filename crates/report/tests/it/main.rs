//! Reports, from hand-made traces.
#![expect(clippy::unwrap_used, clippy::panic, reason = "all of this crate is test code")]

mod formats;
mod support;
mod text;
mod what_if;
