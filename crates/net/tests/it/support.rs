//! What the tests share: a client in a few words, and servers that follow a script.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use gostd::url::Url;
use jiff::Timestamp;
use net::{
    Client, Clock, Dialer, Network, ProxyRules, Recorder, Request, Resolver, Response, Roots, SystemNetwork,
    Tls, Transport,
};
use node::{Environment, Node};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use trace::{Fault, Purpose, Trace};

/// The date on which everything happens.
pub const NOW: &str = "2026-11-22T12:00:00Z";

pub fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// What a client is made of; everything has a default.
#[derive(Default)]
pub struct Setup {
    pub files: Vec<(&'static str, String)>,
    pub environment: Vec<(&'static str, String)>,
    pub roots: Vec<String>,
    pub skip_verify: bool,
    pub identity: Option<(String, String)>,
    pub response_header_timeout: Option<Duration>,
}

impl Setup {
    pub fn over(mut self, network: impl Network) -> (Client, Trace) {
        let roots =
            Roots::only(std::mem::take(&mut self.roots).into_iter().map(String::into_bytes).collect());
        self.with_roots(network, roots)
    }

    pub fn with_roots(self, network: impl Network, roots: Roots) -> (Client, Trace) {
        let network: Arc<dyn Network> = Arc::new(network);
        let files = self.files.into_iter().map(|(path, text)| (PathBuf::from(path), text.into_bytes()));
        let resolver = Resolver::new(network.clone(), &Node::memory(files));
        let trace = Trace::new();
        let dialer = Dialer::new(network, resolver, Recorder::new(trace.clone()));
        let mut tls = Tls::new(Arc::new(roots), Clock::new(now()));
        if self.skip_verify {
            tls = tls.skip_verify();
        }
        if let Some((certificate, key)) = self.identity {
            tls = tls.with_identity(certificate.as_bytes(), key.as_bytes()).unwrap();
        }
        let variables = self.environment.into_iter().map(|(name, value)| (name.to_owned(), value));
        let transport = Transport {
            tls,
            proxy: ProxyRules::from_environment(&Environment::new(variables), 25),
            dial_timeout: Duration::from_secs(30),
            response_header_timeout: self.response_header_timeout,
            go: 27,
        };
        (Client::new(Arc::new(dialer), transport), trace)
    }

    pub fn real(self) -> (Client, Trace) {
        self.over(SystemNetwork::new())
    }
}

pub fn request(method: &'static str, url: &str) -> Request {
    Request::new(Purpose::Resolve, method, Url::parse(url).unwrap())
}

pub fn get(url: &str) -> Request {
    request("GET", url)
}

/// The words with which a request ends, or its status.
pub async fn words(client: &Client, request: &Request) -> String {
    match client.round_trip(request).await {
        Ok(response) => format!("answered {}", response.status),
        Err(fault) => fault.to_string(),
    }
}

pub async fn fault(client: &Client, request: &Request) -> Fault {
    client.round_trip(request).await.err().expect("an answer came")
}

pub async fn body(mut response: Response) -> Result<Vec<u8>, Fault> {
    response.body.read_up_to(usize::MAX).await
}

/// What a scripted server does with a connection, in order; at the end it closes.
#[derive(Clone, Debug)]
pub enum Act {
    /// Reads a request's head and keeps it.
    Read,
    /// Sends bytes.
    Send(Vec<u8>),
    /// Sends the same bytes again and again until the peer has enough.
    Flood(&'static [u8]),
    /// Closes with RST.
    Reset,
    /// Waits until the peer closes.
    Hold,
}

pub fn send(bytes: impl AsRef<[u8]>) -> Act {
    Act::Send(bytes.as_ref().to_vec())
}

/// A server on loopback whose connections follow one script each; the later ones are refused. Answers with the
/// heads that it read, once all scripts are done.
pub async fn scripted(scripts: Vec<Vec<Act>>) -> (SocketAddr, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let mut connections = Vec::new();
        for script in scripts {
            let (stream, _) = listener.accept().await.unwrap();
            connections.push(tokio::spawn(over_tcp(stream, script)));
        }
        let mut heads = Vec::new();
        for connection in connections {
            heads.extend(connection.await.unwrap());
        }
        heads
    });
    (address, server)
}

async fn over_tcp(mut stream: TcpStream, script: Vec<Act>) -> Vec<String> {
    let reset = matches!(script.last(), Some(Act::Reset));
    let heads = act(&mut stream, script).await;
    if reset {
        stream.set_zero_linger().unwrap();
    } else {
        // Bytes that were not read would turn the FIN into a RST.
        let _ = stream.shutdown().await;
        let _ = stream.read_to_end(&mut Vec::new()).await;
    }
    heads
}

/// Follows a script on any stream.
pub async fn act(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), script: Vec<Act>) -> Vec<String> {
    let mut heads = Vec::new();
    for step in script {
        match step {
            Act::Read => heads.push(read_head(stream).await),
            Act::Send(bytes) => stream.write_all(&bytes).await.unwrap(),
            Act::Flood(bytes) => while stream.write_all(bytes).await.is_ok() {},
            Act::Reset => {}
            Act::Hold => {
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
        }
    }
    heads
}

/// A head up to the empty line; what came, where the peer closed before it.
pub async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}
