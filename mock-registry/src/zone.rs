use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA};
use hickory_proto::rr::{RData, Record, RecordType};

use crate::fault::{Effect, NameFault, Trigger};
use crate::{Clock, Fault, Selector};

/// Seconds for which an answer may be kept.
const TTL: u32 = 60;

/// What a name server says about one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The addresses of the name; none at all is NODATA: the name exists, but not with this type.
    Addresses(Vec<IpAddr>),
    /// NXDOMAIN: there is no such name.
    NoSuchName,
    /// SERVFAIL: the server could not find out.
    ServerFailure,
    /// REFUSED: the server will not say.
    Refused,
    /// Nothing comes back.
    Silence,
}

/// How a question comes to a name server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// In a datagram.
    Datagram,
    /// Over a stream.
    Stream,
}

/// What comes back from a name server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameReply {
    /// The answer's bytes; `None`: nothing comes back.
    pub bytes: Option<Vec<u8>>,
    /// After how long.
    pub delay: Duration,
}

/// A name server as a function: the bytes of a query in, the bytes of its answer out.
///
/// ```
/// use mock_registry::{Answer, Zone};
///
/// let mut zone = Zone::new();
/// zone.insert("registry.example.com", Answer::Addresses(vec!["10.20.0.7".parse().unwrap()]));
/// assert_eq!(zone.answer(b"not a query"), None);
/// ```
#[derive(Clone, Debug)]
pub struct Zone {
    names: BTreeMap<String, Answer>,
    otherwise: Answer,
    faults: Vec<NameTrigger>,
    clock: Clock,
}

/// A fault of the name server. Questions for addresses of the one and the other kind come in pairs: each kind is
/// counted by itself.
#[derive(Clone, Debug)]
struct NameTrigger {
    v4: Trigger<NameFault>,
    v6: Trigger<NameFault>,
}

impl Default for Zone {
    fn default() -> Self {
        Self::new()
    }
}

impl Zone {
    /// A zone without names: all that is asked for does not exist.
    pub const fn new() -> Self {
        Self {
            names: BTreeMap::new(),
            otherwise: Answer::NoSuchName,
            faults: Vec::new(),
            clock: Clock::standing_at(jiff::Timestamp::UNIX_EPOCH),
        }
    }

    /// What is said about names that are not in the zone.
    pub fn otherwise(mut self, answer: Answer) -> Self {
        self.otherwise = answer;
        self
    }

    /// What is said about `name`, in place of what was said before. Case and a final dot do not matter.
    pub fn insert(&mut self, name: &str, answer: Answer) {
        self.names.insert(canonical(name), answer);
    }

    /// Leads to other addresses, where one is known for an address; for hosts that moved.
    pub fn relocate(&mut self, addresses: &BTreeMap<IpAddr, IpAddr>) {
        for answer in self.names.values_mut() {
            if let Answer::Addresses(known) = answer {
                for address in known {
                    *address = addresses.get(address).copied().unwrap_or(*address);
                }
            }
        }
    }

    /// What is said about `name`.
    pub fn lookup(&self, name: &str) -> &Answer {
        self.names.get(&canonical(name)).unwrap_or(&self.otherwise)
    }

    /// Plays a fault of the name server for the names (and servers) that the selector says; one of another layer is
    /// none of its business. The first that is due decides.
    pub fn fault(&mut self, fault: Fault, when: Selector) {
        if let Effect::Name(make) = fault.entry().effect {
            let trigger = Trigger::new(fault, when, make(fault.value()));
            self.faults.push(NameTrigger { v4: trigger.clone(), v6: trigger });
        }
    }

    /// The same zone at its beginning: nothing was asked, and its time runs on this clock.
    pub fn starting(&self, clock: Clock) -> Self {
        Self { clock, ..self.clone() }
    }

    /// Answers a query as a recursive name server does (RFC 1035, 4.1). `None` is silence: nothing is sent back,
    /// which is also what a packet gets that is no query.
    pub fn answer(&self, query: &[u8]) -> Option<Vec<u8>> {
        self.respond(query, Via::Datagram, None).bytes
    }

    /// Answers a query that came to `server`, with the faults that are armed.
    pub fn respond(&self, query: &[u8], via: Via, server: Option<IpAddr>) -> NameReply {
        let silence = NameReply { bytes: None, delay: Duration::ZERO };
        let Ok(query) = Message::from_vec(query) else { return silence };
        if query.metadata.message_type != MessageType::Query {
            return silence;
        }
        let mut answer = Message::response(query.metadata.id, query.metadata.op_code);
        answer.metadata.recursion_desired = query.metadata.recursion_desired;
        answer.metadata.recursion_available = true;
        let mut delay = Duration::ZERO;
        answer.metadata.response_code = match (query.metadata.op_code, query.queries.as_slice()) {
            (OpCode::Query, [question]) => {
                let fault = self.due(question, server);
                answer.metadata.truncation = fault == Some(&NameFault::Truncated) && via == Via::Datagram;
                if let Some(NameFault::Slow(time)) = fault {
                    delay = *time;
                }
                let said = self.said(question, fault);
                if said == Answer::Silence {
                    return silence;
                }
                answer.add_query(question.clone());
                if !answer.metadata.truncation {
                    answer.add_answers(records(question, &said));
                }
                response_code(&said)
            }
            (OpCode::Query, _) => ResponseCode::FormErr,
            _ => ResponseCode::NotImp,
        };
        NameReply { bytes: answer.to_vec().ok(), delay }
    }

    fn due(&self, question: &Query, server: Option<IpAddr>) -> Option<&NameFault> {
        let name = canonical(&question.name.to_ascii());
        let elapsed = self.clock.elapsed();
        let mut faults = self.faults.iter().map(|trigger| match question.query_type {
            RecordType::AAAA => &trigger.v6,
            _ => &trigger.v4,
        });
        let due = |trigger: &&Trigger<NameFault>| {
            let here = trigger.when.server.is_none_or(|wanted| Some(wanted) == server);
            here && self.concerns(trigger, &name) && trigger.is_due(elapsed, || name.clone())
        };
        faults.find(due).map(|trigger| &trigger.what)
    }

    /// Whether a fault is about this name. A wildcard is about those below its name: what a search list makes of it.
    fn concerns(&self, trigger: &Trigger<NameFault>, name: &str) -> bool {
        if !matches!(trigger.what, NameFault::Wildcard(_)) {
            return trigger.when.fits_host(name);
        }
        let below = |known: &String| {
            trigger.when.fits_host(known)
                && name.strip_prefix(known.as_str()).is_some_and(|rest| rest.starts_with('.'))
        };
        self.names.keys().any(below)
    }

    fn said(&self, question: &Query, fault: Option<&NameFault>) -> Answer {
        match fault {
            Some(NameFault::NoSuchName) => Answer::NoSuchName,
            Some(NameFault::NoData) => Answer::Addresses(Vec::new()),
            Some(NameFault::ServerFailure) => Answer::ServerFailure,
            Some(NameFault::Refused) => Answer::Refused,
            Some(NameFault::Silence) => Answer::Silence,
            Some(NameFault::Addresses(addresses)) => Answer::Addresses(addresses.clone()),
            Some(NameFault::Wildcard(address)) => Answer::Addresses(vec![*address]),
            Some(NameFault::Truncated | NameFault::Slow(_)) | None => {
                self.lookup(&question.name.to_ascii()).clone()
            }
        }
    }
}

const fn response_code(said: &Answer) -> ResponseCode {
    match said {
        Answer::NoSuchName => ResponseCode::NXDomain,
        Answer::Addresses(_) | Answer::Silence => ResponseCode::NoError,
        Answer::ServerFailure => ResponseCode::ServFail,
        Answer::Refused => ResponseCode::Refused,
    }
}

fn records(question: &Query, said: &Answer) -> Vec<Record> {
    let Answer::Addresses(addresses) = said else { return Vec::new() };
    let data = addresses.iter().filter_map(|address| match (address, question.query_type) {
        (IpAddr::V4(v4), RecordType::A) => Some(RData::A(A(*v4))),
        (IpAddr::V6(v6), RecordType::AAAA) => Some(RData::AAAA(AAAA(*v6))),
        _ => None,
    });
    data.map(|data| Record::from_rdata(question.name.clone(), TTL, data)).collect()
}

fn canonical(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(zone: &Zone, name: &str, kind: RecordType) -> Option<(ResponseCode, usize)> {
        let mut query = Message::new(7, MessageType::Query, OpCode::Query);
        query.add_query(Query::query(name.parse().unwrap(), kind));
        let answer = Message::from_vec(&zone.answer(&query.to_vec().unwrap())?).unwrap();
        assert_eq!((answer.metadata.id, answer.queries.len()), (7, 1));
        Some((answer.metadata.response_code, answer.answers.len()))
    }

    #[test]
    fn each_answer_has_its_code() {
        let mut zone = Zone::new();
        zone.insert(
            "ok.test",
            Answer::Addresses(vec!["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()]),
        );
        zone.insert("fail.test", Answer::ServerFailure);
        zone.insert("refused.test.", Answer::Refused);
        zone.insert("silent.test", Answer::Silence);
        assert_eq!(ask(&zone, "OK.test.", RecordType::A), Some((ResponseCode::NoError, 2)));
        assert_eq!(ask(&zone, "ok.test.", RecordType::AAAA), Some((ResponseCode::NoError, 0)));
        assert_eq!(ask(&zone, "fail.test.", RecordType::A), Some((ResponseCode::ServFail, 0)));
        assert_eq!(ask(&zone, "refused.test.", RecordType::A), Some((ResponseCode::Refused, 0)));
        assert_eq!(ask(&zone, "other.test.", RecordType::A), Some((ResponseCode::NXDomain, 0)));
        assert_eq!(ask(&zone, "silent.test.", RecordType::A), None);
    }
}
