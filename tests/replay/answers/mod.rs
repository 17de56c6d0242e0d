//! Which answer a server gives.
//!
//! ```text
//! request ──▶ Answers ┬ own (family A): rules ──▶ registry, message ──────┬──▶ Reply
//!                     └ scripted (family B): rules ──▶ registry, tokens ──┘
//! ```

mod own;
mod scripted;

use std::sync::Arc;

use crate::recording::Request;
use crate::reply::Reply;

pub(crate) use own::Rules;
pub(crate) use scripted::Script;

/// Who decides what a server answers.
pub(crate) enum Answers {
    /// Its own rules.
    Own(Box<Rules>),
    /// The script of all hosts; this is the host of that name.
    Scripted(Arc<Script>, String),
}

impl Answers {
    pub(crate) fn reply(&self, request: &Request) -> Reply {
        match self {
            Self::Own(rules) => rules.reply(&self.noted(request)),
            Self::Scripted(script, host) => script.reply(host, request),
        }
    }

    /// The request as the recorded servers noted it: credentials are shown decoded, tokens by their number.
    pub(crate) fn noted(&self, request: &Request) -> Request {
        let mut request = request.clone();
        for (key, value) in &mut request.headers {
            let own = key.eq_ignore_ascii_case("authorization");
            match self {
                Self::Own(_) if own || key.eq_ignore_ascii_case("proxy-authorization") => {
                    *value = own::readable(value);
                }
                Self::Scripted(..) if own => *value = scripted::readable(value),
                _ => {}
            }
        }
        request
    }

    /// Path and query of a request's target.
    pub(crate) fn target<'a>(&self, method: &str, target: &'a str) -> (&'a str, &'a str) {
        let path = match self {
            Self::Own(rules) if rules.takes_whole(target) => return (target, ""),
            Self::Own(_) => target,
            Self::Scripted(..) if method == "CONNECT" => return (target, ""),
            Self::Scripted(..) if target.starts_with('/') => target,
            Self::Scripted(..) => {
                let rest = target.split_once("://").map_or(target, |(_, rest)| rest);
                rest.find('/').map_or("", |start| &rest[start..])
            }
        };
        path.split_once('?').unwrap_or((path, ""))
    }

    /// Whether a port for TLS says, as Go's server does, that it does not speak plain HTTP.
    pub(crate) fn explains_tls(&self) -> bool {
        matches!(self, Self::Own(_))
    }

    /// Whether TLS is noticed on a port for plain HTTP at every request, and not at the first alone.
    pub(crate) fn looks_for_tls(&self) -> bool {
        matches!(self, Self::Scripted(..))
    }

    /// Whether a connection without TLS ends with a reset where that is asked for.
    pub(crate) fn resets_plain(&self) -> bool {
        matches!(self, Self::Own(_))
    }
}
