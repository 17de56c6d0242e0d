//! A host: what stands behind one name, from the accepted connection to the answer.

mod body;
mod builder;
mod connection;
mod handler;
mod range;
mod registry;
mod reply;
mod server;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use rustls::ServerConfig;

use crate::fault::RuleTable;
use crate::{Clock, ConnectionRule, Request, RequestLog, Store, TokenService};

pub use builder::HostBuilder;
pub use registry::Registry;
pub use server::Server;

pub(crate) use reply::{ErrorCode, Reply, RequestHead};

/// What stands behind one name: a registry, a token service, a host of blobs, or several of these, with TLS or
/// without, and the rules by which it fails.
#[derive(Debug)]
pub struct Host {
    name: String,
    tls: Option<Arc<ServerConfig>>,
    registry: Option<Registry>,
    tokens: Vec<(String, Arc<TokenService>)>,
    blobs: Option<Arc<Store>>,
    rules: RuleTable,
    connection_rules: Vec<ConnectionRule>,
    connections: AtomicU64,
    clock: Clock,
    log: RequestLog,
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

    /// The requests that came to this host, the oldest first.
    pub fn requests(&self) -> Vec<Request> {
        let mut requests = self.log.requests();
        requests.retain(|request| request.host == self.name);
        requests
    }
}
