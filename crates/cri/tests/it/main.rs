//! The client of a live runtime, against a server whose bytes are written by hand.

#![expect(clippy::unwrap_used, reason = "all of this crate is test code")]

mod live;
