//! How many pulls a registry has left for a client, as its answers say on the way. Nothing is asked for it.

use std::net::IpAddr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use trace::{Exchange, Purpose, Step, What};

use crate::Cause;
use crate::scene::{authority, host_name, is_mirror};

/// What an answer said of the limit (docs.docker.com "Docker Hub pull usage and limits").
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct RateLimit {
    /// The registry.
    pub host: String,
    /// Pulls in a window.
    pub limit: Option<u64>,
    /// Pulls that are left in this one.
    pub remaining: Option<u64>,
    /// How long a window is.
    #[serde(rename = "window_s", serialize_with = "seconds")]
    #[schemars(with = "Option<f64>")]
    pub window: Option<Duration>,
    /// For whom is counted, in the registry's words: an address, or an account's number.
    pub source: Option<String>,
    /// Whose pulls are counted together.
    pub counted: Counted,
    /// The user who asked, where it is an account's limit and the pull knows the name.
    pub username: Option<String>,
}

/// Whose pulls are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// All that ask from one address without a login.
    Address,
    /// All that ask with one account, from wherever.
    Account,
}

/// What the last answer that tells of a limit says. `login` tells the user with whose login a step was made, if it was
/// with one; steps are counted from 0.
pub fn rate_limit(steps: &[Step], login: impl Fn(usize) -> Option<String>) -> Option<RateLimit> {
    steps.iter().enumerate().rev().find_map(|(number, step)| match &step.what {
        What::Exchange(exchange) => of_answer(exchange, || login(number)),
        _ => None,
    })
}

/// Why nothing is known of Docker Hub's limit though it let the node read a manifest, and how to read it. Other registries
/// need not have one; where one refuses for its limit, that is the cause, which has remedies of its own.
pub fn untold_limit(steps: &[Step], domain: &str) -> Option<String> {
    let asked = |step: &Step| match &step.what {
        What::Exchange(exchange) => {
            let manifest = matches!(exchange.purpose, Purpose::Resolve | Purpose::Manifest);
            (manifest && exchange.status == Some(200)).then(|| exchange.url.clone())
        }
        _ => None,
    };
    let refused =
        |step: &Step| matches!(&step.what, What::Exchange(exchange) if exchange.status == Some(429));
    if domain != "docker.io" || steps.iter().any(refused) || rate_limit(steps, |_| None).is_some() {
        return None;
    }
    let url = steps.iter().rev().find_map(asked)?;
    let why = match is_mirror(&url) {
        true => format!("was not told, since {} answered in its place", host_name(authority(&url))),
        false => "was not told in its answers, as for accounts that have none".to_owned(),
    };
    Some(format!(
        "Docker Hub's rate limit {why}; how to read it without spending a pull: pullsim causes {}",
        Cause::RateLimit.code()
    ))
}

fn of_answer(exchange: &Exchange, login: impl FnOnce() -> Option<String>) -> Option<RateLimit> {
    let (limit, window) = quota(exchange.response_header("RateLimit-Limit"));
    let (remaining, again) = quota(exchange.response_header("RateLimit-Remaining"));
    let told = limit.is_some() || remaining.is_some();
    told.then(|| {
        let (source, login) = (exchange.response_header("docker-ratelimit-source"), login());
        let counted = counted(source, login.as_deref());
        RateLimit {
            host: host_name(authority(&exchange.url)).to_owned(),
            limit,
            remaining,
            window: window.or(again).map(Duration::from_secs),
            source: source.map(str::to_owned),
            counted,
            username: login.filter(|name| counted == Counted::Account && !name.is_empty()),
        }
    })
}

/// The registry's own word counts: a login that has no part in it leaves the limit the address's.
fn counted(source: Option<&str>, login: Option<&str>) -> Counted {
    match source.map(|source| source.parse::<IpAddr>().is_ok()) {
        Some(true) => Counted::Address,
        Some(false) => Counted::Account,
        None if login.is_some() => Counted::Account,
        None => Counted::Address,
    }
}

/// `100;w=21600`: a number, and the seconds of its window.
fn quota(value: Option<&str>) -> (Option<u64>, Option<u64>) {
    let mut parts = value.unwrap_or_default().split(';').map(str::trim);
    let number = parts.next().and_then(|number| number.parse().ok());
    let window = parts.find_map(|part| part.strip_prefix("w=")?.parse().ok());
    (number, window)
}

/// Less than one in so many is little.
const FEW: u64 = 10;

impl RateLimit {
    /// Whether so few pulls are left that the next ones may fail.
    pub fn is_low(&self) -> bool {
        match (self.remaining, self.limit) {
            (Some(remaining), Some(limit)) => remaining.saturating_mul(FEW) <= limit,
            (Some(remaining), None) => remaining <= FEW,
            (None, _) => false,
        }
    }

    /// How many are left, and for whom.
    pub fn words(&self) -> String {
        let count = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
        let window = self.window.map(|window| format!(" in {}", span(window))).unwrap_or_default();
        let (host, left, limit, whose) = (&self.host, count(self.remaining), count(self.limit), self.whose());
        format!("{left} of {limit} pulls{window} left at {host} for {whose}")
    }

    /// The whole of it in a sentence.
    pub fn sentence(&self) -> String {
        let relief = if self.is_low() { format!("; {}", self.relief()) } else { String::new() };
        format!("rate limit: {}{relief}", self.words())
    }

    /// Whether both count the same pulls.
    pub fn is_of_the_same(&self, other: &Self) -> bool {
        let key = |limit: &Self| (limit.host.clone(), limit.source.clone(), limit.username.clone());
        key(self) == key(other)
    }

    fn whose(&self) -> String {
        let source = self.source.as_deref();
        match (self.counted, &self.username) {
            (Counted::Address, _) => match source {
                Some(address) => format!("all that ask from {address} without a login"),
                None => "all that ask from this address without a login".to_owned(),
            },
            (Counted::Account, Some(name)) => format!("the account of user {name:?}"),
            (Counted::Account, None) => format!("the account {}", source.unwrap_or("that asked")),
        }
    }

    /// What to do when few are left.
    pub const fn relief(&self) -> &'static str {
        match self.counted {
            Counted::Address => {
                "when none is left, pulls fail with 429: a login has a limit of its own, a mirror or cache spends none"
            }
            Counted::Account => {
                "when none is left, pulls fail with 429: a mirror or cache spends none, a greater plan has more"
            }
        }
    }
}

fn span(window: Duration) -> String {
    match window.as_secs() {
        hours if hours % 3600 == 0 && hours > 0 => format!("{} h", hours / 3600),
        minutes if minutes % 60 == 0 && minutes > 0 => format!("{} min", minutes / 60),
        seconds => format!("{seconds} s"),
    }
}

fn seconds<S: Serializer>(window: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    window.map(|window| window.as_secs()).serialize(serializer)
}
