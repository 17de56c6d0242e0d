use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use mock_registry::RequestLog;
use objects::FileError;

use super::accept::DialFaults;
use super::door::Threshold;
use super::{Listen, SocketWorld, place};
use crate::network::Obstacle;
use crate::{HostPlace, Scenario, SimulatedNetwork};

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
        let declared = scenario.network();
        let mut notes = Vec::new();
        let (mut doors, mut moved) = (Vec::new(), BTreeMap::new());
        for host in scenario.hosts() {
            let standing = Standing::of(&declared, &host, listen);
            notes.extend(standing.note(&host));
            if !host.listens {
                moved.insert(host.address, listen.wish(host.address));
                continue;
            }
            if let Some(nowhere) = standing.nowhere {
                moved.insert(host.address, nowhere);
                continue;
            }
            let listener = place::bind(host.address, listen).await?;
            let door = Threshold::open(listener.local_addr()?, listener)?;
            moved.insert(host.address, door.address());
            doors.push((door, standing.at_the_door));
        }
        notes.extend(declared.nameservers().filter_map(|server| note_of_names(&declared, server)));
        let (servers, names) = bind_nameservers(&scenario, listen).await?;
        scenario.relocate(&moved, names);
        scenario.tell(log);
        let network = Arc::new(scenario.network());
        let mut open = Vec::new();
        for (mut door, obstacle) in doors {
            door.settle(obstacle).await;
            open.push((door.address(), door));
        }
        let world = SocketWorld::serve(&network, open, servers, DialFaults::Here)?;
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

    /// Where the name servers listen, on UDP and TCP, in the order in which a node asks them.
    pub fn nameservers(&self) -> Vec<SocketAddr> {
        let places: BTreeMap<SocketAddr, SocketAddr> = self.world.nameservers().collect();
        self.scenario
            .declared_nameservers()
            .filter_map(|at| places.get(&SocketAddr::new(at, 53)).copied())
            .collect()
    }

    /// Writes [`Served::files`] into a directory, which is made if it is not there.
    ///
    /// # Errors
    /// When one cannot be written.
    pub fn write_files(&self, directory: &Path) -> Result<(), FileError> {
        std::fs::create_dir_all(directory).map_err(|error| FileError::write(directory, error))?;
        let absolute = std::path::absolute(directory).map_err(|error| FileError::write(directory, error))?;
        for (path, content) in self.files(&absolute) {
            let path = absolute.join(path);
            let parent = path.parent().unwrap_or(&absolute);
            std::fs::create_dir_all(parent).map_err(|error| FileError::write(parent, error))?;
            std::fs::write(&path, content).map_err(|error| FileError::write(&path, error))?;
        }
        Ok(())
    }

    /// What of the scenario cannot be played on these sockets, why, and what helps.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The requests that came so far, the oldest first.
    pub fn requests(&self) -> Vec<mock_registry::Request> {
        self.network.requests()
    }
}

/// What stands before a host at the beginning, and what a socket makes of it.
struct Standing {
    obstacle: Option<Obstacle>,
    /// What its door plays.
    at_the_door: Option<Obstacle>,
    /// The place to which it moves, because there is no way to it.
    nowhere: Option<SocketAddr>,
    /// Its faults are for some attempts to connect alone.
    differs: bool,
}

impl Standing {
    fn of(network: &SimulatedNetwork, host: &HostPlace, listen: Listen) -> Self {
        let obstacle = network.obstacle(host.address);
        let plays_silence = cfg!(target_os = "linux");
        let at_the_door = obstacle.filter(|obstacle| match obstacle {
            Obstacle::Refusal => true,
            Obstacle::Silence => plays_silence,
            Obstacle::HostUnreachable | Obstacle::NetworkUnreachable => false,
        });
        let moves = obstacle == Some(Obstacle::NetworkUnreachable) && !network.obstacles_change(host.address);
        let nowhere = listen.nowhere(host.address).filter(|_| moves && cfg!(target_os = "linux"));
        Self { obstacle, at_the_door, nowhere, differs: network.dials_differ(host.address) }
    }

    fn note(&self, host: &HostPlace) -> Option<String> {
        let name = &host.name;
        if self.differs {
            return Some(format!(
                "faults of single attempts to connect to {name} come when the connection is made: a reset for a refusal, silence for no answer"
            ));
        }
        let what = match self.obstacle? {
            _ if self.at_the_door.is_some() || self.nowhere.is_some() => return None,
            Obstacle::Refusal => return None,
            Obstacle::Silence => "that packets to it vanish",
            Obstacle::HostUnreachable => "\"no route to host\"",
            Obstacle::NetworkUnreachable => "\"network is unreachable\"",
        };
        Some(format!(
            "{name}: no socket can play {what}, and connections come through. As root, in the node's network, `nft -f firewall.nft` (a file of --out) plays it"
        ))
    }
}

/// Questions that a firewall keeps from a name server get no answer, whatever it would say.
fn note_of_names(network: &SimulatedNetwork, server: SocketAddr) -> Option<String> {
    let obstacle = network.obstacle(server).filter(|obstacle| *obstacle != Obstacle::Silence)?;
    let says = match obstacle {
        Obstacle::Refusal => "refuses questions",
        _ => "says that it cannot be reached",
    };
    Some(format!(
        "the name server {}: the firewall {says}, here they get no answer. As root, in the node's network, `nft -f firewall.nft` (a file of --out) plays it",
        server.ip()
    ))
}

/// Sockets for the name servers, with the declared address of each; and where each went.
async fn bind_nameservers(
    scenario: &Scenario,
    listen: Listen,
) -> io::Result<(Vec<(SocketAddr, place::NameSockets)>, BTreeMap<IpAddr, IpAddr>)> {
    let (mut servers, mut moved) = (Vec::new(), BTreeMap::new());
    for address in scenario.declared_nameservers() {
        let declared = SocketAddr::new(address, 53);
        let sockets = place::bind_nameserver(declared, listen).await?;
        moved.insert(address, sockets.address()?.ip());
        servers.push((declared, sockets));
    }
    Ok((servers, moved))
}
