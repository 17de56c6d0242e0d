use bytes::Bytes;

use crate::Count;

/// What a host does to a connection before any request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionFault {
    /// Closes it in order as soon as it is accepted.
    Close,
    /// Resets it as soon as it is accepted.
    Reset,
    /// Accepts it and then never says a word.
    Stall,
    /// Sends these bytes in answer to the first that come, then closes it.
    Garbage(Bytes),
    /// Speaks HTTP in clear where TLS is expected.
    PlainHttp,
    /// Closes it in order when the client's first bytes (its hello) have come.
    CloseAfterHello,
    /// Resets it when the client's first bytes (its hello) have come.
    ResetAfterHello,
}

/// A fault, and which of a host's connections it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionRule {
    /// Which connections, counted from 1.
    pub count: Count,
    /// What becomes of them.
    pub fault: ConnectionFault,
}

impl From<ConnectionFault> for ConnectionRule {
    fn from(fault: ConnectionFault) -> Self {
        Self { count: Count::Always, fault }
    }
}
