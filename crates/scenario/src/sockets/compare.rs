//! Whether two pulls took the same way, whatever the machine's own order and numbers are.

use std::collections::BTreeSet;

use trace::{Exchange, Purpose, Step, What};

/// What differs between two traces of the same pull: what only the one has, and what only the other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceDifference {
    /// Lines of the first that the second does not have.
    pub missing: Vec<String>,
    /// Lines of the second that the first does not have.
    pub added: Vec<String>,
}

impl TraceDifference {
    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.added.is_empty()
    }
}

/// Compares two traces: the same requests in the same order with the same answers, the same hosts and addresses, the
/// same decisions and the same words of each fault. Times, the node's ports and the numbers of connections do not
/// count; nor does the order in which blobs come, which are fetched side by side, nor over how many connections.
pub fn compare_traces(first: &[Step], second: &[Step]) -> TraceDifference {
    let (one, other) = (Shape::of(first), Shape::of(second));
    if one == other {
        return TraceDifference::default();
    }
    let (one, other) = (one.lines(), other.lines());
    let mut difference = TraceDifference { missing: without(&one, &other), added: without(&other, &one) };
    if difference.is_empty() {
        let at = one.iter().zip(&other).find(|(a, b)| a != b);
        let (a, b) = at.map_or_else(Default::default, |(a, b)| (a.clone(), b.clone()));
        difference = TraceDifference { missing: vec![a], added: vec![b] };
    }
    difference
}

fn without(lines: &[String], others: &[String]) -> Vec<String> {
    let mut others = others.to_vec();
    let mut left = Vec::new();
    for line in lines {
        match others.iter().position(|other| other == line) {
            Some(at) => drop(others.swap_remove(at)),
            None => left.push(line.clone()),
        }
    }
    left
}

/// A trace as far as it is the same wherever it runs.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shape {
    in_order: Vec<String>,
    blobs: Vec<String>,
    connections: BTreeSet<String>,
}

impl Shape {
    fn of(steps: &[Step]) -> Self {
        let mut shape = Self::default();
        for step in steps {
            let fault = step.what.fault().map(|fault| format!(": {}", without_ports(&fault.to_string())));
            let fault = fault.unwrap_or_default();
            match &step.what {
                What::Lookup(lookup) => {
                    let line = format!("lookup {} {:?}{fault}", lookup.host, lookup.addresses);
                    shape.connections.insert(line);
                }
                What::Dial(dial) => {
                    shape.connections.insert(format!("dial {} {}{fault}", dial.host, dial.address));
                }
                What::Tunnel(tunnel) => {
                    let line =
                        format!("tunnel {} {} {:?}{fault}", tunnel.proxy, tunnel.target, tunnel.status);
                    shape.connections.insert(line);
                }
                What::Handshake(shake) => {
                    let line = format!("handshake {} {:?}{fault}", shake.server_name, shake.version);
                    shape.connections.insert(line);
                }
                What::Exchange(exchange) => {
                    let line = format!("{}{fault}", exchange_line(exchange));
                    shape.place(exchange.purpose).push(line);
                }
                What::Body(body) => {
                    shape.place(body.purpose).push(format!("body {} {} bytes{fault}", body.url, body.bytes));
                }
                What::Decision(decision) => {
                    shape.in_order.push(without_ports(&format!("{}: {}", decision.about, decision.text)));
                }
            }
        }
        shape.blobs.sort();
        shape
    }

    const fn place(&mut self, purpose: Purpose) -> &mut Vec<String> {
        match purpose {
            Purpose::Layer | Purpose::Config => &mut self.blobs,
            _ => &mut self.in_order,
        }
    }

    fn lines(self) -> Vec<String> {
        self.connections.into_iter().chain(self.in_order).chain(self.blobs).collect()
    }
}

fn exchange_line(exchange: &Exchange) -> String {
    let status = exchange.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let names: BTreeSet<String> =
        exchange.response.iter().map(|header| header.name.to_ascii_lowercase()).collect();
    format!("{} {} {status} {names:?}", exchange.method, exchange.url)
}

/// The words without the ports that the node dials from, which stand before an arrow: `10.0.0.5:40000->10.0.0.7:443`.
pub fn without_ports(words: &str) -> String {
    let mut parts = words.split("->").peekable();
    let mut out = String::with_capacity(words.len());
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            out += part;
            break;
        }
        out += part.trim_end_matches(|c: char| c.is_ascii_digit());
        out += "->";
    }
    out
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use trace::Decision;

    use super::*;

    fn step(at: u64, what: What) -> Step {
        Step { at: Duration::from_secs(at), took: Duration::ZERO, what }
    }

    fn request(url: &str, purpose: Purpose, status: u16) -> What {
        What::Exchange(Exchange {
            connection: Some(1),
            purpose,
            method: "GET".into(),
            url: url.to_owned(),
            proxy: None,
            request: Vec::new(),
            status: Some(status),
            reason: None,
            response: Vec::new(),
            fault: None,
        })
    }

    #[test]
    fn times_and_the_order_of_blobs_do_not_count() {
        let one = [request("a", Purpose::Layer, 200), request("b", Purpose::Layer, 200)];
        let other = [one[1].clone(), one[0].clone()];
        let steps = |whats: [What; 2], at| whats.map(|what| step(at, what));
        assert!(compare_traces(&steps(one, 1), &steps(other, 2)).is_empty());
    }

    #[test]
    fn the_order_of_other_requests_counts() {
        let one = [request("a", Purpose::Resolve, 401), request("b", Purpose::Token, 200)];
        let other = [one[1].clone(), one[0].clone()];
        let difference = compare_traces(&one.map(|what| step(0, what)), &other.map(|what| step(0, what)));
        assert!(!difference.is_empty());
    }

    #[test]
    fn another_status_or_decision_is_told() {
        let decision = |text: &str| step(0, What::Decision(Decision::new("proxy", text)));
        let one = [step(0, request("a", Purpose::Resolve, 401)), decision("from 10.0.0.5:1->10.0.0.7:2")];
        let two = [step(0, request("a", Purpose::Resolve, 403)), decision("from 10.0.0.5:7->10.0.0.7:2")];
        let difference = compare_traces(&one, &two);
        assert_eq!(
            (difference.missing, difference.added),
            (vec!["GET a 401 {}".into()], vec!["GET a 403 {}".into()])
        );
    }
}
