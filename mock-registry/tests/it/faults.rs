use std::io::ErrorKind;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use mock_registry::{ConnectionFault, ConnectionRule, Count, End, Glob, Rule};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::support::{ask, connect, content, open_host, say, start};

const MANIFEST: &str = "GET /v2/team/app/manifests/v1";

#[tokio::test]
async fn rules_count_the_requests_that_fit_them() {
    let busy = Rule::new()
        .method(Method::GET)
        .path(Glob::new("/v2/**/manifests/*"))
        .count(Count::First(2))
        .status(StatusCode::SERVICE_UNAVAILABLE)
        .header(RETRY_AFTER, HeaderValue::from_static("1"))
        .body("upstream is away");
    let server = start(&open_host().rule(busy).build()).await;
    assert_eq!(ask(&server, "HEAD /v2/team/app/manifests/v1", &[]).await.status(), 200);
    for _ in 0..2 {
        let got = ask(&server, MANIFEST, &[]).await;
        assert_eq!((got.status(), got.body()), (503, &b"upstream is away"[..]));
        assert_eq!(got.header("Retry-After").unwrap(), "1");
    }
    assert_eq!(ask(&server, MANIFEST, &[]).await.status(), 200);
}

#[tokio::test]
async fn rules_speak_the_error_envelope() {
    let limited = Rule::new().count(Count::After(1)).status(StatusCode::TOO_MANY_REQUESTS);
    let server = start(&open_host().rule(limited.error("TOOMANYREQUESTS", "slow down")).build()).await;
    assert_eq!(ask(&server, MANIFEST, &[]).await.status(), 200);
    let got = ask(&server, MANIFEST, &[]).await;
    assert_eq!((got.status(), got.json()["errors"][0]["code"].as_str()), (429, Some("TOOMANYREQUESTS")));
    assert_eq!(got.header("Content-Type").unwrap(), "application/json; charset=utf-8");
}

#[tokio::test]
async fn a_rule_without_a_status_changes_the_hosts_own_answer() {
    let digest = HeaderName::from_static("docker-content-digest");
    let twice = Rule::new()
        .without_header(digest)
        .header(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"a\""))
        .header(WWW_AUTHENTICATE, HeaderValue::from_static("Negotiate"));
    let server = start(&open_host().rule(twice).build()).await;
    let got = ask(&server, MANIFEST, &[]).await;
    assert_eq!((got.status(), got.header("Docker-Content-Digest")), (200, None));
    assert_eq!(got.text().matches("Www-Authenticate: ").count(), 2);
}

#[tokio::test]
async fn a_body_breaks_off_after_exactly_so_many_bytes() {
    let (_, added) = content();
    let line = format!("GET /v2/team/app/blobs/{}", added.layers[0]);
    for (end, error) in [(End::Close, None), (End::Reset, Some(ErrorKind::ConnectionReset))] {
        for bytes in [0, 1, 1000] {
            let host = open_host().rule(Rule::new().end_after(bytes, end)).build();
            let server = start(&host).await;
            let got = ask(&server, &line, &[]).await;
            assert_eq!(got.error, error, "{end:?} after {bytes}");
            if error.is_none() {
                // After a reset the peer's system may drop what has come and was not read.
                assert_eq!((got.status(), got.body().len() as u64), (200, bytes));
                assert!(got.header("Content-Length").unwrap().parse::<u64>().unwrap() > 200_000);
            }
        }
    }
}

#[tokio::test]
async fn a_large_part_arrives_before_the_end() {
    let (_, added) = content();
    let server = start(&open_host().rule(Rule::new().end_after(150_000, End::Close)).build()).await;
    let got = ask(&server, &format!("GET /v2/team/app/blobs/{}", added.layers[0]), &[]).await;
    assert_eq!(got.body().len(), 150_000);
}

#[tokio::test]
async fn a_connection_ends_in_place_of_an_answer() {
    let host = open_host().rule(Rule::new().end(End::Close)).build();
    let server = start(&host).await;
    let got = ask(&server, MANIFEST, &[]).await;
    assert_eq!((got.bytes.len(), got.error), (0, None));
    assert_eq!(host.requests()[0].status, None);
    let server = start(&open_host().rule(Rule::new().end(End::Reset)).build()).await;
    assert_eq!(ask(&server, MANIFEST, &[]).await.error, Some(ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn a_stall_says_nothing_and_closes_nothing() {
    let host = open_host().rule(Rule::new().end_after(10, End::Stall)).build();
    let (mut client, server) = tokio::io::duplex(1 << 16);
    tokio::spawn(host.serve(server, "10.0.0.1:1".parse().unwrap()));
    client.write_all(format!("{MANIFEST} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).await.unwrap();
    tokio::time::pause();
    let mut heard = Vec::new();
    let reading = timeout(Duration::from_secs(300), client.read_to_end(&mut heard));
    assert!(reading.await.is_err());
    assert!(heard.ends_with(b"\r\n\r\n{\"schemaVe"), "{}", String::from_utf8_lossy(&heard));
}

#[tokio::test(start_paused = true)]
async fn a_delay_is_on_tokios_clock() {
    let host = open_host().rule(Rule::new().delay(Duration::from_secs(90))).build();
    let (mut client, server) = tokio::io::duplex(1 << 16);
    tokio::spawn(host.serve(server, "10.0.0.1:1".parse().unwrap()));
    let started = tokio::time::Instant::now();
    client.write_all(format!("{MANIFEST} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).await.unwrap();
    assert_eq!(client.read_u8().await.unwrap(), b'H');
    assert_eq!(started.elapsed(), Duration::from_secs(90));
}

#[tokio::test]
async fn a_stated_length_may_lie() {
    for (body, stated, heard) in [("short", "50", "short"), ("", "50", ""), ("long", "2", "lo")] {
        let lie = Rule::new().body(body).header(CONTENT_LENGTH, HeaderValue::from_static(stated));
        let server = start(&open_host().rule(lie).build()).await;
        let got = ask(&server, MANIFEST, &[]).await;
        assert_eq!((got.header("Content-Length").unwrap().as_str(), got.body()), (stated, heard.as_bytes()));
        let head = ask(&server, &MANIFEST.replace("GET", "HEAD"), &[]).await;
        assert_eq!((head.header("Content-Length").unwrap().as_str(), head.body()), (stated, &b""[..]));
    }
}

#[tokio::test]
async fn connections_fail_before_any_request() {
    let table = [
        (ConnectionFault::Close, b"".as_slice(), None),
        (ConnectionFault::Reset, b"", Some(ErrorKind::ConnectionReset)),
        (ConnectionFault::Garbage("SSH-2.0-x\r\n".into()), b"SSH-2.0-x\r\n", None),
        (ConnectionFault::CloseAfterHello, b"", None),
        (ConnectionFault::ResetAfterHello, b"", Some(ErrorKind::ConnectionReset)),
    ];
    for (fault, bytes, error) in table {
        let server = start(&open_host().connection_rule(fault.clone()).build()).await;
        let got = say(&server, b"hello").await;
        assert_eq!((got.bytes.as_slice(), got.error), (bytes, error), "{fault:?}");
    }
}

#[tokio::test]
async fn connection_rules_take_turns() {
    let rule = ConnectionRule { count: Count::First(1), fault: ConnectionFault::Close };
    let server = start(&open_host().connection_rule(rule).build()).await;
    let mut first = connect(&server).await;
    assert_eq!(first.read(&mut [0; 1]).await.unwrap(), 0);
    assert_eq!(ask(&server, MANIFEST, &[]).await.status(), 200);
}
