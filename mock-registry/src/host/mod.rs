//! A host: what stands behind one name, from the accepted connection to the answer.

mod answering;
mod body;
mod builder;
mod connection;
mod facts;
mod handler;
mod handshake;
mod idle;
mod incoming;
mod magic;
mod play;
mod range;
mod registry;
mod reply;
mod server;
mod spoilt;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rustls::ServerConfig;

use crate::clock::HttpDate;
use crate::fault::{FaultTable, RuleTable};
use crate::host::magic::Magic;
use crate::host::spoilt::Spoilt;
use crate::proxy::Proxy;
use crate::{Clock, ConnectionRule, DialFault, Request, RequestLog, Store, TlsIdentity, TokenService};

pub use builder::HostBuilder;
pub use registry::Registry;
pub use server::Server;

pub(crate) use connection::{drain, linger};
pub(crate) use incoming::Body;
pub(crate) use reply::{ErrorCode, Reply, RequestHead};

/// What stands behind one name: a registry, a token service, a host of blobs, or several of these, with TLS or
/// without, and the rules by which it fails.
#[derive(Debug)]
pub struct Host {
    pub(crate) name: String,
    tls: Option<Arc<ServerConfig>>,
    registry: Option<Registry>,
    tokens: Vec<(String, Arc<TokenService>)>,
    /// What it holds as a host of blobs.
    blobs: Vec<Arc<Store>>,
    rules: RuleTable,
    connection_rules: Vec<ConnectionRule>,
    connections: AtomicU64,
    pub(crate) faults: FaultTable,
    /// What its faults show in place of `tls`.
    identities: Vec<(TlsIdentity, Arc<ServerConfig>)>,
    /// It is a forward proxy.
    pub(crate) proxy: Option<Proxy>,
    /// Images that go along with faults.
    magic: Option<Magic>,
    spoilt: Spoilt,
    pub(crate) clock: Clock,
    date: HttpDate,
    pub(crate) log: RequestLog,
}

impl Host {
    /// A host of this name, which knows nothing as yet.
    pub fn builder(name: impl Into<String>) -> HostBuilder {
        HostBuilder::new(name.into())
    }

    /// The host's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What becomes of an attempt to connect to it; to be asked once an attempt, before [`Host::serve`]. A real
    /// socket accepts by itself: for such a connection there is [`Host::serve_accepted`].
    pub fn dial_fault(&self) -> Option<DialFault> {
        self.faults.dial(self.clock.elapsed())
    }

    /// What stands before everybody who wants to connect now: a fault for all attempts of this time. It is not counted.
    pub fn standing_dial_fault(&self) -> Option<DialFault> {
        self.faults.standing_dial(self.clock.elapsed())
    }

    /// Whether [`Host::standing_dial_fault`] is another at another time.
    pub fn dial_faults_change(&self) -> bool {
        self.faults.dials_change()
    }

    /// Whether faults are for some attempts to connect alone, or make them late: what only [`Host::dial_fault`] tells.
    pub fn dial_faults_differ(&self) -> bool {
        self.faults.dials_differ()
    }

    /// The requests that came to this host, the oldest first.
    pub fn requests(&self) -> Vec<Request> {
        let mut requests = self.log.requests();
        requests.retain(|request| request.host == self.name);
        requests
    }
}
