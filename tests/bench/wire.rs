//! A registry in the same thread, reached by streams in memory; what is not there is answered with 404.

use std::collections::HashMap;
use std::future::ready;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use distribution::Platform;
use net::{BoxFuture, Clock, Datagram, Network, Stream};
use node::Node;
use runtimes::{Layers, Options, Profile};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf};
use trace::Trace;

/// The registry.
pub const HOST: &str = "10.0.0.1";

/// What a registry says of a manifest that it does not have.
const UNKNOWN: &[u8] = br#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#;

/// The answers of a registry and its token service, by method and target: without and with `Authorization`.
pub type Answers = HashMap<String, [Arc<[u8]>; 2]>;

/// The head of an answer.
pub fn head(status: &str, fields: &[(&str, &str)], length: usize) -> String {
    let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\n{fields}Content-Length: {length}\r\n\r\n")
}

/// An answer of this status, with these fields and this body.
pub fn answer(status: &str, fields: &[(&str, &str)], body: &[u8]) -> Arc<[u8]> {
    [head(status, fields, body.len()).as_bytes(), body].concat().into()
}

/// The registry's end of a connection.
async fn serve(mut stream: DuplexStream, answers: Arc<Answers>) {
    let mut buffer = Vec::with_capacity(4096);
    while let Ok(1..) = stream.read_buf(&mut buffer).await {
        if !buffer.ends_with(b"\r\n\r\n") {
            continue;
        }
        let request = String::from_utf8(std::mem::take(&mut buffer)).unwrap();
        let target = request.split(" HTTP/").next().unwrap_or_default();
        let authorized = usize::from(request.contains("\r\nAuthorization: "));
        let nothing =
            || answer("404 Not Found", &[], if target.starts_with("HEAD ") { b"" } else { UNKNOWN });
        let answer = answers.get(target).map_or_else(nothing, |answer| answer[authorized].clone());
        if stream.write_all(&answer).await.is_err() {
            return;
        }
    }
}

struct Memory(Arc<Answers>);

impl Network for Memory {
    fn dial(&self, address: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Stream>>> {
        let (near, far) = tokio::io::duplex(64 << 10);
        tokio::spawn(serve(far, self.0.clone()));
        Box::pin(ready(Ok(Box::new(Pipe { near, address }) as Box<dyn Stream>)))
    }

    fn datagram(&self, _: SocketAddr) -> BoxFuture<'_, io::Result<Box<dyn Datagram>>> {
        Box::pin(ready(Err(io::ErrorKind::Unsupported.into())))
    }
}

struct Pipe {
    near: DuplexStream,
    address: SocketAddr,
}

impl Stream for Pipe {
    fn local_addr(&self) -> SocketAddr {
        self.address
    }

    fn peer_addr(&self) -> SocketAddr {
        self.address
    }
}

impl AsyncRead for Pipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.near).poll_read(cx, to)
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.near).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.near).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.near).poll_shutdown(cx)
    }
}

/// What a runtime stands on whose only registry this is.
pub fn options(answers: Arc<Answers>) -> Options {
    let config = "version = 3\n[plugins.'io.containerd.cri.v1.images'.registry]\nconfig_path = '/certs.d'\n";
    let hosts = format!("server = 'http://{HOST}'\n");
    let files = [
        ("/etc/containerd/config.toml".into(), config.as_bytes().to_vec()),
        (format!("/certs.d/{HOST}/hosts.toml").into(), hosts.into_bytes()),
    ];
    Options {
        network: Arc::new(Memory(answers)),
        node: Node::memory(files),
        profile: Profile::named("containerd-2.1.9").unwrap(),
        platform: Platform::linux("amd64", ""),
        layers: Layers::Get,
        store: None,
        extra_roots: Vec::new(),
        trace: Trace::new(),
        clock: Clock::new(jiff::Timestamp::UNIX_EPOCH),
    }
}
