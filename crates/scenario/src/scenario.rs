use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use keyring::PullSecret;
use mock_registry::RequestLog;
use node::Node;
use serde_json::json;

use crate::file::{FirewallAction, ScenarioFile, SecretFile};
use crate::sources::Sources;
use crate::world::{HostPlace, World};
use crate::{LoadError, SimulatedNetwork};

/// The name server's address unless the file says otherwise: what clusters made by kubeadm have.
const NAMESERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 96, 0, 10));
/// The node's address unless the file says otherwise.
const NODE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 5));

/// A scenario: simulated hosts, the node that pulls, and what it pulls.
#[derive(Debug)]
pub struct Scenario {
    file: ScenarioFile,
    world: World,
    /// Where the name server is, if it was moved.
    moved_nameserver: Option<IpAddr>,
}

impl Scenario {
    /// Reads the file at `path`, builds the images and makes the certificates.
    ///
    /// # Errors
    /// When the file cannot be read, or says something that a scenario cannot.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let path = path.as_ref();
        let unreadable = |source| LoadError::Unreadable { path: path.to_owned(), source };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// Reads the file at `path`, as it would be at another date: for clients whose clock is not the scenario's.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn load_at(path: impl AsRef<Path>, now: Timestamp) -> Result<Self, LoadError> {
        let path = path.as_ref();
        let unreadable = |source| LoadError::Unreadable { path: path.to_owned(), source };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        Self::read(&path.display().to_string(), &text, Some(now))
    }

    /// Reads a scenario from `text`; `name` is what messages call it.
    ///
    /// # Errors
    /// When the text says something that a scenario cannot.
    pub fn parse(name: &str, text: &str) -> Result<Self, LoadError> {
        Self::read(name, text, None)
    }

    fn read(name: &str, text: &str, now: Option<Timestamp>) -> Result<Self, LoadError> {
        let (sources, tree) = Sources::read(name, text)?;
        let mut file = ScenarioFile::read(&sources, &tree)?;
        file.now.0 = now.unwrap_or(file.now.0);
        let world = World::build(&sources, &file)?;
        Ok(Self { file, world, moved_nameserver: None })
    }

    /// What happens, in a line.
    pub fn title(&self) -> &str {
        &self.file.title
    }

    /// How somebody comes to be there, in a few lines; empty if nothing is told.
    pub fn story(&self) -> &str {
        self.file.story.trim_end()
    }

    /// The image that the pod wants, as it is written there.
    pub fn image(&self) -> &str {
        &self.file.image
    }

    /// The date in this world when it begins.
    pub fn now(&self) -> Timestamp {
        self.file.now.0
    }

    /// The node's platform, `os/architecture`, if the file names one.
    pub fn platform(&self) -> Option<String> {
        self.file.node.platform.as_ref().map(|platform| platform.0.to_string())
    }

    /// The node's runtime and its version, if the file names one.
    pub fn runtime(&self) -> Option<&str> {
        self.file.node.runtime.as_deref()
    }

    /// The pod's pull secrets, in order.
    pub fn secrets(&self) -> Vec<PullSecret> {
        self.file.secrets.iter().map(pull_secret).collect()
    }

    /// The node: the files that every node has (`resolv.conf` with this world's name server, `hosts`, a bundle with
    /// its authority), replaced and joined by those that the file gives.
    pub fn node(&self) -> Node {
        Node::memory(self.node_files())
    }

    /// The files of [`Scenario::node`], by their paths.
    pub fn node_files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let own = [
            ("/etc/resolv.conf", self.file.node.resolv_conf(self.nameserver())),
            ("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n".to_owned()),
            ("/etc/ssl/certs/ca-certificates.crt", self.world.bundle_pem()),
        ];
        let own = own.into_iter().map(|(path, text)| (PathBuf::from(path), text.into_bytes()));
        let files = self.file.node.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes()));
        own.chain(files).collect()
    }

    /// The certificate of this world's authority, as PEM.
    pub fn authority_pem(&self) -> String {
        self.world.authority_pem()
    }

    /// This world's network, as it is at the beginning: nothing was asked, no rule has had its turn. To be called
    /// within a tokio runtime, on whose clock the hosts' dates run.
    pub fn network(&self) -> SimulatedNetwork {
        let node = match &self.file.node.addresses {
            Some(addresses) => addresses.iter().map(|address| address.0).collect(),
            None => vec![NODE],
        };
        self.world.network(node, self.nameserver(), self.file.node.more_nameservers().collect())
    }

    /// Notes the requests to each network from now on in this log.
    pub(crate) fn tell(&mut self, log: RequestLog) {
        self.world.tell(log);
    }

    /// The hosts, by their names.
    pub fn hosts(&self) -> Vec<HostPlace> {
        self.world.hosts()
    }

    /// What a firewall makes of an attempt to connect.
    pub(crate) fn firewall_action(&self, address: SocketAddr) -> Option<FirewallAction> {
        self.world.firewall_action(address)
    }

    /// The firewall in lines: action, address, and the port if it is about one.
    pub(crate) fn firewall_lines(&self) -> String {
        self.world.firewall_lines()
    }

    /// Moves hosts and name server to other addresses: all that leads to them leads there.
    pub(crate) fn relocate(&mut self, hosts: &BTreeMap<SocketAddr, SocketAddr>, nameserver: IpAddr) {
        self.world.relocate(hosts);
        self.moved_nameserver = Some(nameserver);
    }

    /// The address of the name server.
    pub(crate) fn nameserver(&self) -> IpAddr {
        if let Some(moved) = self.moved_nameserver {
            return moved;
        }
        self.file.node.nameserver.as_ref().map_or(NAMESERVER, |nameserver| nameserver.0)
    }
}

/// The JSON Schema of scenario files, made from the types that read them.
pub fn json_schema() -> serde_json::Value {
    let schema = schemars::schema_for!(ScenarioFile);
    schema.to_value()
}

/// The Secret as `kubectl create secret docker-registry` would make it.
fn pull_secret(written: &SecretFile) -> PullSecret {
    let auths: serde_json::Map<_, _> = written
        .auths
        .iter()
        .map(|(key, login)| {
            (key.clone(), json!({"username": login.username, "password": login.password.expose()}))
        })
        .collect();
    let document = json!({"auths": auths}).to_string();
    PullSecret::docker_config_json(&written.namespace, &written.name, document)
}
