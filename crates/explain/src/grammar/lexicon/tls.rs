//! Certificates and records of TLS.
//!
//! Sources: `go1.25 crypto/x509/verify.go, crypto/tls/{alert,conn,handshake_client}.go, net/http/transport.go`, OpenSSL's reasons as
//! curl, Python and Node print them.

use super::words;

words! {
    UnknownAuthority: [
        "certificate signed by unknown authority", "self signed certificate", "self-signed certificate",
        "unable to get local issuer certificate", "unable to verify the first certificate",
        "certificate is not trusted", "unknown certificate authority", "not trusted by the trust provider",
        "x509: “…” certificate is not trusted", "x509: cannot validate certificate with unknown authority",
        "certificate verify failed", "unknown ca", "system root pool", "failed to load system roots",
        "certificate is not standards compliant", "certificate specifies an incompatible key usage",
        "x509: unhandled critical extension", "parent certificate cannot sign this kind of certificate",
        "x509: invalid signature", "certificate … is not authorized to sign other certificates",
    ];
    Expired: [
        "certificate … is after", "certificate … is before", "certificate has expired or is not yet valid",
        "certificate has expired", "certificate is not yet valid", "expired certificate",
        "certificate expired",
    ];
    NameMismatch: [
        "x509: certificate is valid for …, not", "certificate is valid for",
        "certificate is not valid for any names", "doesn't contain any ip sans",
        "relies on legacy common name field", "not valid for requested host",
        "cannot validate certificate for … because it doesn't contain", "hostname mismatch",
        "ingress controller fake certificate", "x509: certificate is not authorized", "name constraint",
        "does not match host", "no alternative certificate subject name",
    ];
    PlainHttp: [
        "server gave http response", "server gave http response to https client",
        "oversized record received", "first record does not look like a tls handshake",
        "client sent an http request to an https server", "plain http request was sent to https port",
        "malformed http response \"\\x15\\x03", "malformed http response \"\x15\x03",
        "wrong version number", "http: server gave", "received record with version",
        "malformed http response", "unencrypted http",
    ];
    HandshakeTimeout: [
        "tls handshake timeout", "ssl handshake timed out", "handshake did not complete",
        "tls: handshake timed out",
    ];
    TlsAlert: [
        "remote error: tls:", "handshake failure", "protocol version not supported",
        "no cipher suite supported", "tls: server selected unsupported protocol version",
        "certificate required", "bad certificate", "unsupported versions", "unrecognized name",
        "tls: no supported versions satisfy", "tls: internal error", "insufficient security level",
    ];
}
