//! Docker Engine behind cri-dockerd, as the kubelet sees it (cri-dockerd@246bd65 core/image.go:134 `PullImage`;
//! moby@v28.5.2 api/server/router/image/image_routes.go:35).
//!
//! ```text
//! kubelet ──▶ cri-dockerd ──▶ dockerd ─┬─ graph drivers: registry (endpoints), session, repository, pull, download
//!             auth, prefix             └─ containerd's store: containerd's own resolver and fetcher
//! ```
//!
//! The files keep the names of what they mirror in docker/distribution and in moby's `distribution`.

mod blob;
mod client_errors;
mod config;
mod daemon_json;
mod download;
mod error;
mod http;
mod in_containerd;
mod listing;
mod manifest;
mod media_types;
mod platforms;
mod profile;
mod progress;
mod pull;
mod registry;
mod repository;
mod schema1;
mod session;
mod shape;
mod shapes;
mod store;

use std::sync::Arc;
use std::time::Duration;

use cri::{AuthConfig, Code, CriError, ImageService, PullImageRequest, PulledImage, StoredImage};
use distribution::{Grammar, Reference};
use net::{BoxFuture, Dialer, Recorder, Resolver};
use node::{Environment, Flags};
use trace::Trace;

use self::daemon_json::{Config, SERVICE};
pub(crate) use self::daemon_json::{ConfigError, check_config};
pub(crate) use self::profile::{KNOWN, Profile};
use self::progress::Progress;
use self::pull::Puller;
use self::registry::{Endpoint, Service};
pub(crate) use self::store::remove_image;
use self::store::{Kind, Store};
use crate::containerd::linked::Client;
use crate::options::Options;
use crate::store::StoreError;

/// cri-dockerd has its own copy of the grammar, whatever the engine has.
const GRAMMAR: Grammar = Grammar::V0_6_0;
/// What cri-dockerd's client puts before what the engine answers (docker client v27.0.2 request.go `checkResponseErr`).
const PREFIX: &str = "Error response from daemon: ";
/// What it says where there is no engine (docker client v27.0.2 errors.go `ErrorConnectionFailed`).
const NO_DAEMON: &str =
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
/// The name of cri-dockerd's service.
const CRI_SERVICE: &str = "cri-docker";
/// Its flag for pulls without progress, and what it is otherwise (cri-dockerd@246bd65 cmd/cri/options/options.go:121).
const DEADLINE_FLAG: &str = "image-pull-progress-deadline";
const DEADLINE: Duration = Duration::from_secs(60);

/// A simulated Docker Engine with cri-dockerd before it.
pub(crate) struct Docker {
    options: Options,
    profile: &'static Profile,
    store: Arc<Store>,
    /// For images that are kept in containerd.
    client: Client,
}

impl Docker {
    /// An engine on these options.
    pub(crate) fn new(options: Options, profile: &'static Profile) -> Result<Self, StoreError> {
        let store = Arc::new(Store::open(options.store.clone())?);
        let client = Client::new(options.clone())?;
        Ok(Self { options, profile, store, client })
    }

    /// The same engine, with the same store, that records its steps in `trace`.
    pub(crate) fn with_trace(&self, trace: Trace) -> Self {
        let client = self.client.with_trace(trace.clone());
        let options = Options { trace, ..self.options.clone() };
        Self { options, profile: self.profile, store: Arc::clone(&self.store), client }
    }

    /// The same on a node whose disk has room for so many bytes.
    pub(crate) fn with_space(self, bytes: u64) -> Self {
        self.store.limit(bytes);
        self.client.limit(bytes);
        self
    }

    /// `dockerService.PullImage`
    async fn pull(&self, request: PullImageRequest) -> Result<PulledImage, CriError> {
        let recorder = Recorder::new(self.options.trace.clone());
        let unknown = |message: String| CriError::new(Code::Unknown, message);
        // The client reads the name before it asks (docker client v27.0.2 image_pull.go:24).
        let reference = Reference::parse_docker_ref(&request.image, GRAMMAR);
        let reference = reference.map_err(|error| unknown(error.to_string()))?;
        let config = Config::read(&self.options.node, self.profile).map_err(|error| {
            recorder.decide("daemon.json", error.to_string());
            unknown(NO_DAEMON.to_owned())
        })?;
        // moby@v28.5.2 api/server/router/image/image_routes.go `validateRepoName`
        if reference.familiar_name() == "scratch" {
            return Err(unknown(format!("{PREFIX}'scratch' is a reserved name")));
        }
        if config.in_containerd {
            let pulled = self.pull_in_containerd(&config, &reference, request.auth, &recorder).await;
            let digest = pulled.map_err(unknown)?;
            return Ok(PulledImage { image_ref: format!("{}@{digest}", reference.familiar_name()) });
        }
        let (progress, name) = (Arc::new(Progress::new()), reference.name());
        let pulled = tokio::select! {
            pulled = self.pull_image(config, reference.clone(), request.auth, &recorder, &progress) => pulled,
            () = progress.stalled(self.deadline()) => {
                recorder.decide(DEADLINE_FLAG, "the pull is cancelled because of no progress");
                return Err(unknown("context canceled".to_owned()));
            }
        };
        pulled.map_err(|message| unknown(told(&message, &progress)))?;
        // `getImageRef`: the first of the image's digests, as people write names.
        let known = self.store.image(&reference.to_string());
        let names = known.map(|known| self.store.names(&known.id)).unwrap_or_default();
        let familiar = |name: &String| Some(Reference::parse_normalized(name, GRAMMAR).ok()?.familiar());
        let first = names.iter().find(|name| name.contains("@sha")).and_then(familiar);
        Ok(PulledImage { image_ref: first.unwrap_or(name) })
    }

    /// How long cri-dockerd waits for progress.
    fn deadline(&self) -> Duration {
        let flags = Flags::of_service(&self.options.node, CRI_SERVICE);
        let given =
            flags.value(DEADLINE_FLAG).and_then(|text| text.parse::<gostd::duration::Duration>().ok());
        given.and_then(gostd::duration::Duration::to_std).unwrap_or(DEADLINE)
    }

    /// `ImageService.PullImage` (moby@v28.5.2 daemon/images/image_pull.go:24)
    async fn pull_image(
        &self,
        config: Config,
        reference: Reference,
        auth: Option<AuthConfig>,
        recorder: &Recorder,
        progress: &Arc<Progress>,
    ) -> Result<(), String> {
        let puller = self.puller(config, reference.clone(), auth, recorder, progress.clone()).await;
        let (puller, endpoints) = puller.map_err(|error| error.to_string())?;
        puller.pull(endpoints).await.map_err(|error| error.translated(&reference))
    }

    /// What a pull is made with, and the endpoints in their order.
    async fn puller(
        &self,
        config: Config,
        reference: Reference,
        auth: Option<AuthConfig>,
        recorder: &Recorder,
        progress: Arc<Progress>,
    ) -> error::Result<(Puller, Vec<Endpoint>)> {
        let environment = config.environment(&self.options.node.environment(SERVICE));
        let dialer = self.dialer(&environment, recorder);
        let service = Service {
            node: &self.options.node,
            environment: environment.clone(),
            extra_roots: &self.options.extra_roots,
            clock: self.options.clock,
            dialer: dialer.clone(),
            recorder,
            config: &config,
            profile: self.profile,
        };
        let endpoints = service.lookup_endpoints(&reference.domain).await?;
        let puller = Puller {
            profile: self.profile,
            config,
            environment,
            agent: self.agent(),
            reference,
            credentials: auth.unwrap_or_default(),
            platform: self.options.platform.clone(),
            layers: self.options.layers,
            store: self.store.clone(),
            progress,
            dialer,
            recorder: recorder.clone(),
            clock: self.options.clock,
            came: std::sync::Mutex::default(),
        };
        Ok((puller, endpoints))
    }

    fn dialer(&self, environment: &Environment, recorder: &Recorder) -> Arc<Dialer> {
        let Options { network, node, .. } = &self.options;
        let resolver = Resolver::of_service(network.clone(), node, environment, self.profile.go);
        Arc::new(Dialer::new(network.clone(), resolver, recorder.clone()))
    }

    /// `DockerUserAgent`. The kernel's release stands in it too, which is not known here.
    fn agent(&self) -> String {
        let architecture = &self.options.platform.architecture;
        format!("{} os/linux arch/{architecture} UpstreamClient(Go-http-client/1.1)", self.profile.agent)
    }
}

/// An error of the engine as the client hands it on: before the answer has begun it comes with a status, and has a prefix.
fn told(message: &str, progress: &Progress) -> String {
    if progress.has_begun() { message.to_owned() } else { format!("{PREFIX}{}", message.trim()) }
}

impl ImageService for Docker {
    async fn pull_image(&self, request: PullImageRequest) -> Result<PulledImage, CriError> {
        // Boxed, since the compiler of whoever calls would otherwise look through every future of a pull.
        let pull: BoxFuture<'_, _> = Box::pin(self.pull(request));
        pull.await
    }

    async fn image_status(&self, image: &str) -> Result<Option<StoredImage>, CriError> {
        let Ok(reference) = Reference::parse_docker_ref(image, GRAMMAR) else { return Ok(None) };
        if Config::read(&self.options.node, self.profile).is_ok_and(|config| config.in_containerd) {
            let known = self.client.image(&reference).await;
            return Ok(known.map(|(id, size)| StoredImage { id, size }));
        }
        let known = self.store.image(&reference.to_string());
        let known = known.filter(|known| self.store.has(Kind::Config, &known.id));
        Ok(known.map(|known| StoredImage { size: self.store.size(&known.id), id: known.id }))
    }
}
