//! Folds the steps of an attempt: what belongs together becomes one line.

use std::time::Duration;

use trace::{Body, Exchange, Purpose, Step, What};

use super::is_shown;

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Dns,
    Connect,
    Proxy,
    Tls,
    Ping,
    Challenge,
    Resolve,
    Token,
    Manifest,
    Config,
    Layers,
    Decision(&'static str),
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Proxy => "proxy",
            Self::Tls => "tls",
            Self::Ping => "ping",
            Self::Challenge => "challenge",
            Self::Resolve => "resolve",
            Self::Token => "token",
            Self::Manifest => "manifest",
            Self::Config => "config",
            Self::Layers => "layers",
            Self::Decision(about) => about,
        }
    }

    const fn of(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Ping => Self::Ping,
            Purpose::Resolve => Self::Resolve,
            Purpose::Token => Self::Token,
            Purpose::Manifest => Self::Manifest,
            Purpose::Config => Self::Config,
            Purpose::Layer => Self::Layers,
        }
    }
}

/// The steps of one line.
#[derive(Clone, Debug)]
pub(super) struct Group<'a> {
    pub kind: Kind,
    host: String,
    pub steps: Vec<&'a Step>,
    /// Time spent in it, without what stands in lines of its own.
    pub took: Duration,
}

impl<'a> Group<'a> {
    /// The host, with its port where it has one in the URL.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub fn exchanges(&self) -> impl DoubleEndedIterator<Item = &'a Exchange> + use<'a, '_> {
        self.steps.iter().filter_map(|step| match &step.what {
            What::Exchange(exchange) => Some(exchange),
            _ => None,
        })
    }

    pub fn bodies(&self) -> impl Iterator<Item = &'a Body> + use<'a, '_> {
        self.steps.iter().filter_map(|step| match &step.what {
            What::Body(body) => Some(body),
            _ => None,
        })
    }

    /// The step that tells how it ended: the last that failed for good, else the last.
    pub fn decisive(&self) -> Option<&'a Step> {
        let open = self.steps.iter().enumerate().rev().find(|(at, step)| {
            is_failure(&step.what)
                && !self.steps[at + 1..].iter().any(|later| makes_good(&later.what, &step.what))
        });
        open.map(|(_, step)| *step).or_else(|| self.steps.last().copied())
    }

    pub fn failed(&self) -> bool {
        match self.kind {
            Kind::Challenge => false,
            // Any status will do.
            Kind::Ping => self.steps.last().is_some_and(|step| step.what.fault().is_some()),
            _ => self.decisive().is_some_and(|step| is_failure(&step.what)),
        }
    }
}

fn is_failure(what: &What) -> bool {
    match what {
        What::Exchange(exchange) => is_refused(exchange),
        What::Tunnel(tunnel) => tunnel.fault.is_some() || tunnel.status.is_some_and(|s| s != 200),
        other => other.fault().is_some(),
    }
}

fn is_refused(exchange: &Exchange) -> bool {
    exchange.fault.is_some() || exchange.status.is_some_and(|status| status >= 400)
}

fn makes_good(later: &What, failed: &What) -> bool {
    match (later, failed) {
        (What::Exchange(later), What::Exchange(failed)) => {
            !is_refused(later) && (later.purpose == Purpose::Token || path(&later.url) == path(&failed.url))
        }
        (What::Body(later), What::Body(failed)) => {
            later.fault.is_none() && path(&later.url) == path(&failed.url)
        }
        (What::Exchange(_), What::Body(_)) | (What::Body(_), What::Exchange(_)) => false,
        (later, _) => !is_failure(later),
    }
}

/// Groups in the order in which each was begun.
pub(super) fn fold(steps: &[Step]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut reached = Duration::ZERO;
    for step in steps.iter().filter(|step| is_shown(&step.what)) {
        if let Some((kind, host)) = key(step, &groups) {
            // A request's time includes the connection that was opened for it; that has lines of its own.
            let took = step.took.min(step.at.saturating_sub(reached));
            match groups.iter().position(|group| group.kind == kind && group.host == host) {
                Some(at) => {
                    let mut group = groups.remove(at);
                    group.steps.push(step);
                    group.took += took;
                    // What went on elsewhere comes after the connection to there.
                    let at = if went_elsewhere(step, &host) { groups.len() } else { at };
                    groups.insert(at, group);
                }
                None => groups.push(Group { kind, host, steps: vec![step], took }),
            }
        }
        reached = reached.max(step.at);
    }
    groups
}

fn went_elsewhere(step: &Step, host: &str) -> bool {
    matches!(&step.what, What::Exchange(exchange) if authority(&exchange.url) != host)
}

fn key(step: &Step, groups: &[Group<'_>]) -> Option<(Kind, String)> {
    Some(match &step.what {
        What::Lookup(lookup) => (Kind::Dns, lookup.host.clone()),
        What::Dial(dial) => (Kind::Connect, dial.host.clone()),
        What::Tunnel(tunnel) => (Kind::Proxy, tunnel.target.clone()),
        What::Handshake(handshake) => (Kind::Tls, handshake.server_name.clone()),
        What::Body(body) => {
            let kind = Kind::of(body.purpose);
            (kind, sent_from(groups, kind, authority(&body.url)).to_owned())
        }
        What::Decision(decision) => (Kind::Decision(decision.about), String::new()),
        What::Exchange(exchange) => {
            let host = authority(&exchange.url).to_owned();
            if exchange.connection.is_none() && is_told_below(groups, exchange) {
                return None;
            }
            let first_refusal = matches!(exchange.purpose, Purpose::Ping | Purpose::Resolve)
                && exchange.status == Some(401)
                && !groups
                    .iter()
                    .any(|g| g.host == host && matches!(g.kind, Kind::Challenge | Kind::Resolve));
            let kind = Kind::of(exchange.purpose);
            if first_refusal {
                (Kind::Challenge, host)
            } else {
                (kind, sent_from(groups, kind, &host).to_owned())
            }
        }
    })
}

/// The host whose redirect led to `host`: both are one line.
fn sent_from<'a>(groups: &'a [Group<'_>], kind: Kind, host: &'a str) -> &'a str {
    let redirects = |exchange: &Exchange| {
        let to = exchange.response_header("Location").map(authority);
        matches!(exchange.status, Some(300..=399)) && to == Some(host)
    };
    let sender = groups.iter().find(|group| group.kind == kind && group.exchanges().any(redirects));
    sender.map_or(host, |group| group.host.as_str())
}

/// A request that found no connection repeats the fault of the line that tells why.
fn is_told_below(groups: &[Group<'_>], exchange: &Exchange) -> bool {
    let steps = groups.iter().flat_map(|group| &group.steps);
    exchange.fault.is_some()
        && steps.filter(|step| !matches!(step.what, What::Exchange(_))).any(|step| {
            step.what.fault().is_some_and(|below| {
                exchange.fault.as_ref().is_some_and(|fault| {
                    fault.stage == below.stage || fault.to_string().ends_with(&below.to_string())
                })
            })
        })
}

/// `host[:port]` of a URL.
pub(crate) fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

/// The path of a URL.
pub(crate) fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.find('/').map_or("", |at| &rest[at..]);
    rest.split(['?', '#']).next().unwrap_or(rest)
}
