//! The command line understood: files read, names looked up.

use std::path::{Path, PathBuf};

use cri::AuthConfig;
use distribution::Platform;
use keyring::PullSecret;
use kubelet::{MissingSecret, PullPolicy, VerificationPolicy, Version, default_pull_policy};
use node::{Environment, Node};
use objects::{FileError, NodeKubelet, Source, read_cri_auth, read_secrets};
use replay::PresentImages;
use runtimes::{ConfigError, Layers, Profile};
use scenario::Scenario;
use secret::Secret;

use crate::error::Failure;
use crate::lowargs::{LowCheck, LowLayers};
use crate::node_plugins::PluginSetup;
use crate::{account_token, check};

/// The platforms that nodes come in, as `nodeSelector`s name them.
const PLATFORMS: [&str; 10] = [
    "linux/amd64",
    "linux/arm64",
    "linux/arm/v7",
    "linux/arm/v6",
    "linux/386",
    "linux/ppc64le",
    "linux/s390x",
    "linux/riscv64",
    "linux/loong64",
    "linux/mips64le",
];
/// The runtime of most clusters, in the newest version that was recorded and not only read.
const DEFAULT_RUNTIME: &str = "containerd-2.1.9";
const POLICIES: [&str; 3] = ["Always", "IfNotPresent", "Never"];

/// What a check needs to know.
pub(crate) struct HiCheck {
    /// Empty when the images are those of manifests.
    pub image: String,
    pub secrets: Vec<PullSecret>,
    /// Those that the pod of a scenario names and that there are not.
    pub missing_secrets: Vec<MissingSecret>,
    /// What there is to tell about the inputs.
    pub notes: Vec<String>,
    pub auth: Option<AuthConfig>,
    pub node: Node,
    /// The node's root directory, where it is one.
    pub node_root: Option<PathBuf>,
    /// Whether the node's credential provider plugins are run.
    pub run_plugins: bool,
    /// The plugins that the node's kubelet is configured with.
    pub plugins: PluginSetup,
    /// The service account's token that plugins are given.
    pub service_account_token: Option<Secret>,
    /// Whether the node is given, so that its own files count.
    pub own_files: bool,
    /// The simulated hosts, in place of the network.
    pub scenario: Option<Scenario>,
    pub platform: Platform,
    pub profile: &'static Profile,
    pub kubelet: Version,
    /// Configuration and records of the node's kubelet.
    pub node_kubelet: NodeKubelet,
    pub present: PresentImages,
    pub policy: Option<PullPolicy>,
    pub store: Option<PathBuf>,
    pub layers: Layers,
    pub extra_roots: Vec<Vec<u8>>,
}

impl HiCheck {
    /// Reads what the flags name.
    pub fn read(low: &LowCheck, environment: &Environment) -> Result<Self, Failure> {
        let service_account_token = account_token::read(low)?;
        let scenario = low.scenario.as_ref().map(Scenario::load).transpose()?;
        let (mut secrets, mut notes) = secrets(&low.secret)?;
        let mut missing_secrets: Vec<MissingSecret> = Vec::new();
        if let (Some(scenario), true) = (&scenario, secrets.is_empty()) {
            secrets = scenario.secrets();
            let missing = scenario.missing_secrets().map(|name| MissingSecret::new("default", name));
            missing_secrets = missing.collect();
        }
        let node = match &scenario {
            Some(scenario) => scenario.node(),
            None => node(low.node.as_deref(), environment)?,
        };
        let of_scenario = |field: fn(&Scenario) -> Option<String>| scenario.as_ref().and_then(field);
        let named_platform = low.platform.clone().or_else(|| of_scenario(Scenario::platform));
        let named_runtime =
            low.runtime.clone().or_else(|| of_scenario(|scenario| scenario.runtime().map(str::to_owned)));
        let runtime = profile(named_runtime.as_deref().unwrap_or(DEFAULT_RUNTIME), &mut notes)?;
        if low.node.is_some() && scenario.is_none() {
            runtimes::check_config(&node, runtime).map_err(|error| runtime_config(&node, runtime, error))?;
        }
        let kubelet = low.kubelet.as_deref().map_or_else(|| Ok(Version::default()), kubelet_version)?;
        notes.extend(low.node.as_deref().filter(|_| scenario.is_none()).and_then(no_node));
        let own_files = low.node.is_some() || scenario.is_some();
        let of_scenario = scenario.as_ref().filter(|_| low.filename.is_empty()).map(Scenario::image);
        let image = low.image.as_deref().or(of_scenario).unwrap_or_default().to_owned();
        let node_kubelet = match own_files {
            true => NodeKubelet::read(&node, low.node.as_deref(), kubelet)?,
            false => NodeKubelet::without_files(kubelet),
        };
        notes.extend(node_kubelet.notes.iter().cloned());
        // What the scenario says of its own pod counts unless the user names another image.
        let own = scenario.as_ref().filter(|_| low.image.is_none() && low.filename.is_empty());
        let on_node: Vec<String> =
            low.present.iter().chain(own.iter().flat_map(|scenario| scenario.present())).cloned().collect();
        let present = present(&on_node, &node_kubelet, &mut notes)?;
        let written = low.policy.as_deref().or_else(|| own?.policy()).map(policy).transpose()?;
        let plugins = match own_files {
            true => PluginSetup::read(&node, low.node.as_deref(), kubelet, &node_kubelet.config)?,
            false => PluginSetup::default(),
        };
        if let Some(token) = &service_account_token {
            let now = scenario.as_ref().map_or_else(check::today, Scenario::now);
            notes.extend(account_token::notes(token, &plugins.config, now));
        }
        let simulated = scenario.is_some();
        // When somebody says what is on the node, what the API server would set makes a difference.
        let default = || (!low.present.is_empty()).then(|| default_pull_policy(&image, kubelet));
        Ok(Self {
            policy: if low.always_pull_images { Some(PullPolicy::Always) } else { written.or_else(default) },
            image,
            secrets,
            missing_secrets,
            notes,
            auth: low.cri_auth.as_deref().map(cri_auth).transpose()?,
            node,
            node_root: low.node.clone(),
            run_plugins: low.run_plugins,
            plugins,
            service_account_token,
            own_files,
            scenario,
            platform: named_platform.as_deref().map_or_else(|| Ok(Platform::host()), platform)?,
            profile: runtime,
            kubelet,
            node_kubelet,
            present,
            store: low.store.clone(),
            layers: match (low.layers, simulated) {
                (Some(LowLayers::Head), _) | (None, false) => Layers::Head,
                (Some(LowLayers::Get), _) | (None, true) => Layers::Get,
            },
            extra_roots: low.ca.iter().map(|path| certificates(path)).collect::<Result<_, _>>()?,
        })
    }
}

/// The node's daemon does not start, and so pulls nothing.
fn runtime_config(node: &Node, runtime: &Profile, error: ConfigError) -> Failure {
    let file = node.shown(&error.file().to_string_lossy());
    Failure::RuntimeConfig { error: Box::new(error), file, runtime: runtime.name() }
}

fn secrets(files: &[String]) -> Result<(Vec<PullSecret>, Vec<String>), Failure> {
    let (mut secrets, mut notes) = (Vec::new(), Vec::new());
    for file in files {
        let found = read_secrets(&Source::open(file)?)?;
        secrets.extend(found.pull_secrets);
        notes.extend(found.notes.iter().map(ToString::to_string));
    }
    Ok((secrets, notes))
}

fn cri_auth(file: &str) -> Result<AuthConfig, Failure> {
    Ok(read_cri_auth(&Source::open(file)?)?)
}

fn node(directory: Option<&Path>, environment: &Environment) -> Result<Node, Failure> {
    match directory {
        None => Ok(Node::machine(environment.clone())),
        Some(path) => node_directory(path),
    }
}

/// The node whose root directory is here.
pub(crate) fn node_directory(path: &Path) -> Result<Node, Failure> {
    let found = std::fs::metadata(path).map_err(|error| FileError::read(path, error))?;
    if found.is_dir() { Ok(Node::directory(path)) } else { Err(Failure::NotADirectory(path.to_owned())) }
}

/// A directory that looks like no node's root: most likely another was meant.
fn no_node(path: &Path) -> Option<String> {
    let parts = ["etc", "var/lib/kubelet"];
    parts.iter().all(|part| !path.join(part).exists()).then(|| {
        let path = path.display();
        format!("{path} holds neither etc nor var/lib/kubelet: is it a node's root directory? The node has defaults")
    })
}

/// The images that are said to be on the node: `IMAGE`, or `IMAGE=ID` with what the runtime calls it. Where the kubelet's
/// records decide who may have an image, it matters which one it is; without an identity the one that is recorded for its
/// name is taken.
fn present(
    given: &[String],
    kubelet: &NodeKubelet,
    notes: &mut Vec<String>,
) -> Result<PresentImages, Failure> {
    let config = &kubelet.config;
    let asks = config.ensure_secret_pulled_images && config.verification != VerificationPolicy::NeverVerify;
    let mut present = PresentImages::default();
    for given in given {
        let (image, id) =
            given.split_once('=').map_or((given.as_str(), None), |(image, id)| (image, Some(id)));
        let recorded = if id.is_none() && asks { kubelet.records.recorded_for(image) } else { Vec::new() };
        let id = match recorded.as_slice() {
            [] => id,
            [only] => {
                notes.push(format!(
                    "{image} on the node is taken to be {only}, the only image recorded for its name"
                ));
                Some(*only)
            }
            several => {
                let ids = several.iter().map(|&id| id.to_owned()).collect();
                return Err(Failure::AmbiguousPresent { image: image.to_owned(), ids });
            }
        };
        present = present.with(image, id);
    }
    Ok(present)
}

fn platform(given: &str) -> Result<Platform, Failure> {
    let known = |platform: &Platform| {
        let shown = platform.normalize().to_string();
        PLATFORMS.contains(&shown.as_str())
    };
    match given.parse::<Platform>() {
        Ok(platform) if known(&platform) => Ok(platform.normalize()),
        _ => Err(unknown("platform", given, PLATFORMS)),
    }
}

fn policy(given: &str) -> Result<PullPolicy, Failure> {
    given.parse().map_err(|_| unknown("pull policy", given, POLICIES))
}

/// The kubelet's version that a flag names.
pub(crate) fn kubelet_version(given: &str) -> Result<Version, Failure> {
    given.parse().map_err(|_| unknown("kubelet version", given, Version::KNOWN))
}

/// The profile of a runtime; for a version without one of its own the nearest, which joins the notes.
fn profile(given: &str, notes: &mut Vec<String>) -> Result<&'static Profile, Failure> {
    let known = || unknown("runtime", given, Profile::known().iter().map(Profile::name));
    let nearest = Profile::nearest(given).ok_or_else(known)?;
    if !nearest.exact {
        notes.push(format!(
            "{given} has no profile of its own: it is taken to pull as {}",
            nearest.profile.name()
        ));
    }
    Ok(nearest.profile)
}

fn unknown(what: &'static str, given: &str, known: impl IntoIterator<Item = impl ToString>) -> Failure {
    let known = known.into_iter().map(|word| word.to_string()).collect();
    Failure::Unknown { what, given: given.to_owned(), known }
}

fn certificates(path: &Path) -> Result<Vec<u8>, Failure> {
    let pem = std::fs::read(path).map_err(|error| FileError::read(path, error))?;
    let text = String::from_utf8_lossy(&pem);
    if text.contains("-----BEGIN CERTIFICATE-----") {
        Ok(pem)
    } else {
        Err(Failure::NoCertificate(path.to_owned()))
    }
}
