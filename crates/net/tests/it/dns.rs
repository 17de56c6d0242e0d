//! The resolver, over name servers in memory and in virtual time (Go `net/dnsclient_unix.go`).

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::{RData, Record, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;
use trace::{Stage, What};

use crate::memory::Memory;
use crate::support::{Setup, fault, get, words};

/// What a name server says to a question: name (with its dot) and type.
type Says = fn(&str, RecordType) -> Said;

#[derive(Clone, Copy)]
pub enum Said {
    Addresses(&'static [&'static str]),
    Code(ResponseCode),
    Truncated,
    Garbage,
    ForgedFirst(&'static str),
    Nothing,
}

const NXDOMAIN: Said = Said::Code(ResponseCode::NXDomain);

/// The packets with which a question is answered; addresses only of the type that was asked for.
pub fn reply(packet: &[u8], says: impl Fn(&str, RecordType) -> Said) -> Vec<Vec<u8>> {
    let question = Message::from_vec(packet).unwrap();
    let query = question.queries[0].clone();
    let mut answer = Message::response(question.metadata.id, OpCode::Query);
    answer.add_query(query.clone());
    let fill = |answer: &mut Message, addresses: &[&str]| {
        for address in addresses {
            let data = match address.parse().unwrap() {
                IpAddr::V4(v4) => RData::A(v4.into()),
                IpAddr::V6(v6) => RData::AAAA(v6.into()),
            };
            if data.record_type() == query.query_type() {
                answer.add_answer(Record::from_rdata(query.name().clone(), 60, data));
            }
        }
    };
    match says(&query.name().to_ascii(), query.query_type()) {
        Said::Addresses(addresses) => fill(&mut answer, addresses),
        Said::Code(code) => answer.metadata.response_code = code,
        Said::Truncated => answer.metadata.truncation = true,
        Said::Garbage => return vec![b"not DNS".to_vec()],
        Said::ForgedFirst(address) => {
            let mut forged = answer.clone();
            forged.metadata.id = !forged.metadata.id;
            fill(&mut forged, &["192.0.2.66"]);
            fill(&mut answer, &[address]);
            return vec![forged.to_vec().unwrap(), answer.to_vec().unwrap()];
        }
        Said::Nothing => return Vec::new(),
    }
    vec![answer.to_vec().unwrap()]
}

fn files(resolv_conf: &str) -> Setup {
    Setup { files: vec![("/etc/resolv.conf", resolv_conf.to_owned())], ..Setup::default() }
}

/// The words with which `http://HOST/` fails, and how long that takes.
async fn resolve(memory: Memory, resolv_conf: &str, host: &str) -> (String, Duration) {
    let (client, _) = files(resolv_conf).over(memory);
    let start = Instant::now();
    let text = words(&client, &get(&format!("http://{host}/"))).await;
    (text, start.elapsed())
}

fn one_server(says: Says) -> Memory {
    Memory::default().name_server("10.0.0.53:53", move |packet| reply(packet, says))
}

#[tokio::test(start_paused = true)]
async fn what_one_name_server_says() {
    let on = "dial tcp: lookup r.test on 10.0.0.53:53: ";
    let cases: [(Says, &str, u64); 7] = [
        (|_, _| NXDOMAIN, "no such host", 0),
        (|_, _| Said::Addresses(&[]), "no such host", 0),
        (|_, _| Said::Code(ResponseCode::ServFail), "server misbehaving", 0),
        (|_, _| Said::Code(ResponseCode::Refused), "server misbehaving", 0),
        (|_, _| Said::Nothing, "read udp 10.0.0.9:40000->10.0.0.53:53: i/o timeout", 10),
        // What does not parse may be forged: the client waits past it.
        (|_, _| Said::Garbage, "read udp 10.0.0.9:40000->10.0.0.53:53: i/o timeout", 10),
        // Nobody answers over TCP either.
        (|_, _| Said::Truncated, "dial tcp 10.0.0.53:53: connect: connection refused", 0),
    ];
    for (says, why, seconds) in cases {
        let got = resolve(one_server(says), "nameserver 10.0.0.53\n", "r.test").await;
        assert_eq!((got.0, got.1.as_secs()), (format!("{on}{why}"), seconds));
    }
}

#[tokio::test(start_paused = true)]
async fn no_name_server_at_all() {
    // Go asks this machine, IPv4 first; the last one is named.
    let (text, _) = resolve(Memory::default(), "", "r.test").await;
    let why = "read udp [2001:db8::9]:40000->[::1]:53: read: connection refused";
    assert_eq!(text, format!("dial tcp: lookup r.test on [::1]:53: {why}"));
    let (text, _) = resolve(Memory::default().without_ipv6(), "nameserver fd00::1\n", "r.test").await;
    let why = "dial udp [fd00::1]:53: connect: network is unreachable";
    assert_eq!(text, format!("dial tcp: lookup r.test on [fd00::1]:53: {why}"));
}

#[tokio::test(start_paused = true)]
async fn names_that_cannot_be_asked_for() {
    let (text, _) = resolve(one_server(|_, _| NXDOMAIN), "nameserver 10.0.0.53\n", "a..b").await;
    assert_eq!(text, "dial tcp: lookup a..b: no such host");
}

#[tokio::test(start_paused = true)]
async fn several_name_servers() {
    let conf = "nameserver 10.0.0.1\nnameserver 10.0.0.53\n";
    let silent = || Memory::default().name_server("10.0.0.1:53", |_| Vec::new());
    let good = |packet: &[u8]| reply(packet, |_, _| Said::Addresses(&["10.1.0.1"]));
    let (text, took) = resolve(silent().name_server("10.0.0.53:53", good), conf, "r.test").await;
    assert_eq!((text.as_str(), took.as_secs()), ("dial tcp 10.1.0.1:80: connect: connection refused", 5));
    let both = silent().name_server("10.0.0.53:53", |_| Vec::new());
    let (text, took) = resolve(both, conf, "r.test").await;
    assert!(text.starts_with("dial tcp: lookup r.test on 10.0.0.53:53: read udp "), "{text}");
    assert_eq!(took.as_secs(), 20);
    // A name that does not exist there does not exist: the next server is not asked.
    let none = Memory::default().name_server("10.0.0.1:53", |packet| reply(packet, |_, _| NXDOMAIN));
    let (text, _) = resolve(none.name_server("10.0.0.53:53", good), conf, "r.test").await;
    assert_eq!(text, "dial tcp: lookup r.test on 10.0.0.1:53: no such host");
}

#[tokio::test(start_paused = true)]
async fn servers_take_turns() {
    let refuses = |packet: &[u8]| reply(packet, |_, _| NXDOMAIN);
    let both = Memory::default().name_server("10.0.0.1:53", refuses).name_server("10.0.0.53:53", refuses);
    // The first question, for A, goes to the first server, the next one to the other; the first to fail is told.
    let conf = "nameserver 10.0.0.1\nnameserver 10.0.0.53\noptions rotate single-request\nsearch a.test\n";
    let (text, _) = resolve(both, conf, "r.x").await;
    assert_eq!(text, "dial tcp: lookup r.x on 10.0.0.53:53: no such host");
}

/// What Go does not know it leaves to the C library, which names no server.
#[tokio::test(start_paused = true)]
async fn the_c_library_tells_less() {
    let conf = "nameserver 10.0.0.53\noptions inet6\n";
    let cases: [(Says, &str); 3] = [
        (|_, _| NXDOMAIN, "no such host"),
        (|_, _| Said::Code(ResponseCode::ServFail), "Temporary failure in name resolution"),
        (|_, _| Said::Nothing, "Temporary failure in name resolution"),
    ];
    for (says, why) in cases {
        let (text, _) = resolve(one_server(says), conf, "r.test").await;
        assert_eq!(text, format!("dial tcp: lookup r.test: {why}"));
    }
}

#[tokio::test(start_paused = true)]
async fn search_lists() {
    let cases = [
        ("search a.test b.test\n", "r", vec!["r.a.test.", "r.b.test.", "r."]),
        ("search a.test\n", "r.x", vec!["r.x.", "r.x.a.test."]),
        ("search a.test\noptions ndots:5\n", "r.x", vec!["r.x.a.test.", "r.x."]),
        ("search a.test\n", "r.x.", vec!["r.x."]),
    ];
    for (conf, host, expected) in cases {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        let memory = Memory::default().name_server("10.0.0.53:53", move |packet| {
            reply(packet, |name, record| {
                if record == RecordType::A {
                    log.lock().unwrap().push(name.to_owned());
                }
                NXDOMAIN
            })
        });
        let (text, _) = resolve(memory, &format!("nameserver 10.0.0.53\n{conf}"), host).await;
        assert_eq!(text, format!("dial tcp: lookup {host} on 10.0.0.53:53: no such host"));
        assert_eq!(*asked.lock().unwrap(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn forged_replies_are_waited_past() {
    let memory = one_server(|_, _| Said::ForgedFirst("10.1.0.1"));
    let (text, _) = resolve(memory, "nameserver 10.0.0.53\n", "r.test").await;
    assert_eq!(text, "dial tcp 10.1.0.1:80: connect: connection refused");
}

#[tokio::test(start_paused = true)]
async fn truncated_replies_are_asked_for_over_tcp() {
    let memory = one_server(|_, _| Said::Truncated).host("10.0.0.53:53", |mut stream| async move {
        let mut packet = vec![0; usize::from(stream.read_u16().await.unwrap())];
        stream.read_exact(&mut packet).await.unwrap();
        let answer = reply(&packet, |_, _| Said::Addresses(&["10.1.0.1"])).remove(0);
        stream.write_u16(u16::try_from(answer.len()).unwrap()).await.unwrap();
        stream.write_all(&answer).await.unwrap();
    });
    let (text, _) = resolve(memory, "nameserver 10.0.0.53\n", "r.test").await;
    assert_eq!(text, "dial tcp 10.1.0.1:80: connect: connection refused");
}

#[tokio::test(start_paused = true)]
async fn the_hosts_file_and_the_trace() {
    let mut setup = files("nameserver 10.0.0.53\n");
    setup.files.push(("/etc/hosts", "10.2.0.1 r.test\n".to_owned()));
    let (client, trace) = setup.over(one_server(|_, _| Said::Addresses(&["10.1.0.1"])));
    assert_eq!(fault(&client, &get("http://r.test/")).await.stage, Stage::Dial);
    assert_eq!(fault(&client, &get("http://other.test/")).await.stage, Stage::Dial);
    let lookups: Vec<_> = trace
        .steps()
        .into_iter()
        .filter_map(|step| match step.what {
            What::Lookup(lookup) => Some((lookup.host, lookup.source, lookup.servers.len())),
            _ => None,
        })
        .collect();
    let expected = [
        ("r.test".to_owned(), trace::NameSource::HostsFile, 0),
        ("other.test".to_owned(), trace::NameSource::Dns, 1),
    ];
    assert_eq!(lookups, expected);
}
