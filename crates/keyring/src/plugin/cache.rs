use std::collections::BTreeMap;
use std::time::Duration;

use crate::DockerConfig;

/// How often expired entries are swept out.
const PURGE_INTERVAL: Duration = Duration::from_secs(15 * 60);

/// Under what an answer is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CacheKey {
    /// The repository, the registry, or `global`.
    pub base: String,
    /// What tells service accounts apart; empty outside token mode.
    pub account: String,
}

/// The answers of one plugin. Time is counted from whenever the kubelet started.
#[derive(Clone, Debug, Default)]
pub struct CredentialCache {
    entries: BTreeMap<CacheKey, Entry>,
    last_purge: Duration,
}

#[derive(Clone, Debug)]
struct Entry {
    credentials: DockerConfig,
    expires_at: Duration,
}

impl Entry {
    /// At the very moment of its expiry an entry still counts (`plugin.go cacheExpirationPolicy.IsExpired`).
    fn expired(&self, now: Duration) -> bool {
        now > self.expires_at
    }
}

impl CredentialCache {
    /// Keeps an answer.
    pub fn add(&mut self, key: CacheKey, credentials: DockerConfig, expires_at: Duration) {
        self.entries.insert(key, Entry { credentials, expires_at });
    }

    /// The answer for an image: kept for the image, else for its registry, else for all
    /// (`plugin.go getCachedCredentials`). What has expired goes when it is met; a sweep every 15 minutes at most.
    pub fn get(&mut self, image: &str, account: &str, now: Duration) -> Option<DockerConfig> {
        if now > self.last_purge + PURGE_INTERVAL {
            self.entries.retain(|_, entry| !entry.expired(now));
            self.last_purge = now;
        }
        let registry = image.split('/').next().unwrap_or_default();
        for base in [image, registry, GLOBAL] {
            let key = CacheKey { base: base.to_owned(), account: account.to_owned() };
            match self.entries.get(&key) {
                Some(entry) if entry.expired(now) => {
                    self.entries.remove(&key);
                }
                Some(entry) => return Some(entry.credentials.clone()),
                None => {}
            }
        }
        None
    }

    /// The keys under which something is kept, expired or not.
    pub fn keys(&self) -> impl Iterator<Item = &CacheKey> {
        self.entries.keys()
    }
}

/// The key of an answer for all images.
pub(super) const GLOBAL: &str = "global";
