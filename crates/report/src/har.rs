//! HTTP Archive 1.2: opens in the network panel of a browser (<http://www.softwareishard.com/blog/har-12-spec/>).

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use trace::Header;

use crate::CheckReport;
use crate::exchanges::{Timed, timed};

#[derive(Serialize)]
struct Archive<'a> {
    log: Log<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    version: &'static str,
    creator: Creator,
    pages: Vec<Page>,
    entries: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Creator {
    name: &'static str,
    version: &'static str,
}

/// A pull; its requests are the page's.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    started_date_time: String,
    id: String,
    title: String,
    page_timings: PageTimings,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageTimings {
    on_load: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    pageref: String,
    started_date_time: String,
    time: f64,
    request: Request<'a>,
    response: Response<'a>,
    cache: Cache,
    timings: Timings,
    #[serde(rename = "serverIPAddress", skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    #[serde(rename = "_error", skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// No cache was asked.
#[derive(Serialize)]
struct Cache {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    method: &'a str,
    url: &'a str,
    http_version: &'static str,
    cookies: [(); 0],
    headers: Vec<Pair<'a>>,
    query_string: Vec<Pair<'a>>,
    headers_size: i64,
    body_size: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    status: u16,
    status_text: &'a str,
    http_version: &'static str,
    cookies: [(); 0],
    headers: Vec<Pair<'a>>,
    content: Content<'a>,
    #[serde(rename = "redirectURL")]
    redirect_url: &'a str,
    headers_size: i64,
    body_size: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Content<'a> {
    size: u64,
    mime_type: &'a str,
}

#[derive(Serialize)]
struct Pair<'a> {
    name: &'a str,
    value: &'a str,
}

/// In milliseconds; -1 is what did not apply. `connect` includes `ssl`.
#[derive(Serialize)]
struct Timings {
    blocked: f64,
    dns: f64,
    connect: f64,
    ssl: f64,
    send: f64,
    wait: f64,
    receive: f64,
}

/// What the format has for unknown sizes.
const UNKNOWN: i64 = -1;
/// What the format has for times that did not apply.
const NONE: f64 = -1.0;

/// The requests of checks as an HTTP archive, a page each, with a line end. Header values and query values that are
/// secret are redacted in the trace already.
pub fn har(reports: &[&CheckReport]) -> String {
    let pages = reports.iter().enumerate().map(|(number, report)| Page {
        started_date_time: report.at.to_string(),
        id: page_id(number),
        title: report.image.clone(),
        page_timings: PageTimings { on_load: milliseconds(report.took) },
    });
    let entries = reports.iter().enumerate().flat_map(|(number, report)| {
        timed(&report.trace).into_iter().map(move |timed| entry(number, report.at, &timed))
    });
    crate::json(&Archive {
        log: Log {
            version: "1.2",
            creator: Creator { name: "pullsim", version: env!("CARGO_PKG_VERSION") },
            pages: pages.collect(),
            entries: entries.collect(),
        },
    })
}

fn page_id(number: usize) -> String {
    format!("pull_{}", number + 1)
}

fn entry<'a>(number: usize, at: Timestamp, timed: &Timed<'a>) -> Entry<'a> {
    let exchange = timed.exchange;
    Entry {
        pageref: page_id(number),
        started_date_time: at.checked_add(timed.begin).unwrap_or(at).to_string(),
        time: milliseconds(timed.total()),
        request: Request {
            method: &exchange.method,
            url: &exchange.url,
            http_version: "HTTP/1.1",
            cookies: [],
            headers: pairs(&exchange.request),
            query_string: query(&exchange.url),
            headers_size: UNKNOWN,
            body_size: UNKNOWN,
        },
        response: response(timed),
        cache: Cache {},
        timings: timings(timed),
        server: timed.address.map(|address| address.ip().to_string()),
        connection: exchange.connection.map(|number| number.to_string()),
        comment: exchange.proxy.as_ref().map(|proxy| format!("by way of the proxy {proxy}")),
        error: timed.fault.map(ToString::to_string),
    }
}

fn response<'a>(timed: &Timed<'a>) -> Response<'a> {
    let exchange = timed.exchange;
    Response {
        status: exchange.status.unwrap_or_default(),
        status_text: exchange.reason.as_deref().unwrap_or_default(),
        http_version: "HTTP/1.1",
        cookies: [],
        headers: pairs(&exchange.response),
        content: Content {
            size: timed.bytes,
            mime_type: exchange.response_header("Content-Type").unwrap_or_default(),
        },
        redirect_url: exchange.response_header("Location").unwrap_or_default(),
        headers_size: UNKNOWN,
        body_size: i64::try_from(timed.bytes).unwrap_or(UNKNOWN),
    }
}

fn timings(timed: &Timed<'_>) -> Timings {
    let connect = timed.connect.map(|connect| connect + timed.tls.unwrap_or_default());
    let part = |time: Option<Duration>| time.map_or(NONE, milliseconds);
    Timings {
        blocked: NONE,
        dns: part(timed.dns),
        connect: part(connect.or(timed.tls)),
        ssl: part(timed.tls),
        send: 0.0,
        wait: milliseconds(timed.wait),
        receive: milliseconds(timed.receive),
    }
}

fn pairs(headers: &[Header]) -> Vec<Pair<'_>> {
    headers.iter().map(|header| Pair { name: &header.name, value: &header.value }).collect()
}

fn query(url: &str) -> Vec<Pair<'_>> {
    let Some((_, query)) = url.split_once('?') else { return Vec::new() };
    let query = query.split('#').next().unwrap_or(query);
    let pair = |part| {
        let (name, value) = str::split_once(part, '=').unwrap_or((part, ""));
        Pair { name, value }
    };
    query.split('&').filter(|part| !part.is_empty()).map(pair).collect()
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}
