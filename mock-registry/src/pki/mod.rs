mod sha1;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::Clock;
use sha1::Sha1Key;

const DAY: u64 = 24 * 60 * 60;

/// What is right or wrong with a host's certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CertificateKind {
    /// Valid for 90 days, of which 29 are over; all names; issued by the world's authority.
    #[default]
    Good,
    /// Ended a day ago.
    Expired,
    /// Begins tomorrow.
    NotYetValid,
    /// Issued for `wrong.invalid` in place of the host's names.
    WrongName,
    /// The host's name is the common name, and there is no subject alternative name.
    CommonNameOnly,
    /// Signed by itself.
    SelfSigned,
    /// Issued by an authority of which nobody has heard.
    UnknownAuthority,
    /// Issued by an intermediate authority whose certificate is not sent along.
    MissingIntermediate,
    /// Itself the certificate of an authority, with the host's names.
    AuthorityAsLeaf,
    /// Issued by a device on the way, which sends its own authority along.
    Intercepted,
    /// Signed with SHA-1, by an intermediate authority whose certificate is sent along.
    Sha1Signature,
}

/// Why no certificate or TLS configuration could be made.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A name that cannot stand in a certificate, or keys that could not be made.
    #[error(transparent)]
    Make(#[from] rcgen::Error),
    /// rustls refuses the certificate or key.
    #[error(transparent)]
    Use(#[from] rustls::Error),
    /// rustls refuses the authority for client certificates.
    #[error(transparent)]
    ClientAuthority(#[from] rustls::server::VerifierBuilderError),
}

/// A certificate authority, made on the spot.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    now: Timestamp,
}

/// A certificate chain with its key.
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("chain", &self.chain.len()).finish_non_exhaustive()
    }
}

impl Authority {
    /// An authority called `name`, valid for ten years, of which one is over at `now`.
    ///
    /// # Errors
    /// When no key could be made.
    pub fn new(name: &str, now: Timestamp) -> Result<Self, CertificateError> {
        let params = authority_params(name, now);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        Ok(Self { issuer, now })
    }

    /// The authority's certificate, for a node's bundle.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// The authority's certificate.
    pub fn der(&self) -> &CertificateDer<'static> {
        self.issuer.der()
    }

    /// A server's certificate for these names (DNS names and addresses).
    ///
    /// # Errors
    /// When a name cannot stand in a certificate, or no key could be made.
    pub fn server(&self, kind: CertificateKind, names: &[String]) -> Result<Identity, CertificateError> {
        let stated: Vec<String> = match kind {
            CertificateKind::WrongName => vec!["wrong.invalid".to_owned()],
            CertificateKind::CommonNameOnly => Vec::new(),
            _ => names.to_vec(),
        };
        let common = stated.first().or(names.first()).map_or("", String::as_str);
        let mut params = leaf(stated.clone(), common, ExtendedKeyUsagePurpose::ServerAuth)?;
        let (from, until) = match kind {
            CertificateKind::Expired => (-91, -1),
            CertificateKind::NotYetValid => (1, 91),
            _ => (-29, 61),
        };
        set_validity(&mut params, self.now, from, until);
        self.issue(kind, params)
    }

    fn issue(
        &self,
        kind: CertificateKind,
        mut params: CertificateParams,
    ) -> Result<Identity, CertificateError> {
        match kind {
            CertificateKind::SelfSigned => {
                let key = KeyPair::generate()?;
                let certificate = params.self_signed(&key)?;
                Ok(Identity { chain: vec![certificate.into()], key: key.serialize_der() })
            }
            CertificateKind::UnknownAuthority => Self::new("Unknown Authority", self.now)?.sign(&params),
            CertificateKind::Intercepted => {
                let device = Self::new("TLS Inspection CA", self.now)?;
                let mut identity = device.sign(&params)?;
                identity.chain.push(device.der().clone());
                Ok(identity)
            }
            CertificateKind::MissingIntermediate => self.intermediate()?.sign(&params),
            CertificateKind::Sha1Signature => self.sign_with_sha1(&params),
            CertificateKind::AuthorityAsLeaf => {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                params.key_usages.extend([KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign]);
                self.sign(&params)
            }
            _ => self.sign(&params),
        }
    }

    /// A certificate of an old issuing authority, which this one vouches for with a better hash.
    fn sign_with_sha1(&self, params: &CertificateParams) -> Result<Identity, CertificateError> {
        let old = authority_params("pullsim simulated issuing CA", self.now);
        let issuer = CertifiedIssuer::signed_by(old, Sha1Key::new(), &self.issuer)?;
        let key = KeyPair::generate()?;
        let certificate = sha1::said(params.signed_by(&key, &issuer)?.der());
        Ok(Identity { chain: vec![certificate.into(), issuer.der().clone()], key: key.serialize_der() })
    }

    /// An authority that this one vouches for.
    fn intermediate(&self) -> Result<Self, CertificateError> {
        let params = authority_params("pullsim simulated intermediate CA", self.now);
        let issuer = CertifiedIssuer::signed_by(params, KeyPair::generate()?, &self.issuer)?;
        Ok(Self { issuer, now: self.now })
    }

    /// A client's certificate.
    ///
    /// # Errors
    /// When no key could be made.
    pub fn client(&self, name: &str) -> Result<Identity, CertificateError> {
        let mut params = leaf(Vec::new(), name, ExtendedKeyUsagePurpose::ClientAuth)?;
        set_validity(&mut params, self.now, -29, 61);
        self.sign(&params)
    }

    fn sign(&self, params: &CertificateParams) -> Result<Identity, CertificateError> {
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Identity { chain: vec![certificate.into()], key: key.serialize_der() })
    }
}

impl Identity {
    /// The chain, leaf first.
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.chain
    }

    /// The private key as PKCS#8.
    pub fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.clone()))
    }

    /// A TLS server with this identity, which speaks HTTP/1.1. With `clients`, it demands a certificate issued by
    /// that authority, and judges it at the clock's date.
    ///
    /// # Errors
    /// When rustls refuses one of the certificates.
    pub fn server_config(
        &self,
        clients: Option<&Authority>,
        clock: Clock,
    ) -> Result<Arc<ServerConfig>, CertificateError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_details(provider.clone(), Arc::new(clock))
            .with_safe_default_protocol_versions()?;
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add(authority.der().clone())?;
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build()?;
                builder.with_client_cert_verifier(verifier)
            }
        };
        let mut config = builder.with_single_cert(self.chain.clone(), self.key())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

fn authority_params(name: &str, now: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, now, -365, 9 * 365);
    params
}

fn leaf(
    names: Vec<String>,
    common_name: &str,
    usage: ExtendedKeyUsagePurpose,
) -> Result<CertificateParams, CertificateError> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

/// Sets the validity in days from `now`.
fn set_validity(params: &mut CertificateParams, now: Timestamp, from: i64, until: i64) {
    let at = |days: i64| {
        let seconds = now.as_second().saturating_add(days * DAY as i64);
        date_time_ymd(1970, 1, 1) + Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
    };
    params.not_before = at(from);
    params.not_after = at(until);
}
