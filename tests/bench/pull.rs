//! The time that a complete pull takes in memory: token, index, manifest, config and three small layers, each with
//! all that belongs to it (two challenges, two tokens, digests, unpacking). The registry is in the same thread, so
//! its share is measured too; nothing waits, so the time is CPU time.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::collections::HashMap;
use std::future::ready;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use cri::{ImageService as _, PullImageRequest};
use criterion::Criterion;
use distribution::{Digest, Platform};
use net::{BoxFuture, Clock, Datagram, Network, Stream};
use node::Node;
use runtimes::{Containerd, Layers, Options, Profile};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf};
use trace::Trace;

const HOST: &str = "10.0.0.1";
const OCI: &str = "application/vnd.oci.image.";

/// The answers of a registry and its token service, by method and target: without and with `Authorization`.
type Answers = HashMap<String, [Arc<[u8]>; 2]>;

fn head(status: &str, fields: &[(&str, &str)], length: usize) -> String {
    let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\n{fields}Content-Length: {length}\r\n\r\n")
}

fn answer(status: &str, fields: &[(&str, &str)], body: &[u8]) -> Arc<[u8]> {
    [head(status, fields, body.len()).as_bytes(), body].concat().into()
}

/// Adds content at a path, behind a challenge; its descriptor.
fn publish(answers: &mut Answers, folder: &str, media_type: &str, data: &[u8], tag: Option<&str>) -> Value {
    let digest = Digest::sha256_of(data).to_string();
    let realm = format!("Bearer realm=\"http://{HOST}/token\",service=\"bench\"");
    let challenge = answer("401 Unauthorized", &[("WWW-Authenticate", &realm)], b"");
    let fields = [("Content-Type", media_type), ("Docker-Content-Digest", digest.as_str())];
    let content = answer("200 OK", &fields, data);
    answers.insert(format!("GET /v2/team/app/{folder}/{digest}"), [challenge.clone(), content]);
    if let Some(tag) = tag {
        let only_head: Arc<[u8]> = head("200 OK", &fields, data.len()).into_bytes().into();
        answers.insert(format!("HEAD /v2/team/app/{folder}/{tag}"), [challenge, only_head]);
    }
    json!({"mediaType": media_type, "digest": digest, "size": data.len()})
}

fn tar(name: &str) -> Vec<u8> {
    let content = name.repeat(200);
    let mut header = tar::Header::new_ustar();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_data(&mut header, name, content.as_bytes()).unwrap();
    archive.into_inner().unwrap()
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// An index of one image with three layers.
fn registry() -> Answers {
    let mut answers = Answers::new();
    let token = answer("200 OK", &[], br#"{"token":"t"}"#);
    let target = "GET /token?scope=repository%3Ateam%2Fapp%3Apull&service=bench".to_owned();
    answers.insert(target, [token.clone(), token]);
    let tars = ["one", "two", "three"].map(tar);
    let ids: Vec<String> = tars.iter().map(|tar| Digest::sha256_of(tar).to_string()).collect();
    let layer = |tar: &Vec<u8>| {
        let media_type = format!("{OCI}layer.v1.tar+gzip");
        publish(&mut answers, "blobs", &media_type, &gzip(tar), None)
    };
    let layers: Vec<Value> = tars.iter().map(layer).collect();
    let config =
        json!({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": ids}});
    let config_type = format!("{OCI}config.v1+json");
    let config = publish(&mut answers, "blobs", &config_type, config.to_string().as_bytes(), None);
    let manifest_type = format!("{OCI}manifest.v1+json");
    let manifest =
        json!({"schemaVersion": 2, "mediaType": manifest_type, "config": config, "layers": layers});
    let mut manifest =
        publish(&mut answers, "manifests", &manifest_type, manifest.to_string().as_bytes(), None);
    manifest["platform"] = json!({"architecture": "amd64", "os": "linux"});
    let index_type = format!("{OCI}index.v1+json");
    let index = json!({"schemaVersion": 2, "mediaType": index_type, "manifests": [manifest]});
    publish(&mut answers, "manifests", &index_type, index.to_string().as_bytes(), Some("v1"));
    answers
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
        let answer = answers.get(target).unwrap_or_else(|| unreachable!("{target}"));
        if stream.write_all(&answer[authorized]).await.is_err() {
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

fn options(answers: Arc<Answers>) -> Options {
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

fn pull(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let answers = Arc::new(registry());
    c.bench_function("pull", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                let containerd = Containerd::new(options(answers.clone())).unwrap();
                let request = PullImageRequest { image: format!("{HOST}/team/app:v1"), auth: None };
                containerd.pull_image(request).await.unwrap()
            })
        });
    });
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    pull(&mut criterion);
    criterion.final_summary();
}
