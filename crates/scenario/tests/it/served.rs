//! Hosts on sockets as clients that are not ours find them: refused, unanswered, led by proxies and name servers.

#![expect(clippy::disallowed_methods, reason = "this is such a client: it connects by itself")]

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use mock_registry::RequestLog;
use scenario::{Listen, Scenario, Served};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

const HEAD: &str =
    "apiVersion: pullsim/v1\nkind: Scenario\ntitle: t\nnow: 2031-05-04T12:00:00Z\nimage: r.test/app:v1\n";
const HOST: &str =
    "hosts: {r.test: {address: 10.20.0.7, tls: none, images: [{name: app, tags: [v1], layers: [4KiB]}]";
/// A connection on this machine that is not there by then does not come.
const SOON: Duration = Duration::from_millis(300);
/// What is not there by then never comes.
const LATE: Duration = Duration::from_secs(20);

/// The host `r.test` with these lines about it, and then these about the rest of the world.
async fn serve(host: &str, rest: &str) -> Served {
    let text = format!("{HEAD}{HOST}{host}}}}}\n{rest}");
    let scenario = Scenario::parse("test.yaml", &text).map_err(|error| error.render()).unwrap();
    Served::start(scenario, Listen::Loopback, RequestLog::new()).await.unwrap()
}

fn place(served: &Served, name: &str) -> SocketAddr {
    served.hosts().into_iter().find(|host| host.name == name).unwrap().address
}

/// What an attempt to connect comes to: nothing, or an error.
async fn knock(at: SocketAddr) -> Option<io::Result<()>> {
    timeout(SOON, TcpStream::connect(at)).await.ok().map(|connected| connected.map(drop))
}

async fn errno(at: SocketAddr) -> Option<i32> {
    knock(at).await.unwrap().unwrap_err().raw_os_error()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_stands_before_a_host_is_played_by_sockets_as_far_as_they_can() {
    let firewall = |action: &str| format!("firewall: [{{to: r.test, action: {action}}}]\n");
    for (host, rest) in [("", firewall("drop")), (", faults: [tcp-no-answer]", String::new())] {
        let served = serve(host, &rest).await;
        assert!(knock(place(&served, "r.test")).await.is_none(), "{host}{rest}");
        assert_eq!(served.notes(), [""; 0]);
    }
    let table = [(", faults: [tcp-refused]", String::new(), 111), ("", firewall("refuse"), 111)];
    let unreachable = [
        (", faults: [tcp-network-unreachable]", String::new(), 101),
        ("", firewall("network-unreachable"), 101),
    ];
    for (host, rest, number) in table.into_iter().chain(unreachable) {
        let served = serve(host, &rest).await;
        assert_eq!(errno(place(&served, "r.test")).await, Some(number), "{host}{rest}");
        assert_eq!(served.notes(), [""; 0]);
    }
    let served = serve("", &firewall("host-unreachable")).await;
    assert!(knock(place(&served, "r.test")).await.unwrap().is_ok());
    assert!(served.notes()[0].contains("no route to host") && served.notes()[0].contains("firewall.nft"));
}

#[tokio::test]
async fn faults_of_single_attempts_are_told_to_come_behind_the_connection() {
    let served = serve(", faults: [{fault: tcp-refused, count: first 1}]", "").await;
    assert!(
        served.notes()[0].starts_with("faults of single attempts to connect to r.test"),
        "{:?}",
        served.notes()
    );
    let mut stream = TcpStream::connect(place(&served, "r.test")).await.unwrap();
    assert!(stream.read_u8().await.is_err());
    assert!(knock(place(&served, "r.test")).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_door_follows_the_time() {
    let served = serve(", faults: [{fault: tcp-refused, until: 1s}]", "").await;
    let at = place(&served, "r.test");
    assert_eq!(errno(at).await, Some(111));
    let open = async {
        while knock(at).await.is_none_or(|connected| connected.is_err()) {
            tokio::task::yield_now().await;
        }
    };
    timeout(LATE, open).await.unwrap();
}

/// A question for the address of `r.test` (RFC 1035, 4.1).
const QUESTION: &[u8] = b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\x01r\x04test\0\0\x01\0\x01";

async fn ask(server: SocketAddr) -> Option<Vec<u8>> {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    socket.send_to(QUESTION, server).await.unwrap();
    let mut answer = [0; 512];
    let (length, _) = timeout(SOON, socket.recv_from(&mut answer)).await.ok()?.unwrap();
    Some(answer[..length].to_vec())
}

#[tokio::test]
async fn each_name_server_has_a_socket_of_its_own() {
    let node = "node: {nameserver: 10.0.0.53, moreNameservers: [10.0.0.54], search: [corp.test], ndots: 2}\n";
    let faults = "faults: [{fault: dns-silence, server: 10.0.0.53}]\n";
    let served = serve("", &format!("{node}{faults}")).await;
    let servers = served.nameservers();
    assert_eq!((servers.len(), ask(servers[0]).await), (2, None));
    let place = place(&served, "r.test");
    let std::net::IpAddr::V4(address) = place.ip() else { panic!("{place}") };
    assert!(ask(servers[1]).await.unwrap().ends_with(&address.octets()));
    let files = served.files(std::path::Path::new("/somewhere"));
    let (_, text) =
        files.iter().find(|(path, _)| path.ends_with("resolv.conf") && path.iter().count() == 1).unwrap();
    let text = String::from_utf8_lossy(text);
    assert!(text.contains("search corp.test\n") && text.contains("options ndots:2\n"), "{text}");
    assert_eq!(text.matches("nameserver ").count(), 2, "{text}");
}

#[tokio::test]
async fn a_name_server_behind_a_firewall_does_not_answer() {
    let served = serve("", "firewall: [{to: 10.96.0.10, action: drop}]\n").await;
    assert_eq!(ask(served.nameservers()[0]).await, None);
    assert_eq!(served.notes(), [""; 0]);
    let served = serve("", "firewall: [{to: 10.96.0.10, action: refuse}]\n").await;
    assert_eq!(ask(served.nameservers()[0]).await, None);
    assert!(served.notes()[0].starts_with("the name server 10.96.0.10: the firewall refuses questions"));
}

#[tokio::test]
async fn proxies_lead_to_where_hosts_are_and_to_where_they_are_declared_to_be() {
    let rest = "proxy: {}";
    let served =
        serve(&format!("}}, p.test: {{address: 10.20.0.60, port: 3128, tls: none, {rest}"), "").await;
    let host = place(&served, "r.test");
    for target in [
        "r.test:80".to_owned(),
        format!("r.test:{}", host.port()),
        host.to_string(),
        "10.20.0.7:80".to_owned(),
    ] {
        let mut stream = TcpStream::connect(place(&served, "p.test")).await.unwrap();
        stream
            .write_all(format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n").as_bytes())
            .await
            .unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200", "{target}");
    }
}

#[tokio::test]
async fn the_firewall_is_there_as_rules_for_nftables() {
    let firewall = "firewall: [{to: r.test, port: 443, action: host-unreachable}, {to: 10.9.9.9, action: refuse}, {to: '2001:db8::1', action: drop}]\n";
    let served = serve("", firewall).await;
    let files = served.files(std::path::Path::new("/somewhere"));
    let (_, text) = files.iter().find(|(path, _)| path.ends_with("firewall.nft")).unwrap();
    let text = String::from_utf8_lossy(text);
    let at = place(&served, "r.test").ip();
    for line in [
        &format!(
            "ip daddr {at} meta l4proto tcp tcp dport 443 tcp flags & (syn | ack) == syn reject with icmp type host-unreachable"
        ),
        "ip daddr 10.9.9.9 meta l4proto tcp tcp flags & (syn | ack) == syn reject with tcp reset",
        "ip daddr 10.9.9.9 meta l4proto udp reject with icmp type port-unreachable",
        "ip6 daddr 2001:db8::1 meta l4proto tcp tcp flags & (syn | ack) == syn drop",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}
