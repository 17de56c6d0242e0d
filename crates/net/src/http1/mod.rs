//! HTTP/1.1 as Go's client writes and reads it (Go 1.25 `net/http`).
//!
//! Own code in place of a library, since what Go says of a malformed answer, which fields it writes in which order
//! and case, and when it sends a request once more are part of what a node shows.

mod connection;
mod header;
mod message;

pub(crate) use connection::{BodyState, Connection, Unanswered};
pub use header::Header;
pub(crate) use message::Head;
pub use message::Request;
