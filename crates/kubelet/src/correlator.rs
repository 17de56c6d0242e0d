use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use crate::{Event, EventKind, TokenBucket, Version};

/// So many different messages of one reason are events of their own; from then on they are one.
const MAX_DISTINCT_MESSAGES: usize = 10;
/// Messages that are further apart than this are not similar any more.
const MAX_INTERVAL: Duration = Duration::from_secs(600);
/// So many events about an object pass at once.
const SPAM_BURST: u32 = 25;
/// After that, one in so many seconds.
const SPAM_SECONDS: f64 = 300.0;

/// What keeps a component from flooding the API server with events (`k8s.io/client-go tools/record/events_cache.go
/// EventCorrelator`): similar ones are joined, equal ones are counted, and what is too much is dropped.
///
/// The originals forget the least recently used of 4096 keys; nothing is forgotten here.
#[derive(Debug)]
pub struct EventCorrelator {
    version: Version,
    similar: HashMap<SimilarKey, Similar>,
    seen: HashMap<SeenKey, Seen>,
    buckets: HashMap<SpamKey, TokenBucket>,
}

/// An event as the API server gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correlated {
    /// Which of the object's events it replaces, if that exists.
    pub slot: usize,
    /// The event with its count.
    pub event: Event,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct SimilarKey {
    from: String,
    object: String,
    kind: EventKind,
    reason: String,
}

#[derive(Debug, Default)]
struct Similar {
    messages: BTreeSet<String>,
    last: Duration,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct SeenKey {
    from: String,
    object: String,
    kind: EventKind,
    reason: String,
    /// The field path and the message; neither for joined events.
    own: Option<(Option<String>, String)>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    slot: usize,
    count: u32,
    first: Duration,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct SpamKey {
    from: String,
    object: String,
    kind: Option<EventKind>,
}

impl EventCorrelator {
    /// The correlator of a kubelet of this version that was just started.
    pub fn new(version: Version) -> Self {
        Self { version, similar: HashMap::new(), seen: HashMap::new(), buckets: HashMap::new() }
    }

    /// What the API server gets of an event about `object` that is sent now; `None` when it is dropped. A dropped one is
    /// counted nevertheless.
    pub fn correlate(&mut self, object: &str, event: &Event) -> Option<Correlated> {
        let now = event.last_seen;
        let joined = self.aggregate(object, event, now);
        let correlated = self.observe(object, event, joined);
        let kind = self.version.filters_spam_by_type().then_some(event.kind);
        let key = SpamKey { from: event.from.clone(), object: object.to_owned(), kind };
        let full = || TokenBucket::new(1.0 / SPAM_SECONDS, SPAM_BURST);
        self.buckets.entry(key).or_insert_with(full).try_accept(now).then_some(correlated)
    }

    /// `EventAggregate`: whether the event is one of too many similar ones.
    fn aggregate(&mut self, object: &str, event: &Event, now: Duration) -> bool {
        let key = SimilarKey {
            from: event.from.clone(),
            object: object.to_owned(),
            kind: event.kind,
            reason: event.reason.clone(),
        };
        let similar = self.similar.entry(key).or_default();
        if now.saturating_sub(similar.last) > MAX_INTERVAL {
            similar.messages.clear();
        }
        similar.messages.insert(event.message.clone());
        similar.last = now;
        let joined = similar.messages.len() >= MAX_DISTINCT_MESSAGES;
        if joined {
            // The original lets go of any; here it is always the same one.
            similar.messages.pop_first();
        }
        joined
    }

    /// `eventObserve`: counts.
    fn observe(&mut self, object: &str, event: &Event, joined: bool) -> Correlated {
        let own = (!joined).then(|| (event.field_path.clone(), event.message.clone()));
        let (from, reason) = (event.from.clone(), event.reason.clone());
        let key = SeenKey { from, object: object.to_owned(), kind: event.kind, reason, own };
        let slots = self.seen.len();
        let new = Seen { slot: slots, count: 0, first: event.last_seen };
        let seen = self.seen.entry(key).or_insert(new);
        seen.count = seen.count.saturating_add(1);
        let mut event = Event { count: seen.count, first_seen: seen.first, ..event.clone() };
        if joined {
            event.message = format!("(combined from similar events): {}", event.message);
        }
        Correlated { slot: seen.slot, event }
    }
}
