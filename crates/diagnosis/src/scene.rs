use std::net::IpAddr;

use cri::Code;
use distribution::parse_challenges;
use trace::{Claims, Decision, Exchange, Fault, Flaw, Purpose, Step, What};

use crate::{Attempt, Facts, Login, Outcome, Reference, Runtime};

/// One attempt with everything that a rule may ask of it.
pub(crate) struct Scene<'a> {
    pub facts: &'a Facts<'a>,
    pub attempt: &'a Attempt<'a>,
}

/// The step on which the attempt broke.
#[derive(Clone, Copy)]
pub(crate) struct Failure<'a> {
    pub step: &'a Step,
}

impl<'a> Failure<'a> {
    pub fn fault(&self) -> Option<&'a Fault> {
        self.step.what.fault()
    }

    pub fn exchange(&self) -> Option<&'a Exchange> {
        match &self.step.what {
            What::Exchange(exchange) => Some(exchange),
            _ => None,
        }
    }

    pub fn status(&self) -> Option<u16> {
        match &self.step.what {
            What::Exchange(exchange) => exchange.status,
            What::Tunnel(tunnel) => tunnel.status,
            _ => None,
        }
    }

    pub fn purpose(&self) -> Option<Purpose> {
        match &self.step.what {
            What::Exchange(exchange) => Some(exchange.purpose),
            What::Body(body) => Some(body.purpose),
            _ => None,
        }
    }

    pub fn url(&self) -> Option<&'a str> {
        match &self.step.what {
            What::Exchange(exchange) => Some(&exchange.url),
            What::Body(body) => Some(&body.url),
            _ => None,
        }
    }

    /// The host that was spoken to, without port.
    pub fn host(&self) -> &'a str {
        match &self.step.what {
            What::Lookup(lookup) => &lookup.host,
            What::Dial(dial) => &dial.host,
            What::Tunnel(tunnel) => host_name(&tunnel.target),
            What::Handshake(handshake) => &handshake.server_name,
            What::Exchange(exchange) => host_name(authority(&exchange.url)),
            What::Body(body) => host_name(authority(&body.url)),
            What::Decision(_) => "",
        }
    }

    /// The step in one line, for evidence.
    pub fn line(&self) -> String {
        match &self.step.what {
            What::Exchange(exchange) => exchange_line(exchange),
            What::Body(body) => format!("{} → body ended after {} bytes", body.url, body.bytes),
            What::Tunnel(tunnel) => match tunnel.status {
                Some(status) => format!("CONNECT {} through {} → {status}", tunnel.target, tunnel.proxy),
                None => format!("CONNECT {} through {}", tunnel.target, tunnel.proxy),
            },
            What::Lookup(lookup) => format!("lookup of {}", lookup.host),
            What::Dial(dial) => format!("connection to {} ({})", dial.address, dial.host),
            What::Handshake(handshake) => format!("TLS with {}", handshake.server_name),
            What::Decision(decision) => decision.text.clone(),
        }
    }
}

impl<'a> Scene<'a> {
    pub const fn new(facts: &'a Facts<'a>, attempt: &'a Attempt<'a>) -> Self {
        Self { facts, attempt }
    }

    pub fn code(&self) -> Option<Code> {
        match self.facts.outcome {
            Outcome::Refused(code) => Some(code),
            _ => None,
        }
    }

    pub fn reference(&self) -> Option<Reference<'a>> {
        self.facts.reference
    }

    /// The login, unless it is empty: an empty one is the same as none to the runtime.
    pub fn login(&self) -> Option<Login<'a>> {
        self.attempt.login.filter(|login| !login.empty)
    }

    pub fn exchanges(&self) -> impl DoubleEndedIterator<Item = &'a Exchange> + use<'a> {
        self.attempt.steps.iter().filter_map(|step| match &step.what {
            What::Exchange(exchange) => Some(exchange),
            _ => None,
        })
    }

    pub fn last_exchange(&self) -> Option<&'a Exchange> {
        self.exchanges().next_back()
    }

    /// What was decided last about something.
    pub fn decision(&self, about: &str) -> Option<&'a str> {
        self.decided(about).map(|decision| decision.text.as_str())
    }

    /// The same with all that belongs to it.
    pub fn decided(&self, about: &str) -> Option<&'a Decision> {
        self.attempt.steps.iter().rev().find_map(|step| match &step.what {
            What::Decision(decision) if decision.about == about => Some(decision),
            _ => None,
        })
    }

    /// What was decided last, in its words.
    pub fn last_decision(&self) -> Option<&'a str> {
        self.attempt.steps.iter().rev().find_map(|step| match &step.what {
            What::Decision(decision) => Some(decision.text.as_str()),
            _ => None,
        })
    }

    /// What was wrong with the content that came; the first, since what follows only ends with it.
    pub fn flaw(&self) -> Option<&'a Flaw> {
        self.attempt.steps.iter().find_map(|step| match &step.what {
            What::Decision(decision) => decision.flaw.as_ref(),
            _ => None,
        })
    }

    /// What the token that was got last says of itself.
    pub fn claims(&self) -> Option<&'a Claims> {
        self.attempt.steps.iter().rev().find_map(|step| match &step.what {
            What::Decision(decision) => decision.claims.as_ref(),
            _ => None,
        })
    }

    /// Whether the last thing that happened was a decision about something.
    pub fn ended_with(&self, about: &str) -> bool {
        self.last_step().is_some_and(|decision| decision.about == about)
    }

    /// The decision that was the last thing to happen, if one was.
    pub fn last_step(&self) -> Option<&'a Decision> {
        match &self.attempt.steps.last()?.what {
            What::Decision(decision) => Some(decision),
            _ => None,
        }
    }

    /// Whether content that was being sent was neither taken to its end nor broken off by the other side.
    pub fn was_cut_short(&self) -> bool {
        let sent = self
            .exchanges()
            .filter(|e| e.purpose == Purpose::Layer && e.method == "GET" && e.status == Some(200));
        let ended = |url: &str| {
            self.attempt.steps.iter().any(|step| matches!(&step.what, What::Body(body) if body.url == url))
        };
        sent.into_iter().any(|exchange| !ended(&exchange.url))
    }

    /// The last step that failed and was not made good later. What other requests were cancelled for comes last, so
    /// a cancellation counts only when nothing else failed.
    pub fn failure(&self) -> Option<Failure<'a>> {
        let open = |step: &&Step| failed(step) && !self.made_good(step);
        let steps = || self.attempt.steps.iter().filter(open);
        let step = steps()
            .rfind(|step| !cancelled(step) && !challenged(step))
            .or_else(|| steps().rfind(|step| !cancelled(step)))
            .or_else(|| steps().next_back())?;
        Some(Failure { step })
    }

    fn made_good(&self, failed: &Step) -> bool {
        let later = self.attempt.steps.iter().skip_while(|step| !std::ptr::eq(*step, failed)).skip(1);
        let mut later = later.map(|step| &step.what);
        match &failed.what {
            What::Exchange(failed) => later.any(|what| match what {
                What::Exchange(other) => succeeded(other) && same_goal(failed, other),
                _ => false,
            }),
            What::Body(failed) => later.any(|what| match what {
                What::Body(other) => other.fault.is_none() && path(&other.url) == path(&failed.url),
                _ => false,
            }),
            // Below HTTP: whatever came of it shows in the exchange that needed it.
            _ => later.any(|what| matches!(what, What::Exchange(_))),
        }
    }

    /// Whether `url` goes to a mirror: containerd says so in it, and CRI-O asks each host first whether it is a registry.
    pub fn is_mirror(&self, url: &str) -> bool {
        let registry = self.reference().map(|reference| reference.registry_host().to_owned());
        let pinged = |host| self.exchanges().any(|e| is_ping(&e.url) && authority(&e.url) == host);
        is_mirror(url)
            || registry.is_some_and(|registry| registry != authority(url)) && pinged(authority(url))
    }

    /// Who pulls.
    pub const fn runtime(&self) -> Runtime {
        self.facts.runtime
    }

    /// Whether `host` is neither the registry nor its mirror nor its token server: where a redirect led.
    pub fn is_redirected(&self, purpose: Option<Purpose>, url: &str) -> bool {
        let registry = self.reference().is_some_and(|r| r.registry_host() == authority(url));
        purpose != Some(Purpose::Token) && !registry && !self.is_mirror(url) && self.redirects_exist()
    }

    fn redirects_exist(&self) -> bool {
        self.exchanges().any(|exchange| matches!(exchange.status, Some(300..=399)))
    }

    /// The proxy of the exchange that needed the failing step.
    pub fn proxy(&self, failure: &Failure<'a>) -> Option<&'a str> {
        match &failure.step.what {
            What::Tunnel(tunnel) => Some(&tunnel.proxy),
            What::Exchange(exchange) => exchange.proxy.as_deref(),
            // What is below an exchange is told before it.
            What::Handshake(_) => self.tunnel_to(failure.host()),
            _ => None,
        }
    }

    /// The proxy that opened a way to the host.
    fn tunnel_to(&self, host: &str) -> Option<&'a str> {
        self.attempt.steps.iter().rev().find_map(|step| match &step.what {
            What::Tunnel(tunnel) if host_name(&tunnel.target) == host => Some(tunnel.proxy.as_str()),
            _ => None,
        })
    }

    /// The proxy's last refusal.
    pub fn refused_tunnel(&self) -> Option<Failure<'a>> {
        let refused = |step: &&Step| matches!(&step.what, What::Tunnel(tunnel) if tunnel.status.is_some_and(|s| s != 200));
        self.attempt.steps.iter().rfind(refused).map(|step| Failure { step })
    }

    /// Mirrors that failed on the way, a line each.
    pub fn mirrors_that_failed(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for exchange in self.exchanges().filter(|e| !succeeded(e) && e.status != Some(401)) {
            if self.is_mirror(&exchange.url) {
                let line = format!("mirror: {}", exchange_line(exchange));
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
        lines
    }
}

fn failed(step: &Step) -> bool {
    match &step.what {
        What::Exchange(exchange) => exchange.fault.is_some() || exchange.status.is_some_and(|s| s >= 400),
        What::Tunnel(tunnel) => tunnel.fault.is_some() || tunnel.status.is_some_and(|s| s != 200),
        other => other.fault().is_some(),
    }
}

/// Whether it is but the answer to the question whether there is a registry, and how to log in.
fn challenged(step: &Step) -> bool {
    matches!(&step.what, What::Exchange(exchange) if exchange.status == Some(401) && is_ping(&exchange.url))
}

fn is_ping(url: &str) -> bool {
    path(url) == "/v2/"
}

fn cancelled(step: &Step) -> bool {
    step.what.fault().is_some_and(|fault| fault.error == gostd::net::Error::Canceled)
}

pub(crate) fn succeeded(exchange: &Exchange) -> bool {
    exchange.fault.is_none() && exchange.status.is_some_and(|status| status < 400)
}

/// A token is a token, however it was asked for; content is the same under another host or method.
fn same_goal(one: &Exchange, other: &Exchange) -> bool {
    one.purpose == other.purpose && (one.purpose == Purpose::Token || path(&one.url) == path(&other.url))
}

pub(crate) fn exchange_line(exchange: &Exchange) -> String {
    let url = exchange.url.split_once('?').map_or(exchange.url.as_str(), |(before, _)| before);
    match exchange.status {
        Some(status) => format!("{} {url} → {status}", exchange.method),
        None => format!("{} {url} → no answer", exchange.method),
    }
}

/// The challenges of an answer, as they came.
pub(crate) fn challenges(exchange: &Exchange) -> impl Iterator<Item = &str> {
    let fields =
        exchange.response.iter().filter(|header| header.name.eq_ignore_ascii_case("WWW-Authenticate"));
    fields.map(|header| header.value.as_str())
}

/// A parameter of the first challenge that has it.
pub(crate) fn challenge_parameter(exchange: &Exchange, name: &str) -> Option<String> {
    let challenges = parse_challenges(challenges(exchange));
    let value = challenges.iter().find_map(|challenge| challenge.parameter(name))?;
    Some(String::from_utf8_lossy(value).into_owned())
}

/// `host[:port]` of a URL.
pub(crate) fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let authority = &rest[..end];
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

/// Whether `url` goes to a mirror: containerd names the registry that it stands for in `ns`
/// (`containerd@v2.1.9:core/remotes/docker/resolver.go:554`).
pub(crate) fn is_mirror(url: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split('&').any(|pair| pair.starts_with("ns="))
}

/// A host without its port.
pub(crate) fn host_name(authority: &str) -> &str {
    if let Some(rest) = authority.strip_prefix('[') {
        return rest.split_once(']').map_or(rest, |(host, _)| host);
    }
    authority.split_once(':').map_or(authority, |(host, _)| host)
}

/// The path of a URL, without query.
pub(crate) fn path(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.find('/').map_or("", |at| &rest[at..]);
    rest.split(['?', '#']).next().unwrap_or(rest)
}

/// Whether a name means the node itself.
pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
