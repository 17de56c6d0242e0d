use std::sync::Arc;
use std::time::Duration;

use crate::support::{ask, connect, hear, open_host, say, start};
use mock_registry::{Host, Registry};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const HEAD: &str = "HEAD /v2/team/app/manifests/v1 HTTP/1.1\r\nHost: a\r\n\r\n";

#[tokio::test]
async fn nothing_that_is_sent_takes_the_host_down() {
    let host = open_host().build();
    let server = start(&host).await;
    let long = "a".repeat(200_000);
    let many: String = (0..500).map(|n| format!("X-{n}: 1\r\n")).collect();
    let table = [
        (format!("GET /v2/ HTTP/1.1\r\nX: {long}\r\n\r\n"), [431, 400]),
        (format!("GET /v2/ HTTP/1.1\r\n{many}\r\n"), [431, 400]),
        (format!("GET /{long} HTTP/1.1\r\n\r\n"), [414, 431]),
        ("\u{16}\u{3}\u{1} hello, this is TLS\r\n\r\n".to_owned(), [400, 400]),
        ("GET\r\n\r\n".to_owned(), [400, 400]),
    ];
    for (bytes, statuses) in table {
        let got = say(&server, bytes.as_bytes()).await;
        // A reset may overtake the answer when there is more to read than the host reads.
        let excused = got.error.is_some() && got.bytes.is_empty();
        assert!(excused || statuses.contains(&got.status()), "{}", got.text());
    }
    for path in
        ["/v2/../../etc/passwd", "/v2/%2e%2e/%2e%2e/manifests/x", "/v2//manifests/", "/v2/a/blobs/", "/v2é"]
    {
        let status = ask(&server, &format!("GET {path}"), &[]).await.status();
        assert!((400..500).contains(&status), "{path}: {status}");
    }
    assert_eq!(ask(&server, "GET /v2/", &[]).await.status(), 200);
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let server = start(&open_host().build()).await;
    let mut stream = connect(&server).await;
    let last = HEAD.replace("Host: a\r\n", "Host: a\r\nConnection: close\r\n").replace("v1", "nope");
    stream.write_all(format!("{HEAD}{HEAD}{HEAD}{last}").as_bytes()).await.unwrap();
    let got = hear(&mut stream).await.text();
    let statuses: Vec<&str> = got.lines().filter_map(|line| line.strip_prefix("HTTP/1.1 ")).collect();
    assert_eq!(statuses, ["200 OK", "200 OK", "200 OK", "404 Not Found"]);
}

#[tokio::test]
async fn many_connections_are_served_at_once() {
    let server = start(&open_host().build()).await;
    let mut streams = Vec::new();
    for _ in 0..1_000 {
        streams.push(connect(&server).await);
    }
    for stream in &mut streams {
        stream.write_all(HEAD.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").as_bytes()).await.unwrap();
    }
    for stream in &mut streams {
        assert_eq!(hear(stream).await.status(), 200);
    }
}

#[tokio::test]
async fn bodies_that_are_not_what_they_say_end_the_connection_alone() {
    let registry = Registry::new(Arc::default()).accept_pushes();
    let server = start(&Host::builder("registry.test").registry(registry).build()).await;
    let post = "POST /v2/a/blobs/uploads/?digest=sha256:0000000000000000000000000000000000000000000000000000000000000000 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    let put = "PUT /v2/a/manifests/v1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    let table = [
        (format!("{post}Content-Length: 99999999999999999999999\r\n\r\n"), &[400][..]),
        (format!("{post}Content-Length: -5\r\n\r\n"), &[400]),
        (format!("{post}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"), &[400]),
        (format!("{post}Transfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n"), &[400]),
        (format!("{post}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"), &[400]),
        (format!("{post}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"), &[400]),
        (format!("{put}Content-Length: 0\r\n\r\n"), &[400]),
        (format!("{put}Content-Type: \u{1f}\r\nContent-Length: 2\r\n\r\n{{}}"), &[400]),
        (format!("{put}Transfer-Encoding: gzip\r\n\r\nhello"), &[400, 501]),
        ("PATCH /v2/a/blobs/uploads/%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(), &[404]),
        ("GET /v2/a/tags/list?n=-1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(), &[400, 404]),
        (
            "GET /v2/_catalog?n=99999999999999999999999 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                .to_owned(),
            &[400],
        ),
        ("BREW /v2/a/manifests/v1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(), &[405]),
    ];
    for (bytes, statuses) in table {
        let got = say(&server, bytes.as_bytes()).await;
        assert!(statuses.contains(&got.status()), "{bytes}: {}", got.text());
    }
    // What is stated and does not come is waited for; a client that goes away takes only itself away.
    let mut stream = connect(&server).await;
    stream.write_all(format!("{post}Content-Length: 9999999999\r\n\r\nsome").as_bytes()).await.unwrap();
    drop(stream);
    assert_eq!(ask(&server, "GET /v2/", &[]).await.status(), 200);
}

#[tokio::test]
async fn a_slow_body_keeps_nobody_else_waiting() {
    let registry = Registry::new(Arc::default()).accept_pushes();
    let server = start(&Host::builder("registry.test").registry(registry).build()).await;
    let begun =
        say(&server, b"POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    let location = begun.header("Location").unwrap();
    let mut slow = connect(&server).await;
    let head =
        format!("PATCH {location} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\n");
    slow.write_all(head.as_bytes()).await.unwrap();
    for byte in [b"a", b"b", b"c"] {
        assert_eq!(ask(&server, "GET /v2/_catalog", &[]).await.status(), 200);
        slow.write_all(byte).await.unwrap();
    }
    let got = hear(&mut slow).await;
    assert_eq!((got.status(), got.header("Range").as_deref()), (202, Some("0-2")));
}

#[tokio::test]
async fn an_upload_that_breaks_off_can_go_on() {
    let registry = Registry::new(Arc::default()).accept_pushes();
    let server = start(&Host::builder("registry.test").registry(registry).build()).await;
    let begun =
        say(&server, b"POST /v2/a/blobs/uploads/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    let location = begun.header("Location").unwrap();
    let mut broken = connect(&server).await;
    let head = format!("PATCH {location} HTTP/1.1\r\nHost: a\r\nContent-Length: 300\r\n\r\nhalf");
    broken.write_all(head.as_bytes()).await.unwrap();
    broken.shutdown().await.unwrap();
    let _ = hear(&mut broken).await;
    let status = ask(&server, &format!("GET {location}"), &[]).await;
    assert_eq!((status.status(), status.header("Range").as_deref()), (204, Some("0-3")));
}

#[tokio::test]
async fn heads_that_do_not_end_keep_nobody_waiting() {
    let server = start(&open_host().build()).await;
    let mut halves = Vec::new();
    for _ in 0..500 {
        let mut stream = connect(&server).await;
        stream.write_all(b"HEAD /v2/team/app/manifests/v1 HTTP/1.1\r\nHost: a\r\nX: ").await.unwrap();
        halves.push(stream);
    }
    assert_eq!(ask(&server, "GET /v2/", &[]).await.status(), 200);
    for stream in &mut halves {
        stream.write_all(b"1\r\nConnection: close\r\n\r\n").await.unwrap();
        assert_eq!(hear(stream).await.status(), 200);
    }
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_nothing_for_ten_minutes_is_left() {
    for asks in [false, true] {
        let (mut client, server) = tokio::io::duplex(4096);
        tokio::spawn(open_host().build().serve(server, "10.0.0.1:1".parse().unwrap()));
        let began = tokio::time::Instant::now();
        if asks {
            tokio::time::sleep(Duration::from_secs(500)).await;
            client.write_all(HEAD.as_bytes()).await.unwrap();
        }
        client.write_all(b"GET /v2/ HTTP/1.1\r\nHost: ").await.unwrap();
        let mut heard = String::new();
        client.read_to_string(&mut heard).await.unwrap();
        let (answers, seconds) = (heard.matches("200 OK").count(), began.elapsed().as_secs());
        assert_eq!((answers, seconds), if asks { (1, 1_100) } else { (0, 600) });
    }
}
