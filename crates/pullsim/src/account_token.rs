//! The token of a service account that plugins are given.

use jiff::Timestamp;
use keyring::{CredentialProviderConfig, TokenClaims, TokenSource};
use objects::Source;
use secret::Secret;

use crate::error::Failure;
use crate::hiargs::HiCheck;
use crate::lowargs::LowCheck;

/// Reads the token that `--service-account-token` names.
pub(crate) fn read(low: &LowCheck) -> Result<Option<Secret>, Failure> {
    let Some(file) = &low.service_account_token else { return Ok(None) };
    let source = Source::open(file)?;
    let fault = |fault| Failure::NoToken { file: source.shown_name().to_owned(), fault };
    let text = source.text().trim();
    if text.is_empty() {
        return Err(fault(TokenFault::Empty));
    }
    if text.split_whitespace().count() > 1 {
        return Err(fault(TokenFault::Words));
    }
    let token = Secret::from(text);
    // A service account's token always is one; a plugin would find out too late.
    if text.split('.').count() != 3 || TokenClaims::of(&token).is_none() {
        return Err(fault(TokenFault::NoJwt));
    }
    Ok(Some(token))
}

/// What is wrong with what stands in place of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenFault {
    /// Nothing is there.
    Empty,
    /// More than one word.
    Words,
    /// A word that is no JSON web token.
    NoJwt,
}

/// Who issues tokens: whoever gave one, the scenario's API server, or nobody.
pub(crate) fn source(hi: &HiCheck) -> TokenSource {
    match (&hi.service_account_token, &hi.scenario) {
        (Some(token), _) => TokenSource::Given(token.clone()),
        (None, Some(scenario)) => scenario.pod().account.map(|account| account.tokens).unwrap_or_default(),
        (None, None) => TokenSource::Nobody,
    }
}

/// What the given token says of itself that its receivers will not like.
pub(crate) fn notes(token: &Secret, config: &CredentialProviderConfig, now: Timestamp) -> Vec<String> {
    let Some(claims) = TokenClaims::of(token) else { return Vec::new() };
    let mut notes = Vec::new();
    let wanted: Vec<(&str, &str)> = config
        .providers
        .iter()
        .filter_map(|provider| {
            Some((provider.name.as_str(), provider.token_attributes.as_ref()?.audience.as_str()))
        })
        .collect();
    if wanted.is_empty() {
        notes.push(
            "--service-account-token: no plugin of this node is given a token (tokenAttributes)".to_owned(),
        );
    }
    if let Some(at) = claims.expires.filter(|at| *at <= now) {
        notes.push(format!("--service-account-token: it expired at {at}; whoever looks at it refuses it"));
    }
    for (plugin, audience) in wanted {
        if !claims.audiences.iter().any(|known| known == audience) {
            notes.push(format!(
                "--service-account-token: the kubelet would ask for audience {audience:?} (plugin {plugin}), and this token is \
                 for {:?}",
                claims.audiences
            ));
        }
    }
    notes
}
