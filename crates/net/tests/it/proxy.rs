//! Proxies, over hosts in memory; the words are those of Go's `Transport.dialConn`.

use std::sync::{Arc, Mutex};

use gostd::net::Errno;
use net::Client;
use tokio::io::AsyncReadExt;
use trace::{Stage, Trace, What};

use crate::memory::Memory;
use crate::support::{Act, Setup, act, fault, get, read_head, send, words};

const HOSTS: &str = "10.0.0.3 proxy.test\n10.1.0.1 r.test\n";
const PROXY: &str = "10.0.0.3:3128";
const EMPTY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

fn behind(memory: Memory, proxy: &str, no_proxy: &str) -> (Client, Trace) {
    let environment = vec![
        ("HTTPS_PROXY", proxy.to_owned()),
        ("HTTP_PROXY", proxy.to_owned()),
        ("NO_PROXY", no_proxy.to_owned()),
    ];
    let files = vec![("/etc/hosts", HOSTS.to_owned())];
    Setup { environment, files, ..Setup::default() }.over(memory)
}

/// A proxy that gives this answer to each request, and the heads that it read.
fn answering(answer: &'static str) -> (Memory, Arc<Mutex<Vec<String>>>) {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let log = heads.clone();
    let memory = Memory::default().host(PROXY, move |mut stream| {
        let log = log.clone();
        async move {
            let head = read_head(&mut stream).await;
            log.lock().unwrap().push(head);
            act(&mut stream, vec![send(answer)]).await;
            // A ClientHello may follow; the answer to it is that the connection ends.
            if answer.contains(" 200 ") && answer.ends_with("\r\n\r\n") {
                stream.read_u8().await.ok();
            }
        }
    });
    (memory, heads)
}

#[tokio::test(start_paused = true)]
async fn what_a_proxy_says_to_connect() {
    let cases = [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "Proxy Authentication Required", Some(407)),
        ("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", "Forbidden", Some(403)),
        ("HTTP/1.0 502 Bad Gateway\r\n\r\n", "Bad Gateway", Some(502)),
        ("HTTP/1.1 503 Nicht jetzt\r\n\r\n", "Nicht jetzt", Some(503)),
        ("", "unexpected EOF", None),
        ("HTTP/1.1 200 OK\r\n", "unexpected EOF", None),
        ("hello\r\n", r#"malformed HTTP response "hello""#, None),
        // The way is open; what is behind it closes at once.
        ("HTTP/1.1 200 Connection established\r\n\r\n", "EOF", Some(200)),
    ];
    for (answer, text, status) in cases {
        let (memory, _) = answering(answer);
        let (client, trace) = behind(memory, "http://proxy.test:3128", "");
        let fault = fault(&client, &get("https://r.test/v2/")).await;
        assert_eq!(fault.to_string(), text, "{answer:?}");
        let stage = if status == Some(200) { Stage::Handshake } else { Stage::Proxy };
        assert_eq!(fault.stage, stage, "{answer:?}");
        let tunnel = trace.steps().into_iter().find_map(|step| match step.what {
            What::Tunnel(tunnel) => Some((tunnel.proxy, tunnel.target, tunnel.status)),
            _ => None,
        });
        assert_eq!(tunnel, Some(("proxy.test:3128".into(), "r.test:443".into(), status)), "{answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_head_of_connect() {
    let (memory, heads) = answering("HTTP/1.1 403 Forbidden\r\n\r\n");
    let (client, _) = behind(memory.clone(), "http://user:pass@proxy.test:3128", "");
    let mut request = get("https://r.test:5000/v2/");
    request.header.set("Authorization", "Bearer canary");
    assert_eq!(words(&client, &request).await, "Forbidden");
    let head = "CONNECT r.test:5000 HTTP/1.1\r\nHost: r.test:5000\r\nUser-Agent: Go-http-client/1.1\r\n\
                Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n";
    assert_eq!(*heads.lock().unwrap(), [head]);
}

#[tokio::test(start_paused = true)]
async fn plain_requests_are_handed_to_the_proxy() {
    let (memory, heads) = answering(EMPTY);
    let (client, _) = behind(memory, "user:pass@proxy.test:3128", "");
    assert_eq!(words(&client, &get("http://r.test/v2/?a=b")).await, "answered 200");
    let head = "GET http://r.test/v2/?a=b HTTP/1.1\r\nHost: r.test\r\nUser-Agent: Go-http-client/1.1\r\n\
                Proxy-Authorization: Basic dXNlcjpwYXNz\r\nAccept-Encoding: gzip\r\n\r\n";
    assert_eq!(*heads.lock().unwrap(), [head]);
    let (memory, _) = answering("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    let (client, _) = behind(memory, "http://proxy.test:3128", "");
    assert_eq!(words(&client, &get("http://r.test/")).await, "answered 407");
}

#[tokio::test(start_paused = true)]
async fn proxies_that_are_not_there() {
    for scheme in ["http", "https"] {
        let (client, _) = behind(Memory::default(), "http://proxy.test:3128", "");
        let fault = fault(&client, &get(&format!("{scheme}://r.test/"))).await;
        let text = format!("proxyconnect tcp: dial tcp {PROXY}: connect: connection refused");
        assert_eq!((fault.stage, fault.to_string()), (Stage::Proxy, text));
    }
    let (memory, _) = answering(EMPTY);
    let (client, _) = behind(memory.silent(PROXY), "http://proxy.test:3128", "");
    let text = format!("proxyconnect tcp: dial tcp {PROXY}: i/o timeout");
    assert_eq!(words(&client, &get("https://r.test/")).await, text);
    // A proxy that is spoken to over TLS, and closes.
    let closes = Memory::default().host(PROXY, |mut stream| async move {
        stream.read_u8().await.ok();
    });
    let (client, _) = behind(closes, "https://proxy.test:3128", "");
    assert_eq!(words(&client, &get("https://r.test/")).await, "proxyconnect tcp: EOF");
}

#[tokio::test(start_paused = true)]
async fn no_proxy() {
    let (memory, heads) = answering(EMPTY);
    let memory = memory.fails("10.1.0.1:80", Errno::ACCESS);
    let (client, trace) = behind(memory, "http://proxy.test:3128", "other.test, .x.test,r.test");
    assert_eq!(
        words(&client, &get("http://r.test/")).await,
        "dial tcp 10.1.0.1:80: connect: permission denied"
    );
    assert!(heads.lock().unwrap().is_empty());
    let why = trace.steps().into_iter().any(|step| {
        matches!(step.what, What::Decision(decision)
            if decision.text == "r.test is asked directly: NO_PROXY names it with \"r.test\"")
    });
    assert!(why);
    // The proxy resolves this name itself.
    assert_eq!(words(&client, &get("http://unknown.test/")).await, "answered 200");
    assert_eq!(
        words(&client, &get("http://127.0.0.1/")).await,
        "dial tcp 127.0.0.1:80: connect: connection refused"
    );
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_never_answers_connect() {
    let silent = Memory::default().host(PROXY, |mut stream| async move {
        act(&mut stream, vec![Act::Hold]).await;
    });
    let (client, _) = behind(silent, "http://proxy.test:3128", "");
    assert_eq!(words(&client, &get("https://r.test/")).await, "context deadline exceeded");
}

/// As containerd 2.1.9 said (`pxv-slashes`): what has no host is this machine.
#[tokio::test(start_paused = true)]
async fn a_proxy_without_a_host() {
    let (client, _) = behind(Memory::default(), "//proxy.test:3128", "");
    let said = words(&client, &get("https://r.test/v2/")).await;
    assert_eq!(said, "proxyconnect tcp: dial tcp :80: connect: connection refused");
}
