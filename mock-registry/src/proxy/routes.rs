use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::proxy::head::Destination;
use crate::proxy::pipe::Pipe;
use crate::{DialFault, Host};

/// How long a proxy waits for a host that does not answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a proxy can reach: hosts by name and port, in the same process.
#[derive(Debug, Default)]
pub struct Routes(BTreeMap<(String, u16), Arc<Host>>);

/// Why a proxy does not reach a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreached {
    /// There is none, or it refuses.
    Refused,
    /// It does not answer.
    Silent,
}

impl Routes {
    /// Leads nowhere.
    pub fn new() -> Self {
        Self::default()
    }

    /// Leads to this host, too, by a name or address and a port.
    pub fn add(&mut self, name: &str, port: u16, host: Arc<Host>) {
        self.0.insert((name.to_ascii_lowercase(), port), host);
    }

    pub(super) fn host(&self, to: &Destination) -> Option<&Arc<Host>> {
        self.0.get(&(to.host.clone(), to.port))
    }

    /// Connects to a host, which meets the faults of its dial.
    pub(super) async fn connect(&self, to: &Destination, from: SocketAddr) -> Result<Pipe, Unreached> {
        let host = self.host(to).ok_or(Unreached::Refused)?;
        match host.dial_fault() {
            None => {}
            Some(DialFault::Slow(time)) => tokio::time::sleep(time).await,
            Some(DialFault::NoAnswer) => {
                tokio::time::sleep(PATIENCE).await;
                return Err(Unreached::Silent);
            }
            Some(_) => return Err(Unreached::Refused),
        }
        let (near, far) = Pipe::pair();
        tokio::spawn(serve(host.clone(), far, from));
        Ok(near)
    }
}

/// A proxy may lead to a proxy: the type of what it does must not contain itself.
fn serve(host: Arc<Host>, stream: Pipe, from: SocketAddr) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(host.serve(stream, from))
}
