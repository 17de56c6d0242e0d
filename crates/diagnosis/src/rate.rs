//! How many pulls a registry has left for a client, as its answers say on the way. Nothing is asked for it.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use trace::{Exchange, Step, What};

use crate::scene::{authority, host_name};

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
    /// For whom is counted: an address, or an account's number.
    pub source: Option<String>,
}

/// What the last answer that tells of a limit says.
pub fn rate_limit(steps: &[Step]) -> Option<RateLimit> {
    steps.iter().rev().find_map(|step| match &step.what {
        What::Exchange(exchange) => of_answer(exchange),
        _ => None,
    })
}

fn of_answer(exchange: &Exchange) -> Option<RateLimit> {
    let (limit, window) = quota(exchange.response_header("RateLimit-Limit"));
    let (remaining, again) = quota(exchange.response_header("RateLimit-Remaining"));
    let told = limit.is_some() || remaining.is_some();
    told.then(|| RateLimit {
        host: host_name(authority(&exchange.url)).to_owned(),
        limit,
        remaining,
        window: window.or(again).map(Duration::from_secs),
        source: exchange.response_header("docker-ratelimit-source").map(str::to_owned),
    })
}

/// `100;w=21600`: a number, and the seconds of its window.
fn quota(value: Option<&str>) -> (Option<u64>, Option<u64>) {
    let mut parts = value.unwrap_or_default().split(';').map(str::trim);
    let number = parts.next().and_then(|number| number.parse().ok());
    let window = parts.find_map(|part| part.strip_prefix("w=")?.parse().ok());
    (number, window)
}

impl RateLimit {
    /// In a sentence.
    pub fn sentence(&self) -> String {
        let count = |count: Option<u64>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
        let window = self.window.map(|window| format!(" in {}", span(window))).unwrap_or_default();
        let source = self.source.as_ref().map(|source| format!(", counted for {source}")).unwrap_or_default();
        let (host, left, limit) = (&self.host, count(self.remaining), count(self.limit));
        format!("rate limit: {host} has {left} of {limit} pulls{window} left{source}")
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
