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
    /// Closes it in order when so many bytes were sent.
    CloseAfter(u64),
    /// Resets it when so many bytes were sent.
    ResetAfter(u64),
    /// Answers the client's hello with this fatal alert (RFC 8446, 6).
    Alert(u8),
    /// Answers the client's hello as a server does that speaks nothing newer than this version of TLS: `0x0301` is
    /// TLS 1.0.
    TlsVersion(u16),
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
