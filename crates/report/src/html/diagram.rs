//! The sequence diagram: who said what to whom, in the order in which it was said.

use serde::Serialize;
use trace::{Exchange, Step, What};

use super::actors::{Actors, KUBELET, RUNTIME, host, resolver};
use crate::ladder::{Mark, authority, failing, path};
use crate::words::{short_digest, time_words};
use crate::{Answer, CheckReport};

/// Pixels between two lifelines.
const COLUMN: usize = 146;
/// Pixels left of the first and right of the last lifeline.
const MARGIN: usize = 76;
/// Pixels above the first arrow.
const TOP: usize = 56;
/// Pixels of an arrow with a line of text.
const ROW: usize = 33;
/// Letters of the arrows' text in a hundred pixels, about.
const LETTERS: usize = 15;

/// The whole drawing, in pixels.
#[derive(Serialize)]
pub(super) struct Diagram {
    width: usize,
    height: usize,
    bottom: usize,
    actors: Vec<Lifeline>,
    arrows: Vec<Arrow>,
}

#[derive(Serialize)]
struct Lifeline {
    x: usize,
    role: &'static str,
    /// As much of the name as fits.
    name: String,
    full: String,
}

#[derive(Clone, Serialize)]
struct Arrow {
    y: usize,
    from: usize,
    to: usize,
    /// Where its text is centred.
    middle: usize,
    /// `good`, `warning`, `bad`.
    mark: &'static str,
    /// An answer: drawn with a broken line.
    answer: bool,
    text: String,
    full: String,
}

impl Diagram {
    pub fn of(report: &CheckReport) -> Self {
        let actors = Actors::of(report);
        let mut drawing = Drawing { actors: &actors, said: Vec::new() };
        drawing.draw(report);
        let arrows: Vec<Arrow> = drawing
            .said
            .into_iter()
            .enumerate()
            .map(|(row, said)| said.arrow(TOP + 26 + row * ROW))
            .collect();
        let bottom = TOP + 10 + arrows.len().max(1) * ROW;
        let lifeline = |(at, actor): (usize, &super::actors::Actor)| Lifeline {
            x: column(at),
            role: actor.role,
            name: shorten(&actor.name, COLUMN + 4),
            full: actor.name.clone(),
        };
        Self {
            width: 2 * MARGIN + (actors.all().len() - 1) * COLUMN,
            height: bottom + 12,
            bottom,
            actors: actors.all().iter().enumerate().map(lifeline).collect(),
            arrows,
        }
    }
}

const fn column(at: usize) -> usize {
    MARGIN + at * COLUMN
}

/// One thing said.
#[derive(PartialEq, Eq)]
struct Said {
    from: usize,
    to: usize,
    mark: Mark,
    answer: bool,
    text: String,
    times: usize,
}

impl Said {
    fn arrow(self, y: usize) -> Arrow {
        let Self { from, to, mark, answer, text, times } = self;
        let text = if times > 1 { format!("{text}  ×{times}") } else { text };
        let (from, to) = (column(from), column(to));
        let mark = match mark {
            Mark::Good | Mark::Skipped => "good",
            Mark::Warning => "warning",
            Mark::Bad => "bad",
        };
        let room = from.abs_diff(to).max(COLUMN) - 10;
        Arrow { y, from, to, middle: from.midpoint(to), mark, answer, text: shorten(&text, room), full: text }
    }
}

struct Drawing<'a> {
    actors: &'a Actors,
    said: Vec<Said>,
}

impl Drawing<'_> {
    fn draw(&mut self, report: &CheckReport) {
        let failing = failing(report);
        for (number, answer) in report.answers.iter().enumerate() {
            let end = report.answers.get(number + 1).map_or(report.trace.len(), |next| next.first_step);
            self.say(KUBELET, RUNTIME, Mark::Good, false, asks(report, answer));
            for (at, step) in report.trace.iter().enumerate().take(end).skip(answer.first_step) {
                let bad = failing == Some(at);
                self.step(step, bad);
            }
            let (mark, words) = match answer.code.as_str() {
                "OK" => (Mark::Good, "OK".to_owned()),
                code if failing.is_none() => (Mark::Bad, format!("{code}: {}", answer.message)),
                code => (Mark::Warning, code.to_owned()),
            };
            self.say(RUNTIME, KUBELET, mark, true, words);
        }
    }

    fn say(&mut self, from: usize, to: usize, mark: Mark, answer: bool, text: String) {
        self.said.push(Said { from, to, mark, answer, text, times: 1 });
        self.fold();
    }

    /// A question and its answer that are the same as the two before are counted, not drawn again.
    fn fold(&mut self) {
        let [.., a, b, c, d] = self.said.as_mut_slice() else { return };
        let same = |one: &Said, other: &Said| {
            (one.from, one.to, one.answer, &one.text) == (other.from, other.to, other.answer, &other.text)
        };
        if !(same(a, c) && same(b, d) && d.answer && !c.answer) {
            return;
        }
        (a.times, b.times) = (a.times + 1, b.times + 1);
        if d.mark == Mark::Bad {
            (a.mark, b.mark) = (c.mark, d.mark);
        }
        self.said.truncate(self.said.len() - 2);
    }

    fn step(&mut self, step: &Step, bad: bool) {
        let mark = match (bad, step.what.fault().is_some()) {
            (true, _) => Mark::Bad,
            (false, true) => Mark::Warning,
            (false, false) => Mark::Good,
        };
        match &step.what {
            What::Lookup(lookup) => {
                let Some(to) = self.actors.find(&resolver(lookup)) else { return };
                let answer = match (&lookup.fault, lookup.addresses.as_slice()) {
                    (Some(fault), _) => fault.to_string(),
                    (None, [only]) => only.to_string(),
                    (None, several) => format!("{} addresses", several.len()),
                };
                self.ask(to, mark, lookup.host.clone(), answer);
            }
            What::Exchange(exchange) if exchange.connection.is_none() && !bad => {}
            What::Exchange(exchange) => self.exchange(step, exchange, mark),
            What::Dial(dial) if mark != Mark::Good || dial.fault.is_some() => {
                let fault = dial.fault.as_ref().map(ToString::to_string).unwrap_or_default();
                self.towards(step, mark, format!("connect {}", dial.address), fault);
            }
            What::Handshake(handshake) => match &handshake.fault {
                Some(fault) => self.towards(step, mark, "TLS".to_owned(), fault.to_string()),
                None => {
                    let version = handshake.version.as_deref().unwrap_or("TLS");
                    let Some(to) = host(step).and_then(|host| self.actors.find(host)) else { return };
                    self.say(RUNTIME, to, mark, false, format!("connect, {version}"));
                }
            },
            What::Tunnel(tunnel) => {
                let Some(to) = self.actors.find(&tunnel.proxy) else { return };
                let status = tunnel.status.map(|status| status.to_string());
                let fault = tunnel.fault.as_ref().map(ToString::to_string);
                let mark = if bad || matches!(tunnel.status, Some(200)) { mark } else { Mark::Warning };
                self.ask(
                    to,
                    mark,
                    format!("CONNECT {}", tunnel.target),
                    status.or(fault).unwrap_or_default(),
                );
            }
            What::Body(body) => {
                if let Some(fault) = &body.fault {
                    let text = format!("{fault} after {} bytes", body.bytes);
                    let Some(from) = host(step).and_then(|host| self.actors.find(host)) else { return };
                    self.say(from, RUNTIME, mark, true, text);
                }
            }
            What::Dial(_) | What::Decision(_) => {}
        }
    }

    fn exchange(&mut self, step: &Step, exchange: &Exchange, mark: Mark) {
        let question = format!("{} {}", exchange.method, short_path(&exchange.url));
        let time = time_words(step.took);
        let answer = match (&exchange.fault, exchange.status) {
            (Some(fault), _) => fault.to_string(),
            (None, Some(status @ 300..=399)) => {
                let to = exchange.response_header("Location").map(authority).unwrap_or_default();
                format!("{status} → {to}")
            }
            (None, Some(status)) => match exchange.reason.as_deref().filter(|reason| !reason.is_empty()) {
                Some(reason) => format!("{status} {reason} · {time}"),
                None => format!("{status} · {time}"),
            },
            (None, None) => String::new(),
        };
        self.towards(step, mark, question, answer);
    }

    fn towards(&mut self, step: &Step, mark: Mark, question: String, answer: String) {
        let Some(to) = host(step).and_then(|host| self.actors.find(host)) else { return };
        self.ask(to, mark, question, answer);
    }

    fn ask(&mut self, to: usize, mark: Mark, question: String, answer: String) {
        // What fails is the answer; the question was a good one, unless nobody was there to hear it.
        self.say(RUNTIME, to, Mark::Good, false, question);
        self.say(to, RUNTIME, mark, true, answer);
    }
}

fn asks(report: &CheckReport, answer: &Answer) -> String {
    let login = answer.credential.and_then(|index| report.credentials.get(index));
    let who = login.map_or("anonymous", |login| login.username.as_str());
    format!("PullImage, {}", if who.is_empty() { "empty login" } else { who })
}

/// `…/manifests/v1`: what stands before is the same in all of them.
fn short_path(url: &str) -> String {
    let path = path(url);
    let cut = ["/manifests/", "/blobs/"].into_iter().find_map(|part| path.rfind(part));
    short_digest(&cut.map_or_else(|| path.to_owned(), |at| format!("…{}", &path[at..])))
}

/// As much of a text as fits into so many pixels.
fn shorten(text: &str, pixels: usize) -> String {
    let room = pixels * LETTERS / 100;
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}
