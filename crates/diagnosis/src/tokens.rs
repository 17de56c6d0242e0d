//! Registries and token services that do not agree: a challenge that nobody can answer, a token that is not taken.

use trace::{Claims, Exchange, Purpose};

use crate::finding::Finding;
use crate::scene::{Scene, authority, challenge_parameter, challenges, exchange_line, host_name, succeeded};
use crate::{Cause, content};

/// A 401 that no other login would get past: the runtime cannot answer the challenge, its token server gave nothing, or
/// the registry does not take what the token server gave.
pub(crate) fn finding(scene: &Scene<'_>, exchange: &Exchange) -> Option<Finding> {
    if exchange.status != Some(401) || exchange.purpose == Purpose::Token {
        return None;
    }
    let last = scene.last_exchange().filter(|last| last.purpose == Purpose::Token && succeeded(last));
    if let Some(last) = last {
        return Some(content::token(last).evidence(exchange_line(last)));
    }
    unanswerable(scene, exchange).or_else(|| not_taken(scene, exchange))
}

fn unanswerable(scene: &Scene<'_>, exchange: &Exchange) -> Option<Finding> {
    let who = host_name(authority(&exchange.url));
    let offers = |scheme: &str| challenges(exchange).any(|challenge| offers(challenge, scheme));
    let asked_for_token = scene.exchanges().any(|exchange| exchange.purpose == Purpose::Token);
    let sentence = if challenges(exchange).next().is_none() {
        format!("{who} wants a login but does not say how (no WWW-Authenticate), so the runtime sends none.")
    } else if offers("basic") || (offers("bearer") && asked_for_token) {
        return None;
    } else if offers("bearer") {
        format!("{who} asks for a token, but names no token service that the runtime could ask.")
    } else {
        format!("{who} asks for a kind of login that the runtime does not have; it knows Basic and Bearer.")
    };
    Some(
        Finding::new(Cause::TokenEndpointFailure, sentence)
            .or(&[Cause::CredentialsMissing, Cause::WrongRegistryHost])
            .remedy("Correct the registry's WWW-Authenticate header, or what stands before the registry."),
    )
}

fn offers(challenge: &str, scheme: &str) -> bool {
    challenge.split([' ', ',']).any(|word| word.eq_ignore_ascii_case(scheme))
}

/// A token was granted, and the registry refuses it: not for what it allows, but for what it is.
fn not_taken(scene: &Scene<'_>, exchange: &Exchange) -> Option<Finding> {
    let service = scene.exchanges().rfind(|one| one.purpose == Purpose::Token && succeeded(one))?;
    // RFC 6750 section 3.1: whether the token is not good, or not good enough.
    let error = challenge_parameter(exchange, "error").unwrap_or_default();
    let suffices = scene.claims().and_then(|claims| allows_pull(scene, claims));
    let to_blame = match (error.as_str(), suffices) {
        ("invalid_token", _) => true,
        ("insufficient_scope", _) | (_, Some(false)) => false,
        (_, Some(true)) => true,
        // Nobody says what is wrong with it. To the token service at least the login was good.
        (_, None) => scene.login().is_some(),
    };
    if !to_blame {
        return None;
    }
    let (who, issuer) = (host_name(authority(&exchange.url)), host_name(authority(&service.url)));
    let reason = if error.is_empty() { String::new() } else { format!(" ({error})") };
    let sentence = format!(
        "{who} does not take the token that its own token service {issuer} has just issued{reason}: {}.",
        discord(scene)
    );
    let finding = Finding::new(Cause::TokenEndpointFailure, sentence)
        .or(&[Cause::UserNotPermitted, Cause::BadCredentials])
        .evidence(exchange_line(service));
    let finding = evidence(scene, exchange).into_iter().fold(finding, Finding::evidence);
    Some(finding.remedy(format!(
        "No secret heals this. Have whoever runs {who} and {issuer} compare service name (audience), signing key or \
         certificate, and clocks of the two."
    )))
}

/// What the two do not agree on, as far as the token itself tells.
fn discord(scene: &Scene<'_>) -> &'static str {
    let Some(claims) = scene.claims() else {
        return "they do not agree on service name, key or clock";
    };
    if has_expired(scene, claims) {
        "it has expired already, so one of the clocks is wrong"
    } else if scene.login().is_some() {
        "the login is right and the token allows the pull, so they do not agree on service name or key"
    } else {
        "they do not agree on service name or key"
    }
}

fn has_expired(scene: &Scene<'_>, claims: &Claims) -> bool {
    claims.expires.is_some_and(|expires| expires <= scene.facts.at)
}

/// Whether a token allows to pull what was asked for, if it says.
pub(crate) fn allows_pull(scene: &Scene<'_>, claims: &Claims) -> Option<bool> {
    let path = scene.reference()?.path;
    let rights = [format!("repository:{path}:pull"), format!("repository:{path}:*")];
    let access = claims.access.as_ref()?;
    Some(access.iter().any(|right| rights.contains(right)))
}

/// What was asked for, and what the token says of itself.
pub(crate) fn evidence(scene: &Scene<'_>, exchange: &Exchange) -> Vec<String> {
    let Some(claims) = scene.claims() else { return Vec::new() };
    let service = challenge_parameter(exchange, "service").filter(|service| !service.is_empty());
    let mut lines = Vec::new();
    let audience = claims.audience.join(", ");
    match service {
        Some(service) => {
            lines.push(format!("token: issued for {audience:?}; the challenge names {service:?}"))
        }
        None => lines.push(format!("token: issued for {audience:?}")),
    }
    if let Some(expires) = claims.expires {
        let issued = claims.issued.map(|issued| format!("issued at {issued}, ")).unwrap_or_default();
        lines.push(format!("token: {issued}ends at {expires}; the node's clock says {}", scene.facts.at));
    }
    if let Some(access) = &claims.access {
        let rights = if access.is_empty() { "nothing".to_owned() } else { access.join(", ") };
        lines.push(format!("token: allows {rights}"));
    }
    lines
}
