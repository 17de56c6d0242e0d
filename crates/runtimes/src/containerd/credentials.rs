//! Which credentials a host gets (containerd v2.1.9 internal/cri/server/images/image_pull.go:334-371 `ParseAuth`).

use std::collections::BTreeMap;

use cri::AuthConfig;
use gostd::url::Url;
use gostd::{base64, strconv};
use secret::Secret;

use super::error::{Error, Result};

/// The credentials of a pull: those of the request, else those of the node's configuration for a host.
#[derive(Clone, Debug, Default)]
pub(super) struct Credentials {
    pub(super) request: Option<AuthConfig>,
    pub(super) node: BTreeMap<String, AuthConfig>,
    /// Whether the transfer service asks, which wraps the error.
    pub(super) transfer: bool,
}

/// User name and secret; both empty is anonymous.
pub(super) type UserAndSecret = (String, Secret);

impl Credentials {
    /// The credentials behind an endpoint of `registry.mirrors`: those that the configuration has for the endpoint's
    /// own host, whichever host asks (`registryHosts`).
    pub(super) fn for_endpoint(&self, host: &str) -> Self {
        let request = self.request.clone().or_else(|| self.node.get(host).cloned());
        Self { request, node: BTreeMap::new(), transfer: self.transfer }
    }

    /// The credentials for the host of a request that was challenged.
    pub(super) fn for_host(&self, host: &str) -> Result<UserAndSecret> {
        let auth = self.request.as_ref().or_else(|| self.node.get(host));
        parse_auth(auth, host).map_err(|error| {
            if self.transfer {
                error.context(format!("failed to get credentials for {}", strconv::quote(host)))
            } else {
                error
            }
        })
    }
}

fn parse_auth(auth: Option<&AuthConfig>, host: &str) -> Result<UserAndSecret> {
    let anonymous = (String::new(), Secret::default());
    let Some(auth) = auth else { return Ok(anonymous) };
    if !auth.server_address.is_empty() {
        let address = Url::parse(&auth.server_address)
            .map_err(|error| Error::Plain(error.to_string()).context("parse server address"))?;
        if address.host != host {
            return Ok(anonymous);
        }
    }
    if !auth.username.is_empty() {
        return Ok((auth.username.clone(), auth.password.clone()));
    }
    if !auth.identity_token.expose().is_empty() {
        return Ok((String::new(), auth.identity_token.clone()));
    }
    if auth.auth.expose().is_empty() {
        return Ok(anonymous);
    }
    let encoded = auth.auth.expose();
    let mut decoded = base64::decode_std(encoded).map_err(|error| Error::Plain(error.to_string()))?;
    // Go decodes into a buffer of the greatest possible length, so that zero bytes remain at its end.
    decoded.resize(decoded.len().max(encoded.len() / 4 * 3), 0);
    match decoded.iter().position(|byte| *byte == b':') {
        Some(colon) => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let password = text(&decoded[colon + 1..]);
            Ok((text(&decoded[..colon]), Secret::new(password.trim_matches('\0').to_owned())))
        }
        None => Err(Error::Plain(format!("invalid decoded auth: {}", strconv::quote(&decoded)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(auth: AuthConfig) -> std::result::Result<(String, String), String> {
        let (user, secret) = parse_auth(Some(&auth), "r.test").map_err(|error| error.to_string())?;
        Ok((user, secret.expose().clone()))
    }

    #[test]
    fn what_the_node_makes_of_an_auth_config() {
        let auth = |encoded: &str| AuthConfig { auth: encoded.into(), ..AuthConfig::default() };
        let user = |address: &str| AuthConfig {
            username: "u".into(),
            password: "p".into(),
            server_address: address.into(),
            ..AuthConfig::default()
        };
        let both = |user: &str, secret: &str| Ok((user.to_owned(), secret.to_owned()));
        assert_eq!(parsed(auth("dTpwdw==")), both("u", "pw"));
        assert_eq!(parsed(auth("!!")), Err("illegal base64 data at input byte 0".into()));
        assert_eq!(parsed(auth("YWxpY2U=")), Err("invalid decoded auth: \"alice\\x00\"".into()));
        assert_eq!(parsed(user("r.test")), both("", ""), "a bare host never matches");
        assert_eq!(parsed(user("https://r.test/v1/")), both("u", "p"));
        let token =
            AuthConfig { identity_token: "t".into(), registry_token: "r".into(), ..AuthConfig::default() };
        assert_eq!(parsed(token), both("", "t"));
    }
}
