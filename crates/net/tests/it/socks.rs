//! SOCKS proxies over hosts in memory; the words are those of Go's `net/http/socks_bundle.go`.

use std::sync::{Arc, Mutex};

use net::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use trace::{Stage, Trace, What};

use crate::memory::Memory;
use crate::support::{Act, Setup, act, fault, get, send, words};

const HOSTS: &str = "10.0.0.3 proxy.test\n";
const PROXY: &str = "10.0.0.3:1080";
const EMPTY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const NO_LOGIN: &[u8] = &[5, 0];
const LOGIN: &[u8] = &[5, 2];
/// Connected, from 10.0.0.3:7.
const CONNECTED: &[u8] = &[5, 0, 0, 1, 10, 0, 0, 3, 0, 7];

/// How many bytes are read, and what is answered to them.
type Script = Vec<(usize, &'static [u8])>;

fn behind(memory: Memory, proxy: &str) -> (Client, Trace) {
    let environment = vec![("HTTPS_PROXY", proxy.to_owned()), ("HTTP_PROXY", proxy.to_owned())];
    let files = vec![("/etc/hosts", HOSTS.to_owned())];
    Setup { environment, files, ..Setup::default() }.over(memory)
}

/// What a proxy is told, and what it answers to it, in turn: so many bytes are read before each answer.
fn proxy(script: Script, then: Vec<Act>) -> (Memory, Arc<Mutex<Vec<Vec<u8>>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let log = told.clone();
    let memory = Memory::default().host(PROXY, move |mut stream| {
        let (log, script, then) = (log.clone(), script.clone(), then.clone());
        async move {
            for (count, answer) in script {
                let mut bytes = vec![0; count];
                if stream.read_exact(&mut bytes).await.is_err() {
                    return;
                }
                log.lock().unwrap().push(bytes);
                stream.write_all(answer).await.unwrap();
            }
            act(&mut stream, then).await;
        }
    });
    (memory, told)
}

#[tokio::test(start_paused = true)]
async fn a_way_through() {
    let then = || vec![Act::Read, send(EMPTY), Act::Hold];
    let by_name = [b"\x05\x01\x00\x03\x06r.test".as_slice(), &[0x13, 0x88]].concat();
    for scheme in ["socks5", "socks5h"] {
        let (memory, told) = proxy(vec![(3, NO_LOGIN), (by_name.len(), CONNECTED)], then());
        let (client, trace) = behind(memory, &format!("{scheme}://proxy.test"));
        // The name is the proxy's to resolve, and the request is an ordinary one.
        assert_eq!(words(&client, &get("http://r.test:5000/v2/")).await, "answered 200");
        assert_eq!(*told.lock().unwrap(), [vec![5, 1, 0], by_name.clone()]);
        let tunnel = trace.steps().into_iter().find_map(|step| match step.what {
            What::Tunnel(tunnel) => Some((tunnel.proxy, tunnel.target, tunnel.status)),
            _ => None,
        });
        assert_eq!(tunnel, Some(("proxy.test:1080".into(), "r.test:5000".into(), None)));
    }
    let login = b"\x01\x04user\x04pass";
    let script = vec![(4, LOGIN), (login.len(), [1, 0].as_slice()), (10, CONNECTED)];
    let (memory, told) = proxy(script, then());
    let (client, _) = behind(memory, "socks5://user:pass@proxy.test:1080");
    assert_eq!(words(&client, &get("http://10.1.0.1/")).await, "answered 200");
    let by_address = vec![5, 1, 0, 1, 10, 1, 0, 1, 0, 80];
    assert_eq!(*told.lock().unwrap(), [vec![5, 2, 0, 2], login.to_vec(), by_address]);
    // Another kind of bound address, and a connection that serves twice.
    let bound = b"\x05\x00\x00\x03\x03abc\x00\x07";
    let then = vec![Act::Read, send(EMPTY), Act::Read, send(EMPTY), Act::Hold];
    let (memory, _) = proxy(vec![(3, NO_LOGIN), (13, bound)], then);
    let (client, _) = behind(memory.clone(), "socks5://proxy.test");
    for _ in 0..2 {
        let mut response = client.round_trip(&get("http://r.test/")).await.unwrap();
        assert_eq!(response.body.read_up_to(9).await.unwrap(), b"");
    }
    assert_eq!(memory.dialled().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_proxy_says_against_it() {
    let refused = |reply: &'static [u8]| vec![(3, NO_LOGIN), (13, reply)];
    let cases: Vec<(&str, Script, &str)> = vec![
        ("", vec![(3, &[4, 0])], "unexpected protocol version 4"),
        ("", vec![(3, &[5, 0xff])], "no acceptable authentication methods"),
        ("", vec![], "EOF"),
        ("", vec![(3, &[5])], "unexpected EOF"),
        ("", refused(&[5, 1, 0, 1]), "unknown error general SOCKS server failure"),
        ("", refused(&[5, 2, 0, 1]), "unknown error connection not allowed by ruleset"),
        ("", refused(&[5, 3, 0, 1]), "unknown error network unreachable"),
        ("", refused(&[5, 4, 0, 1]), "unknown error host unreachable"),
        ("", refused(&[5, 5, 0, 1]), "unknown error connection refused"),
        ("", refused(&[5, 6, 0, 1]), "unknown error TTL expired"),
        ("", refused(&[5, 7, 0, 1]), "unknown error command not supported"),
        ("", refused(&[5, 8, 0, 1]), "unknown error address type not supported"),
        ("", refused(&[5, 9, 0, 1]), "unknown error unknown code: 9"),
        ("", refused(&[1, 5, 0, 1]), "unexpected protocol version 1"),
        ("", refused(&[5, 0, 1, 1]), "non-zero reserved field"),
        ("", refused(&[5, 0, 0, 2]), "unknown address type 2"),
        ("", refused(&[5, 0, 0, 1, 10, 0]), "unexpected EOF"),
        ("user@", vec![(4, &[5, 1])], "unsupported authentication method 1"),
        ("user@", vec![(4, LOGIN), (7, &[1, 1])], "username/password authentication failed"),
        ("user@", vec![(4, LOGIN), (7, &[2, 0])], "invalid username/password version"),
        (":pass@", vec![(4, LOGIN)], "invalid username/password"),
    ];
    for (user, script, why) in cases {
        let (memory, _) = proxy(script, Vec::new());
        let (client, _) = behind(memory, &format!("socks5://{user}proxy.test"));
        let fault = fault(&client, &get("https://r.test/v2/")).await;
        let text = format!("socks connect tcp {PROXY}->r.test:443: {why}");
        assert_eq!((fault.stage, fault.to_string()), (Stage::Proxy, text));
    }
}

#[tokio::test(start_paused = true)]
async fn no_proxy_there() {
    let (client, _) = behind(Memory::default(), "socks5://proxy.test");
    let text = format!("proxyconnect tcp: dial tcp {PROXY}: connect: connection refused");
    assert_eq!(words(&client, &get("http://r.test/")).await, text);
    let long = "a".repeat(256);
    let (memory, _) = proxy(vec![(3, NO_LOGIN)], Vec::new());
    let (client, _) = behind(memory, "socks5://proxy.test");
    let text = format!("socks connect tcp {PROXY}->{long}:80: FQDN too long");
    assert_eq!(words(&client, &get(&format!("http://{long}/"))).await, text);
}
