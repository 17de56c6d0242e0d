//! Against wiremock, a server that shares no line with this project.

use std::io::Write as _;

use net::Client;
use trace::{Trace, What};
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{Setup, body, get, request};

/// A client for which these names are this machine.
fn client() -> (Client, Trace) {
    let hosts = "127.0.0.1 registry.test cdn.registry.test other.test\n".to_owned();
    Setup { files: vec![("/etc/hosts", hosts)], ..Setup::default() }.real()
}

async fn answers(server: &MockServer, verb: &str, at: &str, answer: ResponseTemplate) {
    Mock::given(method(verb)).and(path(at)).respond_with(answer).mount(server).await;
}

fn redirect(status: u16, to: impl AsRef<str>) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("Location", to.as_ref())
}

/// The URL of a path on the server, under another name.
fn named(server: &MockServer, name: &str, path: &str) -> String {
    format!("http://{name}:{}{path}", server.address().port())
}

fn connections(trace: &Trace) -> usize {
    trace.steps().iter().filter(|step| matches!(step.what, What::Dial(_))).count()
}

#[tokio::test]
async fn methods_and_reuse() {
    let server = MockServer::start().await;
    answers(&server, "GET", "/v2/", ResponseTemplate::new(200).set_body_string("hello")).await;
    let head = ResponseTemplate::new(200).set_body_raw("not sent", "application/x");
    answers(&server, "HEAD", "/v2/", head).await;
    let form = Mock::given(method("POST")).and(path("/token")).and(body_string("a=b"));
    form.respond_with(ResponseTemplate::new(201)).mount(&server).await;
    let (client, trace) = client();

    let response = client.round_trip(&get(&named(&server, "registry.test", "/v2/"))).await.unwrap();
    assert_eq!((response.status, response.content_length), (200, Some(5)));
    assert_eq!(body(response).await.unwrap(), b"hello");

    let head = request("HEAD", &named(&server, "registry.test", "/v2/"));
    let response = client.round_trip(&head).await.unwrap();
    assert_eq!(response.content_length, Some(8));
    assert_eq!(response.header.get("content-type"), Some("application/x"));
    assert_eq!(body(response).await.unwrap(), b"");

    let mut post = request("POST", &named(&server, "registry.test", "/token"));
    post.body = Some(secret::Secret::new(b"a=b".to_vec()));
    assert_eq!(client.round_trip(&post).await.unwrap().status, 201);
    assert_eq!(connections(&trace), 1);
}

#[tokio::test]
async fn an_unread_body_takes_its_connection_along() {
    let server = MockServer::start().await;
    answers(&server, "GET", "/a", ResponseTemplate::new(200).set_body_string("x".repeat(100_000))).await;
    let (client, trace) = client();
    let request = get(&named(&server, "registry.test", "/a"));
    let mut response = client.round_trip(&request).await.unwrap();
    assert_eq!(response.body.read_up_to(10).await.unwrap().len(), 10);
    drop(response);
    client.round_trip(&request).await.unwrap();
    assert_eq!(connections(&trace), 2);
}

#[tokio::test]
async fn a_body_read_to_its_limit_frees_its_connection_when_that_is_the_end() {
    let server = MockServer::start().await;
    answers(&server, "GET", "/a", ResponseTemplate::new(200).set_body_string("0123456789")).await;
    let (client, trace) = client();
    let request = get(&named(&server, "registry.test", "/a"));
    for _ in 0..2 {
        let mut response = client.round_trip(&request).await.unwrap();
        assert_eq!(response.body.read_up_to(10).await.unwrap(), b"0123456789");
    }
    assert_eq!(connections(&trace), 1);
}

#[tokio::test]
async fn gzip_is_undone_where_go_asked_for_it() {
    let server = MockServer::start().await;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(b"plain text").unwrap();
    let packed = packer.finish().unwrap();
    let answer = ResponseTemplate::new(200)
        .insert_header("Content-Encoding", "gzip")
        .set_body_raw(packed.clone(), "text/plain");
    Mock::given(method("GET"))
        .and(header("Accept-Encoding", "gzip"))
        .respond_with(answer.clone())
        .mount(&server)
        .await;
    let identity = Mock::given(method("GET")).and(header("Accept-Encoding", "identity"));
    identity.respond_with(answer).mount(&server).await;
    let (client, _) = client();

    let mut request = get(&named(&server, "registry.test", "/"));
    let response = client.round_trip(&request).await.unwrap();
    assert_eq!((response.content_length, response.header.get("Content-Encoding")), (None, None));
    assert_eq!(body(response).await.unwrap(), b"plain text");

    request.header.set("Accept-Encoding", "identity");
    let response = client.round_trip(&request).await.unwrap();
    assert_eq!(response.content_length, Some(packed.len() as u64));
    assert_eq!(body(response).await.unwrap(), packed);
}

#[tokio::test]
async fn a_body_that_claims_to_be_gzip() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).insert_header("Content-Encoding", "gzip");
    answers(&server, "GET", "/", answer.set_body_string("this is no gzip stream at all")).await;
    let (client, _) = client();
    let response = client.round_trip(&get(&named(&server, "registry.test", "/"))).await.unwrap();
    assert!(body(response).await.is_err());
}

#[tokio::test]
async fn credentials_and_referer_on_redirects() {
    let cases = [
        // from, to, Authorization goes along
        ("registry.test", "registry.test", true),
        ("registry.test", "cdn.registry.test", true),
        ("cdn.registry.test", "registry.test", false),
        ("registry.test", "other.test", false),
        ("registry.test", "127.0.0.1", false),
    ];
    for (from, to, along) in cases {
        let server = MockServer::start().await;
        answers(&server, "GET", "/from", redirect(307, named(&server, to, "/to"))).await;
        answers(&server, "GET", "/to", ResponseTemplate::new(200)).await;
        let (client, _) = client();
        let mut request = get(&named(&server, &format!("user:canary@{from}"), "/from"));
        request.header.set("Authorization", "Bearer canary");
        request.header.set("Accept", "x/y");
        let response = client.send(request).await.unwrap_or_else(|(url, fault)| panic!("{url}: {fault}"));
        assert_eq!(response.url.to_string(), named(&server, to, "/to"));
        let seen = server.received_requests().await.unwrap();
        let header = |name| seen[1].headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!(header("authorization").is_some(), along, "{from} {to}");
        assert_eq!(header("accept"), Some("x/y"));
        assert_eq!(header("referer"), Some(named(&server, from, "/from").as_str()));
    }
}

#[tokio::test]
async fn credentials_do_not_come_back() {
    let server = MockServer::start().await;
    answers(&server, "GET", "/1", redirect(302, named(&server, "other.test", "/2"))).await;
    answers(&server, "GET", "/2", redirect(302, named(&server, "registry.test", "/3"))).await;
    answers(&server, "GET", "/3", ResponseTemplate::new(200)).await;
    let (client, _) = client();
    let mut request = get(&named(&server, "registry.test", "/1"));
    request.header.set("Authorization", "Bearer canary");
    client.send(request).await.map_err(|(_, fault)| fault).unwrap();
    let seen = server.received_requests().await.unwrap();
    let with: Vec<bool> = seen.iter().map(|request| request.headers.contains_key("authorization")).collect();
    // Once stripped, Go does not add the field again (Go 1.24, CVE-2024-45336).
    assert_eq!(with, [true, false, false]);
}

#[tokio::test]
async fn methods_on_redirects() {
    for (status, verb, then) in [
        (302, "POST", "GET"),
        (303, "POST", "GET"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
        (302, "HEAD", "HEAD"),
    ] {
        let server = MockServer::start().await;
        answers(&server, verb, "/from", redirect(status, "to?x=1")).await;
        answers(&server, then, "/to", ResponseTemplate::new(200)).await;
        let (client, _) = client();
        let mut request = request(verb, &named(&server, "registry.test", "/from"));
        request.body = (verb == "POST").then(|| secret::Secret::new(b"a=b".to_vec()));
        let response = client.send(request).await.unwrap_or_else(|(url, fault)| panic!("{url}: {fault}"));
        assert_eq!(response.status, 200, "{status} {verb}");
        let seen = server.received_requests().await.unwrap();
        let kept = if then == "POST" { "a=b" } else { "" };
        assert_eq!((seen[1].body.as_slice(), seen[1].url.query()), (kept.as_bytes(), Some("x=1")));
    }
}

#[tokio::test]
async fn redirects_that_lead_nowhere() {
    let server = MockServer::start().await;
    answers(&server, "GET", "/loop", redirect(302, "/loop")).await;
    answers(&server, "GET", "/bad", redirect(302, "http://a b/")).await;
    answers(&server, "GET", "/none", ResponseTemplate::new(302)).await;
    let (client, trace) = client();
    let url = |path| named(&server, "registry.test", path);

    let (at, fault) = client.send(get(&url("/loop"))).await.err().unwrap();
    // The place is told as the Location was sent.
    assert_eq!((at.as_str(), fault.to_string().as_str()), ("/loop", "stopped after 10 redirects"));
    let asked = trace.steps().iter().filter(|step| matches!(step.what, What::Exchange(_))).count();
    assert_eq!(asked, 10);

    let (at, fault) = client.send(get(&url("/bad"))).await.err().unwrap();
    let text = r#"failed to parse Location header "http://a b/": parse "http://a b/": invalid character " " in host name"#;
    assert_eq!((at, fault.to_string().as_str()), (url("/bad"), text));

    let answer = client.send(get(&url("/none"))).await.map_err(|(_, fault)| fault).unwrap();
    assert_eq!(answer.status, 302);
}
