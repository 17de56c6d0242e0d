//! TLS with Go's verdicts and words (crypto/tls) over rustls.

mod certificate;
mod chain;
mod constraints;
mod identity;
mod prefix;
mod provider;
mod roots;
mod verifier;

use std::borrow::Cow;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gostd::http;
use gostd::net::{Ends, Error, Op};
use gostd::tls::{self, Alert, Protocol};
use rustls::ClientConfig;
use rustls::client::Resumption;
use rustls_pki_types::ServerName;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use trace::{Fault, Handshake, Stage, What};

use self::identity::Identity;
pub use self::identity::IdentityError;
pub(crate) use self::prefix::{CutOff, Prefixed};
pub use self::roots::Roots;
use self::verifier::{Seen, Verifier};
use crate::clock::Clock;
use crate::errors::{self, Call};
use crate::network::Stream;
use crate::recorder::Recorder;

/// How a client speaks TLS.
#[derive(Clone)]
pub struct Tls {
    roots: Arc<Roots>,
    clock: Clock,
    skip_verify: bool,
    identity: Option<Arc<Identity>>,
}

impl Tls {
    /// TLS that trusts `roots`, at the time that `clock` shows.
    pub fn new(roots: Arc<Roots>, clock: Clock) -> Self {
        Self { roots, clock, skip_verify: false, identity: None }
    }

    /// The same, but no certificate is checked (`InsecureSkipVerify`).
    #[must_use]
    pub fn skip_verify(mut self) -> Self {
        self.skip_verify = true;
        self
    }

    /// The same, with a certificate of the client's own.
    ///
    /// # Errors
    /// When the PEM texts hold no certificate or no key (`tls.X509KeyPair`).
    pub fn with_identity(mut self, certificate: &[u8], key: &[u8]) -> Result<Self, IdentityError> {
        self.identity = Some(Arc::new(Identity::read(certificate, key)?));
        Ok(self)
    }

    fn config(&self, verifier: Arc<Verifier>) -> Result<ClientConfig, rustls::Error> {
        let builder = ClientConfig::builder_with_provider(verifier.provider.clone())
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let mut config = match &self.identity {
            Some(identity) => {
                builder.with_client_auth_cert(identity.chain.clone(), identity.key.clone_key())?
            }
            None => builder.with_no_client_auth(),
        };
        // Go's transport keeps no session cache unless it is given one.
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    /// `persistConn.addTLS`: a handshake over `stream` within `limit`.
    pub(crate) async fn handshake(
        &self,
        stream: Box<dyn Stream>,
        connection: u64,
        host: &str,
        limit: Duration,
        recorder: &Recorder,
    ) -> Result<TlsStream<Prefixed>, Fault> {
        let since = Instant::now();
        let verifier = Arc::new(Verifier {
            provider: Arc::new(provider::provider()),
            roots: self.roots.clone(),
            clock: self.clock,
            host: host.to_owned(),
            skip: self.skip_verify,
            seen: Mutex::default(),
        });
        let result = self.connect(stream, host, limit, verifier.clone()).await;
        let Seen { chain, verdict } = verifier.take();
        let result = result.map_err(|error| match verdict {
            Some(verdict) => Error::Tls(tls::Error::Verification(Box::new(verdict))),
            None => error,
        });
        let result = result.map_err(|error| Fault::new(Stage::Handshake, error));
        let step = Handshake {
            connection,
            server_name: host.to_owned(),
            version: result.as_ref().ok().and_then(version),
            chain,
            verified: !self.skip_verify,
            fault: result.as_ref().err().cloned(),
        };
        recorder.record(since, What::Handshake(step));
        result
    }

    async fn connect(
        &self,
        stream: Box<dyn Stream>,
        host: &str,
        limit: Duration,
        verifier: Arc<Verifier>,
    ) -> Result<TlsStream<Prefixed>, Error> {
        let unexpected = |_| Error::Tls(tls::Error::Protocol(Protocol::UnexpectedMessage));
        let config = self.config(verifier).map_err(unexpected)?;
        let name = ServerName::try_from(host.to_owned())
            .or_else(|_| ServerName::try_from("unnameable.invalid".to_owned()))
            .map_err(|_| Error::Tls(tls::Error::Protocol(Protocol::UnexpectedMessage)))?;
        let ends = Ends::both(stream.local_addr(), stream.peer_addr());
        let connecting = TlsConnector::from(Arc::new(config)).connect(name, Prefixed::new(stream));
        match timeout(limit, connecting.into_fallible()).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err((error, stream))) => Err(match handshake_error(&error, &stream, ends) {
                Error::Tls(tls::Error::UnsupportedVersion(assumed)) => {
                    Error::Tls(tls::Error::UnsupportedVersion(stream.server_version().unwrap_or(assumed)))
                }
                other => other,
            }),
            Err(_) => Err(Error::Tls(tls::Error::HandshakeTimeout)),
        }
    }
}

fn version(stream: &TlsStream<Prefixed>) -> Option<Cow<'static, str>> {
    match stream.get_ref().1.protocol_version()? {
        rustls::ProtocolVersion::TLSv1_2 => Some("TLS 1.2".into()),
        rustls::ProtocolVersion::TLSv1_3 => Some("TLS 1.3".into()),
        other => Some(format!("{other:?}").into()),
    }
}

/// What Go says when a handshake ends in `error`, having seen these first bytes of the peer.
fn handshake_error(error: &io::Error, stream: &Prefixed, ends: Ends) -> Error {
    let first = stream.first();
    const ALERT: u8 = 21;
    const HANDSHAKE: u8 = 22;
    if let [kind, major, ..] = first
        && first.len() == prefix::HEADER
        && (![ALERT, HANDSHAKE].contains(kind) || *major >= 0x10)
    {
        // net/http looks at the record that crypto/tls could not read (Go net/http/transport.go).
        return if first == b"HTTP/" {
            Error::Http(http::Error::HttpResponseToHttpsClient)
        } else {
            Error::Tls(tls::Error::RecordHeader)
        };
    }
    errors::from_io(error, Call::Read, ends)
}

/// What Go says of an error that rustls found.
pub(crate) fn rustls_error(error: &rustls::Error) -> Error {
    use rustls::{InvalidMessage, PeerIncompatible, PeerMisbehaved};
    let protocol = |protocol| Error::Tls(tls::Error::Protocol(protocol));
    match error {
        rustls::Error::AlertReceived(alert) => Error::Tls(tls::Error::RemoteAlert(Alert(u8::from(*alert)))),
        rustls::Error::PeerIncompatible(PeerIncompatible::ServerDoesNotSupportTls12Or13) => {
            Error::Tls(tls::Error::UnsupportedVersion(0x0302))
        }
        rustls::Error::PeerIncompatible(_) => protocol(Protocol::UnconfiguredCipherSuite),
        rustls::Error::InvalidMessage(InvalidMessage::MessageTooLarge) => protocol(Protocol::OversizedRecord),
        rustls::Error::DecryptError => {
            Error::op(Op::LocalError, "", Ends::default(), Error::Tls(tls::Error::LocalAlert(Alert(20))))
        }
        rustls::Error::NoCertificatesPresented => protocol(Protocol::NoCertificates),
        rustls::Error::InvalidCertificate(rustls::CertificateError::BadSignature)
        | rustls::Error::PeerMisbehaved(PeerMisbehaved::SignedHandshakeWithUnadvertisedSigScheme) => {
            protocol(Protocol::InvalidSignature)
        }
        rustls::Error::InvalidCertificate(_) => protocol(Protocol::UnparsableCertificate),
        _ => protocol(Protocol::UnexpectedMessage),
    }
}
