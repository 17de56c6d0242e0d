use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::Fault;

/// Requests that lie together, and go together when they are forgotten.
const TOGETHER: usize = 1_024;
/// Bytes of their texts; a chunk that has as many is full.
const TEXTS: usize = 256 * 1024;
/// Chunks that are remembered: at least 65,536 requests, unless they are very long.
const CHUNKS: usize = 65;
/// Query parameters whose values are not for a log.
const SECRET_PARAMETERS: [&str; 8] = [
    "signature",
    "sig",
    "x-amz-signature",
    "x-goog-signature",
    "verify",
    "token",
    "refresh_token",
    "password",
];

/// A request that a host received, in the order in which they came. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Request {
    /// The name of the host that received it.
    pub host: String,
    /// The method.
    pub method: String,
    /// The path, as sent.
    pub path: String,
    /// The query, as sent, without `?`; values that grant access are replaced.
    pub query: String,
    /// The status that it was answered with; `None`: it got no answer (or none yet).
    pub status: Option<u16>,
    /// Who asked, as far as they proved it.
    pub who: Who,
    /// The faults of the catalogue that were played, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
}

/// Who sent a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Nobody in particular: no credentials, or none that are right.
    #[default]
    Anonymous,
    /// The account of this name.
    Account(String),
}

/// The requests that came to one or several hosts.
#[derive(Clone, Default)]
pub struct RequestLog {
    entries: Arc<Mutex<Entries>>,
    observer: Option<Arc<Observer>>,
}

/// Who is told of each request when it is known what became of it.
type Observer = dyn Fn(&Request) + Send + Sync;

/// What came, in chunks that are filled one behind the other: noting a request takes no memory of its own, and what is
/// forgotten is used again.
#[derive(Debug, Default)]
struct Entries {
    /// Chunks forgotten so far.
    forgotten: usize,
    chunks: VecDeque<Chunk>,
}

#[derive(Debug, Default)]
struct Chunk {
    /// Host, method, path and query of each request, one behind the other.
    texts: String,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// Where its texts begin, and where each of them ends.
    start: usize,
    host: usize,
    method: usize,
    path: usize,
    query: usize,
    status: Option<u16>,
    who: Who,
    faults: Vec<Fault>,
}

impl Chunk {
    fn is_full(&self) -> bool {
        self.entries.len() == TOGETHER || self.texts.len() >= TEXTS
    }

    fn note(&mut self, came: &Came<'_>) {
        let start = self.texts.len();
        let mut put = |text: &str| {
            self.texts.push_str(text);
            self.texts.len()
        };
        let (host, method, path) = (put(came.host), put(came.method), put(came.path));
        redact_query(&mut self.texts, came.query);
        let query = self.texts.len();
        let (who, faults) = (Who::Anonymous, Vec::new());
        self.entries.push(Entry { start, host, method, path, query, status: None, who, faults });
    }

    fn request(&self, entry: &Entry) -> Request {
        let text = |from, to| self.texts.get(from..to).unwrap_or_default().to_owned();
        Request {
            host: text(entry.start, entry.host),
            method: text(entry.host, entry.method),
            path: text(entry.method, entry.path),
            query: text(entry.path, entry.query),
            status: entry.status,
            who: entry.who.clone(),
            faults: entry.faults.iter().map(Fault::to_string).collect(),
        }
    }
}

impl Entries {
    /// A chunk that has room: the last, or another.
    fn open(&mut self) -> Option<&mut Chunk> {
        if self.chunks.back().is_none_or(Chunk::is_full) {
            let mut fresh = Chunk::default();
            if self.chunks.len() == CHUNKS {
                fresh = self.chunks.pop_front().unwrap_or_default();
                fresh.texts.clear();
                fresh.entries.clear();
                self.forgotten += 1;
            }
            self.chunks.push_back(fresh);
        }
        self.chunks.back_mut()
    }

    /// Notes a request, and gives its number: that of its chunk, and its place there.
    fn note(&mut self, came: &Came<'_>) -> usize {
        let place = self.open().map_or(0, |chunk| {
            chunk.note(came);
            chunk.entries.len() - 1
        });
        (self.forgotten + self.chunks.len() - 1) * TOGETHER + place
    }

    /// Notes what became of a request; with `told` returns it.
    fn finish(&mut self, number: usize, status: Option<u16>, who: Who, told: bool) -> Option<Request> {
        let (chunk, place) = self.find(number)?;
        let entry = chunk.entries.get_mut(place)?;
        entry.status = status;
        entry.who = who;
        if told { chunk.entries.get(place).map(|entry| chunk.request(entry)) } else { None }
    }

    /// Its chunk and its place there, if it is not forgotten.
    fn find(&mut self, number: usize) -> Option<(&mut Chunk, usize)> {
        let chunk = (number / TOGETHER).checked_sub(self.forgotten)?;
        Some((self.chunks.get_mut(chunk)?, number % TOGETHER))
    }
}

/// What is known of a request when it comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Came<'a> {
    pub(crate) host: &'a str,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    /// As it came: what grants access is taken out of it.
    pub(crate) query: &'a str,
}

impl RequestLog {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty log that tells `observer` of each request as soon as it is known what becomes of it: it is answered,
    /// or it will not be.
    pub fn observed(observer: impl Fn(&Request) + Send + Sync + 'static) -> Self {
        Self { entries: Arc::default(), observer: Some(Arc::new(observer)) }
    }

    /// The requests so far, the oldest first.
    pub fn requests(&self) -> Vec<Request> {
        let entries = self.lock();
        let requests = |chunk: &Chunk| chunk.entries.iter().map(|entry| chunk.request(entry)).collect();
        entries.chunks.iter().flat_map::<Vec<Request>, _>(requests).collect()
    }

    /// Notes a request, and returns its number for [`RequestLog::finish`].
    pub(crate) fn start(&self, came: &Came<'_>) -> usize {
        self.lock().note(came)
    }

    /// Notes a request and its answer at once.
    pub(crate) fn note(&self, came: &Came<'_>, status: u16, who: Who) {
        let mut entries = self.lock();
        let number = entries.note(came);
        let finished = entries.finish(number, Some(status), who, self.observer.is_some());
        drop(entries);
        self.tell(finished);
    }

    /// Notes which faults a request met.
    pub(crate) fn note_faults(&self, number: usize, faults: &[Fault]) {
        if faults.is_empty() {
            return;
        }
        if let Some((chunk, place)) = self.lock().find(number)
            && let Some(entry) = chunk.entries.get_mut(place)
        {
            entry.faults = faults.to_vec();
        }
    }

    /// Notes what became of a request; without a status it gets no answer.
    pub(crate) fn finish(&self, number: usize, status: Option<u16>, who: Who) {
        let finished = self.lock().finish(number, status, who, self.observer.is_some());
        self.tell(finished);
    }

    fn tell(&self, finished: Option<Request>) {
        if let (Some(observer), Some(request)) = (&self.observer, finished) {
            observer(&request);
        }
    }

    /// How many requests are remembered.
    fn len(&self) -> usize {
        self.lock().chunks.iter().map(|chunk| chunk.entries.len()).sum()
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RequestLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestLog").field("requests", &self.len()).finish()
    }
}

/// Writes the query without the values that grant access.
fn redact_query(out: &mut String, query: &str) {
    if query.is_empty() {
        return;
    }
    for (number, pair) in query.split('&').enumerate() {
        if number > 0 {
            out.push('&');
        }
        match pair.split_once('=') {
            Some((name, _)) if SECRET_PARAMETERS.iter().any(|secret| secret.eq_ignore_ascii_case(name)) => {
                out.push_str(name);
                out.push_str("=[redacted]");
            }
            _ => out.push_str(pair),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_observer_hears_of_each_request_once() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let tell = heard.clone();
        let log = RequestLog::observed(move |request| tell.lock().unwrap().push(request.status));
        for status in [Some(200), None] {
            let number = log.start(&came("/"));
            log.finish(number, status, Who::Anonymous);
        }
        assert_eq!(*heard.lock().unwrap(), [Some(200), None]);
    }

    fn came(path: &str) -> Came<'_> {
        Came { host: "registry.test", method: "GET", path, query: "scope=a&Signature=xyz&b" }
    }

    #[test]
    fn a_request_is_told_as_it_came_without_its_secrets() {
        let log = RequestLog::new();
        log.start(&came("/first"));
        let number = log.start(&came("/v2/"));
        log.note_faults(number, &["outage".parse().unwrap()]);
        log.finish(number, Some(503), Who::Account("ci".to_owned()));
        let expected = Request {
            host: "registry.test".to_owned(),
            method: "GET".to_owned(),
            path: "/v2/".to_owned(),
            query: "scope=a&Signature=[redacted]&b".to_owned(),
            status: Some(503),
            who: Who::Account("ci".to_owned()),
            faults: vec!["outage".to_owned()],
        };
        assert_eq!(log.requests()[1], expected);
    }

    #[test]
    fn the_oldest_make_room_and_long_ones_sooner() {
        let log = RequestLog::new();
        let first = log.start(&came("/first"));
        for _ in 0..70_000 {
            log.start(&came("/"));
        }
        assert!((65_536..70_000).contains(&log.len()));
        // Who is forgotten is not taken for another.
        log.finish(first, Some(200), Who::Anonymous);
        assert!(log.requests().iter().all(|request| request.status.is_none() && request.path == "/"));
        let long = "x".repeat(64 * 1024);
        for _ in 0..300 {
            log.start(&came(&long));
        }
        let bytes: usize = log.lock().chunks.iter().map(|chunk| chunk.texts.len()).sum();
        assert!(bytes < CHUNKS * (TEXTS + 2 * long.len()));
        assert_eq!(log.requests().last().map(|request| request.path.len()), Some(long.len()));
    }
}
