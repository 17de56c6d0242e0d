use std::collections::HashMap;
use std::time::Duration;

/// A node's memory of what failed lately (`k8s.io/client-go/util/flowcontrol/backoff.go Backoff`): each failure doubles
/// the time in which the same key is left alone. There is no jitter, and a success resets nothing: an entry is
/// forgotten when nothing happened to it for twice the longest time.
#[derive(Clone, Debug)]
pub struct Backoff {
    initial: Duration,
    max: Duration,
    entries: HashMap<String, Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    backoff: Duration,
    last_update: Duration,
}

impl Backoff {
    /// No entries; the first time is `initial`, the longest `max`.
    pub fn new(initial: Duration, max: Duration) -> Self {
        Self { initial, max, entries: HashMap::new() }
    }

    /// The kubelet's for images (`kubernetes v1.28.7 pkg/kubelet/kubelet.go imageBackOffPeriod, MaxContainerBackOff`).
    pub fn for_images() -> Self {
        Self::new(Duration::from_secs(10), Duration::from_secs(300))
    }

    /// A failure at `now`; tells how long the key is left alone from now on.
    pub fn next(&mut self, key: &str, now: Duration) -> Duration {
        let backoff = match self.entries.get(key) {
            Some(entry) if !self.has_expired(entry, now) => self.max.min(entry.backoff * 2),
            _ => self.initial,
        };
        self.entries.insert(key.to_owned(), Entry { backoff, last_update: now });
        backoff
    }

    /// Whether the key is to be left alone at `now`. When the time is just over, it is not.
    pub fn is_in_backoff_since_update(&self, key: &str, now: Duration) -> bool {
        self.entries.get(key).is_some_and(|entry| {
            !self.has_expired(entry, now) && now.saturating_sub(entry.last_update) < entry.backoff
        })
    }

    /// When the key may be tried again; `None` when it may at `now`.
    pub fn until(&self, key: &str, now: Duration) -> Option<Duration> {
        let entry = self.entries.get(key).filter(|_| self.is_in_backoff_since_update(key, now))?;
        Some(entry.last_update + entry.backoff)
    }

    /// Forgets what expired. The kubelet does so after each pull that succeeds.
    pub fn gc(&mut self, now: Duration) {
        let limit = self.max * 2;
        self.entries.retain(|_, entry| now.saturating_sub(entry.last_update) <= limit);
    }

    fn has_expired(&self, entry: &Entry, now: Duration) -> bool {
        now.saturating_sub(entry.last_update) > self.max * 2
    }
}
