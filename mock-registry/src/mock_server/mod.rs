//! A registry for one test, in the words of a mock server.

mod expectation;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

use crate::{
    Authority, CertificateError, CertificateKind, Clock, Fault, Guard, Host, HostBuilder, Image,
    InvalidImage, Registry, Request, RequestLog, Rule, Selector, Store,
};

pub use expectation::{Expectation, Times, Unmet};

/// The name that it has in a certificate, beside its address.
const NAME: &str = "localhost";

/// A registry at a port of its own, for one test: it starts empty and healthy, gets images, faults and expectations,
/// and tells when it is dropped which expectations were not met, by failing the test.
///
/// ```
/// use mock_registry::{Expectation, Fault, Image, Layer, MockServer, Times};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let server = MockServer::start().await.unwrap();
/// server.mount(Image::new("team/app").tag("v1").layer(Layer::seeded(1, 1024))).unwrap();
/// server.mount("manifest-404".parse::<Fault>().unwrap()).unwrap();
/// server.expect(Expectation::get("/v2/team/app/manifests/*").status(404).times(Times::Exactly(1)));
///
/// // What is under test asks server.image("team/app:v1"), such as 127.0.0.1:40123/team/app:v1.
/// # use tokio::io::{AsyncReadExt, AsyncWriteExt};
/// # let mut client = tokio::net::TcpStream::connect(server.address()).await.unwrap();
/// # client.write_all(b"GET /v2/team/app/manifests/v1 HTTP/1.1\r\nHost: r\r\nConnection: close\r\n\r\n").await.unwrap();
/// # let mut answer = String::new();
/// # client.read_to_string(&mut answer).await.unwrap();
/// assert!(answer.starts_with("HTTP/1.1 404"));
///
/// server.verify().unwrap();
/// assert_eq!(server.received_requests()[0].status, Some(404));
/// # });
/// ```
#[derive(Debug)]
pub struct MockServer {
    address: SocketAddr,
    authority: Option<Arc<Authority>>,
    log: RequestLog,
    state: Arc<Mutex<State>>,
    accepting: AbortHandle,
}

/// What is mounted, and the host made of it.
#[derive(Debug)]
struct State {
    images: Vec<Image>,
    rules: Vec<Rule>,
    faults: Vec<(Fault, Selector)>,
    guard: Guard,
    expectations: Vec<Expectation>,
    tls: Option<Arc<rustls::ServerConfig>>,
    authority: Option<Arc<Authority>>,
    log: RequestLog,
    host: Arc<Host>,
    /// The connections that are served; they end when something is mounted, so that it counts from then on.
    serving: JoinSet<()>,
}

/// What can be mounted.
#[derive(Clone, Debug)]
pub enum Mock {
    /// An image to serve.
    Image(Box<Image>),
    /// A fault of the catalogue, and for whom it is.
    Fault(Fault, Box<Selector>),
    /// A free-form answer.
    Rule(Box<Rule>),
    /// What is demanded of those who ask; it replaces what was demanded before.
    Guard(Guard),
}

impl From<Image> for Mock {
    fn from(image: Image) -> Self {
        Self::Image(Box::new(image))
    }
}

impl From<Rule> for Mock {
    fn from(rule: Rule) -> Self {
        Self::Rule(Box::new(rule))
    }
}

impl From<Fault> for Mock {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault, Box::default())
    }
}

impl From<(Fault, Selector)> for Mock {
    fn from((fault, when): (Fault, Selector)) -> Self {
        Self::Fault(fault, Box::new(when))
    }
}

impl From<Guard> for Mock {
    fn from(guard: Guard) -> Self {
        Self::Guard(guard)
    }
}

/// What could not be mounted.
#[derive(Debug, thiserror::Error)]
pub enum MountError {
    /// An image cannot be.
    #[error(transparent)]
    Image(#[from] InvalidImage),
    /// A fault shows a certificate that could not be made.
    #[error("no certificate for a fault: {0}")]
    Certificate(#[from] CertificateError),
}

/// A server that could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The system gives no socket.
    #[error("no socket for the mock server: {0}")]
    Socket(#[from] std::io::Error),
    /// No certificate could be made.
    #[error("no certificate for the mock server: {0}")]
    Certificate(#[from] CertificateError),
}

impl MockServer {
    /// Starts one that speaks HTTP in clear, at a free port of 127.0.0.1. To be called within a tokio runtime.
    ///
    /// # Errors
    /// When the system gives no socket.
    pub async fn start() -> Result<Self, StartError> {
        Self::at_free_port(None).await
    }

    /// Starts one that speaks TLS, with a certificate for `localhost` and 127.0.0.1 that is good at `now`, issued by
    /// [`MockServer::authority_pem`].
    ///
    /// # Errors
    /// When the system gives no socket, or no key can be made.
    pub async fn start_tls(now: Timestamp) -> Result<Self, StartError> {
        Self::at_free_port(Some(now)).await
    }

    async fn at_free_port(tls_at: Option<Timestamp>) -> Result<Self, StartError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (authority, tls) = match tls_at {
            None => (None, None),
            Some(now) => {
                let authority = Authority::new("mock registry CA", now)?;
                let identity = authority.server(CertificateKind::Good, &names())?;
                (Some(Arc::new(authority)), Some(identity.server_config(None, Clock::standing_at(now))?))
            }
        };
        let log = RequestLog::new();
        let mut state = State {
            images: Vec::new(),
            rules: Vec::new(),
            faults: Vec::new(),
            guard: Guard::Open,
            expectations: Vec::new(),
            tls,
            authority: authority.clone(),
            log: log.clone(),
            host: Host::builder(NAME).build(),
            serving: JoinSet::new(),
        };
        state.host = state.build(Store::default()).build();
        let state = Arc::new(Mutex::new(state));
        let accepting = tokio::spawn(accept(listener, state.clone())).abort_handle();
        Ok(Self { address, authority, log, state, accepting })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as a URL, without a path: `http://127.0.0.1:40123`.
    pub fn uri(&self) -> String {
        let scheme = if self.authority.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// The name of an image of this registry, such as `127.0.0.1:40123/team/app:v1`.
    pub fn image(&self, name: &str) -> String {
        format!("{}/{name}", self.address)
    }

    /// The certificate to trust, in PEM; `None` for one that speaks HTTP in clear.
    pub fn authority_pem(&self) -> Option<String> {
        self.authority.as_deref().map(Authority::pem)
    }

    /// Adds an image, a fault, a rule or a guard. Connections that are open end, so that it counts at once; faults
    /// and rules begin to count anew.
    ///
    /// # Errors
    /// When an image cannot be, or a fault shows a certificate that cannot be made.
    pub fn mount(&self, mock: impl Into<Mock>) -> Result<(), MountError> {
        let mut state = lock(&self.state);
        match mock.into() {
            Mock::Image(image) => state.images.push(*image),
            Mock::Fault(fault, when) => state.faults.push((fault, *when)),
            Mock::Rule(rule) => state.rules.push(*rule),
            Mock::Guard(guard) => state.guard = guard,
        }
        state.rebuild()
    }

    /// Adds an expectation, which is looked at by [`MockServer::verify`], and at the latest when this is dropped.
    pub fn expect(&self, expectation: Expectation) {
        lock(&self.state).expectations.push(expectation);
    }

    /// The requests that came so far, the oldest first.
    pub fn received_requests(&self) -> Vec<Request> {
        self.log.requests()
    }

    /// Looks whether all expectations are met by now. They are not looked at again.
    ///
    /// # Errors
    /// Those that are not, and what came instead.
    pub fn verify(&self) -> Result<(), Unmet> {
        let expectations = std::mem::take(&mut lock(&self.state).expectations);
        expectation::verify(&expectations, &self.received_requests())
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        self.accepting.abort();
        if std::thread::panicking() {
            return;
        }
        #[expect(
            clippy::panic,
            reason = "an expectation that is not met fails the test, as with any mock server"
        )]
        if let Err(unmet) = self.verify() {
            panic!("{unmet}");
        }
    }
}

impl State {
    /// Makes the host anew. An image that cannot be goes away again.
    fn rebuild(&mut self) -> Result<(), MountError> {
        let mut store = Store::default();
        for image in &self.images {
            if let Err(error) = store.add(image) {
                self.images.pop();
                return Err(error.into());
            }
        }
        let mut builder = self.build(store);
        if let Some(authority) = &self.authority {
            builder = builder.identities_from(authority, &names())?;
        }
        self.host = builder.build();
        self.serving.abort_all();
        Ok(())
    }

    fn build(&self, store: Store) -> HostBuilder {
        let registry = Registry::new(Arc::new(store)).guard(self.guard.clone());
        let clock = Clock::starting_at(Timestamp::UNIX_EPOCH);
        let mut builder = Host::builder(NAME).clock(clock).log(self.log.clone()).registry(registry);
        if let Some(tls) = &self.tls {
            builder = builder.tls(tls.clone());
        }
        builder = self.rules.iter().cloned().fold(builder, HostBuilder::rule);
        let faults = self.faults.iter().cloned();
        faults.fold(builder, |builder, (fault, when)| builder.fault(fault, when))
    }
}

/// What its certificate is for.
fn names() -> [String; 2] {
    [NAME.to_owned(), Ipv4Addr::LOCALHOST.to_string()]
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>) {
    while let Ok((stream, peer)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let mut state = lock(&state);
        let serving = state.host.clone().serve(stream, peer);
        state.serving.spawn(serving);
        while state.serving.try_join_next().is_some() {}
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
