//! Certificates and records of TLS.
//!
//! Sources: `go@b4712ab0:src/crypto/x509/verify.go:141`, `go@b4712ab0:src/crypto/tls/alert.go:64`,
//! `go@b4712ab0:src/crypto/tls/conn.go:672`, `go@b4712ab0:src/crypto/tls/handshake_client.go:531`,
//! `go@b4712ab0:src/net/http/client.go:207`, OpenSSL's reasons as curl, Python and Node print them.

use super::words;

words! {
    UnknownAuthority: [
        "certificate signed by unknown authority", "self signed certificate", "self-signed certificate",
        "unable to get local issuer certificate", "unable to verify the first certificate",
        "certificate is not trusted", "unknown certificate authority", "not trusted by the trust provider",
        "x509: cannot validate certificate with unknown authority", "certificate verify failed",
        "unknown ca", "system root pool", "failed to load system roots",
        "certificate is not standards compliant", "certificate specifies an incompatible key usage",
        "x509: unhandled critical extension", "parent certificate cannot sign this kind of certificate",
        "x509: invalid signature", "certificate … is not authorized to sign other certificates",
        "x509: \"…\" certificate is not trusted", "ssl certificate problem: self",
        "unable to verify … certificate", "certificate … not trusted", "untrusted certificate",
        "untrusted root", "issuer certificate … not found", "certificate chain … not trusted",
        "pkix path building failed", "unable to find valid certification path", "unknown issuer",
        "unknownissuer", "ca certificate … not found", "failed to verify … certificate authority",
        "root certificate … not trusted",
        "a certificate chain processed, but terminated in a root certificate",
        "x509: certificate signed by", "depth_zero_self_signed_cert", "self_signed_cert_in_chain",
        "unable_to_verify_leaf_signature", "x509: negative serial number", "x509: invalid",
        "x509: unsupported", "invalid peer certificate",
    ];
    Expired: [
        "certificate … is after", "certificate … is before", "certificate has expired or is not yet valid",
        "certificate has expired", "certificate is not yet valid", "expired certificate",
        "certificate expired", "certificate is expired", "cert has expired", "expired … certificate",
        "certexpired", "certificate not yet valid", "cert_has_expired", "not within its validity period",
        "certificate expired or not yet valid", "invalid peer certificate: expired",
        "invalid peer certificate: certexpired", "invalid peer certificate: certificate expired",
    ];
    NameMismatch: [
        "x509: certificate is valid for …, not", "certificate is valid for",
        "certificate is not valid for any names", "doesn't contain any ip sans",
        "relies on legacy common name field", "not valid for requested host",
        "cannot validate certificate for … because it doesn't contain", "hostname mismatch",
        "ingress controller fake certificate", "x509: certificate is not authorized", "name constraint",
        "does not match host", "no alternative certificate subject name", "certificate is not valid for",
        "certificate subject name … does not match", "certificate is valid for * not",
        "certificate name does not match", "no subject alternative name", "hostname/ip does not match",
        "certnotvalidforname", "certificate not valid for name", "does not match certificate", "cert_common_name_invalid",
        "x509: common name is not a valid hostname", "kubernetes ingress controller fake certificate",
        "err_tls_cert_altname_invalid",
    ];
    PlainHttp: [
        "server gave http response", "server gave http response to https client",
        "oversized record received", "first record does not look like a tls handshake",
        "client sent an http request to an https server", "plain http request was sent to https port",
        "malformed http response \"\\x15\\x03", "malformed http response \"\x15\x03",
        "wrong version number", "http: server gave", "received record with version",
        "malformed http response", "unencrypted http", "http request to an https server",
        "https request to http", "ssl: wrong version", "packet length too long", "http/0.9", "speaks http",
        "unknown protocol", "expected https", "tls: unsupported sslv2", "invalidcontenttype",
        "corrupt message", "received http/0.9", "not a tls", "record overflow",
        // `docker-py@1.0.0:docker/auth/auth.py:46`.
        "https endpoint unresponsive and insecure mode isn't enabled", "eproto … wrong version",
    ];
    // `moby@v1.6.2:registry/endpoint.go:68`: written behind whatever failed.
    InsecureHint: [
        "supports only http or https with an unknown ca",
    ];
    HandshakeTimeout: [
        "tls handshake timeout", "ssl handshake timed out", "handshake did not complete",
        "tls: handshake timed out", "handshake timed out", "tls handshake … timed out",
        "ssl connection timeout", "tls: handshake … timeout",
    ];
    TlsAlert: [
        "remote error: tls:", "handshake failure", "protocol version not supported",
        "no cipher suite supported", "tls: server selected unsupported protocol version",
        "certificate required", "bad certificate", "unsupported versions", "unrecognized name",
        "tls: no supported versions satisfy", "tls: internal error", "insufficient security level",
        "tls: protocol version", "no protocols available", "alert handshake failure",
        "unsupported protocol … tls", "tlsv1 alert", "sslv3 alert", "tls alert", "tls: unknown certificate",
        "client certificate required", "tls: failed to parse certificate", "alert number",
        "dh key too small", "unsafe legacy renegotiation",
    ];
}
