use std::sync::Arc;
use std::time::Duration;

use gostd::url::Url;
use net::Request;
use scenario::Scenario;
use tokio::time::Instant;
use trace::Purpose;

use crate::support::{HEAD, client, parse};

const URL: &str = "https://r.test/v2/app/manifests/v1";

/// A world of one host `r.test` with an image, and these lines about the host; then these about the rest.
fn world(host: &str, rest: &str) -> Scenario {
    let own = "address: 10.20.0.7, images: [{name: app, tags: [v1], layers: [200KiB]}]";
    let text = format!("{HEAD}hosts:\n  r.test: {{{own}{host}}}\n{rest}");
    parse("test.yaml", &text)
}

/// Asks, and tells the status and body, or in Go's words what went wrong.
async fn ask(scenario: &Scenario, url: &str) -> Result<(u16, Vec<u8>), String> {
    let client = client(scenario, Arc::new(scenario.network()));
    let request = Request::new(Purpose::Resolve, "GET", Url::parse(url).unwrap());
    let mut response = client.round_trip(&request).await.map_err(|fault| fault.to_string())?;
    let body = response.body.read_up_to(1 << 20).await.map_err(|fault| fault.to_string())?;
    Ok((response.status, body))
}

#[tokio::test(start_paused = true)]
async fn tls_and_http_run_in_memory_at_the_worlds_date() {
    let scenario = world("", "");
    let network = Arc::new(scenario.network());
    let client = client(&scenario, network.clone());
    let request = Request::new(Purpose::Resolve, "HEAD", Url::parse(URL).unwrap());
    let response = client.round_trip(&request).await.map_err(|fault| fault.to_string()).unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(response.header.get("Date"), Some("Sun, 04 May 2031 12:00:00 GMT"));
    assert!(response.header.get("Docker-Content-Digest").unwrap().starts_with("sha256:"));
    let requests = network.requests();
    assert_eq!((requests.len(), requests[0].host.as_str(), requests[0].status), (1, "r.test", Some(200)));
}

#[tokio::test(start_paused = true)]
#[expect(clippy::disallowed_methods, reason = "that no wall time passes is what is tested")]
async fn thirty_seconds_of_silence_take_no_wall_time() {
    let scenario = world("", "firewall: [{to: r.test, port: 443, action: drop}]\n");
    let (virtual_start, wall_start) = (Instant::now(), std::time::Instant::now());
    let error = ask(&scenario, URL).await.unwrap_err();
    assert_eq!(error, "dial tcp 10.20.0.7:443: i/o timeout");
    assert_eq!(virtual_start.elapsed().as_secs(), 30);
    assert!(wall_start.elapsed() < virtual_start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_stands_between_node_and_host_has_gos_words() {
    let table = [
        (
            "",
            "firewall: [{to: r.test, action: host-unreachable}]",
            "dial tcp 10.20.0.7:443: connect: no route to host",
        ),
        (
            "",
            "firewall: [{to: 10.20.0.7, action: network-unreachable}]",
            "dial tcp 10.20.0.7:443: connect: network is unreachable",
        ),
        (
            "",
            "firewall: [{to: r.test, action: refuse}]",
            "dial tcp 10.20.0.7:443: connect: connection refused",
        ),
        (", listens: false", "", "dial tcp 10.20.0.7:443: connect: connection refused"),
        (", port: 5000", "", "dial tcp 10.20.0.7:443: connect: connection refused"),
        ("", "dns: {r.test: 10.99.0.1}", "dial tcp 10.99.0.1:443: i/o timeout"),
        ("", "dns: {r.test: nxdomain}", "dial tcp: lookup r.test on 10.96.0.10:53: no such host"),
        ("", "dns: {r.test: servfail}", "dial tcp: lookup r.test on 10.96.0.10:53: server misbehaving"),
        ("", "dns: {r.test: nodata}", "dial tcp: lookup r.test on 10.96.0.10:53: no such host"),
        ("", "dns: {r.test: \"fd00::1\"}", "dial tcp [fd00::1]:443: connect: network is unreachable"),
    ];
    for (host, rest, words) in table {
        let scenario = world(host, &format!("{rest}\n"));
        assert_eq!(ask(&scenario, URL).await.unwrap_err(), words, "{host}{rest}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_name_server_is_waited_for() {
    let scenario = world("", "dns: {r.test: silence}\n");
    let start = Instant::now();
    let error = ask(&scenario, URL).await.unwrap_err();
    assert!(
        error.starts_with("dial tcp: lookup r.test on 10.96.0.10:53: ") && error.ends_with("i/o timeout"),
        "{error}"
    );
    assert!(start.elapsed() >= Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn faults_of_hosts_reach_the_client() {
    let table = [
        (", connections: [{fault: reset-after-hello}]", "connection reset by peer"),
        (", connections: [{fault: close-after-hello}]", "EOF"),
        (", connections: [{fault: plain-http}]", "http: server gave HTTP response to HTTPS client"),
        (", connections: [{fault: stall}]", "net/http: TLS handshake timeout"),
        (", rules: [{end: reset}]", "connection reset by peer"),
        (", rules: [{end: close}]", "EOF"),
        (", rules: [{end: close, after: 10}]", "unexpected EOF"),
        (", tls: expired", "x509: certificate has expired or is not yet valid"),
        (", tls: unknown-authority", "x509: certificate signed by unknown authority"),
        (", tls: wrong-name", "x509: certificate is valid for wrong.invalid, not r.test"),
    ];
    for (host, words) in table {
        let error = ask(&world(host, ""), URL).await.unwrap_err();
        assert!(error.contains(words), "{host}: {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn rules_start_afresh_in_each_network() {
    let scenario = world(", rules: [{count: first 1, delay: 90s, status: 503, body: busy}]", "");
    for _ in 0..2 {
        let network = Arc::new(scenario.network());
        let client = client(&scenario, network.clone());
        let request = Request::new(Purpose::Resolve, "GET", Url::parse(URL).unwrap());
        let mut statuses = Vec::new();
        let start = Instant::now();
        for _ in 0..2 {
            let response = client.round_trip(&request).await.map_err(|fault| fault.to_string()).unwrap();
            statuses.push(response.status);
        }
        assert_eq!((statuses.as_slice(), start.elapsed().as_secs()), (&[503, 200][..], 90));
    }
}
