use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, Method, StatusCode};

use crate::{Count, Glob};

/// How a connection ends before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// In order.
    Close,
    /// With a reset.
    Reset,
    /// Not at all: nothing more is sent, and nothing is closed.
    Stall,
}

/// What a host does otherwise than it should: which requests it is for, and what becomes of them.
///
/// A rule without a status answers as the host would, changed by the rest of the rule.
///
/// ```
/// use mock_registry::{Count, Glob, Rule};
///
/// let busy = Rule::new()
///     .method(http::Method::GET)
///     .path(Glob::new("/v2/**/manifests/*"))
///     .count(Count::First(2))
///     .status(http::StatusCode::SERVICE_UNAVAILABLE)
///     .body("upstream is away");
/// # drop(busy);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Rule {
    methods: Vec<Method>,
    path: Option<Glob>,
    count: Count,
    pub(crate) action: Action,
}

/// What becomes of a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Action {
    pub(crate) delay: Duration,
    pub(crate) status: Option<StatusCode>,
    /// Headers to set, or with `None` to leave away.
    pub(crate) headers: Vec<(HeaderName, Option<HeaderValue>)>,
    pub(crate) body: Option<Bytes>,
    /// The end in place of an answer.
    pub(crate) end: Option<End>,
    /// The end after so many bytes of the body.
    pub(crate) cut: Option<(u64, End)>,
}

impl Rule {
    /// A rule for every request that changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only for requests with this method; called again, with this one as well.
    pub fn method(mut self, method: Method) -> Self {
        self.methods.push(method);
        self
    }

    /// Only for requests whose path fits.
    pub fn path(mut self, path: Glob) -> Self {
        self.path = Some(path);
        self
    }

    /// Only for some of the requests that fit.
    pub fn count(mut self, count: Count) -> Self {
        self.count = count;
        self
    }

    /// Waits before anything else, on tokio's clock.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.action.delay = delay;
        self
    }

    /// Answers with this status, and with nothing that the host would say unless the rule says it.
    pub fn status(mut self, status: StatusCode) -> Self {
        self.action.status = Some(status);
        self
    }

    /// Sets a header of the answer.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.action.headers.push((name, Some(value)));
        self
    }

    /// Leaves a header of the answer away.
    pub fn without_header(mut self, name: HeaderName) -> Self {
        self.action.headers.push((name, None));
        self
    }

    /// Answers with this body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.action.body = Some(body.into());
        self
    }

    /// Answers with an error envelope of the distribution specification, as in
    /// `{"errors":[{"code":"TOOMANYREQUESTS","message":"…"}]}`.
    pub fn error(self, code: &str, message: &str) -> Self {
        let envelope = serde_json::json!({"errors": [{"code": code, "message": message}]});
        self.header(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"))
            .body(format!("{envelope}\n"))
    }

    /// Ends the connection in place of an answer.
    pub fn end(mut self, end: End) -> Self {
        self.action.end = Some(end);
        self
    }

    /// Ends the connection after so many bytes of the body.
    pub fn end_after(mut self, bytes: u64, end: End) -> Self {
        self.action.cut = Some((bytes, end));
        self
    }

    fn fits(&self, method: &Method, path: &str) -> bool {
        (self.methods.is_empty() || self.methods.contains(method))
            && self.path.as_ref().is_none_or(|glob| glob.matches(path))
    }
}

/// The rules of a host, each with the number of requests that fitted it.
#[derive(Debug, Default)]
pub(crate) struct RuleTable(Vec<(Rule, AtomicU64)>);

impl RuleTable {
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        Self(rules.into_iter().map(|rule| (rule, AtomicU64::new(0))).collect())
    }

    /// Whether any rule fits the request, whosever turn it is.
    pub(crate) fn concern(&self, method: &Method, path: &str) -> bool {
        self.0.iter().any(|(rule, _)| rule.fits(method, path))
    }

    /// What the first rule says that fits the request and is for its turn. A rule that comes behind it does not
    /// count the request.
    pub(crate) fn action(&self, method: &Method, path: &str) -> Option<&Action> {
        let fitting = self.0.iter().filter(|(rule, _)| rule.fits(method, path));
        fitting
            .map(|(rule, seen)| (rule, seen.fetch_add(1, Ordering::Relaxed) + 1))
            .find(|(rule, number)| rule.count.includes(*number))
            .map(|(rule, _)| &rule.action)
    }
}
