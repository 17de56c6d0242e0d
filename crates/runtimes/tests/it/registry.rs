//! A registry on loopback: answers by method and path, and what was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use cri::{CriError, ImageService as _, PullImageRequest, PulledImage};
use runtimes::{Layers, Options, Profile, Runtime};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What lies at a path.
#[derive(Clone)]
pub struct Content {
    pub header: String,
    pub body: Vec<u8>,
    /// Sends the body again and again.
    pub endless: bool,
}

impl Content {
    pub fn new(media_type: &str, body: &[u8]) -> Self {
        let digest = distribution::Digest::sha256_of(body);
        let header = format!("Content-Type: {media_type}\r\nDocker-Content-Digest: {digest}\r\n");
        Self { header, body: body.to_vec(), endless: false }
    }
}

/// A running registry.
pub struct Registry {
    pub host: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Registry {
    /// Serves content by path.
    pub async fn serve(content: HashMap<String, Content>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let (content, seen) = (Arc::new(content), log.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection(stream, content.clone(), seen.clone()));
            }
        });
        Self { host, log }
    }

    /// What was asked since the last look: method, path without its prefix, range.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock().unwrap())
    }

    /// A node that pulls from here by plain HTTP.
    pub fn containerd(&self, profile: &str, config: &str) -> Runtime {
        Runtime::new(Options {
            network: Arc::new(net::SystemNetwork::new()),
            node: node::Node::memory([("/etc/containerd/config.toml".into(), config.into())]),
            profile: Profile::named(profile).unwrap(),
            platform: distribution::Platform::linux("amd64", ""),
            layers: Layers::Get,
            store: None,
            extra_roots: Vec::new(),
            trace: trace::Trace::new(),
            clock: net::Clock::new(jiff::Timestamp::UNIX_EPOCH),
        })
        .unwrap()
    }

    pub async fn pull(&self, runtime: &Runtime) -> Result<PulledImage, CriError> {
        let image = format!("{}/team/app:v1", self.host);
        runtime.pull_image(PullImageRequest { image, auth: None }).await
    }
}

async fn connection(
    mut stream: TcpStream,
    content: Arc<HashMap<String, Content>>,
    log: Arc<Mutex<Vec<String>>>,
) {
    let mut head = Vec::new();
    loop {
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let text = String::from_utf8(std::mem::take(&mut head)).unwrap();
        let mut words = text.split(' ');
        let (method, path) = (words.next().unwrap(), words.next().unwrap());
        let path = path.strip_prefix("/v2/team/app/").unwrap_or(path);
        let range = text.lines().find_map(|line| line.strip_prefix("Range: bytes="));
        log.lock()
            .unwrap()
            .push(format!("{method} {path}{}", range.map(|r| format!(" {r}")).unwrap_or_default()));
        if !answer(&mut stream, method, range, content.get(path)).await {
            return;
        }
    }
}

/// Whether the connection goes on.
async fn answer(
    stream: &mut TcpStream,
    method: &str,
    range: Option<&str>,
    content: Option<&Content>,
) -> bool {
    let Some(content) = content else {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await.is_ok();
    };
    let from = range.and_then(|range| range.strip_suffix('-')?.parse::<usize>().ok());
    let body = &content.body[from.unwrap_or(0)..];
    let status = if from.is_some() { "206 Partial Content" } else { "200 OK" };
    let endless = content.endless && method == "GET";
    let length = if endless { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let head = format!("HTTP/1.1 {status}\r\n{}{length}\r\n", content.header);
    if stream.write_all(head.as_bytes()).await.is_err() {
        return false;
    }
    if method == "HEAD" {
        return true;
    }
    loop {
        // A client may have had enough amid a body.
        if stream.write_all(body).await.is_err() {
            return false;
        }
        if !endless {
            return true;
        }
    }
}
