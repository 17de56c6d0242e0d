use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use cri::{AuthConfig, Code, ImageService, LiveRuntime, PullImageRequest};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::UnixListener;

/// What the server was asked: the path, and the message without its frame.
type Asked = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// What it answers to a path: a message, or a status and its words as they are on the wire.
type Answers = fn(&str) -> Result<&'static [u8], (&'static str, &'static str)>;

struct Server {
    socket: PathBuf,
    asked: Asked,
    _directory: tempfile::TempDir,
}

/// A gRPC server on a unix socket of its own.
fn serve(answers: Answers) -> Server {
    let directory = tempfile::tempdir().unwrap();
    let socket = directory.path().join("runtime.sock");
    let listener = UnixListener::bind(&socket).unwrap();
    let asked = Asked::default();
    let noted = asked.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let noted = noted.clone();
            let service = service_fn(move |request| answer(request, noted.clone(), answers));
            let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
            tokio::spawn(server.serve_connection(TokioIo::new(stream), service));
        }
    });
    Server { socket, asked, _directory: directory }
}

async fn answer(
    request: Request<Incoming>,
    asked: Asked,
    answers: Answers,
) -> Result<Response<BoxBody<Bytes, Infallible>>, Infallible> {
    let path = request.uri().path().to_owned();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let answer = answers(&path);
    asked.lock().unwrap().push((path, body[5..].to_vec()));
    let (message, status, words) = match answer {
        Ok(message) => (Some(message), "0", ""),
        Err((status, words)) => (None, status, words),
    };
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", status.parse().unwrap());
    trailers.insert("grpc-message", words.parse().unwrap());
    let frame = message.map_or_else(Vec::new, |message| {
        [&[0, 0, 0, 0, u8::try_from(message.len()).unwrap()], message].concat()
    });
    let body = Full::new(Bytes::from(frame)).with_trailers(std::future::ready(Some(Ok(trailers)))).boxed();
    Ok(Response::builder().header("content-type", "application/grpc").body(body).unwrap())
}

#[tokio::test]
async fn a_pull_hands_over_image_and_credentials() {
    let server = serve(|_| Ok(b"\x0a\x08sha256:a"));
    let runtime = LiveRuntime::connect(format!("unix://{}", server.socket.display())).await.unwrap();
    let auth = AuthConfig { username: "ci".into(), password: "p".into(), ..AuthConfig::default() };
    let request = PullImageRequest { image: "r.example/a:v1".into(), auth: Some(auth) };
    assert_eq!(runtime.pull_image(request).await.unwrap().image_ref, "sha256:a");
    // Field 1: the image spec, whose field 1 is the name; field 2: user name and password.
    let message = b"\x0a\x10\x0a\x0er.example/a:v1\x12\x07\x0a\x02ci\x12\x01p".to_vec();
    assert_eq!(*server.asked.lock().unwrap(), [("/runtime.v1.ImageService/PullImage".to_owned(), message)]);
}

#[tokio::test]
async fn a_refusal_keeps_its_code_and_its_words() {
    let server = serve(|_| Err(("5", "r.example/a:v1: not found %E2%9C%97")));
    let runtime = LiveRuntime::connect(&server.socket).await.unwrap();
    let request = PullImageRequest { image: "r.example/a:v1".into(), auth: None };
    let error = runtime.pull_image(request).await.unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (Code::NotFound, "r.example/a:v1: not found ✗"));
}

#[tokio::test]
async fn an_image_is_there_or_not() {
    // Image: id, a repo tag (passed over), size 300.
    let server = serve(|_| Ok(b"\x0a\x0a\x0a\x02id\x12\x01t\x20\xac\x02"));
    let runtime = LiveRuntime::connect(&server.socket).await.unwrap();
    let image = runtime.image_status("a").await.unwrap().unwrap();
    assert_eq!((image.id.as_str(), image.size), ("id", 300));
    let server = serve(|_| Ok(b""));
    let runtime = LiveRuntime::connect(&server.socket).await.unwrap();
    assert_eq!(runtime.image_status("a").await.unwrap(), None);
}

#[tokio::test]
async fn a_socket_without_a_runtime_is_named() {
    let error = LiveRuntime::connect("/nonexistent/runtime.sock").await.unwrap_err();
    assert!(error.to_string().starts_with("cannot reach a container runtime at /nonexistent/runtime.sock"));
}
