//! Go's verdict in the place where rustls asks for one.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use gostd::x509;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, DigitallySignedStruct, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::certificate::Certificate;
use super::chain;
use super::roots::Roots;
use crate::clock::Clock;

/// What the verifier saw and judged.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) chain: Vec<trace::Certificate>,
    pub(super) verdict: Option<x509::Error>,
}

/// Judges a chain as Go does, and keeps it for the trace. One for each handshake.
pub(super) struct Verifier {
    pub(super) provider: Arc<CryptoProvider>,
    pub(super) roots: Arc<Roots>,
    pub(super) clock: Clock,
    pub(super) host: String,
    pub(super) skip: bool,
    pub(super) seen: Mutex<Seen>,
}

impl Verifier {
    pub(super) fn take(&self) -> Seen {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn judge(&self, served: &[&CertificateDer<'_>]) -> Result<(), x509::Error> {
        let chain = served.iter().map(|der| Certificate::parse(der)).collect::<Result<Vec<_>, _>>()?;
        let facts = chain.iter().map(|certificate| certificate.facts.clone()).collect();
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).chain = facts;
        if self.skip { Ok(()) } else { chain::verify(&chain, &self.roots, &self.host, self.clock.now()) }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("host", &self.host).finish_non_exhaustive()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let served: Vec<_> = std::iter::once(end_entity).chain(intermediates).collect();
        self.judge(&served).map(|()| ServerCertVerified::assertion()).map_err(|verdict| {
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).verdict = Some(verdict);
            rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
