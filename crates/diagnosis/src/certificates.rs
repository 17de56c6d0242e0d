//! What is to be done about a handshake that fails, by what was shown in it.

use gostd::http::{Error as HttpError, Malformed};
use gostd::net::Error;
use gostd::tls::Error as TlsError;
use gostd::x509::{Error as X509Error, HintProblem};
use trace::{Certificate, Handshake};

use crate::Runtime;
use crate::finding::Finding;
use crate::scene::{Failure, Scene};
use crate::transport::last_handshake;

/// The finding with what heals this very fault, where it tells more than its cause.
pub(crate) fn advised(scene: &Scene<'_>, failure: &Failure<'_>, finding: Finding) -> Finding {
    let host = failure.host();
    match failure.fault().map(|fault| innermost(&fault.error)) {
        Some(Error::Tls(TlsError::Verification(error))) => {
            let proxied = scene.proxy(failure).is_some();
            certificate(
                scene.runtime(),
                finding,
                error,
                last_handshake(scene).map(|shown| (shown, proxied)),
                host,
            )
        }
        Some(Error::Tls(TlsError::RecordHeader)) => finding
            .remedy(format!(
                "Correct host and port: what answers at {host} is neither TLS nor HTTP, but another service."
            ))
            .only(),
        Some(Error::Http(HttpError::HttpResponseToHttpsClient)) => finding,
        Some(Error::Http(HttpError::Malformed(Malformed::Response(_)))) => finding
            .remedy(format!(
                "Name the registry as https://… in {}: it speaks TLS, and is asked in plain HTTP.",
                scene.runtime().mirror_file()
            ))
            .only(),
        Some(Error::Tls(TlsError::UnsupportedVersion(_))) => {
            finding.remedy(format!("Let {host} offer TLS 1.2 or later: it knows nothing newer than TLS 1.1."))
        }
        _ => finding,
    }
}

fn innermost(error: &Error) -> &Error {
    match error {
        Error::Op(op) => innermost(&op.cause),
        Error::Http(HttpError::ConnectionBroken(inner)) => innermost(inner),
        other => other,
    }
}

fn certificate(
    runtime: Runtime,
    finding: Finding,
    error: &X509Error,
    shown: Option<(&Handshake, bool)>,
    host: &str,
) -> Finding {
    match error {
        X509Error::UnknownAuthority { hint: Some(hint) }
            if matches!(hint.problem, HintProblem::InsecureAlgorithm(_)) =>
        {
            finding.remedy(format!(
                "Have the certificate of {host} issued anew with a signature that is good today (SHA-256). The authority is known \
                 to the node: to install it again does not help."
            ))
            .only()
        }
        X509Error::UnknownAuthority { .. } => match shown.and_then(|(shown, _)| served_alone(shown)) {
            Some(issuer) => alone(runtime, finding, issuer, host, shown.is_some_and(|(_, proxied)| proxied)),
            None => finding,
        },
        X509Error::Expired { not_after, .. } => finding
            .remedy(format!("Renew the certificate of {host}: it ended at {not_after}."))
            .remedy("Or correct the node's clock, if that is ahead."),
        X509Error::NotYetValid { now, not_before } => finding
            .remedy(format!("Correct the node's clock, if it is not {now} now."))
            .remedy(format!("Else let {host} show a certificate that has begun: this one begins at {not_before}.")),
        _ => finding,
    }
}

/// Of an unknown issuer nobody can tell whether it is a root of somebody's own or an authority between. A proxy that reads
/// along makes its certificates by itself.
fn alone(runtime: Runtime, finding: Finding, issuer: &str, host: &str, proxied: bool) -> Finding {
    let finding = finding.remedy(format!(
        "Install the CA {issuer:?} on the nodes, if it is a root: {}, or the system's store and a restart of the runtime.",
        runtime.place_of_ca(host)
    ));
    match proxied {
        true => finding,
        false => finding.remedy(format!(
            "Or have {host} serve the whole chain (fullchain.pem), if that is an intermediate authority: its certificate comes alone. \
             So it is if browsers open {host} without complaint."
        )),
    }
}

/// The issuer of a certificate that came without any other, and is not its own.
fn served_alone(handshake: &Handshake) -> Option<&str> {
    let [Certificate { subject, issuer, .. }] = handshake.chain.as_slice() else { return None };
    (subject != issuer).then_some(issuer.as_str())
}
