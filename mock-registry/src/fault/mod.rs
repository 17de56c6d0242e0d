//! Faults: which requests and connections they meet, and what they do to them.

mod connection;
mod count;
mod rule;

pub use connection::{ConnectionFault, ConnectionRule};
pub use count::{Count, InvalidCount};
pub use rule::{End, Rule};

pub(crate) use rule::{Action, RuleTable};
