//! What a server does about a request, whoever decided it.

use std::net::SocketAddr;
use std::time::Duration;

use http::StatusCode;

/// What is done, and after what time.
pub(crate) struct Reply {
    pub(crate) delay: Duration,
    pub(crate) action: Action,
}

/// What is done.
pub(crate) enum Action {
    Reset,
    Close,
    /// Nothing, until the client goes.
    Stall,
    /// Joins the client with an address, if there is one.
    Tunnel(Option<SocketAddr>),
    Send(Message),
}

/// An answer as it goes onto the wire.
pub(crate) struct Message {
    pub(crate) status: u16,
    /// Status line and headers.
    pub(crate) head: Vec<u8>,
    pub(crate) body: Vec<u8>,
    pub(crate) sending: Sending,
    /// Whether the connection stays open behind a body that is sent in full.
    pub(crate) keep: bool,
}

/// How a body is sent.
pub(crate) enum Sending {
    Whole,
    Chunked,
    /// So many bytes at once, with a pause behind each piece.
    Trickle(usize, Duration),
    /// Only so many bytes; then, after a pause, the end.
    Part(usize, Duration, End),
}

/// How a connection ends.
#[derive(Clone, Copy)]
pub(crate) enum End {
    Close,
    Reset,
    /// It does not: nothing more comes.
    Stall,
}

impl From<Action> for Reply {
    fn from(action: Action) -> Self {
        Self { delay: Duration::ZERO, action }
    }
}

/// The phrase that the recorded servers, which took it from Python, put behind a status.
pub(crate) fn reason(status: u16) -> Option<&'static str> {
    match status {
        203 => Some("Non-Authoritative Information"),
        413 => Some("Request Entity Too Large"),
        414 => Some("Request-URI Too Long"),
        416 => Some("Requested Range Not Satisfiable"),
        _ => StatusCode::from_u16(status).ok()?.canonical_reason(),
    }
}

/// Status line and headers. Their bytes are Latin-1, as HTTP has them.
pub(crate) fn head(status: u16, reason: &str, headers: &[(String, String)]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} {reason}\r\n");
    for (key, value) in headers {
        head += &format!("{key}: {value}\r\n");
    }
    head += "\r\n";
    head.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
}
