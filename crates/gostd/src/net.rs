//! Package `net` and the parts of `context`, `io`, `os` and `syscall` that its errors are made of.
//!
//! The values carry facts (operation, addresses, resolver, OS error number); `Display` gives Go's words.

use std::fmt;
use std::net::SocketAddr;

use crate::{http, socks, tls};

/// Why an exchange over the network failed, as a tree of Go errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// `*net.OpError`
    Op(Box<OpError>),
    /// `*net.DNSError`
    Dns(DnsError),
    /// `*net.AddrError`: `address A: what`
    Address {
        /// The address as it was given.
        address: String,
        /// What is wrong with it.
        problem: AddressProblem,
    },
    /// `*os.SyscallError`
    Syscall(&'static str, Errno),
    /// `io.EOF`
    Eof,
    /// `io.ErrUnexpectedEOF`
    UnexpectedEof,
    /// `net.errTimeout`: what a dialler reports; it *is* `context.DeadlineExceeded`.
    DialTimeout,
    /// `os.ErrDeadlineExceeded`: what a read past its deadline reports.
    ReadTimeout,
    /// `context.Canceled`
    Canceled,
    /// `context.DeadlineExceeded`
    DeadlineExceeded,
    /// Package `crypto/tls`.
    Tls(tls::Error),
    /// Package `net/http`.
    Http(http::Error),
    /// The way through a SOCKS proxy.
    Socks(Box<socks::ConnectError>),
    /// What a SOCKS proxy answers, within [`Error::Socks`].
    SocksProblem(socks::Problem),
}

impl Error {
    /// Shorthand for an [`OpError`].
    pub fn op(op: Op, network: &'static str, ends: Ends, cause: Self) -> Self {
        Self::Op(Box::new(OpError { op, network, ends, cause }))
    }

    /// What is malformed about the head of an answer, if that is it.
    pub fn malformed(&self) -> Option<&http::Malformed> {
        match self {
            Self::Http(http::Error::Malformed(malformed)) => Some(malformed),
            Self::Http(http::Error::ConnectionBroken(cause)) => cause.malformed(),
            Self::Op(op) => op.cause.malformed(),
            _ => None,
        }
    }

    /// `net.Error.Timeout()`
    pub fn is_timeout(&self) -> bool {
        match self {
            Self::Op(op) => op.cause.is_timeout(),
            Self::Dns(dns) => dns.is_timeout(),
            Self::Syscall(_, errno) => *errno == Errno::TIMED_OUT,
            Self::DialTimeout | Self::ReadTimeout | Self::DeadlineExceeded => true,
            Self::Http(error) => error.is_timeout(),
            Self::Socks(error) => error.cause.is_timeout(),
            _ => false,
        }
    }

    /// `errors.Is(err, context.DeadlineExceeded)`: true for the dialler's own time-out, not for a read's.
    pub fn is_deadline_exceeded(&self) -> bool {
        match self {
            // DNSError unwraps to the error beneath since Go 1.23, which is then errTimeout itself only if the
            // context ran out; a name server that stays silent gives a string.
            Self::Op(op) => op.cause.is_deadline_exceeded(),
            Self::DialTimeout | Self::DeadlineExceeded => true,
            _ => false,
        }
    }

    /// `errors.Is(err, io.EOF)`
    pub fn is_eof(&self) -> bool {
        matches!(self, Self::Eof)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Op(op) => op.fmt(f),
            Self::Dns(dns) => dns.fmt(f),
            Self::Address { address, problem } => match problem {
                AddressProblem::InvalidPort => write!(f, "address {address}: invalid port"),
                AddressProblem::UnknownPort => write!(f, "lookup tcp/{address}: unknown port"),
            },
            Self::Syscall(call, errno) => write!(f, "{call}: {errno}"),
            Self::Eof => f.write_str("EOF"),
            Self::UnexpectedEof => f.write_str("unexpected EOF"),
            Self::DialTimeout | Self::ReadTimeout => f.write_str("i/o timeout"),
            Self::Canceled => f.write_str("context canceled"),
            Self::DeadlineExceeded => f.write_str("context deadline exceeded"),
            Self::Tls(error) => error.fmt(f),
            Self::Http(error) => error.fmt(f),
            Self::Socks(error) => error.fmt(f),
            Self::SocksProblem(problem) => problem.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

/// What is wrong with an address (`net.AddrError`, `net.DNSError` of `lookupPort`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressProblem {
    /// A number above 65535.
    InvalidPort,
    /// Not a number, and no service of that name.
    UnknownPort,
}

/// The operation that an [`OpError`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `dial`
    Dial,
    /// `read`
    Read,
    /// `write`
    Write,
    /// `proxyconnect`
    ProxyConnect,
    /// `remote error`: an alert that the peer sent.
    RemoteError,
    /// `local error`: an alert that this side sent.
    LocalError,
}

impl Op {
    const fn word(self) -> &'static str {
        match self {
            Self::Dial => "dial",
            Self::Read => "read",
            Self::Write => "write",
            Self::ProxyConnect => "proxyconnect",
            Self::RemoteError => "remote error",
            Self::LocalError => "local error",
        }
    }
}

/// The addresses that an [`OpError`] knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// The local end, for reads and writes.
    pub source: Option<SocketAddr>,
    /// The remote end.
    pub remote: Option<SocketAddr>,
    /// Whether the remote end had no address to begin with, and is told as `:PORT` (Go `TCPAddr` without an IP).
    pub port_alone: bool,
}

impl Ends {
    /// Only the remote end is known (dialling).
    pub const fn to(remote: SocketAddr) -> Self {
        Self { source: None, remote: Some(remote), port_alone: false }
    }

    /// A port of this machine, dialled without a host.
    pub const fn to_port(remote: SocketAddr) -> Self {
        Self { port_alone: true, ..Self::to(remote) }
    }

    /// Both ends of a connection.
    pub const fn both(source: SocketAddr, remote: SocketAddr) -> Self {
        Self { source: Some(source), remote: Some(remote), port_alone: false }
    }
}

/// `*net.OpError` (Go `net/net.go`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpError {
    /// What was tried.
    pub op: Op,
    /// `tcp`, `udp`; empty where Go leaves it out.
    pub network: &'static str,
    /// Where.
    pub ends: Ends,
    /// Why it failed.
    pub cause: Error,
}

impl fmt::Display for OpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.op.word())?;
        if !self.network.is_empty() {
            write!(f, " {}", self.network)?;
        }
        match self.ends {
            Ends { remote: Some(remote), port_alone: true, .. } => write!(f, " :{}", remote.port())?,
            Ends { source: Some(source), remote: Some(remote), .. } => write!(f, " {source}->{remote}")?,
            Ends { source: Some(one), remote: None, .. } | Ends { source: None, remote: Some(one), .. } => {
                write!(f, " {one}")?;
            }
            Ends { source: None, remote: None, .. } => {}
        }
        write!(f, ": {}", self.cause)
    }
}

/// `*net.DNSError` (Go `net/net.go`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsError {
    /// The name as it was asked for, without search domain.
    pub name: String,
    /// The name server that was asked last, `ip:port`; `None` when none was asked.
    pub server: Option<SocketAddr>,
    /// What went wrong.
    pub problem: DnsProblem,
}

/// The reason within a [`DnsError`] (Go `net/dnsclient_unix.go`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DnsProblem {
    /// NXDOMAIN, or no address record, or a name that cannot exist.
    NoSuchHost,
    /// Another response code than success and NXDOMAIN: SERVFAIL, REFUSED …
    ServerMisbehaving,
    /// A reply that does not parse.
    CannotUnmarshal,
    /// A reply to another question.
    InvalidResponse,
    /// The C library, which does not say more (glibc `EAI_AGAIN`).
    TemporaryFailure,
    /// Sending or receiving failed; boxed since it is an [`OpError`] again.
    Exchange(Box<Error>),
}

impl DnsError {
    fn is_timeout(&self) -> bool {
        matches!(&self.problem, DnsProblem::Exchange(error) if error.is_timeout())
    }
}

impl fmt::Display for DnsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lookup {}", self.name)?;
        if let Some(server) = self.server {
            write!(f, " on {server}")?;
        }
        match &self.problem {
            DnsProblem::NoSuchHost => f.write_str(": no such host"),
            DnsProblem::ServerMisbehaving => f.write_str(": server misbehaving"),
            DnsProblem::CannotUnmarshal => f.write_str(": cannot unmarshal DNS message"),
            DnsProblem::InvalidResponse => f.write_str(": invalid DNS response"),
            DnsProblem::TemporaryFailure => f.write_str(": Temporary failure in name resolution"),
            DnsProblem::Exchange(error) => write!(f, ": {error}"),
        }
    }
}

/// `syscall.Errno` on Linux; prints the text of Go's table (`syscall/zerrors_linux_amd64.go`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Errno(pub i32);

impl Errno {
    /// EPERM
    pub const NOT_PERMITTED: Self = Self(1);
    /// EACCES
    pub const ACCESS: Self = Self(13);
    /// ENOSPC
    pub const NO_SPACE: Self = Self(28);
    /// EPIPE
    pub const BROKEN_PIPE: Self = Self(32);
    /// ENETUNREACH
    pub const NET_UNREACHABLE: Self = Self(101);
    /// ECONNABORTED
    pub const CONN_ABORTED: Self = Self(103);
    /// ECONNRESET
    pub const CONN_RESET: Self = Self(104);
    /// ETIMEDOUT
    pub const TIMED_OUT: Self = Self(110);
    /// ECONNREFUSED
    pub const CONN_REFUSED: Self = Self(111);
    /// EHOSTUNREACH
    pub const HOST_UNREACHABLE: Self = Self(113);
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            1 => "operation not permitted",
            2 => "no such file or directory",
            4 => "interrupted system call",
            5 => "input/output error",
            11 => "resource temporarily unavailable",
            12 => "cannot allocate memory",
            13 => "permission denied",
            17 => "file exists",
            20 => "not a directory",
            21 => "is a directory",
            22 => "invalid argument",
            23 => "too many open files in system",
            24 => "too many open files",
            27 => "file too large",
            28 => "no space left on device",
            30 => "read-only file system",
            32 => "broken pipe",
            90 => "message too long",
            97 => "address family not supported by protocol",
            98 => "address already in use",
            99 => "cannot assign requested address",
            100 => "network is down",
            101 => "network is unreachable",
            102 => "network dropped connection on reset",
            103 => "software caused connection abort",
            104 => "connection reset by peer",
            105 => "no buffer space available",
            107 => "transport endpoint is not connected",
            110 => "connection timed out",
            111 => "connection refused",
            112 => "host is down",
            113 => "no route to host",
            122 => "disk quota exceeded",
            other => return write!(f, "errno {other}"),
        };
        f.write_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn words_are_those_of_the_recordings() {
        let refused = Error::op(
            Op::Dial,
            "tcp",
            Ends::to(address("127.0.1.1:443")),
            Error::Syscall("connect", Errno::CONN_REFUSED),
        );
        let silent = Error::op(
            Op::Dial,
            "tcp",
            Ends::default(),
            Error::Dns(DnsError {
                name: "registry.test".into(),
                server: Some(address("127.0.0.53:53")),
                problem: DnsProblem::Exchange(Box::new(Error::op(
                    Op::Read,
                    "udp",
                    Ends::both(address("127.0.0.1:40000"), address("127.0.0.53:53")),
                    Error::ReadTimeout,
                ))),
            }),
        );
        let v6 = Error::op(Op::Dial, "tcp", Ends::to(address("[::1]:5000")), Error::DialTimeout);
        let cases = [
            (&refused, "dial tcp 127.0.1.1:443: connect: connection refused", false, false),
            (
                &silent,
                "dial tcp: lookup registry.test on 127.0.0.53:53: read udp 127.0.0.1:40000->127.0.0.53:53: i/o timeout",
                true,
                false,
            ),
            (&v6, "dial tcp [::1]:5000: i/o timeout", true, true),
        ];
        for (error, text, timeout, deadline) in cases {
            assert_eq!(error.to_string(), text);
            assert_eq!((error.is_timeout(), error.is_deadline_exceeded()), (timeout, deadline), "{text}");
        }
    }
}
