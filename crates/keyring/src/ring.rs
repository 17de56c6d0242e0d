use std::collections::BTreeMap;

use crate::key::EntryKey;
use crate::{Credential, DockerConfig, Mismatch, MismatchReason, Provenance, urls_match};

/// Docker Hub's old name, under which `docker login` still files its credentials.
const DEFAULT_REGISTRY: &str = "index.docker.io";

/// The kubelet's keyring (`kubernetes pkg/credentialprovider/keyring.go BasicDockerKeyring`): entries by key, looked
/// up by repository.
#[derive(Clone, Debug, Default)]
pub struct Keyring {
    entries: BTreeMap<String, Vec<Credential>>,
    /// Entries whose key cannot be read.
    ignored: Vec<Mismatch>,
}

impl Keyring {
    /// Adds the entries of a document, all from the same source.
    pub fn add(&mut self, config: &DockerConfig, provenance: &Provenance) {
        for entry in &config.entries {
            let (written_key, provenance) = (shown_location(&entry.location), provenance.clone());
            let key = EntryKey::from_location(&entry.location);
            let reason = match &key {
                Ok(key) if key.is_of_login(&entry.location) => "malformed".to_owned(),
                // Where the key holds a login, Go's words could quote a part of it.
                Err(_) if entry.location.contains('@') => "malformed".to_owned(),
                Err(error) => error.cause.to_string(),
                Ok(EntryKey(key)) => {
                    self.entries.entry(key.clone()).or_default().push(Credential {
                        username: entry.username.clone(),
                        password: entry.password.clone(),
                        email: entry.email.clone(),
                        key: key.clone(),
                        written_key,
                        provenance,
                    });
                    continue;
                }
            };
            self.ignored.push(Mismatch {
                key: written_key.clone(),
                written_key,
                provenance,
                reason: MismatchReason::NotAUrl { error: reason },
            });
        }
    }

    /// Adds the entries of another keyring, after its own.
    pub fn join(&mut self, other: &Self) {
        for (key, credentials) in &other.entries {
            self.entries.entry(key.clone()).or_default().extend(credentials.iter().cloned());
        }
        self.ignored.extend(other.ignored.iter().cloned());
    }

    /// Whether there is no entry at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All entries that can be used, in the order of their keys.
    pub fn credentials(&self) -> impl Iterator<Item = &Credential> {
        self.entries.values().flatten()
    }

    /// The keys of all entries as the documents have them, readable or not.
    pub fn written_keys(&self) -> impl Iterator<Item = &str> {
        let readable = self.entries.values().flatten().map(|credential| credential.written_key.as_str());
        readable.chain(self.ignored.iter().map(|mismatch| mismatch.written_key.as_str()))
    }

    /// The credentials for a repository, in the order in which the kubelet tries them: keys in descending byte
    /// order, under one key as they were added. `repository` is `domain/path`, without tag or digest.
    pub fn lookup(&self, repository: &str) -> Vec<Credential> {
        let matching = self.entries.iter().rev().filter(|(key, _)| urls_match(key, repository).is_ok());
        let found: Vec<Credential> = matching.flat_map(|(_, credentials)| credentials).cloned().collect();
        if found.is_empty() && is_default_registry(repository) {
            return self.entries.get(DEFAULT_REGISTRY).cloned().unwrap_or_default();
        }
        found
    }

    /// Every entry that [`Keyring::lookup`] leaves out, and why, in the order of the keys; then those whose key
    /// cannot be read.
    pub fn explain(&self, repository: &str) -> Vec<Mismatch> {
        let mut mismatches = Vec::new();
        let any = self.entries.keys().any(|key| urls_match(key, repository).is_ok());
        for (key, credentials) in self.entries.iter().rev() {
            let Err(reason) = urls_match(key, repository) else { continue };
            let fallback = key == DEFAULT_REGISTRY && is_default_registry(repository);
            let reason = match (fallback, any) {
                (true, false) => continue,
                (true, true) => MismatchReason::FallbackUnused,
                (false, _) => reason,
            };
            mismatches.extend(credentials.iter().map(|credential| Mismatch {
                key: key.clone(),
                written_key: credential.written_key.clone(),
                provenance: credential.provenance.clone(),
                reason: reason.clone(),
            }));
        }
        mismatches.extend(self.ignored.iter().cloned());
        mismatches
    }
}

/// Several keyrings one after the other (`UnionDockerKeyring`): the pod's Secrets, then the node's own. Each decides
/// about Docker Hub's old name for itself.
#[derive(Clone, Debug, Default)]
pub struct UnionKeyring(pub Vec<Keyring>);

impl UnionKeyring {
    /// The credentials of all keyrings, in their order.
    pub fn lookup(&self, repository: &str) -> Vec<Credential> {
        self.0.iter().flat_map(|keyring| keyring.lookup(repository)).collect()
    }

    /// The entries of all keyrings that are left out, and why.
    pub fn explain(&self, repository: &str) -> Vec<Mismatch> {
        self.0.iter().flat_map(|keyring| keyring.explain(repository)).collect()
    }
}

/// Whether an image is taken to come from Docker Hub (`keyring.go isDefaultRegistryMatch`).
pub fn is_default_registry(image: &str) -> bool {
    match image.split_once('/') {
        _ if image.is_empty() => false,
        None => true,
        Some(("", _)) => false,
        Some(("docker.io" | "index.docker.io", _)) => true,
        Some((first, _)) => !first.contains(['.', ':']),
    }
}

/// A location for people: some write a login into the key, as in `https://user:password@host`.
fn shown_location(location: &str) -> String {
    let Some((login, host)) = location.rsplit_once('@') else { return location.to_owned() };
    let scheme = ["https://", "http://"].into_iter().find(|scheme| login.starts_with(scheme));
    format!("{}***@{host}", scheme.unwrap_or_default())
}
