use std::sync::Arc;

use mock_registry::{
    Account, Accounts, Added, Glob, Guard, Host, HostBuilder, Image, Layer, Registry, Server, Store,
    TokenService,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A multi-arch image `team/app:v1`.
pub fn content() -> (Arc<Store>, Added) {
    let mut store = Store::default();
    let image = Image::new("team/app")
        .tag("v1")
        .platform("linux/amd64".parse().unwrap())
        .platform("linux/arm64".parse().unwrap())
        .layer(Layer::seeded(1, 200_000))
        .layer(Layer::seeded(2, 10));
    let added = store.add(&image).unwrap();
    (Arc::new(store), added)
}

/// Alice may pull `team/**`, bob nothing.
pub fn accounts() -> Arc<Accounts> {
    let alice = Account::new("alice", "s3cret").may_pull(Glob::new("team/**"));
    Arc::new(Accounts::new().account(alice).account(Account::new("bob", "b0b")))
}

pub fn open_host() -> HostBuilder {
    Host::builder("registry.test").registry(Registry::new(content().0))
}

pub async fn listener() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// The host on a loopback socket.
pub async fn start(host: &Arc<Host>) -> Server {
    host.serve_on(listener().await).unwrap()
}

/// A registry behind a token service on the same socket.
pub async fn bearer_host(tokens: TokenService) -> (Arc<Host>, Server) {
    let listener = listener().await;
    let realm = format!("http://{}/token", listener.local_addr().unwrap());
    let tokens = Arc::new(tokens);
    let registry = Registry::new(content().0).guard(Guard::bearer(realm, tokens.clone()));
    let host = Host::builder("registry.test").registry(registry).token_service("/token", tokens).build();
    let server = host.serve_on(listener).unwrap();
    (host, server)
}

/// What came back on a connection until its end, and the error that ended it, if one did.
pub struct Heard {
    pub bytes: Vec<u8>,
    pub error: Option<std::io::ErrorKind>,
}

impl Heard {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn status(&self) -> u16 {
        self.text().split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    }

    pub fn body(&self) -> &[u8] {
        let head = self.bytes.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        &self.bytes[head + 4..]
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(self.body()).unwrap()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let head = text.split("\r\n\r\n").next()?;
        head.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned()))
    }
}

/// Sends bytes and listens until the end.
pub async fn say(server: &Server, bytes: &[u8]) -> Heard {
    let mut stream = connect(server).await;
    // What the server makes of it shows up in what is read.
    let _ = stream.write_all(bytes).await;
    hear(&mut stream).await
}

#[expect(clippy::disallowed_methods, reason = "a raw client, on loopback")]
pub async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.address()).await.unwrap()
}

pub async fn hear(stream: &mut TcpStream) -> Heard {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16_384];
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) => return Heard { bytes, error: None },
            Ok(n) => bytes.extend_from_slice(&buffer[..n]),
            Err(error) => return Heard { bytes, error: Some(error.kind()) },
        }
    }
}

/// One request with these further header lines, after which the connection closes.
pub async fn ask(server: &Server, line: &str, headers: &[&str]) -> Heard {
    let mut request = format!("{line} HTTP/1.1\r\nHost: registry.test\r\nConnection: close\r\n");
    headers.iter().for_each(|header| request += &format!("{header}\r\n"));
    say(server, format!("{request}\r\n").as_bytes()).await
}
