use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use mock_registry::Glob;

use crate::expect::Text;
use crate::file::Span;

/// A line of a list that is expected in order.
#[derive(Clone, Debug)]
pub enum Line<T> {
    /// `…`: whatever is there, also nothing.
    Anything,
    /// `no …`: nowhere in the whole list.
    Never(T),
    /// One of these.
    One(T),
    /// `…, x3`: so many of these, one after the other.
    Times(T, usize),
}

impl<T: FromStr<Err = String>> FromStr for Line<T> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "…" {
            return Ok(Self::Anything);
        }
        if let Some(never) = text.strip_prefix("no ") {
            return never.parse().map(Self::Never);
        }
        let times =
            text.rsplit_once(" x").and_then(|(rest, times)| Some((rest, times.parse::<usize>().ok()?)));
        match times {
            Some((rest, times)) => Ok(Self::Times(rest.parse()?, times)),
            None => text.parse().map(Self::One),
        }
    }
}

/// An event: `TYPE REASON [MESSAGE]`.
#[derive(Clone, Debug)]
pub struct EventLine {
    /// `Normal` or `Warning`.
    pub kind: String,
    /// The reason.
    pub reason: Text,
    /// The message, if it matters.
    pub message: Option<Text>,
}

impl EventLine {
    /// Whether an event is as expected.
    pub fn matches(&self, kind: &str, reason: &str, message: &str) -> bool {
        self.kind == kind
            && self.reason.matches(reason)
            && self.message.as_ref().is_none_or(|text| text.matches(message))
    }
}

impl FromStr for EventLine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no event: write `Warning Failed Error: ErrImagePull`, or without the message"
            )
        };
        let (kind, rest) = text.split_once(' ').ok_or_else(wrong)?;
        if !["Normal", "Warning"].contains(&kind) {
            return Err(wrong());
        }
        let (reason, message) = match rest.trim_start().split_once(' ') {
            Some((reason, message)) => (reason, Some(message)),
            None => (rest, None),
        };
        let Ok(reason) = reason.parse();
        let message = message.map(|message| {
            let Ok(message) = message.trim_start().parse();
            message
        });
        Ok(Self { kind: kind.to_owned(), reason, message })
    }
}

/// A request: `[HOST] METHOD PATH[?QUERY] [STATUS] [as ACCOUNT]`.
#[derive(Clone, Debug)]
pub struct RequestLine {
    host: Option<String>,
    method: String,
    path: Glob,
    query: Option<Text>,
    status: Option<String>,
    account: Option<String>,
}

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "*"];

impl RequestLine {
    /// Whether a request is as expected.
    pub fn matches(&self, request: &mock_registry::Request) -> bool {
        let status = request.status.map_or("-".to_owned(), |status| status.to_string());
        let who = match &request.who {
            mock_registry::Who::Anonymous => "anonymous",
            mock_registry::Who::Account(name) => name,
        };
        self.host.as_ref().is_none_or(|host| *host == request.host)
            && (self.method == "*" || self.method == request.method)
            && self.path.matches(&request.path)
            && self.query.as_ref().is_none_or(|query| query.matches(&request.query))
            && self.status.as_ref().is_none_or(|expected| fits_status(expected, &status))
            && self.account.as_ref().is_none_or(|account| account == who)
    }
}

/// `401`, `4xx`, or `-` for no answer.
fn fits_status(expected: &str, status: &str) -> bool {
    let fits = |(expected, own): (char, char)| expected == own || expected == 'x';
    expected.len() == status.len() && expected.chars().zip(status.chars()).all(fits)
}

impl FromStr for RequestLine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is no request: write `GET /v2/app/manifests/v1 200 as ci`, as much of it as matters"
            )
        };
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let account = match words.as_slice() {
            [rest @ .., "as", account] => {
                let account = (*account).to_owned();
                words = rest.to_vec();
                Some(account)
            }
            _ => None,
        };
        let host = match words.first() {
            Some(first) if !METHODS.contains(first) => Some(words.remove(0).to_owned()),
            _ => None,
        };
        let (method, path, status) = match words.as_slice() {
            [method] => (*method, "**", None),
            [method, path] => (*method, *path, None),
            [method, path, status] if is_status(status) => (*method, *path, Some((*status).to_owned())),
            _ => return Err(wrong()),
        };
        if !METHODS.contains(&method) {
            return Err(wrong());
        }
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (path, None),
        };
        let query = query.map(|query| {
            let Ok(query) = query.parse();
            query
        });
        Ok(Self { host, method: method.to_owned(), path: Glob::new(path), query, status, account })
    }
}

fn is_status(text: &str) -> bool {
    text == "-" || (text.len() == 3 && text.chars().all(|c| c.is_ascii_digit() || c == 'x'))
}

/// The pod's state at a time: `90s ImagePullBackOff`.
#[derive(Clone, Debug)]
pub struct StateLine {
    /// Since the beginning.
    pub at: Duration,
    /// What `kubectl get pods` shows.
    pub state: Text,
}

impl FromStr for StateLine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no state at a time: write `90s ImagePullBackOff`");
        let (at, state) = text.split_once(' ').ok_or_else(wrong)?;
        let Ok(state) = state.trim_start().parse();
        Ok(Self { at: at.parse::<Span>()?.0, state })
    }
}

impl fmt::Display for StateLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} after {} s", self.state, self.at.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use mock_registry::{Request, Who};

    use super::*;

    fn request() -> Request {
        Request {
            host: "r.test".into(),
            method: "GET".into(),
            path: "/v2/team/app/manifests/v1".into(),
            query: "ns=docker.io".into(),
            status: Some(401),
            who: Who::Account("ci".into()),
            faults: Vec::new(),
        }
    }

    #[test]
    fn requests_are_met_by_as_much_as_is_written() {
        let matches = |text: &str| text.parse::<RequestLine>().unwrap().matches(&request());
        for text in [
            "GET",
            "GET /v2/**",
            "GET /v2/team/app/manifests/v1 401 as ci",
            "* /v2/** 4xx",
            "r.test GET /v2/** 401",
            "GET /v2/**?ns=… 401",
        ] {
            assert!(matches(text), "{text}");
        }
        for text in [
            "HEAD",
            "GET /v2/*",
            "GET /v2/** 5xx",
            "GET /v2/** -",
            "GET /v2/** as root",
            "s.test GET",
            "GET /v2/**?ns=",
        ] {
            assert!(!matches(text), "{text}");
        }
        for bad in ["", "GET a b", "GET a 20", "r.test s.test GET", "GET /a 200 as"] {
            assert!(bad.parse::<RequestLine>().is_err(), "{bad}");
        }
    }

    #[test]
    fn lines_of_lists() {
        assert!(matches!("…".parse::<Line<EventLine>>(), Ok(Line::Anything)));
        assert!(matches!("no Warning Failed".parse::<Line<EventLine>>(), Ok(Line::Never(_))));
        assert!(matches!("GET /a 200 x3".parse::<Line<RequestLine>>(), Ok(Line::Times(_, 3))));
        let Ok(Line::One(event)) = "Warning Failed Error: ErrImagePull".parse::<Line<EventLine>>() else {
            panic!()
        };
        assert!(
            event.matches("Warning", "Failed", "Error: ErrImagePull")
                && !event.matches("Warning", "Failed", "")
        );
        assert!("Failed".parse::<Line<EventLine>>().is_err() && "Bad Failed x".parse::<EventLine>().is_err());
    }
}
