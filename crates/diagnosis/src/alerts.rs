//! TLS alerts: the server's own word for why it ends a handshake (RFC 8446 section 6.2).

use gostd::tls::Alert;

use crate::finding::Finding;
use crate::{Cause, Runtime};

/// What an alert of the server's says.
pub(crate) fn finding(host: &str, alert: Alert, runtime: Runtime) -> Finding {
    let Alert(number) = alert;
    let told = |sentence: String| Finding::new(Cause::TlsIncompatible, sentence);
    match number {
        40 | 47 | 70 | 71 | 86 | 109 | 110 | 120 => told(format!(
            "{host} and the runtime agree on no TLS version or cipher: the server ends the handshake ({alert})."
        ))
        .or(&[Cause::X509NameMismatch, Cause::ProxyMisconfig])
        .remedy(format!("Let {host} offer TLS 1.2 or later with current ciphers.")),
        42..=46 | 48 | 116 => told(format!(
            "{host} wants a certificate from the node, and the runtime has none, or none that the server takes ({alert})."
        ))
        .or(&[Cause::ProxyMisconfig])
        .remedy(format!("Give the runtime a client certificate: {}.", runtime.place_of_client()))
        .command(format!("sudo ls {}HOST/", runtime.certificates()))
        .remedy(format!("Or let {host} ask for none.")),
        112 => told(format!(
            "The server at the address of {host} knows no host of that name and ends the handshake ({alert}): an ingress or \
             load balancer without a rule for it, or the name leads to the wrong machine."
        ))
        .or(&[Cause::WrongRegistryHost, Cause::X509NameMismatch])
        .remedy(format!("Give the ingress or load balancer a host and a certificate for {host}, or correct the name."))
        .remedy("See to which address the name leads:")
        .command("dig +short HOST"),
        49 => told(format!("{host} lets this client not in: it ends the handshake ({alert})."))
            .or(&[Cause::ClientBlocked, Cause::ProxyMisconfig])
            .remedy(format!("Look at the rules of {host}, or of the device before it, for the node's address.")),
        80 => told(format!(
            "{host} fails in the handshake itself ({alert}): often a server that has no certificate for this name."
        ))
        .or(&[Cause::X509NameMismatch, Cause::Registry5xx])
        .remedy(format!("Look at the log of {host}, and whether it has a certificate for that name.")),
        _ => told(format!("{host} ends the TLS handshake with an alert ({alert})."))
            .or(&[Cause::ProxyMisconfig, Cause::ConnReset])
            .remedy(format!("Look at the log of {host}, and for a device between that reads along.")),
    }
}
