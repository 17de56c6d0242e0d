use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::Fault;

/// Requests that are remembered; the oldest make room for more.
const REMEMBERED: usize = 65_536;
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

#[derive(Debug, Default)]
struct Entries {
    /// Requests forgotten so far: what an entry's number starts from.
    forgotten: usize,
    requests: VecDeque<Request>,
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
        self.lock().requests.iter().cloned().collect()
    }

    /// Notes a request, and returns its number for [`RequestLog::finish`].
    pub(crate) fn start(&self, request: Request) -> usize {
        let mut entries = self.lock();
        if entries.requests.len() == REMEMBERED {
            entries.requests.pop_front();
            entries.forgotten += 1;
        }
        entries.requests.push_back(request);
        entries.forgotten + entries.requests.len() - 1
    }

    /// Notes which faults a request met.
    pub(crate) fn note_faults(&self, number: usize, faults: &[Fault]) {
        if faults.is_empty() {
            return;
        }
        let mut entries = self.lock();
        let place = number.checked_sub(entries.forgotten);
        if let Some(request) = place.and_then(|place| entries.requests.get_mut(place)) {
            request.faults = faults.iter().map(Fault::to_string).collect();
        }
    }

    /// Notes what became of a request; without a status it gets no answer.
    pub(crate) fn finish(&self, number: usize, status: Option<u16>, who: Who) {
        let finished = {
            let mut entries = self.lock();
            let place = number.checked_sub(entries.forgotten);
            let Some(request) = place.and_then(|place| entries.requests.get_mut(place)) else { return };
            request.status = status;
            request.who = who;
            self.observer.is_some().then(|| request.clone())
        };
        if let (Some(observer), Some(request)) = (&self.observer, finished) {
            observer(&request);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RequestLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestLog").field("requests", &self.lock().requests.len()).finish()
    }
}

/// The query without the values that grant access.
pub(crate) fn redact_query(query: &str) -> String {
    if query.is_empty() {
        return String::new();
    }
    let redact = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if SECRET_PARAMETERS.contains(&name.to_ascii_lowercase().as_str()) => {
            format!("{name}=[redacted]")
        }
        _ => pair.to_owned(),
    };
    query.split('&').map(redact).collect::<Vec<_>>().join("&")
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
            let (text, who) = (String::new, Who::Anonymous);
            let request = Request {
                host: text(),
                method: text(),
                path: text(),
                query: text(),
                status: None,
                who,
                faults: Vec::new(),
            };
            let number = log.start(request);
            log.finish(number, status, Who::Anonymous);
        }
        assert_eq!(*heard.lock().unwrap(), [Some(200), None]);
    }

    #[test]
    fn queries_lose_their_secrets() {
        assert_eq!(redact_query("scope=a&Signature=xyz&b"), "scope=a&Signature=[redacted]&b");
        assert_eq!(redact_query(""), "");
    }
}
