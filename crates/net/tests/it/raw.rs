//! Answers, good and bad, byte by byte; the words are those of Go's `net/http`.

use std::time::Duration;

use net::Response;
use tokio::net::TcpListener;
use tokio::time::Instant;
use trace::{Purpose, Stage};

use crate::memory::Memory;
use crate::support::{Act, Setup, act, body, fault, get, request, scripted, send, words};

const BROKEN: &str = "net/http: HTTP/1.x transport connection broken: ";
const EMPTY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// Asks a server that answers with these bytes and closes.
async fn ask(answer: impl AsRef<[u8]>) -> Result<Response, trace::Fault> {
    let (address, _) = scripted(vec![vec![Act::Read, send(answer)]]).await;
    let (client, _) = Setup::default().real();
    client.round_trip(&get(&format!("http://{address}/"))).await
}

async fn ask_body(answer: impl AsRef<[u8]>) -> String {
    match body(ask(answer).await.unwrap()).await {
        Ok(bytes) => format!("{:?}", String::from_utf8(bytes).unwrap()),
        Err(fault) => {
            assert_eq!(fault.stage, Stage::Body);
            fault.to_string()
        }
    }
}

#[tokio::test]
async fn malformed_heads() {
    let cases = [
        ("SSH-2.0-OpenSSH_9.6\r\n", r#"malformed HTTP response "SSH-2.0-OpenSSH_9.6""#),
        ("HTT", r#"malformed HTTP response "HTT""#),
        ("\x15\x03\x01\0\x02\x02F", r#"malformed HTTP response "\x15\x03\x01\x00\x02\x02F""#),
        ("HTTP/1.1 abc\r\n\r\n", r#"malformed HTTP status code "abc""#),
        ("HTTP/1.1 2000 OK\r\n\r\n", r#"malformed HTTP status code "2000""#),
        ("HTTX/1.1 200 OK\r\n\r\n", r#"malformed HTTP version "HTTX/1.1""#),
        ("HTTP/1.1 200 OK\r\nContent-\r\n\r\n", r#"malformed MIME header: missing colon: "Content-""#),
        ("HTTP/1.1 200 OK\r\nA: b\r\nCont", r#"malformed MIME header: missing colon: "Cont""#),
        ("HTTP/1.1 200 OK\r\nA b: c\r\n\r\n", "malformed MIME header line: A b: c"),
        ("HTTP/1.1 200 OK\r\n a: b\r\n\r\n", "malformed MIME header initial line:  a: b"),
        ("HTTP/1.1 200 OK", "unexpected EOF"),
        ("HTTP/1.1 200 OK\r\nA: b\r\n", "unexpected EOF"),
        ("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", r#"bad Content-Length "x""#),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", r#"bad Content-Length "-1""#),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n",
            r#"bad Content-Length "x""#,
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n",
            r#"http: message cannot contain multiple Content-Length headers; got ["5" "7"]"#,
        ),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", r#"unsupported transfer encoding: "gzip""#),
    ];
    for (answer, why) in cases {
        let fault = ask(answer).await.err().expect(answer);
        assert_eq!(fault.to_string(), format!("{BROKEN}{why}"), "{answer:?}");
        assert_eq!(fault.stage, Stage::Head);
    }
}

#[tokio::test]
async fn heads_that_are_understood() {
    let cases = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, "200 OK", Some(0)),
        ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, "200", Some(0)),
        ("HTTP/1.1 404 Nicht da\nContent-Length: 3\n\nabc", 404, "404 Nicht da", Some(3)),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204, "204 No Content", Some(0)),
        ("HTTP/1.0 200 OK\r\n\r\nabc", 200, "200 OK", None),
        ("HTTP/1.0 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc", 200, "200 OK", None),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
            200,
            "200 OK",
            None,
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 200, "200 OK", Some(3)),
    ];
    for (answer, status, line, length) in cases {
        let response = ask(answer).await.unwrap_or_else(|fault| panic!("{answer:?}: {fault}"));
        let got = (response.status, response.status_line.as_str(), response.content_length);
        assert_eq!(got, (status, line, length), "{answer:?}");
    }
}

#[tokio::test]
async fn informational_answers_are_limited_by_their_size_only() {
    // Go 1.24 counts bytes, no longer answers.
    let many = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(50);
    assert_eq!(ask(format!("{many}{EMPTY}")).await.unwrap().status, 200);
}

#[tokio::test]
async fn endless_heads_end() {
    let too_large = format!("{BROKEN}net/http: server response headers exceeded 10485760 bytes; aborted");
    let starts = ["HTTP/1.1 200 OK\r\n", "", "HTTP/1.1 103 Early Hints\r\n\r\n"];
    let floods: [&[u8]; 3] = [
        concat!("X-Filler: ", "0123456789012345678901234567890123456789012345678901234567890\r\n").as_bytes(),
        &[b'a'; 8192],
        b"HTTP/1.1 103 Early Hints\r\nLink: <01234567890123456789012345678901234567890123>\r\n\r\n",
    ];
    for (start, flood) in starts.into_iter().zip(floods) {
        let (address, _) = scripted(vec![vec![Act::Read, send(start), Act::Flood(flood)]]).await;
        let (client, _) = Setup::default().real();
        assert_eq!(words(&client, &get(&format!("http://{address}/"))).await, too_large, "{start:?}");
    }
}

/// The server leaves the connection open: what is wrong is said all the same.
#[tokio::test]
async fn malformed_lines_are_noticed_as_they_come() {
    let cases = [
        ("HTTP/1.1 200 OK\r\nnothing\r\n", "malformed MIME header: missing colon: \"nothing\""),
        ("HTTP/1.1 200 OK\r\nA: b\r\nnothing\n", "malformed MIME header: missing colon: \"nothing\""),
        ("HTTP/1.1 200 OK\r\n a: b\r\n", "malformed MIME header initial line:  a: b"),
    ];
    for (start, why) in cases {
        let (address, _) = scripted(vec![vec![Act::Read, send(start), Act::Hold]]).await;
        let (client, _) = Setup::default().real();
        let said = words(&client, &get(&format!("http://{address}/"))).await;
        assert_eq!(said, format!("{BROKEN}{why}"), "{start:?}");
    }
}

#[tokio::test]
async fn bodies() {
    const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let cases = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello".to_owned(), r#""hello""#),
        ("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello".into(), "unexpected EOF"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhello".into(), r#""hel""#),
        ("HTTP/1.1 200 OK\r\n\r\nhello".into(), r#""hello""#),
        ("HTTP/1.0 200 OK\r\n\r\nhello".into(), r#""hello""#),
        (format!("{CHUNKED}5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n"), r#""hello!""#),
        (format!("{CHUNKED}05 \r\nhello\r\n0\r\nTrailer: x\r\n\r\n"), r#""hello""#),
        (format!("{CHUNKED}5\r\nhel"), "unexpected EOF"),
        (format!("{CHUNKED}5\r\nhello\r\n"), "unexpected EOF"),
        (format!("{CHUNKED}xyz\r\n"), "invalid byte in chunk length"),
        (format!("{CHUNKED}+5\r\nhello\r\n0\r\n\r\n"), "invalid byte in chunk length"),
        (format!("{CHUNKED}\r\n"), "empty hex number for chunk length"),
        (format!("{CHUNKED}5\r\nhelloworld\r\n"), "malformed chunked encoding"),
        (format!("{CHUNKED}11112222333344445\r\n"), "http chunk length too large"),
        // Go net/http/transfer.go `readTrailer`, net/http/internal/chunked.go.
        (
            format!("{CHUNKED}0\r\n{}", "X: y\r\n".repeat(2000)),
            "http: suspiciously long trailer after chunked body",
        ),
        (format!("{CHUNKED}0\r\nX: y\r\n"), "http: suspiciously long trailer after chunked body"),
        (format!("{CHUNKED}0\r\n"), "http: unexpected EOF reading trailer"),
        (format!("{CHUNKED}0\r\nnothing\r\n\r\n"), r#"malformed MIME header: missing colon: "nothing""#),
        (format!("{CHUNKED}5\nhello\r\n0\r\n\r\n"), "chunked line ends with bare LF"),
        (format!("{CHUNKED}5\rx\r\nhello\r\n0\r\n\r\n"), "invalid CR in chunked line"),
        (format!("{CHUNKED} 5\r\nhello\r\n0\r\n\r\n"), "invalid byte in chunk length"),
        (
            format!("{CHUNKED}{}", format!("1;{}\r\n!\r\n", "x".repeat(4000)).repeat(5)),
            "chunked encoding contains too much non-data",
        ),
        (format!("{CHUNKED}5;{}", "x".repeat(70_000)), "header line too long"),
    ];
    for (answer, expected) in cases {
        assert_eq!(ask_body(&answer).await, expected, "{:.80}", answer);
    }
}

#[tokio::test]
async fn connections_that_die() {
    let (close, reset) = (vec![Act::Read], vec![Act::Read, Act::Reset]);
    let (address, _) = scripted(vec![close, reset]).await;
    let (client, trace) = Setup::default().real();
    let request = get(&format!("http://{address}/"));
    assert_eq!(words(&client, &request).await, "EOF");
    let fault = fault(&client, &request).await;
    let text = fault.to_string();
    assert!(text.starts_with("read tcp 127.0.0.1:"), "{text}");
    assert!(text.ends_with(&format!("->{address}: read: connection reset by peer")), "{text}");
    // Neither was sent once more: the connections were new.
    let dials = trace.steps().iter().filter(|step| matches!(step.what, trace::What::Dial(_))).count();
    assert_eq!(dials, 2);
}

#[tokio::test]
async fn reset_amid_a_head() {
    let (address, _) = scripted(vec![vec![Act::Read, send("HTTP/1.1 200 OK\r\n"), Act::Reset]]).await;
    let (client, _) = Setup::default().real();
    let text = words(&client, &get(&format!("http://{address}/"))).await;
    // The reset may overtake the bytes before it.
    let text = text.strip_prefix(BROKEN).unwrap_or(&text);
    assert!(text.starts_with("read tcp ") && text.ends_with("read: connection reset by peer"), "{text}");
}

#[tokio::test]
async fn nobody_listens() {
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let (client, _) = Setup::default().real();
    let fault = fault(&client, &get(&format!("http://{address}/"))).await;
    assert_eq!(fault.to_string(), format!("dial tcp {address}: connect: connection refused"));
    assert_eq!(fault.stage, Stage::Dial);
}

#[tokio::test]
async fn requests_that_cannot_be_made() {
    let (client, _) = Setup::default().real();
    let cases = [
        ("http://127.0.0.1:99999/", "dial tcp: address 99999: invalid port"),
        ("ftp://127.0.0.1/", r#"unsupported protocol scheme "ftp""#),
        ("http:///x", "http: no Host in request URL"),
    ];
    for (url, text) in cases {
        assert_eq!(words(&client, &get(url)).await, text);
    }
}

#[tokio::test]
async fn a_reused_connection_that_dies_is_replaced() {
    for end in [vec![], vec![Act::Reset]] {
        let first = [vec![Act::Read, send(EMPTY), Act::Read], end].concat();
        let second = vec![Act::Read, send("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")];
        let (address, server) = scripted(vec![first, second]).await;
        let (client, _) = Setup::default().real();
        let request = get(&format!("http://{address}/"));
        assert_eq!(words(&client, &request).await, "answered 200");
        assert_eq!(words(&client, &request).await, "answered 202");
        drop(client);
        assert_eq!(server.await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn a_form_is_not_sent_twice() {
    let first = vec![Act::Read, send(EMPTY), Act::Read];
    let (address, _) = scripted(vec![first, vec![Act::Read, send(EMPTY)]]).await;
    let (client, _) = Setup::default().real();
    let mut form = request("POST", &format!("http://{address}/token"));
    assert_eq!(words(&client, &form).await, "answered 200");
    form.body = Some(secret::Secret::new(b"a=b".to_vec()));
    assert_eq!(words(&client, &form).await, "EOF");
}

#[tokio::test]
async fn a_reused_connection_that_answers_garbage_is_not_replaced() {
    let first = vec![Act::Read, send(EMPTY), Act::Read, send("x\r\n")];
    let (address, _) = scripted(vec![first, vec![Act::Read, send(EMPTY)]]).await;
    let (client, _) = Setup::default().real();
    let request = get(&format!("http://{address}/"));
    assert_eq!(words(&client, &request).await, "answered 200");
    assert_eq!(words(&client, &request).await, format!("{BROKEN}malformed HTTP response \"x\""));
}

#[tokio::test]
async fn what_a_connection_says_out_of_turn_ends_it() {
    let lying = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 500 Smuggled\r\n\r\n";
    let (address, _) = scripted(vec![vec![Act::Read, send(lying)], vec![Act::Read, send(EMPTY)]]).await;
    let (client, _) = Setup::default().real();
    let request = get(&format!("http://{address}/"));
    let response = client.round_trip(&request).await.unwrap();
    assert_eq!(body(response).await.unwrap(), b"abc");
    assert_eq!(words(&client, &request).await, "answered 200");
}

#[tokio::test]
async fn connections_that_say_close_are_closed() {
    for closing in
        ["HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n"]
    {
        let (address, server) =
            scripted(vec![vec![Act::Read, send(closing), Act::Hold], vec![Act::Read, send(EMPTY)]]).await;
        let (client, _) = Setup::default().real();
        let request = request("HEAD", &format!("http://{address}/"));
        assert_eq!(words(&client, &request).await, "answered 200");
        assert_eq!(words(&client, &request).await, "answered 200");
        drop(client);
        assert_eq!(server.await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn the_bytes_of_a_request() {
    let (address, server) = scripted(vec![vec![Act::Read, send(EMPTY)]]).await;
    let (client, _) = Setup::default().real();
    let mut form = request("POST", &format!("http://{address}/token?a=b%20c"));
    form.purpose = Purpose::Token;
    form.header.set("User-Agent", "containerd/v2.1.9");
    form.header.set("X-Meta", "1");
    form.header.set("Content-Type", "application/x-www-form-urlencoded");
    form.header.set("Accept", "a, */*");
    form.header.set("x-lower", "kept");
    form.body = Some(secret::Secret::new(b"a=b".to_vec()));
    assert_eq!(words(&client, &form).await, "answered 200");
    drop(client);
    let expected = format!(
        "POST /token?a=b%20c HTTP/1.1\r\nHost: {address}\r\nUser-Agent: containerd/v2.1.9\r\nContent-Length: 3\r\n\
         Accept: a, */*\r\nContent-Type: application/x-www-form-urlencoded\r\nX-Meta: 1\r\nx-lower: kept\r\n\
         Accept-Encoding: gzip\r\n\r\n"
    );
    assert_eq!(server.await.unwrap(), [expected]);
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_come_in_time() {
    let memory = Memory::default().host("10.1.0.1:80", |mut stream| async move {
        act(&mut stream, vec![Act::Read, Act::Hold]).await;
    });
    let limit = Some(Duration::from_secs(30));
    let (client, _) = Setup { response_header_timeout: limit, ..Setup::default() }.over(memory);
    let start = Instant::now();
    let fault = fault(&client, &get("http://10.1.0.1/")).await;
    assert_eq!(fault.to_string(), "net/http: timeout awaiting response headers");
    assert!(fault.error.is_timeout());
    assert_eq!(start.elapsed().as_secs(), 30);
}
