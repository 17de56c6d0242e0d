//! Package `crypto/x509`: verdicts on a certificate chain (Go `crypto/x509/verify.go`).

use std::fmt;
use std::net::IpAddr;

use jiff::Timestamp;

use crate::strconv;

/// From so many names on Go counts them in place of listing them.
const MAX_NAMES_INCLUDED: usize = 100;

/// Why a chain is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// `UnknownAuthorityError`
    UnknownAuthority {
        /// A certificate that bears the issuer's name but did not issue this one.
        hint: Option<Hint>,
    },
    /// `CertificateInvalidError{Reason: Expired}`: past its end.
    Expired {
        /// The verifier's time.
        now: Timestamp,
        /// The end of validity.
        not_after: Timestamp,
    },
    /// `CertificateInvalidError{Reason: Expired}`: before its beginning.
    NotYetValid {
        /// The verifier's time.
        now: Timestamp,
        /// The beginning of validity.
        not_before: Timestamp,
    },
    /// `HostnameError`
    Hostname(Box<Hostname>),
    /// `CertificateInvalidError{Reason: NotAuthorizedToSign}`
    NotAuthorizedToSign,
    /// `CertificateInvalidError{Reason: IncompatibleUsage}`
    IncompatibleUsage,
    /// `CertificateInvalidError{Reason: TooManyIntermediates}`
    TooManyIntermediates,
    /// `CertificateInvalidError{Reason: CANotAuthorizedForThisName}`
    CaNotAuthorizedForThisName {
        /// The name that is not permitted.
        name: String,
    },
    /// `errors.New("x509: …")` of an unhandled critical extension.
    UnhandledCriticalExtension,
    /// A certificate that does not parse.
    Malformed,
}

/// Why the candidate authority was not the one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What its check found.
    pub problem: HintProblem,
    /// Its common name, else organisation, else `serial:N`.
    pub authority: String,
}

/// The check that failed for a candidate authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HintProblem {
    /// The authority itself is not valid: expired, or not allowed to sign.
    Invalid(Box<Error>),
    /// `crypto/rsa: verification error`
    Rsa,
    /// `x509: ECDSA verification failure`
    Ecdsa,
    /// `x509: Ed25519 verification failure`
    Ed25519,
    /// It may not sign certificates at all.
    ParentCannotSign,
    /// `x509: cannot verify signature: algorithm unimplemented`
    UnsupportedAlgorithm,
    /// `InsecureAlgorithmError`, since Go 1.18: a signature that is not looked at, whether it is right or not.
    InsecureAlgorithm(InsecureAlgorithm),
}

/// The algorithms of signatures whose hash Go does not accept any more (Go 1.25 `crypto/x509/x509.go` `checkSignature`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsecureAlgorithm {
    /// `MD5-RSA`
    Md5Rsa,
    /// `SHA1-RSA`
    Sha1Rsa,
    /// `DSA-SHA1`
    DsaSha1,
    /// `ECDSA-SHA1`
    EcdsaSha1,
}

impl InsecureAlgorithm {
    /// The algorithm of this object identifier (`signatureAlgorithmDetails`), if it is one of these.
    pub fn from_oid(oid: &str) -> Option<Self> {
        match oid {
            "1.2.840.113549.1.1.4" => Some(Self::Md5Rsa),
            "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => Some(Self::Sha1Rsa),
            "1.2.840.10040.4.3" => Some(Self::DsaSha1),
            "1.2.840.10045.4.1" => Some(Self::EcdsaSha1),
            _ => None,
        }
    }

    /// `SignatureAlgorithm.String`
    pub const fn name(self) -> &'static str {
        match self {
            Self::Md5Rsa => "MD5-RSA",
            Self::Sha1Rsa => "SHA1-RSA",
            Self::DsaSha1 => "DSA-SHA1",
            Self::EcdsaSha1 => "ECDSA-SHA1",
        }
    }
}

impl HintProblem {
    fn words(&self) -> String {
        match self {
            Self::Invalid(error) => return error.to_string(),
            Self::InsecureAlgorithm(algorithm) => {
                return format!("x509: cannot verify signature: insecure algorithm {}", algorithm.name());
            }
            Self::Rsa => "crypto/rsa: verification error",
            Self::Ecdsa => "x509: ECDSA verification failure",
            Self::Ed25519 => "x509: Ed25519 verification failure",
            Self::ParentCannotSign => {
                "x509: invalid signature: parent certificate cannot sign this kind of certificate"
            }
            Self::UnsupportedAlgorithm => "x509: cannot verify signature: algorithm unimplemented",
        }
        .to_owned()
    }
}

/// The names in question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hostname {
    /// The name or address that the client connects to.
    pub host: String,
    /// DNS names of the subject alternative name extension.
    pub dns_names: Vec<String>,
    /// Addresses of the subject alternative name extension.
    pub addresses: Vec<IpAddr>,
    /// Whether the certificate has no such extension, while its common name is the host.
    pub legacy_common_name: bool,
}

impl fmt::Display for Hostname {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.host;
        if self.legacy_common_name {
            return f.write_str("x509: certificate relies on legacy Common Name field, use SANs instead");
        }
        let (names, kind): (Vec<String>, _) = if host.parse::<IpAddr>().is_ok() {
            if self.addresses.is_empty() {
                return write!(
                    f,
                    "x509: cannot validate certificate for {host} because it doesn't contain any IP SANs"
                );
            }
            (self.addresses.iter().map(ToString::to_string).collect(), "IP SANs")
        } else {
            (self.dns_names.clone(), "names")
        };
        if names.len() >= MAX_NAMES_INCLUDED {
            write!(f, "x509: certificate is valid for {} {kind}, but none matched {host}", names.len())
        } else if names.is_empty() {
            write!(f, "x509: certificate is not valid for any names, but wanted to match {host}")
        } else {
            write!(f, "x509: certificate is valid for {}, not {host}", names.join(", "))
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const EXPIRED: &str = "x509: certificate has expired or is not yet valid: current time";
        match self {
            Self::UnknownAuthority { hint: None } => {
                f.write_str("x509: certificate signed by unknown authority")
            }
            Self::UnknownAuthority { hint: Some(hint) } => write!(
                f,
                "x509: certificate signed by unknown authority (possibly because of {} while trying to verify candidate authority certificate {})",
                strconv::quote(hint.problem.words()),
                strconv::quote(&hint.authority),
            ),
            Self::Expired { now, not_after } => {
                write!(f, "{EXPIRED} {} is after {}", seconds(*now), seconds(*not_after))
            }
            Self::NotYetValid { now, not_before } => {
                write!(f, "{EXPIRED} {} is before {}", seconds(*now), seconds(*not_before))
            }
            Self::Hostname(hostname) => hostname.fmt(f),
            Self::NotAuthorizedToSign => {
                f.write_str("x509: certificate is not authorized to sign other certificates")
            }
            Self::IncompatibleUsage => f.write_str("x509: certificate specifies an incompatible key usage"),
            Self::TooManyIntermediates => {
                f.write_str("x509: too many intermediates for path length constraint")
            }
            Self::CaNotAuthorizedForThisName { name } => write!(
                f,
                "x509: a root or intermediate certificate is not authorized to sign for this name: {name}"
            ),
            Self::UnhandledCriticalExtension => f.write_str("x509: unhandled critical extension"),
            Self::Malformed => f.write_str("x509: malformed certificate"),
        }
    }
}

/// `time.RFC3339`: whole seconds, in UTC.
fn seconds(time: Timestamp) -> String {
    let whole = Timestamp::from_second(time.as_second()).unwrap_or(time);
    whole.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hostname(host: &str, dns: &[&str], addresses: &[&str], legacy: bool) -> String {
        Hostname {
            host: host.into(),
            dns_names: dns.iter().map(ToString::to_string).collect(),
            addresses: addresses.iter().map(|a| a.parse().unwrap()).collect(),
            legacy_common_name: legacy,
        }
        .to_string()
    }

    #[test]
    fn host_names() {
        assert_eq!(
            hostname("r.test", &["a.b", "c.d"], &[], false),
            "x509: certificate is valid for a.b, c.d, not r.test"
        );
        assert_eq!(
            hostname("r.test", &[], &["10.0.0.1"], false),
            "x509: certificate is not valid for any names, but wanted to match r.test"
        );
        assert_eq!(
            hostname("127.0.0.1", &["a"], &[], false),
            "x509: cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs"
        );
        assert_eq!(
            hostname("127.0.0.1", &["a"], &["10.0.0.1"], false),
            "x509: certificate is valid for 10.0.0.1, not 127.0.0.1"
        );
        assert_eq!(
            hostname("r.test", &[], &[], true),
            "x509: certificate relies on legacy Common Name field, use SANs instead"
        );
        let many: Vec<String> = (0..100).map(|n| format!("h{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(
            hostname("r.test", &many, &[], false),
            "x509: certificate is valid for 100 names, but none matched r.test"
        );
    }

    #[test]
    fn insecure_algorithms() {
        let table = [
            ("1.2.840.113549.1.1.4", "MD5-RSA"),
            ("1.2.840.113549.1.1.5", "SHA1-RSA"),
            ("1.3.14.3.2.29", "SHA1-RSA"),
            ("1.2.840.10045.4.1", "ECDSA-SHA1"),
        ];
        for (oid, name) in table {
            let problem = HintProblem::InsecureAlgorithm(InsecureAlgorithm::from_oid(oid).unwrap());
            let hint = Hint { problem, authority: "Old CA".into() };
            assert_eq!(
                Error::UnknownAuthority { hint: Some(hint) }.to_string(),
                format!(
                    "x509: certificate signed by unknown authority (possibly because of \"x509: cannot verify signature: insecure algorithm {name}\" while trying to verify candidate authority certificate \"Old CA\")"
                )
            );
        }
        assert_eq!(InsecureAlgorithm::from_oid("1.2.840.113549.1.1.11"), None);
    }

    #[test]
    fn times() {
        let now = Timestamp::new(1_790_000_000, 5_000_000).unwrap();
        let end: Timestamp = "2023-01-02T03:04:05Z".parse().unwrap();
        let expired = Error::Expired { now, not_after: end };
        assert_eq!(
            expired.to_string(),
            "x509: certificate has expired or is not yet valid: current time 2026-09-21T14:13:20Z is after 2023-01-02T03:04:05Z"
        );
    }
}
