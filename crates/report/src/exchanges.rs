//! Each request of a trace with the time that it took, taken apart as browsers show it.

use std::net::SocketAddr;
use std::time::Duration;

use trace::{Dial, Exchange, Fault, Step, What};

use crate::ladder::authority;

/// A request, what was done to send it, and what came of it.
pub(crate) struct Timed<'a> {
    pub exchange: &'a Exchange,
    /// Which step of the trace it is, counted from 0.
    pub step: usize,
    /// When it began, since the check began.
    pub begin: Duration,
    /// Looking up the name; `None` when it was not looked up for this request.
    pub dns: Option<Duration>,
    /// Opening the connection, without TLS; `None` when an open one was used.
    pub connect: Option<Duration>,
    /// The TLS handshake, if there was one.
    pub tls: Option<Duration>,
    /// From the request to the head of its answer.
    pub wait: Duration,
    /// From the head of the answer to the end of its body.
    pub receive: Duration,
    /// Bytes of the body that came.
    pub bytes: u64,
    /// The address that was spoken to.
    pub address: Option<SocketAddr>,
    /// Why there is no answer, or no whole one.
    pub fault: Option<&'a Fault>,
}

impl Timed<'_> {
    /// All of it.
    pub fn total(&self) -> Duration {
        let before = [self.dns, self.connect, self.tls].into_iter().flatten().sum::<Duration>();
        before + self.wait + self.receive
    }
}

/// All requests of a trace, in the order in which they were answered.
pub(crate) fn timed(steps: &[Step]) -> Vec<Timed<'_>> {
    let mut below = Below::default();
    let mut found = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        match &step.what {
            What::Exchange(exchange) => {
                found.push(below.take(steps, number, exchange));
            }
            _ => below.note(number, step),
        }
    }
    found
}

/// The steps below HTTP that no request has been charged with yet.
#[derive(Default)]
struct Below(Vec<usize>);

impl Below {
    fn note(&mut self, number: usize, step: &Step) {
        if matches!(step.what, What::Lookup(_) | What::Dial(_) | What::Tunnel(_) | What::Handshake(_)) {
            self.0.push(number);
        }
    }

    /// The request at `number` with what was done for it.
    fn take<'a>(&mut self, steps: &'a [Step], number: usize, exchange: &'a Exchange) -> Timed<'a> {
        let target = exchange.proxy.as_deref().map_or_else(|| authority(&exchange.url), authority);
        let mut timed = Timed {
            exchange,
            step: number,
            begin: Duration::ZERO,
            dns: None,
            connect: None,
            tls: None,
            wait: Duration::ZERO,
            receive: Duration::ZERO,
            bytes: 0,
            address: None,
            fault: exchange.fault.as_ref(),
        };
        self.0.retain(|&at| !steps.get(at).is_some_and(|step| charge(&mut timed, step, target)));
        timed.address = timed.address.or_else(|| address(steps, exchange));
        if let Some(step) = steps.get(number) {
            timed.begin = step.at.saturating_sub(step.took);
            let before = [timed.dns, timed.connect, timed.tls].into_iter().flatten().sum();
            timed.wait = step.took.saturating_sub(before);
        }
        receive(&mut timed, steps.get(number + 1..).unwrap_or_default());
        timed
    }
}

/// Adds a step below HTTP to the request that it was done for. Whether it was.
fn charge(timed: &mut Timed<'_>, step: &Step, target: &str) -> bool {
    let host = host_name(target);
    let (part, mine) = match &step.what {
        What::Lookup(lookup) => (&mut timed.dns, lookup.host == host),
        What::Dial(Dial { host: dialled, connection, address, .. }) => {
            let mine = match timed.exchange.connection {
                // Addresses that were tried in vain before the one that answered count, too.
                Some(number) => *connection == Some(number) || (connection.is_none() && dialled == host),
                None => dialled == host,
            };
            if mine {
                timed.address = Some(*address);
            }
            (&mut timed.connect, mine)
        }
        What::Tunnel(tunnel) => {
            (&mut timed.connect, tunnel.target.starts_with(authority(&timed.exchange.url)))
        }
        What::Handshake(handshake) => {
            let mine = match timed.exchange.connection {
                Some(number) => handshake.connection == number,
                None => handshake.server_name == host_name(authority(&timed.exchange.url)),
            };
            (&mut timed.tls, mine)
        }
        _ => return false,
    };
    if mine {
        *part = Some(part.unwrap_or_default() + step.took);
    }
    mine
}

/// The address of a connection that was opened for an earlier request.
fn address(steps: &[Step], exchange: &Exchange) -> Option<SocketAddr> {
    let number = exchange.connection?;
    steps.iter().find_map(|step| match &step.what {
        What::Dial(dial) if dial.connection == Some(number) => Some(dial.address),
        _ => None,
    })
}

/// The body of the answer, which comes to its end in a step of its own.
fn receive<'a>(timed: &mut Timed<'a>, later: &'a [Step]) {
    let (url, connection) = (&timed.exchange.url, timed.exchange.connection);
    for step in later {
        match &step.what {
            What::Body(body) if body.url == *url && Some(body.connection) == connection => {
                (timed.receive, timed.bytes) = (step.took, body.bytes);
                timed.fault = timed.fault.or(body.fault.as_ref());
                return;
            }
            // The same again: the body, if there is one, belongs to that.
            What::Exchange(again) if again.url == *url && again.connection == connection => return,
            _ => {}
        }
    }
}

/// A host without its port.
pub(crate) fn host_name(authority: &str) -> &str {
    if let Some(rest) = authority.strip_prefix('[') {
        return rest.split_once(']').map_or(rest, |(host, _)| host);
    }
    authority.split_once(':').map_or(authority, |(host, _)| host)
}
