//! Dialling, in virtual time (Go `net/dial.go`).

use std::time::Duration;

use gostd::net::Errno;
use tokio::io::DuplexStream;
use tokio::time::Instant;
use trace::Stage;

use crate::dns::{Said, reply};
use crate::memory::Memory;
use crate::support::{Act, Setup, act, get, send, words};

const V4: &str = "10.1.0.1:80";
const V6: &str = "[2001:db8::1]:80";

async fn serve(mut stream: DuplexStream) {
    act(&mut stream, vec![Act::Read, send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), Act::Hold]).await;
}

/// Asks `r.test`, which has these addresses; the words, the seconds and what was dialled.
async fn ask(memory: Memory, addresses: &'static [&'static str]) -> (String, Duration, Vec<String>) {
    let memory =
        memory.name_server("10.0.0.53:53", move |packet| reply(packet, |_, _| Said::Addresses(addresses)));
    let files = vec![("/etc/resolv.conf", "nameserver 10.0.0.53\n".to_owned())];
    let (client, _) = Setup { files, ..Setup::default() }.over(memory.clone());
    let start = Instant::now();
    let text = words(&client, &get("http://r.test/")).await;
    (text, start.elapsed(), memory.dialled())
}

#[tokio::test(start_paused = true)]
async fn the_first_error_is_told() {
    let memory = Memory::default()
        .fails("10.1.0.1:80", Errno::HOST_UNREACHABLE)
        .fails("10.1.0.2:80", Errno::ACCESS)
        .host("10.1.0.4:80", serve);
    let (text, _, dialled) = ask(memory.clone(), &["10.1.0.1", "10.1.0.2", "10.1.0.3"]).await;
    assert_eq!(text, "dial tcp 10.1.0.1:80: connect: no route to host");
    assert_eq!(dialled, ["10.1.0.1:80", "10.1.0.2:80", "10.1.0.3:80"]);
    let (text, ..) = ask(memory, &["10.1.0.2", "10.1.0.4"]).await;
    assert_eq!(text, "answered 200");
}

#[tokio::test(start_paused = true)]
async fn time_is_shared_among_the_addresses() {
    let memory = Memory::default().silent("10.1.0.1:80").silent("10.1.0.2:80").silent("10.1.0.3:80");
    let (text, took, dialled) = ask(memory.clone(), &["10.1.0.1"]).await;
    assert_eq!((text.as_str(), took.as_secs()), ("dial tcp 10.1.0.1:80: i/o timeout", 30));
    assert_eq!(dialled.len(), 1);
    let (text, took, dialled) =
        ask(memory.host("10.1.0.4:80", serve), &["10.1.0.1", "10.1.0.2", "10.1.0.4"]).await;
    assert_eq!((text.as_str(), took.as_secs()), ("answered 200", 20));
    assert_eq!(dialled.len(), 1 + 3);
}

#[tokio::test(start_paused = true)]
async fn the_other_family_joins_after_300_ms() {
    let both: &[&str] = &["10.1.0.1", "2001:db8::1"];
    let memory = || Memory::default().host(V4, serve).silent(V6);
    let (text, took, dialled) = ask(memory(), both).await;
    assert_eq!((text.as_str(), took.as_millis()), ("answered 200", 300));
    assert_eq!(dialled, [V6, V4]);
    // At once, where the first family fails at once.
    let (text, took, _) =
        ask(Memory::default().host(V4, serve).fails(V6, Errno::NET_UNREACHABLE), both).await;
    assert_eq!((text.as_str(), took.as_millis()), ("answered 200", 0));
    // A slow first family still wins where it is first to answer.
    let slow = Memory::default().host(V6, serve).late(V6, Duration::from_millis(400)).silent(V4);
    let (text, took, dialled) = ask(slow, both).await;
    assert_eq!((text.as_str(), took.as_millis(), dialled.len()), ("answered 200", 400, 2));
    // Both silent: the preferred family is named.
    let (text, took, _) = ask(Memory::default().silent(V4).silent(V6), both).await;
    assert_eq!((text, took.as_secs()), (format!("dial tcp {V6}: i/o timeout"), 30));
}

#[tokio::test(start_paused = true)]
async fn ipv6_without_a_route_comes_last() {
    let memory = Memory::default().host(V4, serve).silent(V6).without_ipv6();
    let (text, took, dialled) = ask(memory, &["2001:db8::1", "10.1.0.1"]).await;
    assert_eq!((text.as_str(), took.as_millis()), ("answered 200", 0));
    assert_eq!(dialled, [V4]);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_no_longer_says_for_what() {
    let holds = |mut stream: DuplexStream| async move {
        act(&mut stream, vec![Act::Read, Act::Hold]).await;
    };
    let memory = Memory::default().silent("10.1.0.1:80").host("10.1.0.2:80", holds);
    let (client, _) = Setup::default().over(memory);
    let cases = [
        (
            "http://10.1.0.1/",
            Stage::Dial,
            "net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
        ),
        (
            "http://10.1.0.2/",
            Stage::Head,
            "net/http: request canceled (Client.Timeout exceeded while awaiting headers)",
        ),
    ];
    for (url, stage, words) in cases {
        let (start, limit) = (Instant::now(), Duration::from_secs(15));
        let fault = client.round_trip_until(&get(url), Some(start + limit)).await.err().unwrap();
        assert_eq!((fault.stage, fault.to_string().as_str()), (stage, words));
        assert_eq!(start.elapsed(), limit, "{url}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_keep_alives_each_request_has_its_connection() {
    let closes = |mut stream: DuplexStream| async move {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        let heads = act(&mut stream, vec![Act::Read, send(answer), Act::Hold]).await;
        assert!(heads[0].ends_with("Accept-Encoding: gzip\r\nConnection: close\r\n\r\n"), "{heads:?}");
    };
    let memory = Memory::default().host("10.1.0.1:80", closes);
    let (client, _) = Setup::default().over(memory.clone());
    let client = client.without_keep_alives();
    for _ in 0..2 {
        assert_eq!(words(&client, &get("http://10.1.0.1/")).await, "answered 200");
    }
    assert_eq!(memory.dialled(), ["10.1.0.1:80", "10.1.0.1:80"]);
}
