//! A certificate, parsed as far as verification and the trace need it.

use std::net::IpAddr;

use gostd::x509::{self, HintProblem, InsecureAlgorithm};
use jiff::Timestamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::error::X509Error;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::oid_registry::{OID_KEY_TYPE_EC_PUBLIC_KEY, OID_SIG_ED25519};
use x509_parser::prelude::FromDer;

use super::constraints::Names;

/// A parsed certificate; its bytes are among the facts.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    pub(super) subject: Vec<u8>,
    pub(super) issuer: Vec<u8>,
    pub(super) facts: trace::Certificate,
    pub(super) common_name: String,
    organisation: Option<String>,
    serial: String,
    pub(super) has_san: bool,
    version3: bool,
    /// Basic constraints: authority, path length.
    pub(super) constraints: Option<(bool, Option<u32>)>,
    may_sign: Option<bool>,
    /// Whether extended key usage, where present, allows servers.
    pub(super) server_usage: bool,
    pub(super) permitted: Names,
    pub(super) excluded: Names,
    pub(super) subject_key: Option<Vec<u8>>,
    pub(super) authority_key: Option<Vec<u8>>,
}

impl Certificate {
    pub(super) fn parse(der: &[u8]) -> Result<Self, x509::Error> {
        let (_, parsed) = X509Certificate::from_der(der).map_err(|_| x509::Error::Malformed)?;
        let time = |seconds| Timestamp::from_second(seconds).map_err(|_| x509::Error::Malformed);
        let text = |name: &x509_parser::x509::X509Name<'_>| name.to_string();
        let first = |mut names: Vec<String>| (!names.is_empty()).then(|| names.swap_remove(0));
        let strings = |attributes: Vec<&x509_parser::x509::AttributeTypeAndValue<'_>>| -> Vec<String> {
            attributes.iter().filter_map(|a| a.as_str().ok()).map(ToOwned::to_owned).collect()
        };
        let subject = parsed.subject();
        let mut certificate = Self {
            subject: subject.as_raw().to_vec(),
            issuer: parsed.issuer().as_raw().to_vec(),
            facts: trace::Certificate {
                subject: text(subject),
                issuer: text(parsed.issuer()),
                not_before: time(parsed.validity().not_before.timestamp())?,
                not_after: time(parsed.validity().not_after.timestamp())?,
                dns_names: Vec::new(),
                addresses: Vec::new(),
                authority: false,
                der: der.to_vec(),
            },
            // Go keeps the last common name.
            common_name: strings(subject.iter_common_name().collect()).pop().unwrap_or_default(),
            organisation: first(strings(subject.iter_organization().collect())),
            serial: parsed.tbs_certificate.serial.to_string(),
            has_san: false,
            version3: parsed.version().0 == 2,
            constraints: None,
            may_sign: None,
            server_usage: true,
            permitted: Names::default(),
            excluded: Names::default(),
            subject_key: None,
            authority_key: None,
        };
        for extension in parsed.extensions() {
            certificate.take(extension.parsed_extension());
        }
        Ok(certificate)
    }

    fn take(&mut self, extension: &ParsedExtension<'_>) {
        match extension {
            ParsedExtension::SubjectAlternativeName(names) => {
                self.has_san = true;
                for name in &names.general_names {
                    match name {
                        GeneralName::DNSName(name) => self.facts.dns_names.push((*name).to_owned()),
                        GeneralName::IPAddress(bytes) => self.facts.addresses.extend(address(bytes)),
                        _ => {}
                    }
                }
            }
            ParsedExtension::BasicConstraints(constraints) => {
                self.constraints = Some((constraints.ca, constraints.path_len_constraint));
                self.facts.authority = constraints.ca;
            }
            ParsedExtension::KeyUsage(usage) => self.may_sign = Some(usage.key_cert_sign()),
            ParsedExtension::ExtendedKeyUsage(usage) => self.server_usage = usage.any || usage.server_auth,
            ParsedExtension::SubjectKeyIdentifier(key) => self.subject_key = Some(key.0.to_vec()),
            ParsedExtension::AuthorityKeyIdentifier(authority) => {
                self.authority_key = authority.key_identifier.as_ref().map(|key| key.0.to_vec());
            }
            ParsedExtension::NameConstraints(constraints) => {
                self.permitted = Names::of(constraints.permitted_subtrees.as_ref());
                self.excluded = Names::of(constraints.excluded_subtrees.as_ref());
            }
            _ => {}
        }
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.facts.der == other.facts.der
    }

    /// `Certificate.CheckSignatureFrom`: whether `parent` signed this certificate, and may.
    pub(super) fn check_signature_from(&self, parent: &Self) -> Result<(), HintProblem> {
        let authority = parent.constraints.is_some_and(|(authority, _)| authority);
        let must_be_authority = parent.version3 || parent.constraints.is_some();
        if (must_be_authority && !authority) || parent.may_sign == Some(false) {
            return Err(HintProblem::ParentCannotSign);
        }
        let parsed =
            (X509Certificate::from_der(&self.facts.der), X509Certificate::from_der(&parent.facts.der));
        let (Ok((_, child)), Ok((_, issuer))) = parsed else {
            return Err(HintProblem::UnsupportedAlgorithm);
        };
        // Go looks at the hash before it looks at the key.
        let insecure = InsecureAlgorithm::from_oid(&child.signature_algorithm.algorithm.to_id_string());
        if let Some(algorithm) = insecure {
            return Err(HintProblem::InsecureAlgorithm(algorithm));
        }
        match child.verify_signature(Some(issuer.public_key())) {
            Ok(()) => Ok(()),
            Err(X509Error::SignatureVerificationError) => {
                let algorithm = &issuer.public_key().algorithm.algorithm;
                Err(if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY {
                    HintProblem::Ecdsa
                } else if *algorithm == OID_SIG_ED25519 {
                    HintProblem::Ed25519
                } else {
                    HintProblem::Rsa
                })
            }
            Err(_) => Err(HintProblem::UnsupportedAlgorithm),
        }
    }

    /// How `UnknownAuthorityError` names a candidate.
    pub(super) fn hint_name(&self) -> String {
        if !self.common_name.is_empty() {
            return self.common_name.clone();
        }
        self.organisation.clone().unwrap_or_else(|| format!("serial:{}", self.serial))
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

/// The raw subject of a certificate, found without parsing the rest: a pool of 150 roots is made in no time.
pub(super) fn raw_subject(der: &[u8]) -> Option<&[u8]> {
    const VERSION: u8 = 0xa0;
    let certificate = element(der)?.content;
    let mut rest = element(certificate)?.content;
    if rest.first() == Some(&VERSION) {
        rest = element(rest)?.rest;
    }
    // serial number, signature algorithm, issuer, validity
    for _ in 0..4 {
        rest = element(rest)?.rest;
    }
    Some(element(rest)?.whole)
}

struct Element<'a> {
    whole: &'a [u8],
    content: &'a [u8],
    rest: &'a [u8],
}

/// The first DER element of `data`.
fn element(data: &[u8]) -> Option<Element<'_>> {
    let first = usize::from(*data.get(1)?);
    let (length, head) = if first < 0x80 {
        (first, 2)
    } else {
        let octets = data.get(2..2 + (first & 0x7f))?;
        if octets.len() > 4 {
            return None;
        }
        (octets.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet)), 2 + octets.len())
    };
    let end = head.checked_add(length)?;
    Some(Element { whole: data.get(..end)?, content: data.get(head..end)?, rest: data.get(end..)? })
}
