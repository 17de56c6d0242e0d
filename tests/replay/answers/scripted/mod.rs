//! Family B: hosts that are always the same, with one script for all.

mod form;
mod registry;
mod tokens;

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use net::Clock;
use regex::Regex;

use self::tokens::Tokens;
use crate::recording::{self, Request, ScriptFile, ScriptRule};
use crate::reply::{self, End, Message, Reply, Sending};

/// What the recorded server waited before it ended a connection in the middle of a body.
const PAUSE: Duration = Duration::from_millis(200);

static BRACE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{([^0-9,]|$)").unwrap());
static TOKEN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"TOKEN(\d+)").unwrap());

/// A script, and how far it has been played.
pub(crate) struct Script {
    file: ScriptFile,
    /// The rules' patterns, and how often each rule has fitted.
    patterns: Vec<Regex>,
    fitted: Mutex<Vec<u32>>,
    tokens: Tokens,
}

/// An answer, before it is spoilt and written.
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    action: Option<recording::Action>,
    truncate: Option<usize>,
}

impl Answer {
    fn new(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Self {
        let headers = headers.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Self { status, headers, body: body.into(), action: None, truncate: None }
    }
}

impl Script {
    pub(crate) fn new(file: ScriptFile, clock: Clock) -> Self {
        let patterns = file.rules.iter().map(|rule| pattern(&rule.path)).collect();
        Self { fitted: Mutex::new(vec![0; file.rules.len()]), tokens: Tokens::new(clock), patterns, file }
    }

    pub(super) fn reply(&self, host: &str, request: &Request) -> Reply {
        let own = || registry::answer(self, host, request);
        let answer = match self.rule(host, request) {
            Some(rule) if rule.default_then => alter(rule, own()),
            Some(rule) => Answer {
                status: rule.status.unwrap_or(200),
                headers: rule.headers.clone(),
                body: rule.body.bytes(),
                action: rule.action,
                truncate: None,
            },
            None => own(),
        };
        answer.into_reply(request).into()
    }

    /// The first rule that fits and is not used up.
    fn rule(&self, host: &str, request: &Request) -> Option<&ScriptRule> {
        let mut fitted = self.fitted.lock().unwrap();
        let rules = self.file.rules.iter().zip(&self.patterns);
        for ((rule, pattern), fitted) in rules.zip(fitted.iter_mut()) {
            let fits = rule.host.as_deref().is_none_or(|wanted| wanted == host)
                && rule.method.as_deref().is_none_or(|method| method == request.method)
                && pattern.is_match(&request.path);
            *fitted += u32::from(fits);
            if fits && rule.times.is_none_or(|times| *fitted <= times) {
                return Some(rule);
            }
        }
        None
    }
}

/// A brace that begins no repetition stands for itself, as in Python.
fn pattern(text: &str) -> Regex {
    Regex::new(&BRACE.replace_all(text, r"\{$1")).unwrap()
}

/// The host's own answer, changed as a rule says.
fn alter(rule: &ScriptRule, mut answer: Answer) -> Answer {
    (answer.truncate, answer.action) = (rule.truncate, rule.action);
    let named = |name: &str| {
        let mut names = rule.headers.iter().map(|(key, _)| key).chain(&rule.drop_headers);
        names.any(|gone| gone.eq_ignore_ascii_case(name))
    };
    answer.headers.retain(|(key, _)| !named(key));
    answer.headers.extend(rule.headers.iter().cloned());
    if rule.corrupt {
        let start = answer.body.len().saturating_sub(9);
        answer.body[start..].iter_mut().for_each(|byte| *byte ^= 255);
    }
    answer.body.extend(rule.pad_char.as_deref().unwrap_or("x").repeat(rule.pad).into_bytes());
    answer
}

impl Answer {
    fn into_reply(mut self, request: &Request) -> reply::Action {
        match self.action {
            Some(recording::Action::Rst) => return reply::Action::Reset,
            Some(recording::Action::Close) => return reply::Action::Close,
            Some(recording::Action::Hang) => return reply::Action::Stall,
            _ => {}
        }
        if !self.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case("content-length")) {
            self.headers.push(("Content-Length".to_owned(), self.body.len().to_string()));
        }
        let head = reply::head(self.status, reply::reason(self.status).unwrap_or("X"), &self.headers);
        let end = if self.action.is_some() { End::Reset } else { End::Close };
        let (body, sending) = match self.truncate {
            _ if request.method == "HEAD" => (Vec::new(), Sending::Whole),
            Some(count) => (self.body, Sending::Part(count, PAUSE, end)),
            None => (self.body, Sending::Whole),
        };
        let close = request.value("connection").is_some_and(|said| said.eq_ignore_ascii_case("close"));
        reply::Action::Send(Message { status: self.status, head, body, sending, keep: !close })
    }
}

/// Credentials decoded; a token by its number.
pub(super) fn readable(value: &str) -> String {
    match basic(value) {
        Some(decoded) => decoded.map_or_else(|| value.to_owned(), |pair| format!("Basic {pair}")),
        None => TOKEN.replace_all(value, "{TOKEN$1}").into_owned(),
    }
}

/// `user:password` of a `Basic` header, if it is one, and if it can be read.
fn basic(value: &str) -> Option<Option<String>> {
    let scheme = value.get(..6).filter(|scheme| scheme.eq_ignore_ascii_case("basic "))?;
    Some(STANDARD.decode(&value[scheme.len()..]).ok().and_then(|pair| String::from_utf8(pair).ok()))
}

/// Whether somebody has this name and this password.
fn is_user(users: &BTreeMap<String, String>, name: &str, password: &str) -> bool {
    users.get(name).is_some_and(|right| right == password)
}
