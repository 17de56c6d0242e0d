//! What a line of the ladder says.

use std::time::Duration;

use jiff::Timestamp;
use trace::{Dial, Exchange, Handshake, Lookup, NameSource, Purpose, Step, Tunnel, What};

use super::fold::{Group, Kind, authority, path};
use super::{Mark, Rung};
use crate::CheckReport;
use crate::words::{short_digest, size_words};

/// What a line must know of the rest.
pub(super) struct Context<'a> {
    /// The host that was spoken to first: name, connection and TLS have lines of their own.
    pub first_host: &'a str,
    /// The image's registry, which requests need not name.
    pub registry: &'a str,
    pub report: &'a CheckReport,
    pub groups: &'a [Group<'a>],
}

/// The line of a group; `None` when another line tells it.
pub(super) fn rung(group: &Group<'_>, mark: Mark, context: &Context<'_>) -> Option<Rung> {
    if is_folded(group, context) {
        return None;
    }
    let step = group.decisive()?;
    let (text, side) = match &step.what {
        What::Lookup(step) => lookup(step),
        What::Dial(step) => (dial(step, group, context), String::new()),
        What::Tunnel(step) => (tunnel(step), String::new()),
        What::Handshake(step) => (handshake(step, context.report.at), String::new()),
        What::Exchange(step) => (exchange(step, group, context), String::new()),
        What::Body(step) => (body(step, group, context), String::new()),
        What::Decision(step) => (step.text.clone(), String::new()),
    };
    let mark = if matches!(group.kind, Kind::Decision(_)) { decision_mark(group, mark) } else { mark };
    let mut rung = Rung { side, ..Rung::new(mark, group.kind.name(), text) };
    rung.took = (!matches!(group.kind, Kind::Decision(_))).then(|| time(group, context));
    rung.details = details(group, step);
    Some(rung)
}

fn decision_mark(group: &Group<'_>, mark: Mark) -> Mark {
    if group.kind == Kind::Decision("platform") || mark == Mark::Bad { mark } else { Mark::Skipped }
}

/// Name and TLS of a further host stand in its `connect` line, as long as all went well.
fn is_folded(group: &Group<'_>, context: &Context<'_>) -> bool {
    matches!(group.kind, Kind::Dns | Kind::Tls)
        && is_further(group.host(), context)
        && !group.failed()
        && of_host(context, group.host(), Kind::Connect).is_some()
}

/// The time of a line, with that of the lines folded into it.
fn time(group: &Group<'_>, context: &Context<'_>) -> Duration {
    let same_host = |other: &&Group<'_>| {
        group.kind == Kind::Connect
            && name_only(other.host()) == name_only(group.host())
            && is_folded(other, context)
    };
    group.took + context.groups.iter().filter(same_host).map(|other| other.took).sum::<Duration>()
}

fn is_further(host: &str, context: &Context<'_>) -> bool {
    name_only(host) != name_only(context.first_host)
}

fn of_host<'a>(context: &'a Context<'_>, host: &str, kind: Kind) -> Option<&'a Group<'a>> {
    context.groups.iter().find(|group| group.kind == kind && name_only(group.host()) == name_only(host))
}

fn name_only(host: &str) -> &str {
    if host.starts_with('[') || host.matches(':').count() > 1 {
        return host.trim_start_matches('[').split(']').next().unwrap_or(host);
    }
    host.split(':').next().unwrap_or(host)
}

fn lookup(step: &Lookup) -> (String, String) {
    if let Some(fault) = &step.fault {
        return (fault.to_string(), String::new());
    }
    let addresses: Vec<String> = step.addresses.iter().map(ToString::to_string).collect();
    let side = match step.source {
        NameSource::HostsFile => "hosts file".to_owned(),
        NameSource::Dns => step.servers.last().map(|server| server.ip().to_string()).unwrap_or_default(),
    };
    (format!("{} → {}", step.host, addresses.join(", ")), side)
}

fn dial(step: &Dial, group: &Group<'_>, context: &Context<'_>) -> String {
    if let Some(fault) = &step.fault {
        let times = group.steps.len();
        let again = if times > 1 { format!(" (×{times})") } else { String::new() };
        return format!("{fault}{again}");
    }
    if !is_further(group.host(), context) {
        return step.address.to_string();
    }
    let tls = of_host(context, group.host(), Kind::Tls).and_then(Group::decisive);
    let tls = match tls.map(|step| &step.what) {
        Some(What::Handshake(step)) if step.fault.is_none() => {
            format!(" · {}", tls_facts(step, context.report.at))
        }
        _ => String::new(),
    };
    format!("{} → {}{tls}", step.host, step.address)
}

fn tunnel(step: &Tunnel) -> String {
    let way = format!("CONNECT {} through {}", step.target, step.proxy);
    match (step.status, &step.fault) {
        (Some(status), _) => format!("{way} → {status}"),
        (None, Some(fault)) => format!("{way}: {fault}"),
        (None, None) => way,
    }
}

fn handshake(step: &Handshake, now: Timestamp) -> String {
    match &step.fault {
        Some(fault) => format!("{}: {fault}", step.server_name),
        None => {
            let version = step.version.as_deref().unwrap_or("TLS");
            format!("{version} · {}{}", step.server_name, validity(step, now))
        }
    }
}

fn tls_facts(step: &Handshake, now: Timestamp) -> String {
    format!("{}{}", step.version.as_deref().unwrap_or("TLS"), validity(step, now))
}

fn validity(step: &Handshake, now: Timestamp) -> String {
    if !step.verified {
        return " · not verified".to_owned();
    }
    let Some(leaf) = step.chain.first() else { return String::new() };
    let days = (leaf.not_after.as_second() - now.as_second()) / 86_400;
    format!(" · {days} days left")
}

fn exchange(step: &Exchange, group: &Group<'_>, context: &Context<'_>) -> String {
    if let Some(fault) = &step.fault {
        return format!("{}: {fault}", asked(step, context));
    }
    let status = step.status.unwrap_or_default();
    let text = match redirect(group).filter(|_| authority(&step.url) != group.host()) {
        Some(_) if group.failed() => format!("{} {}/… → {status}", step.method, authority(&step.url)),
        Some(first) => {
            let asked = asked_all(first, group, context);
            format!("{asked} → {} {} → {status}", first.status.unwrap_or_default(), authority(&step.url))
        }
        None => format!("{} → {status}", asked_all(step, group, context)),
    };
    match group.kind {
        Kind::Challenge => text + &challenge(step),
        Kind::Token => text + &identity(step, context),
        Kind::Resolve => text + &resolved(step),
        _ => text + &amount(group),
    }
}

/// The request that was sent elsewhere.
fn redirect<'a>(group: &Group<'a>) -> Option<&'a Exchange> {
    group.exchanges().find(|exchange| matches!(exchange.status, Some(300..=399)))
}

fn asked(step: &Exchange, context: &Context<'_>) -> String {
    let host = authority(&step.url);
    let host = if host != context.registry || step.purpose == Purpose::Token { host } else { "" };
    format!("{} {host}{}", step.method, short_digest(path(&step.url)))
}

/// `, Bearer auth.example.com`
fn challenge(step: &Exchange) -> String {
    let challenges = step.response.iter().filter(|h| h.name.eq_ignore_ascii_case("WWW-Authenticate"));
    let words: Vec<String> = challenges.map(|header| challenge_words(&header.value)).collect();
    if words.is_empty() { ", no challenge".to_owned() } else { format!(", {}", words.join(", ")) }
}

fn challenge_words(value: &str) -> String {
    let scheme = value.split([' ', ',']).next().unwrap_or_default();
    let realm =
        value.split_once("realm=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(realm, _)| realm);
    match realm {
        Some(realm) if scheme.eq_ignore_ascii_case("bearer") => format!("{scheme} {}", authority(realm)),
        _ => scheme.to_owned(),
    }
}

/// Who asked for the token: the login of the attempt, as far as one was given.
fn identity(step: &Exchange, context: &Context<'_>) -> String {
    let sent =
        step.method == "POST" || step.request.iter().any(|h| h.name.eq_ignore_ascii_case("Authorization"));
    let logins = &context.report.credentials;
    match logins.first() {
        Some(login) if sent && logins.len() == 1 => format!(", asked as {:?}", login.username),
        _ if sent => ", asked with the login".to_owned(),
        _ => ", asked as anonymous".to_owned(),
    }
}

fn resolved(step: &Exchange) -> String {
    if !matches!(step.status, Some(200..=299)) {
        return refusal(step).map(|error| format!(", {error}")).unwrap_or_default();
    }
    let kind = match step.response_header("Content-Type") {
        Some(kind) if kind.contains("index") || kind.contains("manifest.list") => " index",
        Some(kind) if kind.contains("manifest") => " manifest",
        Some(kind) => return format!(", {kind}"),
        None => "",
    };
    let digest = step.response_header("Docker-Content-Digest").unwrap_or("without a digest");
    format!(",{kind} {}", short_digest(digest))
}

/// The request, or how many alike went well.
fn asked_all(step: &Exchange, group: &Group<'_>, context: &Context<'_>) -> String {
    let here = group.exchanges().filter(|exchange| authority(&exchange.url) == group.host());
    let mut paths: Vec<&str> = here.map(|exchange| path(&exchange.url)).collect();
    paths.sort_unstable();
    paths.dedup();
    let what = match group.kind {
        Kind::Layers => "blobs",
        Kind::Manifest => "manifests",
        _ => return asked(step, context),
    };
    if paths.len() < 2 || group.failed() {
        return asked(step, context);
    }
    let host = authority(&step.url);
    let of = if host == context.registry { String::new() } else { format!(" of {host}") };
    format!("{} {} {what}{of}", step.method, paths.len())
}

/// The `error` of a challenge (RFC 6750 section 3): why a token did not do.
fn refusal(step: &Exchange) -> Option<&str> {
    let challenge = step.response_header("WWW-Authenticate")?;
    challenge.split_once("error=\"")?.1.split_once('"').map(|(error, _)| error)
}

/// How many bytes came.
fn amount(group: &Group<'_>) -> String {
    match group.bodies().map(|body| body.bytes).sum() {
        0 => String::new(),
        bytes => format!(", {}", size_words(bytes)),
    }
}

fn body(step: &trace::Body, group: &Group<'_>, context: &Context<'_>) -> String {
    match (&step.fault, group.exchanges().next_back()) {
        (Some(fault), _) => {
            format!("{}: {fault} after {}", short_digest(path(&step.url)), size_words(step.bytes))
        }
        (None, Some(step)) => exchange(step, group, context),
        (None, None) => size_words(step.bytes),
    }
}

/// What came before the end of a group: tries that failed, second challenges.
fn details(group: &Group<'_>, decisive: &Step) -> Vec<String> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for step in group.steps.iter().filter(|step| !std::ptr::eq(**step, decisive)) {
        let word = match &step.what {
            What::Exchange(Exchange { status: Some(401), .. }) if group.kind != Kind::Token => {
                "401, answered with a token or login".to_owned()
            }
            What::Exchange(exchange) => match (&exchange.fault, exchange.status) {
                (Some(fault), _) => fault.to_string(),
                (None, Some(status)) if status >= 400 => format!("{} → {status}", exchange.method),
                _ => continue,
            },
            What::Dial(dial) if dial.fault.is_some() => format!("{} failed", dial.address),
            What::Decision(decision) if step.what != decisive.what => decision.text.clone(),
            other => match other.fault() {
                Some(fault) => fault.to_string(),
                None => continue,
            },
        };
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let before = if matches!(decisive.what, What::Decision(_)) { "" } else { "before: " };
    let line = |(word, count): (String, usize)| match count {
        1 => format!("{before}{word}"),
        count => format!("{before}{word} (×{count})"),
    };
    counts.into_iter().map(line).collect()
}

/// A step in a few words.
pub(crate) fn progress(step: &Step) -> String {
    match &step.what {
        What::Lookup(step) => format!("dns {}", step.host),
        What::Dial(step) => format!("connect {}", step.address),
        What::Tunnel(step) => format!("proxy {}", step.proxy),
        What::Handshake(step) => format!("tls {}", step.server_name),
        What::Exchange(step) => {
            format!("{} {}{}", step.method, authority(&step.url), short_digest(path(&step.url)))
        }
        What::Body(step) => format!("{} of {}", size_words(step.bytes), short_digest(path(&step.url))),
        What::Decision(step) => step.about.to_owned(),
    }
}
