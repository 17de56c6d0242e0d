use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use mock_registry::RequestLog;

use super::accept::DialFaults;
use super::{Listen, SocketWorld, place};
use crate::file::FirewallAction;
use crate::{HostPlace, Scenario, SimulatedNetwork};

/// A file or directory that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {path}: {error}", path = .path.display())]
pub struct UnwritableFile {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub error: io::Error,
}

/// A scenario whose hosts live on sockets, for clients that are not ours: names lead to where the hosts really listen.
pub struct Served {
    scenario: Scenario,
    network: Arc<SimulatedNetwork>,
    world: SocketWorld,
    notes: Vec<String>,
}

impl Served {
    /// Moves the hosts to sockets and starts them; `log` is told of what comes. To be called within a tokio runtime.
    ///
    /// # Errors
    /// When the system gives no socket.
    pub async fn start(mut scenario: Scenario, listen: Listen, log: RequestLog) -> io::Result<Self> {
        let mut notes = Vec::new();
        let mut listeners = Vec::new();
        let mut moved = BTreeMap::new();
        for host in scenario.hosts() {
            let refused = match scenario.firewall_action(host.address) {
                None => false,
                Some(FirewallAction::Refuse) => true,
                Some(_) if listen == Listen::Declared => false,
                Some(_) => {
                    notes.push(format!(
                        "the firewall before {} is not played here: a socket can refuse, but not vanish",
                        host.name
                    ));
                    false
                }
            };
            if !host.listens || refused {
                moved.insert(host.address, listen.wish(host.address));
                continue;
            }
            let listener = place::bind(host.address, listen).await?;
            moved.insert(host.address, listener.local_addr()?);
            listeners.push((listener.local_addr()?, listener));
        }
        let names = place::bind_nameserver(SocketAddr::new(scenario.nameserver(), 53), listen).await?;
        scenario.relocate(&moved, names.address()?.ip());
        scenario.tell(log);
        let network = Arc::new(scenario.network());
        let world = SocketWorld::serve(&network, listeners, Some(names), DialFaults::Here)?;
        Ok(Self { scenario, network, world, notes })
    }

    /// The scenario, with its hosts where they listen.
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The hosts, where they listen.
    pub fn hosts(&self) -> Vec<HostPlace> {
        self.scenario.hosts()
    }

    /// Where the name server listens, on UDP and TCP.
    pub fn nameserver(&self) -> SocketAddr {
        let nowhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
        self.world.nameserver().unwrap_or(nowhere)
    }

    /// Writes [`Served::files`] into a directory, which is made if it is not there.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn write_files(&self, directory: &Path) -> Result<(), UnwritableFile> {
        let unwritable = |path: &Path, error| UnwritableFile { path: path.to_owned(), error };
        std::fs::create_dir_all(directory).map_err(|error| unwritable(directory, error))?;
        let absolute = std::path::absolute(directory).map_err(|error| unwritable(directory, error))?;
        for (path, content) in self.files(&absolute) {
            let path = absolute.join(path);
            let parent = path.parent().unwrap_or(&absolute);
            std::fs::create_dir_all(parent).map_err(|error| unwritable(parent, error))?;
            std::fs::write(&path, content).map_err(|error| unwritable(&path, error))?;
        }
        Ok(())
    }

    /// What of the scenario cannot be played on sockets.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The requests that came so far, the oldest first.
    pub fn requests(&self) -> Vec<mock_registry::Request> {
        self.network.requests()
    }
}
