//! Pull secrets read as they were meant, and made anew as they must be.

use base64::Engine as _;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use keyring::{Provenance, PullSecret, SecretType, from_secrets};
use secret::Secret;
use serde_json::{Map, Value, json};

/// The ways in which a login may be encoded; the first is right.
const ENCODINGS: [&GeneralPurpose; 4] = [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD];
/// Names under which Docker Hub goes.
const HUB: [&str; 6] = [
    "docker.io",
    "index.docker.io",
    "registry-1.docker.io",
    "registry.hub.docker.com",
    "hub.docker.com",
    "auth.docker.io",
];
/// The key of Docker Hub.
const HUB_KEY: &str = "https://index.docker.io/v1/";

/// A Secret made anew.
#[derive(Clone, Debug)]
pub(crate) struct Repaired {
    pub secret: PullSecret,
    /// The keys that are new: as they were, and as they are.
    pub keys: Vec<(String, String)>,
    /// Whether more than keys is new.
    pub anew: bool,
}

/// A login of a Secret, as it was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Meant {
    key: String,
    username: String,
    password: Secret,
}

/// The Secret as it must be for an image of this registry; `None` where there is nothing to mend.
pub(crate) fn repaired(secret: &PullSecret, domain: &str) -> Option<Repaired> {
    let meant = meant(secret);
    if meant.is_empty() {
        return None;
    }
    let mut keys = Vec::new();
    let mut auths = Map::new();
    for login in &meant {
        let key = if is_for(&login.key, domain) { right_key(domain) } else { &login.key };
        if key != login.key && !matches(secret, &login.key, domain) {
            keys.push((login.key.clone(), key.to_owned()));
        }
        let entry = json!({"username": login.username, "password": login.password.expose()});
        auths.insert(key.to_owned(), entry);
    }
    let anew = read(secret) != meant;
    (anew || !keys.is_empty()).then(|| Repaired { secret: made(secret, auths), keys, anew })
}

fn made(secret: &PullSecret, auths: Map<String, Value>) -> PullSecret {
    let document = json!({"auths": auths}).to_string();
    let mut made = PullSecret::docker_config_json(&secret.namespace, &secret.name, document);
    made.provenance.clone_from(&secret.provenance);
    made
}

/// Whether the kubelet would find the entry for an image of this registry as it is.
fn matches(secret: &PullSecret, key: &str, domain: &str) -> bool {
    let Ok(ring) = from_secrets(std::slice::from_ref(secret)) else { return false };
    let probe = format!("{domain}/a");
    ring.keyring.lookup(&probe).iter().any(|credential| credential.written_key == key)
}

/// What the kubelet reads.
fn read(secret: &PullSecret) -> Vec<Meant> {
    let document = secret.secret_type.data_key().and_then(|key| secret.data.get(key));
    let config = document.and_then(|document| match secret.secret_type {
        SecretType::DockerCfg => keyring::DockerConfig::from_dockercfg(document.expose()).ok(),
        _ => keyring::DockerConfig::from_docker_config_json(document.expose()).ok(),
    });
    let entries = config.into_iter().flat_map(|config| config.entries);
    let login = |entry: keyring::Entry| Meant {
        key: entry.location,
        username: entry.username,
        password: entry.password,
    };
    let mut read: Vec<Meant> = entries.map(login).collect();
    read.sort_by(|a, b| a.key.cmp(&b.key));
    read
}

/// What somebody meant who made the Secret.
fn meant(secret: &PullSecret) -> Vec<Meant> {
    let documents = secret.data.values().filter_map(|value| document(value.expose()));
    let tables = documents.filter_map(|document| match document {
        Value::Object(mut members) => match members.remove("auths") {
            Some(Value::Object(table)) => Some(table),
            Some(_) => None,
            None => Some(members),
        },
        _ => None,
    });
    let mut logins: Vec<Meant> =
        tables.flatten().filter_map(|(key, entry)| login(key, entry.as_object()?)).collect();
    logins.sort_by(|a, b| a.key.cmp(&b.key));
    logins.dedup_by(|a, b| a.key == b.key);
    logins
}

/// The JSON, perhaps in base64, perhaps twice.
fn document(bytes: &[u8]) -> Option<Value> {
    let mut bytes = bytes.to_vec();
    for _ in 0..3 {
        if let Ok(document) = serde_json::from_slice(&bytes) {
            return Some(document);
        }
        bytes = decode(&bytes)?;
    }
    None
}

fn decode(bytes: &[u8]) -> Option<Vec<u8>> {
    let compact: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    ENCODINGS.iter().find_map(|encoding| encoding.decode(&compact).ok())
}

fn login(key: String, entry: &Map<String, Value>) -> Option<Meant> {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let (username, password) = match text("auth") {
        Some(auth) => {
            let decoded = decode(auth.as_bytes()).and_then(|bytes| String::from_utf8(bytes).ok());
            // Whoever did not know that it is encoded wrote it as it is.
            let decoded = decoded.unwrap_or_else(|| auth.to_owned());
            let (username, password) = decoded.split_once(':')?;
            (username.to_owned(), password.to_owned())
        }
        None => (text("username")?.to_owned(), text("password")?.to_owned()),
    };
    // Nobody's name or password ends in a new line; `echo` adds one.
    let trim = |text: String| text.trim_matches(['\r', '\n', '\0']).to_owned();
    Some(Meant { key, username: trim(username), password: Secret::new(trim(password)) })
}

/// Whether a key names the very host that an image's registry is, however it is written. Only then may its login be
/// sent there.
fn is_for(key: &str, domain: &str) -> bool {
    let (key, domain) = (host(key), host(domain));
    key == domain || (HUB.contains(&key.as_str()) && HUB.contains(&domain.as_str()))
}

/// The host of a key or of a registry, in lower case, without port.
fn host(text: &str) -> String {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.trim_start_matches('/').split('/').next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    host.split(':').next().unwrap_or_default().trim().trim_end_matches('.').to_ascii_lowercase()
}

fn right_key(domain: &str) -> &str {
    if domain == "docker.io" { HUB_KEY } else { domain }
}

/// A Secret by the name that `kubectl` would use.
pub(crate) fn source(provenance: &Provenance) -> String {
    match provenance {
        Provenance::PullSecret { namespace, name, .. } => format!("{namespace}/{name}"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(kind: &str, key: &str, document: &str) -> PullSecret {
        PullSecret::new("default", "s", "", SecretType::from_name(kind)).with(key, document)
    }

    fn logins(repaired: &Repaired, repository: &str) -> Vec<(String, String)> {
        let ring = from_secrets(std::slice::from_ref(&repaired.secret)).unwrap().keyring;
        let found = ring.lookup(repository).into_iter();
        found.map(|credential| (credential.username, credential.password.expose().clone())).collect()
    }

    #[test]
    fn what_was_meant_is_found_out() {
        const JSON: &str = "kubernetes.io/dockerconfigjson";
        let login = r#"{"username": "ci", "password": "p"}"#;
        let auths = |key: &str, login: &str| format!(r#"{{"auths": {{"{key}": {login}}}}}"#);
        let auth = |text: &str| format!(r#"{{"auth": "{text}"}}"#);
        let cases = [
            (JSON, ".dockerconfigjson", auths("r.test:443", login)),
            (JSON, ".dockerconfigjson", auths("https://R.test/v2/", login)),
            (JSON, ".dockerconfigjson", auths("r.test/other/team", login)),
            ("Opaque", ".dockerconfigjson", auths("r.test", login)),
            (JSON, "config.json", auths("r.test", login)),
            (JSON, ".dockerconfigjson", format!(r#"{{"r.test": {login}}}"#)),
            ("kubernetes.io/dockercfg", ".dockercfg", auths("r.test", login)),
            (JSON, ".dockerconfigjson", STANDARD.encode(auths("r.test", login))),
            (JSON, ".dockerconfigjson", auths("r.test", &auth(&STANDARD.encode("ci:p\n")))),
            (JSON, ".dockerconfigjson", auths("r.test", &auth("ci:p"))),
            (JSON, ".dockerconfigjson", auths("r.test", r#"{"username": "ci", "password": "p\n"}"#)),
        ];
        for (kind, key, document) in cases {
            let repaired = repaired(&secret(kind, key, &document), "r.test").expect(&document);
            assert_eq!(logins(&repaired, "r.test/team/app"), [("ci".into(), "p".into())], "{document}");
        }
    }

    #[test]
    fn what_is_right_stays_and_what_is_for_others_is_theirs() {
        const JSON: &str = "kubernetes.io/dockerconfigjson";
        let made = |key: &str| {
            let document = json!({"auths": {key: {"username": "ci", "password": "p"}}}).to_string();
            repaired(&secret(JSON, ".dockerconfigjson", &document), "r.test")
        };
        for key in ["r.test", "https://r.test", "other.test", "r.test.evil.test", "http://r.test@evil.test"] {
            assert!(made(key).is_none(), "{key}");
        }
        let document = json!({"auths": {"registry-1.docker.io": {"username": "u", "password": "p"}}});
        let hub = repaired(&secret(JSON, ".dockerconfigjson", &document.to_string()), "docker.io").unwrap();
        assert_eq!(hub.keys, [("registry-1.docker.io".to_owned(), HUB_KEY.to_owned())]);
        assert_eq!(logins(&hub, "docker.io/library/nginx").len(), 1);
    }
}
