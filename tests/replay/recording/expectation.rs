//! What the real runtime answered and asked.

use serde::Deserialize;
use serde_json::Value;

/// What the real runtime answered and what its servers saw.
#[derive(Deserialize)]
pub(crate) struct Expectation {
    #[serde(flatten)]
    pub(crate) answer: Answer,
    #[serde(default)]
    pub(crate) steps: Vec<Answer>,
    pub(crate) requests: Vec<Request>,
}

/// The answer to one call; a call that was no pull has no outcome.
#[derive(Clone, Debug, Deserialize, Default, PartialEq, Eq)]
#[serde(default)]
pub(crate) struct Answer {
    pub(crate) outcome: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
}

/// A request as a server saw it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Request {
    pub(crate) server: String,
    pub(crate) host: Option<String>,
    pub(crate) tls: bool,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    #[serde(default)]
    pub(crate) body: Option<String>,
    /// The status of the answer, or a word on what was done instead.
    pub(crate) status: Value,
    #[serde(default)]
    pub(crate) step: Option<usize>,
}

impl Expectation {
    pub(crate) fn answers(&self) -> Vec<Answer> {
        if self.steps.is_empty() { vec![self.answer.clone()] } else { self.steps.clone() }
    }
}

impl Request {
    pub(crate) fn step(&self) -> usize {
        self.step.unwrap_or_default()
    }

    /// All values of a header, in order.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        let fits = |(key, _): &&(String, String)| key.eq_ignore_ascii_case(name);
        self.headers.iter().filter(fits).map(|(_, value)| value.as_str()).collect()
    }

    /// The last value of a header.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.header(name).last().copied()
    }
}
