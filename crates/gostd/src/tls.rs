//! Package `crypto/tls`: what a client's handshake reports.

use std::fmt;

use crate::x509;

/// Why a TLS handshake, or the stream after it, failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// `tls.RecordHeaderError`: the peer's first bytes are no TLS record.
    RecordHeader,
    /// `*tls.CertificateVerificationError`
    Verification(Box<x509::Error>),
    /// An alert that the peer sent (`remote error: tls: …`).
    RemoteAlert(Alert),
    /// An alert with which this side refused (`local error: tls: …`).
    LocalAlert(Alert),
    /// The server chose a version that the client did not offer; the number as on the wire.
    UnsupportedVersion(u16),
    /// The server sent a message out of order (`tls: unexpected message`, and the like).
    Protocol(Protocol),
    /// `net/http: TLS handshake timeout`: the transport's limit of 10 s.
    HandshakeTimeout,
}

/// Violations of the protocol, with crypto/tls's words (`handshake_client*.go`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// No suite in common that the client can accept.
    UnconfiguredCipherSuite,
    /// A signature of the server does not verify.
    InvalidSignature,
    /// The server's key exchange is unusable.
    InvalidServerKeyExchange,
    /// A record that is too long.
    OversizedRecord,
    /// The certificate chain is empty.
    NoCertificates,
    /// A certificate does not parse.
    UnparsableCertificate,
    /// Anything else.
    UnexpectedMessage,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RecordHeader => f.write_str("tls: first record does not look like a TLS handshake"),
            Self::Verification(error) => write!(f, "tls: failed to verify certificate: {error}"),
            Self::RemoteAlert(alert) => write!(f, "remote error: {alert}"),
            Self::LocalAlert(alert) => write!(f, "local error: {alert}"),
            Self::UnsupportedVersion(version) => {
                write!(f, "tls: server selected unsupported protocol version {version:x}")
            }
            Self::Protocol(protocol) => f.write_str(match protocol {
                Protocol::UnconfiguredCipherSuite => "tls: server chose an unconfigured cipher suite",
                Protocol::InvalidSignature => "tls: invalid signature by the server certificate",
                Protocol::InvalidServerKeyExchange => "tls: invalid ServerKeyExchange message",
                Protocol::OversizedRecord => "tls: oversized record received",
                Protocol::NoCertificates => "tls: received empty certificates message",
                Protocol::UnparsableCertificate => "tls: failed to parse certificate from server",
                Protocol::UnexpectedMessage => "tls: unexpected message",
            }),
            Self::HandshakeTimeout => f.write_str("net/http: TLS handshake timeout"),
        }
    }
}

/// A TLS alert by its number; prints crypto/tls's text (`alert.go`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alert(pub u8);

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            0 => "close notify",
            10 => "unexpected message",
            20 => "bad record MAC",
            21 => "decryption failed",
            22 => "record overflow",
            30 => "decompression failure",
            40 => "handshake failure",
            42 => "bad certificate",
            43 => "unsupported certificate",
            44 => "revoked certificate",
            45 => "expired certificate",
            46 => "unknown certificate",
            47 => "illegal parameter",
            48 => "unknown certificate authority",
            49 => "access denied",
            50 => "error decoding message",
            51 => "error decrypting message",
            60 => "export restriction",
            70 => "protocol version not supported",
            71 => "insufficient security level",
            80 => "internal error",
            86 => "inappropriate fallback",
            90 => "user canceled",
            100 => "no renegotiation",
            109 => "missing extension",
            110 => "unsupported extension",
            111 => "certificate unobtainable",
            112 => "unrecognized name",
            113 => "bad certificate status response",
            114 => "bad certificate hash value",
            115 => "unknown PSK identity",
            116 => "certificate required",
            120 => "no application protocol",
            121 => "encrypted client hello required",
            other => return write!(f, "tls: alert({other})"),
        };
        write!(f, "tls: {text}")
    }
}
