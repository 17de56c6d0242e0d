use bytes::Bytes;

use super::entry;
use crate::fault::effect::{Effect, TlsIdentity};
use crate::fault::{Argument, FaultEntry, FaultLayer};
use crate::{CertificateKind, ConnectionFault};

const fn handshake(
    name: &'static str,
    meaning: &'static str,
    fault: fn(Argument) -> ConnectionFault,
) -> FaultEntry {
    entry(FaultLayer::Tls, name, meaning, Effect::Connection(fault))
}

const fn certificate(name: &'static str, meaning: &'static str, kind: CertificateKind) -> FaultEntry {
    let identity = TlsIdentity { kind, demands_client: false };
    entry(FaultLayer::Tls, name, meaning, Effect::Identity(identity))
}

pub(super) const ENTRIES: &[FaultEntry] = &[
    handshake("tls-stall", "Nothing is said in the handshake.", |_| ConnectionFault::Stall),
    handshake("tls-close", "The connection is closed in the handshake.", |_| {
        ConnectionFault::CloseAfterHello
    }),
    handshake("tls-reset", "The connection is reset in the handshake.", |_| ConnectionFault::ResetAfterHello),
    handshake("tls-plain-http", "HTTP in clear is spoken where TLS is expected.", |_| {
        ConnectionFault::PlainHttp
    }),
    handshake("tls-garbage", "Something that is no TLS answers: SSH.", |_| {
        ConnectionFault::Garbage(Bytes::from_static(b"SSH-2.0-OpenSSH_9.6\r\n"))
    }),
    handshake("tls-alert", "The handshake is refused with an alert (RFC 8446, B.2).", |a| {
        let Argument::Number(number) = a else { return ConnectionFault::Alert(40) };
        ConnectionFault::Alert(number)
    })
    .default(Argument::Number(40)),
    handshake("tls-1.0-only", "The host speaks nothing newer than TLS 1.0.", |_| {
        ConnectionFault::TlsVersion(0x0301)
    }),
    handshake("tls-1.1-only", "The host speaks nothing newer than TLS 1.1.", |_| {
        ConnectionFault::TlsVersion(0x0302)
    }),
    certificate("tls-expired", "The certificate ended a day ago.", CertificateKind::Expired),
    certificate("tls-not-yet-valid", "The certificate begins tomorrow.", CertificateKind::NotYetValid),
    certificate("tls-wrong-name", "The certificate is for another name.", CertificateKind::WrongName),
    certificate(
        "tls-common-name-only",
        "The certificate has the name in its common name alone.",
        CertificateKind::CommonNameOnly,
    ),
    certificate("tls-self-signed", "The certificate is signed by itself.", CertificateKind::SelfSigned),
    certificate(
        "tls-unknown-authority",
        "The certificate is from an authority that the node does not know.",
        CertificateKind::UnknownAuthority,
    ),
    certificate(
        "tls-missing-intermediate",
        "The certificate of the intermediate authority is not sent along.",
        CertificateKind::MissingIntermediate,
    ),
    certificate(
        "tls-authority-as-leaf",
        "The host shows a certificate that is itself an authority's.",
        CertificateKind::AuthorityAsLeaf,
    ),
    certificate(
        "tls-sha1-signature",
        "The certificate is signed with SHA-1, which nobody accepts any more.",
        CertificateKind::Sha1Signature,
    ),
    certificate(
        "tls-intercepted",
        "A device on the way shows a certificate of its own authority.",
        CertificateKind::Intercepted,
    ),
    entry(
        FaultLayer::Tls,
        "tls-client-certificate",
        "The host demands a certificate of the node.",
        Effect::Identity(TlsIdentity { kind: CertificateKind::Good, demands_client: true }),
    ),
];
