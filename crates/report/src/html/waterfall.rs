//! Where the time went: a bar a request, in parts.

use std::time::Duration;

use serde::Serialize;

use crate::CheckReport;
use crate::exchanges::{Timed, timed};
use crate::ladder::authority;
use crate::words::time_words;

/// A request with its bar and all that was said.
#[derive(Serialize)]
pub(super) struct Row {
    method: String,
    host: String,
    url: String,
    status: String,
    /// `good`, `warning`, `bad`.
    mark: &'static str,
    time: String,
    begin: String,
    parts: Vec<Part>,
    facts: Vec<(&'static str, String)>,
    request: Vec<(String, String)>,
    response: Vec<(String, String)>,
    error: String,
}

/// A part of a bar, in percent of the whole check.
#[derive(Serialize)]
struct Part {
    kind: &'static str,
    left: f64,
    width: f64,
    words: String,
}

/// All requests of a check; `failing` is the step that failed for good.
pub(super) fn rows(report: &CheckReport, failing: Option<usize>) -> Vec<Row> {
    let steps = timed(&report.trace);
    let end = steps.iter().map(|timed| timed.begin + timed.total()).max().unwrap_or_default();
    let row = |(number, timed): (usize, &Timed<'_>)| {
        let parts = if end.is_zero() { in_turn(number, steps.len()) } else { parts(timed, end) };
        row(timed, parts, failing == Some(timed.step))
    };
    steps.iter().enumerate().map(row).collect()
}

fn row(timed: &Timed<'_>, parts: Vec<Part>, failing: bool) -> Row {
    let exchange = timed.exchange;
    let pairs = |headers: &[trace::Header]| {
        headers.iter().map(|header| (header.name.clone().into_owned(), header.value.clone())).collect()
    };
    let reason = exchange.reason.clone().unwrap_or_default();
    let refused = timed.fault.is_some() || exchange.status.is_some_and(|status| status >= 400);
    Row {
        method: exchange.method.clone().into_owned(),
        host: authority(&exchange.url).to_owned(),
        url: exchange.url.clone(),
        status: exchange.status.map_or_else(|| "no answer".to_owned(), |status| format!("{status} {reason}")),
        mark: match (failing, refused) {
            (true, _) => "bad",
            (false, true) => "warning",
            (false, false) => "good",
        },
        time: time_words(timed.total()),
        begin: time_words(timed.begin),
        parts,
        facts: facts(timed),
        request: pairs(&exchange.request),
        response: pairs(&exchange.response),
        error: timed.fault.map(ToString::to_string).unwrap_or_default(),
    }
}

fn parts(timed: &Timed<'_>, end: Duration) -> Vec<Part> {
    let mut left = timed.begin;
    let mut parts = Vec::new();
    for (kind, took) in [
        ("dns", timed.dns.unwrap_or_default()),
        ("connect", timed.connect.unwrap_or_default()),
        ("tls", timed.tls.unwrap_or_default()),
        ("wait", timed.wait),
        ("receive", timed.receive),
    ] {
        if !took.is_zero() {
            let words = format!("{kind} {}", time_words(took));
            parts.push(Part { kind, left: percent(left, end), width: percent(took, end).max(0.4), words });
        }
        left += took;
    }
    parts
}

/// In virtual time nothing takes any: what remains is the order.
fn in_turn(number: usize, of: usize) -> Vec<Part> {
    let (number, of) = (number as f64, of as f64);
    let (left, width) = (number / of * 100.0, 100.0 / of);
    vec![Part { kind: "wait", left, width, words: "no time at all, in virtual time".to_owned() }]
}

fn percent(time: Duration, of: Duration) -> f64 {
    (time.as_secs_f64() / of.as_secs_f64() * 10_000.0).round() / 100.0
}

fn facts(timed: &Timed<'_>) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(address) = timed.address {
        facts.push(("address", address.to_string()));
    }
    if let Some(number) = timed.exchange.connection {
        facts.push(("connection", number.to_string()));
    }
    if let Some(proxy) = &timed.exchange.proxy {
        facts.push(("proxy", proxy.clone()));
    }
    for (name, time) in [("dns", timed.dns), ("connect", timed.connect), ("tls", timed.tls)] {
        if let Some(time) = time {
            facts.push((name, time_words(time)));
        }
    }
    facts.push(("wait", time_words(timed.wait)));
    if timed.bytes > 0 {
        facts.push(("body", format!("{} bytes in {}", timed.bytes, time_words(timed.receive))));
    }
    facts
}
