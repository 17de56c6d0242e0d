//! Package `net/http` (and `net/textproto`): what an HTTP/1.1 client reports of an answer that it cannot read.

use std::fmt;

use crate::flate;
use crate::net;
use crate::strconv;

/// An error of the client or its transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// `net/http: HTTP/1.x transport connection broken: …`: the answer had begun.
    ConnectionBroken(Box<net::Error>),
    /// The head of the answer is malformed.
    Malformed(Malformed),
    /// `http: server gave HTTP response to HTTPS client`
    HttpResponseToHttpsClient,
    /// `net/http: timeout awaiting response headers`
    ResponseHeaderTimeout,
    /// `net/http: request canceled (Client.Timeout …)`: the client's own limit for all of a request has passed.
    ClientTimeout(Awaiting),
    /// `net/http: server response headers exceeded N bytes; aborted`
    HeadersTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// A proxy's answer to CONNECT other than 200: Go gives the reason phrase and nothing more.
    ProxyRefused {
        /// The reason phrase; the whole status where there is none.
        reason: String,
    },
    /// `stopped after 10 redirects`
    TooManyRedirects,
    /// `N response missing Location header`
    MissingLocation {
        /// The status.
        status: u16,
    },
    /// `failed to parse Location header "L": why`
    InvalidLocation {
        /// The header as sent.
        location: String,
        /// What the URL parser says.
        reason: String,
    },
    /// `unsupported protocol scheme "S"`
    UnsupportedScheme(String),
    /// `http: no Host in request URL`
    NoHost,
    /// `refusing to use HTTP_PROXY value in CGI environment; see golang.org/s/cgihttpproxy`
    CgiProxy,
    /// `net/http: invalid header field name "N"`
    InvalidFieldName(String),
    /// `net/http: invalid header field value for "N"`
    InvalidFieldValue {
        /// The name of the field.
        name: String,
    },
    /// A body that is not what its `Content-Encoding` says.
    Compressed(flate::Problem),
    /// `invalid byte in chunk length` and its kin.
    Chunk(Chunk),
}

/// What was still to come when a client's limit had passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaiting {
    /// A connection.
    Connection,
    /// The head of the answer.
    Headers,
    /// The body of the answer.
    Body,
}

/// What is wrong with the head of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// `malformed HTTP response "L"`
    Response(Vec<u8>),
    /// `malformed HTTP status code "C"`
    StatusCode(Vec<u8>),
    /// `malformed HTTP version "V"`
    Version(Vec<u8>),
    /// `malformed MIME header: missing colon: "L"`
    MissingColon(Vec<u8>),
    /// `malformed MIME header line: L`
    HeaderLine(Vec<u8>),
    /// `malformed MIME header initial line: L`
    InitialLine(Vec<u8>),
    /// `bad Content-Length "V"`
    ContentLength(Vec<u8>),
    /// `http: message cannot contain multiple Content-Length headers; got ["1" "2"]`
    ManyContentLengths(Vec<String>),
    /// `unsupported transfer encoding: "V"`
    TransferEncoding(String),
}

/// What is wrong with a chunked body (`net/http/internal/chunked.go`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chunk {
    /// `invalid byte in chunk length`
    InvalidLength,
    /// `empty hex number for chunk length`
    EmptyLength,
    /// `http chunk length too large`
    TooLarge,
    /// `malformed chunked encoding`
    Malformed,
    /// `header line too long`
    LineTooLong,
    /// `chunked line ends with bare LF`
    BareLineFeed,
    /// `invalid CR in chunked line`
    InvalidCarriageReturn,
    /// `chunked encoding contains too much non-data`
    TooMuchNonData,
    /// `http: unexpected EOF reading trailer` (`net/http/transfer.go` `readTrailer`)
    TrailerEof,
    /// `http: suspiciously long trailer after chunked body`
    LongTrailer,
}

/// Bytes as text; those that are no UTF-8 as `%XX`, which is what the escaping of URLs makes of them.
///
/// ```
/// assert_eq!(gostd::http::escape_invalid(b"/a\xfcb"), "/a%FCb");
/// ```
pub fn escape_invalid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            let _ = fmt::Write::write_fmt(&mut text, format_args!("%{byte:02X}"));
        }
    }
    text
}

impl Error {
    /// `net.Error.Timeout()`
    pub(crate) fn is_timeout(&self) -> bool {
        match self {
            Self::ResponseHeaderTimeout | Self::ClientTimeout(_) => true,
            Self::ConnectionBroken(error) => error.is_timeout(),
            _ => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConnectionBroken(error) => {
                write!(f, "net/http: HTTP/1.x transport connection broken: {error}")
            }
            Self::Malformed(malformed) => malformed.fmt(f),
            Self::HttpResponseToHttpsClient => f.write_str("http: server gave HTTP response to HTTPS client"),
            Self::ResponseHeaderTimeout => f.write_str("net/http: timeout awaiting response headers"),
            Self::ClientTimeout(awaiting) => awaiting.fmt(f),
            Self::HeadersTooLarge { limit } => {
                write!(f, "net/http: server response headers exceeded {limit} bytes; aborted")
            }
            Self::ProxyRefused { reason } => f.write_str(reason),
            Self::TooManyRedirects => f.write_str("stopped after 10 redirects"),
            Self::MissingLocation { status } => write!(f, "{status} response missing Location header"),
            Self::InvalidLocation { location, reason } => {
                write!(f, "failed to parse Location header {}: {reason}", strconv::quote(location))
            }
            Self::UnsupportedScheme(scheme) => {
                write!(f, "unsupported protocol scheme {}", strconv::quote(scheme))
            }
            Self::CgiProxy => f.write_str(
                "refusing to use HTTP_PROXY value in CGI environment; see golang.org/s/cgihttpproxy",
            ),
            Self::NoHost => f.write_str("http: no Host in request URL"),
            Self::InvalidFieldName(name) => {
                write!(f, "net/http: invalid header field name {}", strconv::quote(name))
            }
            Self::InvalidFieldValue { name } => {
                write!(f, "net/http: invalid header field value for {}", strconv::quote(name))
            }
            Self::Compressed(problem) => problem.fmt(f),
            Self::Chunk(chunk) => f.write_str(match chunk {
                Chunk::InvalidLength => "invalid byte in chunk length",
                Chunk::EmptyLength => "empty hex number for chunk length",
                Chunk::TooLarge => "http chunk length too large",
                Chunk::Malformed => "malformed chunked encoding",
                Chunk::LineTooLong => "header line too long",
                Chunk::BareLineFeed => "chunked line ends with bare LF",
                Chunk::InvalidCarriageReturn => "invalid CR in chunked line",
                Chunk::TooMuchNonData => "chunked encoding contains too much non-data",
                Chunk::TrailerEof => "http: unexpected EOF reading trailer",
                Chunk::LongTrailer => "http: suspiciously long trailer after chunked body",
            }),
        }
    }
}

// Of its two ways of telling a request that its time has passed Go's client takes the older one (net/http/client.go
// `setRequestCancel`; recordings `blackhole` of Docker).
impl fmt::Display for Awaiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => {
                "net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting \
                 headers)"
            }
            Self::Headers => "net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
            Self::Body => {
                "net/http: request canceled (Client.Timeout or context cancellation while reading body)"
            }
        })
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |bytes: &[u8]| strconv::quote(bytes);
        match self {
            Self::Response(line) => write!(f, "malformed HTTP response {}", quoted(line)),
            Self::StatusCode(code) => write!(f, "malformed HTTP status code {}", quoted(code)),
            Self::Version(version) => write!(f, "malformed HTTP version {}", quoted(version)),
            Self::MissingColon(line) => {
                write!(f, "malformed MIME header: missing colon: {}", quoted(line))
            }
            Self::HeaderLine(line) => {
                write!(f, "malformed MIME header line: {}", String::from_utf8_lossy(line))
            }
            Self::InitialLine(line) => {
                write!(f, "malformed MIME header initial line: {}", String::from_utf8_lossy(line))
            }
            Self::ContentLength(value) => write!(f, "bad Content-Length {}", quoted(value)),
            Self::ManyContentLengths(values) => {
                let values: Vec<String> = values.iter().map(strconv::quote).collect();
                write!(
                    f,
                    "http: message cannot contain multiple Content-Length headers; got [{}]",
                    values.join(" ")
                )
            }
            Self::TransferEncoding(value) => {
                write!(f, "unsupported transfer encoding: {}", strconv::quote(value))
            }
        }
    }
}
