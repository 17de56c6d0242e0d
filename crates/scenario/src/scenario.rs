use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ::plugins::Script;
use jiff::Timestamp;
use keyring::{Account, PluginRules, PodOfPull, PullSecret, SecretType, TokenSource};
use kubelet::{KubeletConfig, Pod, ServiceAccount, Version, WrittenPolicy};
use mock_registry::RequestLog;
use node::Node;
use objects::{NodeKubelet, PodPlaces, Source};
use secret::Secret;
use serde_json::json;

use crate::cluster::{Cluster, ScenarioPod, is_same};
use crate::expect::{Expected, Heals, Mend, Run};
use crate::file::{PolicyWord, Row, ScenarioFile, SecretFile, ServiceAccountFile};
use crate::healing::Healing;
use crate::place::Place;
use crate::sources::Sources;
use crate::world::{HostPlace, World};
use crate::yaml::{Location, Spanned};
use crate::{LoadError, Mistake, SimulatedNetwork, plugins, validate};

/// The name server's address unless the file says otherwise: what clusters made by kubeadm have.
const NAMESERVER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 96, 0, 10));
/// The node's address unless the file says otherwise.
const NODE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 5));

/// The container of the pod that is made up for an image (`kubelet::Pod::of_image`).
pub const MADE_UP: &str = "app";

/// The runtimes with which a scenario is played unless it says otherwise: one of each line that clusters run on.
const RUNTIMES: [&str; 3] = ["containerd-1.6.20", "containerd-1.7.24", "containerd-2.1.9"];
/// The kubelet's version unless a scenario says otherwise.
const KUBELET: &str = "1.34";

/// A scenario: simulated hosts, the node that pulls, and what it pulls.
#[derive(Debug)]
pub struct Scenario {
    sources: Sources,
    file: ScenarioFile,
    cluster: Cluster,
    world: World,
    /// Where the name servers are that were moved.
    moved_nameservers: BTreeMap<IpAddr, IpAddr>,
    /// How it is healed in the world, if it says so.
    healing: Option<Healing>,
}

impl Scenario {
    /// Reads the file at `path`, builds the images and makes the certificates.
    ///
    /// # Errors
    /// When the file cannot be read, or says something that a scenario cannot.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let file = Source::open_file(path.as_ref())?;
        Self::parse(file.name(), file.text())
    }

    /// Reads the file at `path`, as it would be at another date: for clients whose clock is not the scenario's.
    ///
    /// # Errors
    /// As [`Scenario::load`].
    pub fn load_at(path: impl AsRef<Path>, now: Timestamp) -> Result<Self, LoadError> {
        let file = Source::open_file(path.as_ref())?;
        Self::read(file.name(), file.text(), Some(now))
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
        let healing = Healing::read(&sources, tree, file.expect.heals())?;
        Self::build(sources, file, healing)
    }

    fn build(sources: Sources, file: ScenarioFile, healing: Option<Healing>) -> Result<Self, LoadError> {
        let cluster = Cluster::read(&sources, &file)?;
        let world = World::build(&sources, &file)?;
        let scenario = Self { sources, file, cluster, world, moved_nameservers: BTreeMap::new(), healing };
        let rules: Vec<PluginRules> =
            scenario.kubelets().into_iter().map(|version| scenario.kubelet_config(version).plugins).collect();
        plugins::validate(&scenario.sources, &scenario.file.node.plugins, &scenario.node(), &rules)?;
        validate::validate(&scenario, &scenario.sources, &scenario.file)?;
        Ok(scenario)
    }

    /// The file, as it was named.
    pub fn file(&self) -> &str {
        self.sources.name()
    }

    /// What happens, in a line.
    pub fn title(&self) -> &str {
        &self.file.title
    }

    /// How somebody comes to be there, in a few lines; empty if nothing is told.
    pub fn story(&self) -> &str {
        self.file.story.trim_end()
    }

    /// The image that the pod wants, as it is written there; where there are several, the first.
    pub fn image(&self) -> &str {
        let own = self.file.image.as_ref().map(|image| image.value.as_str());
        own.or_else(|| self.cluster.first_image()).unwrap_or_default()
    }

    /// The pods, in the order in which they come to the node: the one that is made up for `image` first.
    pub fn pods(&self) -> Vec<ScenarioPod> {
        let made_up = self.file.image.as_ref().map(|image| {
            let mut pod = Pod::of_image(&image.value);
            pod.image_pull_secrets = self.secret_names();
            for container in &mut pod.containers {
                container.policy = WrittenPolicy::from_text(self.policy().unwrap_or_default());
            }
            pod.service_account_name.clone_from(&self.file.service_account.name);
            let account = Some(ServiceAccount::default_of(&pod.namespace));
            ScenarioPod {
                at: Duration::ZERO,
                kind: String::new(),
                pod,
                account,
                annotations: Default::default(),
                places: self.places(),
            }
        });
        made_up.into_iter().chain(self.cluster.pods()).collect()
    }

    /// Where the image of the pod that is made up for it is named, and its Secrets that there are not.
    pub fn places(&self) -> PodPlaces {
        let place = |at: Location| {
            let (file, Place { line, column, .. }) = self.place(at);
            format!("{file}:{line}:{column}")
        };
        let missing = self.file.missing_secrets.iter();
        let secrets = missing.map(|name| (name.value.clone(), place(name.referenced)));
        let image = self.file.image.as_ref().map(|image| place(image.referenced)).unwrap_or_default();
        PodPlaces::made_up(MADE_UP, image, secrets)
    }

    /// Whether there are pods besides the one that is made up for `image`.
    pub fn has_manifests(&self) -> bool {
        self.cluster.has_pods()
    }

    /// Whether it is more than a single pull: pods are looked at for a while, or are more than one image.
    pub fn is_over_time(&self) -> bool {
        self.file.lasts.is_some() || self.file.image.is_none() || self.has_manifests()
    }

    /// The date in this world when it begins.
    pub fn now(&self) -> Timestamp {
        self.file.now.0
    }

    /// What the node's clock shows when it begins.
    pub fn node_now(&self) -> Timestamp {
        self.file.node.clock.as_ref().map_or(self.now(), |clock| clock.0)
    }

    /// The node's platform, `os/architecture`, if the file names one.
    pub fn platform(&self) -> Option<String> {
        self.file.node.platform.as_ref().map(|platform| platform.value.0.to_string())
    }

    /// The first of the runtimes with which it is played, if the file names any.
    pub fn runtime(&self) -> Option<&str> {
        self.file.runtimes.first().map(|runtime| runtime.value.as_str())
    }

    /// The pod's pull policy, if the file names one.
    pub fn policy(&self) -> Option<&'static str> {
        self.file.policy.as_ref().map(|policy| match policy.value {
            PolicyWord::Always => "Always",
            PolicyWord::IfNotPresent => "IfNotPresent",
            PolicyWord::Never => "Never",
        })
    }

    /// The images that are on the node beforehand.
    pub fn present(&self) -> &[String] {
        &self.file.present
    }

    /// The names in the pod's `imagePullSecrets`, in order: those that there are, and those that there are not.
    pub fn secret_names(&self) -> Vec<String> {
        let later = self.file.changes.iter().flat_map(|change| change.value.secrets.iter().flatten());
        let written = self.file.secrets.iter().chain(later).map(|secret| &secret.name);
        let missing = self.file.missing_secrets.iter().map(|name| &name.value);
        let mut names: Vec<String> = Vec::new();
        for name in written.chain(missing) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }

    /// The names of Secrets that the pod names and that there are not.
    pub fn missing_secrets(&self) -> impl Iterator<Item = &str> {
        self.file.missing_secrets.iter().map(|name| name.value.as_str())
    }

    /// How long the pod is looked at, if it is for longer than one pull.
    pub fn lasts(&self) -> Option<Duration> {
        self.file.lasts.as_ref().map(|lasts| lasts.0.0)
    }

    /// All Secrets of the cluster that there are from a time on, in place of those before; the earliest first.
    pub fn secrets_over_time(&self) -> Vec<(Duration, Vec<PullSecret>)> {
        let mut times: Vec<Duration> = self.file.changes.iter().map(|change| change.value.at.0.0).collect();
        times.push(Duration::ZERO);
        times.sort();
        times.dedup();
        times.into_iter().map(|at| (at, self.secrets_at(at))).collect()
    }

    /// Those that are written in the short form count before those in manifests.
    fn secrets_at(&self, at: Duration) -> Vec<PullSecret> {
        let until = self.file.changes.iter().map(|change| &change.value).filter(|change| change.at.0.0 <= at);
        let changed = until.filter_map(|change| Some((change.at.0.0, change.secrets.as_ref()?)));
        let latest = changed.max_by_key(|(at, _)| *at).map_or(&self.file.secrets, |(_, secrets)| secrets);
        let mut secrets: Vec<PullSecret> = latest.iter().map(pull_secret).collect();
        for secret in self.cluster.secrets(at) {
            if !secrets.iter().any(|known| is_same(known, &secret)) {
                secrets.push(secret);
            }
        }
        secrets
    }

    /// The rows of the checklist that it shows.
    pub fn checklist(&self) -> Vec<Row> {
        self.file.checklist.iter().map(|row| row.0).collect()
    }

    /// All ways to play it: each runtime with each kubelet.
    pub fn runs(&self) -> Vec<Run> {
        let named = |written: &[Spanned<String>]| written.iter().map(|one| one.value.clone()).collect();
        let runtimes: Vec<String> = match self.file.runtimes.as_slice() {
            [] => RUNTIMES.map(str::to_owned).to_vec(),
            written => named(written),
        };
        let kubelets: Vec<String> = match self.file.kubelet.as_slice() {
            [] => vec![KUBELET.to_owned()],
            written => written.iter().map(|version| version.value.0.to_string()).collect(),
        };
        let with_each = |runtime: &String| {
            let runtime = runtime.clone();
            kubelets.iter().map(move |kubelet| Run { runtime: runtime.clone(), kubelet: kubelet.clone() })
        };
        runtimes.iter().flat_map(with_each).collect()
    }

    /// What is expected of a run.
    pub fn expected(&self, run: &Run) -> Vec<Expected> {
        self.file.expect.of(run, self.is_over_time())
    }

    /// The cause that is expected, that of the first run where they differ.
    pub fn cause(&self) -> Option<diagnosis::Cause> {
        self.file.expect.cause()
    }

    /// What heals it, if it says so.
    pub fn heals(&self) -> Option<&Heals> {
        self.file.expect.heals()
    }

    /// The scenario with what heals it in the world, if it says so: nothing has happened in it yet.
    ///
    /// # Errors
    /// When that is no world.
    pub fn healed(&self) -> Result<Option<Self>, LoadError> {
        self.healing.as_ref().map(|healing| self.healed_but(healing, None)).transpose()
    }

    /// Where several things are set right: each with the scenario in which it is not, and all others are.
    ///
    /// # Errors
    /// When that is no world.
    pub fn healed_in_part(&self) -> Result<Vec<(&Mend, Self)>, LoadError> {
        let Some(healing) = self.healing.as_ref().filter(|healing| healing.mends().len() > 1) else {
            return Ok(Vec::new());
        };
        let without = |(number, mend)| Ok((mend, self.healed_but(healing, Some(number))?));
        healing.mends().iter().enumerate().map(without).collect()
    }

    fn healed_but(&self, healing: &Healing, without: Option<usize>) -> Result<Self, LoadError> {
        let file = healing.file(&self.sources, without)?;
        Self::build(self.sources.clone(), file, None)
    }

    /// Whether its exact texts are to stand in a file beside it.
    pub fn has_snapshot(&self) -> bool {
        self.file.expect.snapshot
    }

    /// A place in its files: the file's name, and the place as messages show it.
    pub fn place(&self, at: Location) -> (&str, Place) {
        self.sources.place(at)
    }

    /// A mistake of the run's runtime or kubelet, shown where it is written.
    pub fn wrong_run(&self, run: &Run, reason: String) -> LoadError {
        let runtime = self.file.runtimes.iter().find(|written| written.value == run.runtime);
        let at = runtime.map(|written| written.referenced).unwrap_or_default();
        LoadError::at(&self.sources, at, Mistake::Value(reason))
    }

    /// The Secrets of the cluster at the beginning, in order.
    pub fn secrets(&self) -> Vec<PullSecret> {
        self.secrets_at(Duration::ZERO)
    }

    /// The node: the files that every node has (`resolv.conf` with this world's name server, `hosts`, a bundle with
    /// its authority, the configuration of its credential plugins), replaced and joined by those that the file gives.
    pub fn node(&self) -> Node {
        Node::memory(self.node_files())
    }

    /// The files of [`Scenario::node`], by their paths.
    pub fn node_files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let own = [
            ("/etc/resolv.conf", self.resolv_conf()),
            ("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n".to_owned()),
            ("/etc/ssl/certs/ca-certificates.crt", self.world.bundle_pem()),
        ];
        let own = own.into_iter().map(|(path, text)| (PathBuf::from(path), text.into_bytes()));
        let files =
            self.file.node.files.iter().map(|(path, text)| (path.clone(), text.value.clone().into_bytes()));
        let of_plugins = plugins::node_files(&self.file.node.plugins).into_iter();
        let of_plugins = of_plugins.map(|(path, text)| (path, text.into_bytes()));
        own.chain(of_plugins).chain(files).collect()
    }

    /// The versions of the kubelet with which it is played.
    fn kubelets(&self) -> Vec<Version> {
        let versions: Vec<Version> = self.runs().iter().filter_map(|run| run.kubelet.parse().ok()).collect();
        if versions.is_empty() { vec![Version::default()] } else { versions }
    }

    /// The configuration of a kubelet of this version on the scenario's node; the default one where it would not start with
    /// what is there.
    pub fn kubelet_config(&self, version: Version) -> KubeletConfig {
        let read = NodeKubelet::read(&self.node(), None, version);
        read.map_or_else(|_| KubeletConfig::defaults(version), |kubelet| kubelet.config)
    }

    /// The pod as the kubelet's credential plugins get to see it. The tokens of its service account are made up.
    pub fn pod(&self) -> PodOfPull {
        let ServiceAccountFile { name, annotations, token_refused, missing } = &self.file.service_account;
        let tokens = match token_refused {
            Some(words) => TokenSource::Refuses(words.clone()),
            None => TokenSource::MadeUp { epoch: self.now().as_second() },
        };
        let annotations = annotations.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let account = Account { uid: format!("default/{name}"), annotations, tokens };
        PodOfPull {
            namespace: "default".to_owned(),
            name: "app".to_owned(),
            uid: "default/app".to_owned(),
            service_account_name: name.clone(),
            account: Some(account).filter(|_| !missing && !name.is_empty()),
        }
    }

    /// The service accounts of all pods as credential plugins get to see them, by namespace and name. Their tokens are made
    /// up.
    pub fn accounts(&self) -> Vec<(String, String, Account)> {
        let own = self.pod();
        let of_own = own.account.map(|account| (own.namespace, own.service_account_name, account));
        let of_manifests = self.cluster.pods().into_iter().filter_map(|pod| {
            let (of, annotations) = (pod.account?, pod.annotations);
            let uid = if of.uid.is_empty() { format!("{}/{}", of.namespace, of.name) } else { of.uid };
            let tokens = TokenSource::MadeUp { epoch: self.now().as_second() };
            Some((of.namespace, of.name, Account { uid, annotations, tokens }))
        });
        of_own.into_iter().filter(|_| self.file.image.is_some()).chain(of_manifests).collect()
    }

    /// What the kubelet's credential plugins answer, by their names. Which there are, the node's files say.
    pub fn plugin_answers(&self) -> Vec<(String, Vec<Script>)> {
        plugins::answers(&self.file.node.plugins, self.image())
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
        self.world.network(node, self.nameservers())
    }

    /// Whether a fault of a host says that there is no way to it: in a node's own network none but its firewall could.
    pub fn is_unreachable_by_fault(&self) -> bool {
        const UNREACHABLE: [&str; 2] = ["tcp-host-unreachable", "tcp-network-unreachable"];
        let of_hosts = self.file.hosts.values().flat_map(|host| &host.value.faults);
        of_hosts.chain(&self.file.faults).any(|item| UNREACHABLE.contains(&item.value.0.fault.0.name()))
    }

    /// Notes the requests to each network from now on in this log.
    pub(crate) fn tell(&mut self, log: RequestLog) {
        self.world.tell(log);
    }

    /// The hosts, by their names.
    pub fn hosts(&self) -> Vec<HostPlace> {
        self.world.hosts()
    }

    /// The firewall in lines: action, address, and the port if it is about one.
    pub(crate) fn firewall_lines(&self) -> String {
        self.world.firewall_lines()
    }

    /// Moves hosts and name servers to other addresses: all that leads to them leads there.
    pub(crate) fn relocate(
        &mut self,
        hosts: &BTreeMap<SocketAddr, SocketAddr>,
        nameservers: BTreeMap<IpAddr, IpAddr>,
    ) {
        self.world.relocate(hosts, &nameservers);
        self.moved_nameservers = nameservers;
    }

    /// The addresses of the name servers as the file has them, in order.
    pub(crate) fn declared_nameservers(&self) -> impl Iterator<Item = IpAddr> {
        let first = self.file.node.nameserver.as_ref().map_or(NAMESERVER, |nameserver| nameserver.0);
        std::iter::once(first).chain(self.file.node.more_nameservers())
    }

    /// The addresses of the name servers, in order.
    fn nameservers(&self) -> Vec<IpAddr> {
        let moved = |at| self.moved_nameservers.get(&at).copied().unwrap_or(at);
        self.declared_nameservers().map(moved).collect()
    }

    /// The node's `resolv.conf`.
    pub(crate) fn resolv_conf(&self) -> String {
        self.file.node.resolv_conf(&self.nameservers())
    }

    /// The firewall for `nft -f`.
    pub(crate) fn firewall_nft(&self) -> String {
        self.world.firewall_nft()
    }
}

/// The Secret: as it is written, or as `kubectl create secret docker-registry` would make it.
fn pull_secret(written: &SecretFile) -> PullSecret {
    let kind = written.kind.as_deref().map_or(SecretType::DockerConfigJson, SecretType::from_name);
    let secret = PullSecret::new(&written.namespace, &written.name, "", kind);
    if !written.documents.is_empty() {
        let with =
            |secret: PullSecret, (key, text): (&String, &Secret)| secret.with(key, text.expose().as_str());
        return written.documents.iter().fold(secret, with);
    }
    let auths: serde_json::Map<_, _> = written
        .auths
        .iter()
        .map(|(key, login)| {
            (key.clone(), json!({"username": login.username, "password": login.password.expose()}))
        })
        .collect();
    secret.with(".dockerconfigjson", json!({"auths": auths}).to_string())
}
