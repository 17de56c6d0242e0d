//! Package `golang.org/x/net/internal/socks`, which `net/http` bundles: how a SOCKS 5 proxy says no
//! (Go 1.25 `net/http/socks_bundle.go`).

use std::fmt;
use std::net::SocketAddr;

use crate::net;

/// `socks connect tcp PROXY->TARGET: why`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectError {
    /// The proxy's address.
    pub proxy: SocketAddr,
    /// Where the proxy was to connect to, `host:port`; the proxy resolves the name.
    pub target: String,
    /// Why it did not.
    pub cause: net::Error,
}

/// What is wrong with a proxy's answer, or with what it is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// `unexpected protocol version N`
    Version(u8),
    /// `no acceptable authentication methods`
    NoAcceptableMethod,
    /// `unsupported authentication method N`
    UnsupportedMethod(u8),
    /// `invalid username/password`: one is too long, or the name is empty.
    InvalidLogin,
    /// `invalid username/password version`
    LoginVersion,
    /// `username/password authentication failed`
    LoginRefused,
    /// `FQDN too long`
    NameTooLong,
    /// `unknown error why`: the proxy's reply (RFC 1928 section 6).
    Reply(u8),
    /// `non-zero reserved field`
    Reserved,
    /// `unknown address type N`
    AddressType(u8),
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "socks connect tcp {}->{}: {}", self.proxy, self.target, self.cause)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(f, "unexpected protocol version {version}"),
            Self::NoAcceptableMethod => f.write_str("no acceptable authentication methods"),
            Self::UnsupportedMethod(method) => write!(f, "unsupported authentication method {method}"),
            Self::InvalidLogin => f.write_str("invalid username/password"),
            Self::LoginVersion => f.write_str("invalid username/password version"),
            Self::LoginRefused => f.write_str("username/password authentication failed"),
            Self::NameTooLong => f.write_str("FQDN too long"),
            Self::Reply(code) => write!(f, "unknown error {}", Reply(*code)),
            Self::Reserved => f.write_str("non-zero reserved field"),
            Self::AddressType(kind) => write!(f, "unknown address type {kind}"),
        }
    }
}

/// `socksReply`
struct Reply(u8);

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            1 => "general SOCKS server failure",
            2 => "connection not allowed by ruleset",
            3 => "network unreachable",
            4 => "host unreachable",
            5 => "connection refused",
            6 => "TTL expired",
            7 => "command not supported",
            8 => "address type not supported",
            other => return write!(f, "unknown code: {other}"),
        })
    }
}
