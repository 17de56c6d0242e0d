//! What Go says of text that is no URL.

use crate::strconv::quote;

/// `*url.Error` as `url.Parse` makes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parse {}: {cause}", quote(.url))]
pub struct Error {
    /// The text that was parsed, without its fragment.
    pub url: String,
    /// What is wrong with it.
    pub cause: Cause,
}

/// The reason inside an [`Error`] (`go1.25 net/url/url.go`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Cause {
    /// A byte below space, or DEL.
    #[error("net/url: invalid control character in URL")]
    ControlCharacter,
    /// It begins with a colon.
    #[error("missing protocol scheme")]
    MissingScheme,
    /// `host:port/path` without a scheme, where the scheme could not be a scheme.
    #[error("first path segment in URL cannot contain colon")]
    ColonInFirstSegment,
    /// A character that may not stand before the `@`.
    #[error("net/url: invalid userinfo")]
    Userinfo,
    /// An opening bracket without a closing one.
    #[error("missing ']' in host")]
    MissingBracket,
    /// What follows the host is no port.
    #[error("invalid port {} after host", quote(.port))]
    Port {
        /// What follows, with its colon.
        port: String,
    },
    /// Brackets around an IPv4 address, or not at the beginning of the host.
    #[error("invalid IP-literal")]
    IpLiteral,
    /// What stands in brackets is no IP address (`netip.ParseAddr`).
    #[error("invalid host: ParseAddr({}): {}", quote(.address), if *.colons { "unexpected character" } else { "unable to parse IP" })]
    Host {
        /// The text between the brackets.
        address: String,
        /// Whether it has a colon, so that Go took it for an IPv6 address.
        colons: bool,
    },
    /// A character that may not stand in a host name.
    #[error("invalid character {} in host name", quote(.character))]
    HostCharacter {
        /// The byte.
        character: String,
    },
    /// A percent sign without two hexadecimal digits, or an encoding that is not allowed there.
    #[error("invalid URL escape {}", quote(.escape))]
    Escape {
        /// The percent sign and up to two bytes after it.
        escape: Vec<u8>,
    },
    /// A semicolon in a query.
    #[error("invalid semicolon separator in query")]
    Semicolon,
}
