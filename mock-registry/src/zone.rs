use std::collections::BTreeMap;
use std::net::IpAddr;

use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA};
use hickory_proto::rr::{RData, Record, RecordType};

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
}

impl Default for Zone {
    fn default() -> Self {
        Self::new()
    }
}

impl Zone {
    /// A zone without names: all that is asked for does not exist.
    pub const fn new() -> Self {
        Self { names: BTreeMap::new(), otherwise: Answer::NoSuchName }
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

    /// What is said about `name`.
    pub fn lookup(&self, name: &str) -> &Answer {
        self.names.get(&canonical(name)).unwrap_or(&self.otherwise)
    }

    /// Answers a query as a recursive name server does (RFC 1035, 4.1). `None` is silence: nothing is sent back,
    /// which is also what a packet gets that is no query.
    pub fn answer(&self, query: &[u8]) -> Option<Vec<u8>> {
        let query = Message::from_vec(query).ok()?;
        if query.metadata.message_type != MessageType::Query {
            return None;
        }
        let mut answer = Message::response(query.metadata.id, query.metadata.op_code);
        answer.metadata.recursion_desired = query.metadata.recursion_desired;
        answer.metadata.recursion_available = true;
        answer.metadata.response_code = match (query.metadata.op_code, query.queries.as_slice()) {
            (OpCode::Query, [question]) => {
                let said = self.lookup(&question.name.to_ascii());
                if *said == Answer::Silence {
                    return None;
                }
                answer.add_query(question.clone());
                answer.add_answers(records(question, said));
                response_code(said)
            }
            (OpCode::Query, _) => ResponseCode::FormErr,
            _ => ResponseCode::NotImp,
        };
        answer.to_vec().ok()
    }
}

fn response_code(said: &Answer) -> ResponseCode {
    match said {
        Answer::Addresses(_) | Answer::Silence => ResponseCode::NoError,
        Answer::NoSuchName => ResponseCode::NXDomain,
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
