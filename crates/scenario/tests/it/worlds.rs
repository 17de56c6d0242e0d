//! What stands between a node and the hosts: name servers, firewalls that come and go, proxies.

use std::sync::Arc;
use std::time::Duration;

use cri::{ImageService as _, PullImageRequest};
use mock_registry::Request;
use net::Clock;
use trace::Trace;

use crate::support::{HEAD, containerd, parse};

const HOST: &str = "  r.test: {address: 10.20.0.7, images: [{name: app, tags: [v1], layers: [1KiB]}]}\n";

struct Played {
    said: String,
    seconds: u64,
    requests: Vec<Request>,
}

/// Pulls `r.test/app:v1` in a world of that host, these others and the rest, after so many seconds.
fn play(hosts: &str, rest: &str, after: u64) -> Played {
    let scenario = parse("world.yaml", &format!("{HEAD}hosts:\n{HOST}{hosts}{rest}"));
    scenario::virtual_time().unwrap().block_on(async {
        let network = Arc::new(scenario.network());
        let clock = Clock::new(scenario.now());
        tokio::time::sleep(Duration::from_secs(after)).await;
        let request = PullImageRequest { image: "r.test/app:v1".to_owned(), auth: None };
        let said = match containerd(&scenario, network.clone(), clock, Trace::new()).pull_image(request).await
        {
            Ok(_) => "pulled".to_owned(),
            Err(error) => error.message,
        };
        Played { said, seconds: clock.elapsed().as_secs() - after, requests: network.requests() }
    })
}

#[test]
fn the_next_name_server_is_asked_when_one_is_silent() {
    let node = "node: {nameserver: 10.0.0.53, moreNameservers: [10.0.0.54]}\n";
    let fault = |server| format!("{node}faults: [{{fault: dns-silence, server: {server}}}]\n");
    let (first, second) = (play("", &fault("10.0.0.53"), 0), play("", &fault("10.0.0.54"), 0));
    assert_eq!((first.said.as_str(), second.said.as_str()), ("pulled", "pulled"));
    assert!(first.seconds >= 5 && second.seconds == 0, "{} {}", first.seconds, second.seconds);
}

#[test]
fn an_ipv6_only_host_needs_a_way_there() {
    let hosts = "  six.test: {address: \"2001:db8::7\"}\n";
    let fault = "faults: [{fault: dns-ipv6-only, host: r.test}]\n";
    let without = play(hosts, fault, 0).said;
    assert!(without.ends_with("dial tcp [2001:db8::7]:443: connect: network is unreachable"), "{without}");
    let with = play(hosts, &format!("{fault}node: {{addresses: [10.0.0.5, \"2001:db8::5\"]}}\n"), 0).said;
    assert!(with.contains("x509: certificate is valid for six.test, not r.test"), "{with}");
}

#[test]
fn a_firewall_comes_and_goes() {
    let rule =
        "firewall: [{to: r.test, port: 443, action: refuse, from: 10s, until: 60s, every: 20s for 5s}]\n";
    for (after, refused) in [(0, false), (10, true), (16, false), (31, true), (50, true), (70, false)] {
        let said = play("", rule, after).said;
        assert_eq!(said.ends_with("connect: connection refused"), refused, "{after}: {said}");
    }
}

/// A proxy with these keys, and a node that knows it under this address.
fn proxied(keys: &str, address: &str) -> (String, String) {
    let host = format!("  p.test: {{address: 10.20.0.9, port: 3128, tls: none, proxy: {{{keys}}}}}\n");
    let unit = format!("[Service]\\nEnvironment=HTTPS_PROXY={address} HTTP_PROXY={address}\\n");
    let node = format!("node: {{files: {{/etc/systemd/system/containerd.service.d/p.conf: \"{unit}\"}}}}\n");
    (host, node)
}

#[test]
fn proxies_lead_demand_and_read_along() {
    let (open, login) = ("http://p.test:3128", "http://ci:made-up@p.test:3128");
    let accounts = "accounts: {ci: {password: made-up}}";
    let table = [
        ("", open, "pulled"),
        (accounts, login, "pulled"),
        (accounts, open, "Proxy Authentication Required"),
        ("intercepts: true", open, "x509: certificate signed by unknown authority"),
        ("intercepts: true, trusted: true", open, "pulled"),
    ];
    for (keys, address, words) in table {
        let (host, node) = proxied(keys, address);
        let played = play(&host, &node, 0);
        assert!(played.said.ends_with(words), "{keys} {address}: {}", played.said);
        assert!(
            played
                .requests
                .iter()
                .any(|r| r.host == "p.test" && r.method == "CONNECT" && r.path == "r.test:443")
        );
    }
}

#[test]
fn a_proxy_finds_its_hosts_as_they_are() {
    let table = [
        ("tcp-refused", 0, "Bad Gateway"),
        ("tcp-no-answer", 60, "context deadline exceeded"),
        ("tls-expired", 0, "is after 2031-05-03T12:00:00Z"),
        ("tls-reset", 0, "connection reset by peer"),
    ];
    for (fault, seconds, words) in table {
        let (host, node) = proxied("", "http://p.test:3128");
        let played = play(&host, &format!("{node}faults: [{{fault: {fault}, host: r.test}}]\n"), 0);
        assert!(played.said.ends_with(words) && played.seconds >= seconds, "{fault}: {}", played.said);
    }
}
