//! containerd's client as another daemon links it: Docker Engine with its images in containerd
//! (moby@v28.5.2 daemon/containerd/image_pull.go:75 `pullTag`, resolver.go, daemon/hosts.go).

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use cri::{AuthConfig, PullImageRequest};
use distribution::{Descriptor, Reference};
use gostd::url::Url;
use net::Recorder;
use node::{Environment, Node};
use secret::Secret;
use trace::Trace;

use super::authorizer::Authorizer;
use super::config::Config;
use super::credentials::Credentials;
use super::error::{Error, Result};
use super::hosts::{DIAL_TIMEOUT, HostFactory, RegistryHost};
use super::hosts_toml::Capabilities;
use super::profile::LINKED;
use super::store::Store;
use super::{Attempt, Containerd};
use crate::options::Options;
use crate::store::StoreError;

/// What the daemon's own configuration says of hosts (`mergeLegacyConfig`).
#[derive(Clone, Default)]
pub(crate) struct Legacy {
    /// URLs of hosts that are asked before the registry itself.
    pub(crate) mirrors: Vec<String>,
    /// The hosts that need no certificate, and may speak plain HTTP.
    pub(crate) insecure: BTreeSet<String>,
    /// A host, and a token for it that is sent with each request in place of any other login (`bearerAuthorizer`).
    pub(crate) bearer: Option<(String, Secret)>,
    /// Made once for a pull, so that a token that was got to find the image serves for its content.
    authorizer: OnceLock<Arc<Authorizer>>,
}

impl Legacy {
    /// These mirrors and insecure hosts.
    pub(crate) fn new(mirrors: Vec<String>, insecure: BTreeSet<String>) -> Self {
        Self { mirrors, insecure, ..Self::default() }
    }
}

/// One pull, in the daemon's terms.
pub(crate) struct Asked<'a> {
    pub(crate) reference: &'a Reference,
    /// The daemon's environment.
    pub(crate) environment: Environment,
    /// `User-Agent`
    pub(crate) agent: String,
    /// Where certificates and `hosts.toml` of hosts lie.
    pub(crate) directory: &'static str,
    pub(crate) snapshotter: String,
    pub(crate) legacy: Option<Legacy>,
    /// The host that gets the login, and the login.
    pub(crate) login: (String, AuthConfig),
}

/// Why a pull failed, as far as the daemon looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// `err.Error()`
    pub(crate) message: String,
    /// `errors.Is(err, docker.ErrInvalidAuthorization)`
    pub(crate) is_denied: bool,
    /// `errdefs.IsNotFound(err)`
    pub(crate) is_not_found: bool,
    /// Status and body of an unexpected answer.
    pub(crate) refusal: Option<(u16, Vec<u8>)>,
    /// Whether the daemon had begun to tell of progress.
    pub(crate) begun: bool,
}

/// A client of containerd's within a daemon.
pub(crate) struct Client {
    options: Options,
    store: Arc<Store>,
}

impl Client {
    /// A client on these options.
    pub(crate) fn new(options: Options) -> std::result::Result<Self, StoreError> {
        let store = Arc::new(Store::open(options.store.clone())?);
        Ok(Self { options, store })
    }

    /// The same, with the same store, that records its steps in `trace`.
    pub(crate) fn with_trace(&self, trace: Trace) -> Self {
        let options = Options { trace, ..self.options.clone() };
        Self { options, store: Arc::clone(&self.store) }
    }

    /// The same on a node whose disk has room for so many bytes.
    pub(crate) fn limit(&self, bytes: u64) {
        self.store.limit(bytes);
    }

    /// `client.Pull`, with unpacking.
    pub(crate) async fn pull(
        &self,
        asked: Asked<'_>,
        recorder: &Recorder,
    ) -> std::result::Result<Descriptor, Failure> {
        let begun: Arc<AtomicBool> = Arc::default();
        let reference = asked.reference.to_string();
        let pulled = self.fetch(asked, recorder, begun.clone()).await;
        if pulled.is_err() {
            // What cannot be removed is found by the next pull, and used.
            let _ = self.store.collect_garbage();
        }
        let root = pulled.map_err(|error| Failure {
            is_denied: error.is_invalid_authorization(),
            is_not_found: error.is_not_found(),
            refusal: error.refusal().map(|(status, body)| (status, body.to_vec())),
            begun: begun.load(Ordering::Relaxed),
            message: error.to_string(),
        })?;
        let _ = self.store.know_image(&reference, &root.digest);
        Ok(root)
    }

    async fn fetch(
        &self,
        asked: Asked<'_>,
        recorder: &Recorder,
        begun: Arc<AtomicBool>,
    ) -> Result<Descriptor> {
        let node = self.options.node.clone().with_environment(asked.environment.clone());
        let options = Options { node, ..self.options.clone() };
        let reference = asked.reference.to_string();
        let (host, login) = asked.login.clone();
        let attempt = Attempt {
            options: &options,
            profile: &LINKED,
            store: &self.store,
            config: config(&asked, host, login)?,
            limit: None,
            requests: None,
            recorder: recorder.clone(),
            named: asked.reference.clone(),
            legacy: asked.legacy,
            begun,
        };
        // The login is that of the configuration, so that it goes to its own host alone.
        let request = PullImageRequest { image: reference.clone(), auth: None };
        let (_, root) = attempt.pull_and_unpack(&request, &reference).await?;
        Ok(root)
    }

    /// The digest and the size of what an image's name leads to.
    pub(crate) async fn image(&self, reference: &Reference) -> Option<(String, u64)> {
        let known = self.store.image(&reference.to_string())?;
        let containerd =
            Containerd { options: self.options.clone(), profile: &LINKED, store: self.store.clone() };
        let status = cri::ImageService::image_status(&containerd, &reference.to_string()).await;
        Some((known.digest, status.ok().flatten().map_or(0, |image| image.size)))
    }
}

/// What containerd's client would be told: a local pull with these settings.
fn config(asked: &Asked<'_>, host: String, login: AuthConfig) -> Result<Config> {
    let nothing = Recorder::new(Trace::new());
    let defaults = Config::read(&Node::memory([]), &LINKED, &nothing);
    let mut config = defaults.map_err(|error| Error::Plain(error.to_string()))?;
    config.local_pull = true;
    config.config_path = asked.directory.to_owned();
    config.snapshotter = asked.snapshotter.clone();
    // No limit is handed over.
    config.max_concurrent_downloads = 0;
    config.root = PathBuf::from("/var/lib/docker/containerd/daemon");
    // Each request tells OpenTelemetry what it is for.
    config.headers = vec![
        ("User-Agent".to_owned(), asked.agent.clone()),
        ("Baggage".to_owned(), "trigger=api".to_owned()),
    ];
    config.auths.insert(host, login);
    Ok(config)
}

impl HostFactory {
    /// `mergeLegacyConfig`, and the one authorizer of all hosts, whose client is Go's own.
    pub(super) fn merge_legacy(
        &self,
        hosts: Vec<RegistryHost>,
        repository: &str,
        credentials: &Credentials,
        legacy: &Legacy,
    ) -> Vec<RegistryHost> {
        let authorizer = legacy.authorizer.get_or_init(|| {
            let client = self.client(&self.tls, DIAL_TIMEOUT, false);
            self.authorizer(&client, repository, credentials, &[])
        });
        let mut hosts = hosts;
        if let [own] = &hosts[..] {
            let mirrors: Vec<RegistryHost> =
                legacy.mirrors.iter().filter_map(|mirror| mirrored(own, mirror)).collect();
            hosts = mirrors.into_iter().chain(hosts).collect();
        }
        for host in &mut hosts {
            host.authorizer = match &legacy.bearer {
                None => Some(authorizer.clone()),
                Some((owner, token)) => {
                    if *owner == host.host {
                        let value = format!("Bearer {}", token.expose());
                        host.header.push(("Authorization".to_owned(), value));
                    }
                    None
                }
            };
            if legacy.insecure.contains(&host.host) {
                host.client = self.client(&self.tls.clone().skip_verify(), DIAL_TIMEOUT, true);
            }
        }
        hosts
    }
}

/// `mirrorsToRegistryHosts`: the registry's own host with another address.
fn mirrored(own: &RegistryHost, mirror: &str) -> Option<RegistryHost> {
    let url = Url::parse(mirror).ok()?;
    let path = url.path.trim_end_matches('/');
    let path = if path.ends_with("/v2") { path.to_owned() } else { format!("{path}/v2") };
    Some(RegistryHost {
        client: own.client.clone(),
        authorizer: None,
        host: url.host,
        scheme: url.scheme,
        path,
        capabilities: Capabilities { pull: true, resolve: true },
        header: own.header.clone(),
    })
}
