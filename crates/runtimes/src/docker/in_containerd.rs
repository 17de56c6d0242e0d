//! Images kept in containerd (`features.containerd-snapshotter`): containerd's client pulls, and the engine has words of its
//! own for some of what it says (moby@v28.5.2 daemon/containerd/image_pull.go:75, registry_errors.go, daemon/hosts.go).

use std::collections::BTreeSet;

use cri::AuthConfig;
use distribution::Reference;
use gostd::json::{self, Value};
use gostd::url::Url;
use net::Recorder;
use secret::Secret;

use super::daemon_json::{Config, SERVICE};
use super::platforms::shown_platform;
use super::registry::{CERTIFICATES, HUB, Service};
use super::{Docker, PREFIX};
use crate::containerd::linked::{Asked, Failure, Legacy};

/// The snapshotter where `storage-driver` names none.
const SNAPSHOTTER: &str = "overlayfs";
/// The codes that containerd knows, and their messages (containerd v2.1.9 core/remotes/docker/errcode.go).
const CODES: [(&str, &str); 6] = [
    ("UNKNOWN", "unknown error"),
    ("UNSUPPORTED", "The operation is unsupported."),
    ("UNAUTHORIZED", "authentication required"),
    ("DENIED", "requested access to the resource is denied"),
    ("UNAVAILABLE", "service unavailable"),
    ("TOOMANYREQUESTS", "too many requests"),
];

impl Docker {
    /// `pullTag`: the digest of what the name leads to, or what cri-dockerd says.
    pub(super) async fn pull_in_containerd(
        &self,
        config: &Config,
        reference: &Reference,
        auth: Option<AuthConfig>,
        recorder: &Recorder,
    ) -> Result<String, String> {
        let environment = config.environment(&self.options.node.environment(SERVICE));
        let dialer = self.dialer(&environment, recorder);
        let service = Service {
            node: &self.options.node,
            environment: environment.clone(),
            extra_roots: &self.options.extra_roots,
            clock: self.options.clock,
            dialer,
            recorder,
            config,
            profile: self.profile,
        };
        let auth = auth.unwrap_or_default();
        let token = Some(auth.registry_token.clone()).filter(|token| !token.expose().is_empty());
        let login = login(reference, auth);
        let mut legacy = legacy(&service, &reference.domain).await;
        legacy.bearer = token.map(|token| (login.0.clone(), token));
        let snapshotter = if config.driver.is_empty() { SNAPSHOTTER } else { &config.driver };
        let upstream = "UpstreamClient(Go-http-client/1.1)";
        let of_client = format!("containerd-client/2.1.9+unknown storage-driver/{snapshotter} {upstream}");
        let asked = Asked {
            reference,
            environment,
            agent: self.agent().replace(upstream, &of_client),
            directory: CERTIFICATES,
            snapshotter: snapshotter.to_owned(),
            legacy: Some(legacy),
            login,
        };
        let pulled = self.client.pull(asked, recorder).await;
        pulled.map(|root| root.digest).map_err(|failure| {
            let said = self.translated(&failure, reference);
            if failure.begun { said } else { format!("{PREFIX}{}", said.trim()) }
        })
    }

    /// What `pullTag` makes of an error of the client's.
    fn translated(&self, failure: &Failure, reference: &Reference) -> String {
        let message = &failure.message;
        if failure.is_denied {
            if message.contains("no basic auth credentials") {
                return message.clone();
            }
            return format!(
                "pull access denied for {}, repository does not exist or may require 'docker login'",
                reference.familiar_name()
            );
        }
        if failure.is_not_found && message.contains("platform") {
            let shown = shown_platform(&self.options.platform);
            return format!("no matching manifest for {shown} in the manifest list entries: {message}");
        }
        match &failure.refusal {
            Some((status, body)) => of_registry(*status, body, message),
            None => message.clone(),
        }
    }
}

/// `RegistryHosts`: what the configuration adds, where it says something at all.
async fn legacy(service: &Service<'_>, domain: &str) -> Legacy {
    if !service.config.names_registries {
        return Legacy::default();
    }
    let mirrors = if domain == "docker.io" { service.config.mirrors.clone() } else { Vec::new() };
    let own = if domain == "docker.io" { HUB } else { domain };
    let mut insecure = BTreeSet::new();
    let of_mirrors = mirrors.iter().filter_map(|mirror| Some(Url::parse(mirror).ok()?.host));
    for host in of_mirrors.chain([own.to_owned()]) {
        if !service.is_secure(&host).await {
            insecure.insert(host);
        }
    }
    Legacy::new(mirrors, insecure)
}

/// `authorizerFromAuthConfig`: the host that gets the login, and the login as containerd takes it.
fn login(reference: &Reference, auth: AuthConfig) -> (String, AuthConfig) {
    // `ConvertToHostname`
    let address = auth.server_address.as_str();
    let address = address.strip_prefix("http://").or(address.strip_prefix("https://")).unwrap_or(address);
    let host = address.split('/').next().unwrap_or_default();
    let host = if host.is_empty() { reference.domain.as_str() } else { host };
    let host = if host == "index.docker.io" || host == "docker.io" { HUB } else { host };
    let none = Secret::default();
    let (username, password, identity_token) = match (&auth.identity_token, auth.username.as_str()) {
        (token, _) if !token.expose().is_empty() => (String::new(), none, token.clone()),
        // A password without a user is taken for a token.
        (_, "") => (String::new(), none, auth.password),
        (_, user) => (user.to_owned(), auth.password, none),
    };
    (host.to_owned(), AuthConfig { username, password, identity_token, ..AuthConfig::default() })
}

/// `translateRegistryError`
fn of_registry(status: u16, body: &[u8], message: &str) -> String {
    let Ok(document) = json::parse(body) else { return format!("unknown: {message}") };
    let entries = match document.field("errors") {
        Some(Value::Array(entries)) => entries.as_slice(),
        None | Some(Value::Null) => &[],
        Some(_) => return format!("unknown: {message}"),
    };
    if !matches!(document, Value::Object(_) | Value::Null) {
        return format!("unknown: {message}");
    }
    let details = document.field("details").and_then(Value::as_str).filter(|details| !details.is_empty());
    let said: Vec<String> = match (entries, details, status) {
        ([], Some(details), 401) => return format!("authentication required - {details}"),
        ([], Some(details), 403) => return format!("requested access to the resource is denied - {details}"),
        ([], ..) => vec![message.to_owned()],
        (entries, ..) => entries.iter().flat_map(of_entry).collect(),
    };
    format!("error from registry: {}", said.join("\n"))
}

/// One error of a registry. A bare code is told twice: as what it is wrapped in, and as itself.
fn of_entry(entry: &Value) -> Vec<String> {
    let text = |name| entry.field(name).and_then(Value::as_str).unwrap_or_default();
    let (name, usual) = CODES.iter().find(|(name, _)| *name == text("code")).unwrap_or(&CODES[0]);
    let detail = entry.field("detail").filter(|detail| !detail.is_null());
    let own = text("message");
    if detail.is_none() && (own.is_empty() || own == *usual) {
        return vec![name.to_lowercase(); 2];
    }
    let said = if own.is_empty() { usual } else { own };
    match detail {
        Some(Value::String(detail)) => vec![format!("{said} - {detail}")],
        _ => vec![said.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use distribution::Grammar;

    use super::*;

    #[test]
    fn what_is_told_of_a_refusal() {
        let cases = [
            (429, r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"slow"}]}"#, "error from registry: slow"),
            (
                401,
                r#"{"errors":[{"code":"UNAUTHORIZED"}]}"#,
                "error from registry: unauthorized\nunauthorized",
            ),
            (403, r#"{"errors":[{"code":"X","message":"m","detail":"d"}]}"#, "error from registry: m - d"),
            (
                403,
                r#"{"errors":[{"code":"DENIED","detail":{}}]}"#,
                "error from registry: requested access to the resource is denied",
            ),
            (401, r#"{"details":"no"}"#, "authentication required - no"),
            (404, r#"{"details":"no"}"#, "error from registry: whole"),
            (500, "<html>", "unknown: whole"),
            (429, "", "unknown: whole"),
        ];
        for (status, body, said) in cases {
            assert_eq!(of_registry(status, body.as_bytes(), "whole"), said, "{body}");
        }
    }

    #[test]
    fn who_gets_the_login() {
        let reference = |text| Reference::parse_docker_ref(text, Grammar::V0_6_0).unwrap();
        let to = |image, address: &str| {
            let auth = AuthConfig { server_address: address.into(), ..AuthConfig::default() };
            login(&reference(image), auth).0
        };
        assert_eq!(to("nginx", ""), HUB);
        assert_eq!(to("nginx", "https://index.docker.io/v1/"), HUB);
        assert_eq!(to("r.test:5000/a", ""), "r.test:5000");
        assert_eq!(to("r.test/a", "http://other.test/v2/"), "other.test");
        let token = AuthConfig { username: "u".into(), identity_token: "t".into(), ..AuthConfig::default() };
        assert_eq!(login(&reference("a"), token).1.username, "");
    }
}
