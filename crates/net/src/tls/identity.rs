//! A certificate of the client's own (Go `crypto/tls` `X509KeyPair`).

use rustls::SignatureAlgorithm;
use rustls_pki_types::pem::{PemObject, SectionKind};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::certificate::X509Certificate;
use x509_parser::oid_registry::{OID_KEY_TYPE_EC_PUBLIC_KEY, OID_PKCS1_RSAENCRYPTION, OID_SIG_ED25519};
use x509_parser::prelude::FromDer;

/// A chain and the key of its first certificate.
pub(super) struct Identity {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

/// Why a client certificate cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// The file of the certificate holds nothing of the kind.
    #[error("tls: failed to find any PEM data in certificate input")]
    NoCertificate,
    /// The file of the certificate holds a key.
    #[error(
        "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may \
         have been switched"
    )]
    KeyForCertificate,
    /// The file of the key holds nothing of the kind.
    #[error("tls: failed to find any PEM data in key input")]
    NoKey,
    /// The file of the key holds a certificate.
    #[error("tls: found a certificate rather than a key in the PEM for the private key")]
    CertificateForKey,
    /// The key cannot be read.
    #[error("tls: failed to parse private key")]
    UnreadableKey,
    /// One is RSA and the other is not, for example.
    #[error("tls: private key type does not match public key type")]
    OtherType,
    /// They are of one kind, but not of one pair.
    #[error("tls: private key does not match public key")]
    NoPair,
}

impl Identity {
    /// From the PEM files of the certificate and of the key; they may be the same.
    pub(super) fn read(certificate: &[u8], key: &[u8]) -> Result<Self, IdentityError> {
        let (mut chain, mut skipped) = (Vec::new(), Vec::new());
        for (kind, der) in sections(certificate) {
            match kind {
                SectionKind::Certificate => chain.push(CertificateDer::from(der)),
                other => skipped.push(other),
            }
        }
        if chain.is_empty() {
            let is_key = matches!(&skipped[..], [kind] if is_private_key(*kind));
            return Err(if is_key { IdentityError::KeyForCertificate } else { IdentityError::NoCertificate });
        }
        let identity = Self { chain, key: private_key(key)? };
        identity.check()?;
        Ok(identity)
    }

    /// Whether key and certificate belong together.
    fn check(&self) -> Result<(), IdentityError> {
        let Some(leaf) = self.chain.first() else { return Err(IdentityError::NoCertificate) };
        let signing = rustls::crypto::ring::sign::any_supported_type(&self.key)
            .map_err(|_| IdentityError::UnreadableKey)?;
        let Ok((_, parsed)) = X509Certificate::from_der(leaf) else { return Ok(()) };
        let public = parsed.public_key();
        let algorithm = &public.algorithm.algorithm;
        let same_type = match signing.algorithm() {
            SignatureAlgorithm::RSA => *algorithm == OID_PKCS1_RSAENCRYPTION,
            SignatureAlgorithm::ECDSA => *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY,
            SignatureAlgorithm::ED25519 => *algorithm == OID_SIG_ED25519,
            _ => true,
        };
        if !same_type {
            return Err(IdentityError::OtherType);
        }
        match signing.public_key() {
            Some(own) if own.as_ref() != public.raw => Err(IdentityError::NoPair),
            _ => Ok(()),
        }
    }
}

/// The first private key of a PEM file.
fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, IdentityError> {
    let kinds: Vec<SectionKind> = sections(pem).map(|(kind, _)| kind).collect();
    if !kinds.iter().copied().any(is_private_key) {
        let is_certificate = kinds == [SectionKind::Certificate];
        return Err(if is_certificate { IdentityError::CertificateForKey } else { IdentityError::NoKey });
    }
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| IdentityError::UnreadableKey)
}

fn sections(pem: &[u8]) -> impl Iterator<Item = (SectionKind, Vec<u8>)> {
    <(SectionKind, Vec<u8>)>::pem_slice_iter(pem).map_while(Result::ok)
}

const fn is_private_key(kind: SectionKind) -> bool {
    matches!(kind, SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey)
}
