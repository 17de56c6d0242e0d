//! CRI-O, as the kubelet sees it (cri-o@f954a17:server/image_pull.go), with the library by which it pulls
//! (vendor/go.podman.io/image/v5 below it).
//!
//! ```text
//! CriO ─ shortnames ─ Copier ─┬─ image ── ImageSource (mirrors) ── Client (ping, token, 429) ──▶ net::Client
//!                             └─ artifact, where an image failed on an answer
//! ```
//!
//! The files keep the names of the upstream ones that they mirror.

mod artifact;
mod auth;
mod body_reader;
mod certs;
mod challenge;
mod client;
mod config;
mod copy;
mod errcode;
mod error;
mod image_source;
mod layers;
mod listing;
mod manifest;
mod platform;
mod policy;
mod profile;
mod progress;
mod registries;
mod registries_d;
mod shortnames;
mod signatures;
mod storage_dest;
mod store;
mod system;
mod token;
mod toml_file;

use std::path::PathBuf;
use std::sync::Arc;

use cri::{Code, CriError, ImageService, PullImageRequest, PulledImage, StoredImage};
use distribution::Reference;
use net::{BoxFuture, Dialer, Recorder, Resolver};
use node::Environment;
use trace::Trace;

use self::auth::Login;
use self::config::Config;
pub(crate) use self::config::{ConfigError, check_config};
use self::copy::Copier;
use self::error::{Error, Result};
use self::policy::Policy;
pub(crate) use self::profile::{KNOWN, Profile};
use self::progress::Progress;
pub(crate) use self::store::remove_image;
use self::store::{Store, name_of};
use self::system::System;
use crate::options::Options;
use crate::store::StoreError;

/// The name of the systemd service whose environment counts.
const SERVICE: &str = "crio";
/// The home of the service's user, where its environment does not name it.
const HOME: &str = "/root";

/// What the kubelet says of a daemon that is not running (grpc-go v1.72 internal/transport/http2_client.go).
const NOBODY_LISTENS: &str = "connection error: desc = \"transport: Error while dialing: dial unix \
                              /var/run/crio/crio.sock: connect: no such file or directory\"";

/// A simulated CRI-O.
pub(crate) struct CriO {
    options: Options,
    profile: &'static Profile,
    store: Arc<Store>,
}

impl CriO {
    pub(crate) fn new(options: Options, profile: &'static Profile) -> std::result::Result<Self, StoreError> {
        let store = Arc::new(Store::open(options.store.clone())?);
        Ok(Self { options, profile, store })
    }

    pub(crate) fn with_trace(&self, trace: Trace) -> Self {
        let options = Options { trace, ..self.options.clone() };
        Self { options, profile: self.profile, store: self.store.clone() }
    }

    pub(crate) fn with_space(self, bytes: u64) -> Self {
        self.store.limit(bytes);
        self
    }

    /// `Server.PullImage`
    async fn pull(&self, request: PullImageRequest) -> std::result::Result<PulledImage, CriError> {
        let recorder = Recorder::new(self.options.trace.clone());
        let read = Config::read(&self.options.node, self.profile)
            .and_then(|config| Ok((config, config::load_registries(&self.options.node)?)));
        let (config, registries) = read.map_err(|error| {
            recorder.decide("crio.conf", error.to_string());
            CriError::new(Code::Unavailable, NOBODY_LISTENS)
        })?;
        for (about, text) in config.by_namespace(&self.options.node) {
            recorder.decide(about, text);
        }
        let login = Login::of_request(request.auth.as_ref()).map_err(into_cri)?;
        let system = Arc::new(self.system(config, registries, login, recorder));
        let pulled = self.pull_image(&system, &request.image).await;
        Ok(PulledImage { image_ref: pulled.map_err(into_cri)? })
    }

    /// `Server.pullImage`: each image that the name may mean; the first that there is, else the last one's error.
    async fn pull_image(&self, system: &Arc<System>, name: &str) -> Result<String> {
        let System { node, registries, recorder, .. } = &**system;
        let mode = system.config.short_names;
        let candidates = shortnames::candidates(node, registries, mode, name, recorder)?;
        let mut last = Error::plain("internal error: pullImage failed but reported no error reason");
        for (number, candidate) in candidates.iter().enumerate() {
            if candidates.len() > 1 {
                let of = candidates.len();
                recorder.decide(
                    trace::CANDIDATE,
                    format!("{candidate}, {} of {of} that {name} may be", number + 1),
                );
            }
            match self.pull_candidate(system, candidate).await {
                Ok(id) => return Ok(id),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// `pullImageImplementation` (internal/storage/image.go): as an image, and where that failed on an answer as an
    /// artifact.
    async fn pull_candidate(&self, system: &Arc<System>, reference: &Reference) -> Result<String> {
        let recorder = &system.recorder;
        let policy = Policy::load(&system.node, &system.home, &system.config.signature_policy)
            .inspect_err(|error| recorder.decide(signatures::REFUSED, error.to_string()))?;
        if policy.path.is_none() {
            let text = "none of the node's files is about containers: the policy is taken to let anything in";
            recorder.decide("policy.json", text);
        }
        let copier =
            Copier { system: system.clone(), store: self.store.clone(), layers: self.options.layers };
        let image = match copier.image(&policy, reference).await {
            Ok(id) => return Ok(id),
            Err(error) => error,
        };
        // `shouldTryArtifact`
        if image.is_canceled() || self.profile.artifacts.needs_an_answer && image.is_of_network() {
            return Err(image.context("unable to pull image"));
        }
        let text = "the image failed on an answer, so it is pulled once more, as an OCI artifact";
        recorder.decide(trace::SECOND_ATTEMPT, text);
        copier
            .artifact(&policy, reference)
            .await
            .map_err(|artifact| Error::Both { image: Box::new(image), artifact: Box::new(artifact) })
    }

    fn system(
        &self,
        config: Config,
        registries: registries::Registries,
        login: Option<Login>,
        recorder: Recorder,
    ) -> System {
        let Options { network, node, platform, extra_roots, clock, .. } = &self.options;
        let environment = node.environment(SERVICE);
        let resolver = Resolver::of_service(network.clone(), node, &environment, self.profile.go);
        System {
            node: node.clone(),
            profile: self.profile,
            progress: Progress::new(config.progress_timeout),
            config,
            registries,
            login,
            platform: platform.clone(),
            home: home(&environment),
            environment,
            extra_roots: extra_roots.clone(),
            dialer: Arc::new(Dialer::new(network.clone(), resolver, recorder.clone())),
            recorder,
            clock: *clock,
        }
    }
}

/// The home directory of the service.
fn home(environment: &Environment) -> PathBuf {
    environment.first(&["HOME"]).unwrap_or(HOME).into()
}

/// What the kubelet is told (server/image_pull.go:118-128, internal/storage/image.go `WrapSignatureCRIErrorIfNeeded`).
fn into_cri(error: Error) -> CriError {
    let prefix = match () {
        () if error.is_refused() => "RegistryUnavailable: ",
        () if error.is_of_policy() => "SignatureValidationFailed: ",
        () => "",
    };
    CriError::new(Code::Unknown, format!("{prefix}{error}"))
}

impl ImageService for CriO {
    async fn pull_image(&self, request: PullImageRequest) -> std::result::Result<PulledImage, CriError> {
        // Boxed, since the compiler of whoever calls would otherwise look through every future of a pull.
        let pull: BoxFuture<'_, _> = Box::pin(self.pull(request));
        pull.await
    }

    async fn image_status(&self, image: &str) -> std::result::Result<Option<StoredImage>, CriError> {
        let found = self.store.image(image).or_else(|| self.store.image(&name_of(image)));
        Ok(found.map(|image| StoredImage { id: image.id, size: image.size }))
    }
}
