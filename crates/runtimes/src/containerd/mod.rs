//! containerd, as the kubelet sees it (containerd v2.1.9 internal/cri/server/images/image_pull.go).
//!
//! The files keep the names of the upstream ones that they mirror: `resolver`, `authorizer`, `fetcher`, `unpacker`.

mod authorizer;
mod chunks;
mod config;
mod content;
mod credentials;
mod error;
mod fetcher;
mod garbage;
mod hosts;
mod hosts_toml;
mod http;
mod image;
pub(crate) mod linked;
mod listing;
mod profile;
mod progress;
mod pull;
mod redirect;
mod request;
mod resolver;
mod schema1;
mod server_config;
mod status;
mod store;
mod unpacker;
mod verifier;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cri::{Code, CriError, ImageService, PullImageRequest, PulledImage, StoredImage};
use distribution::{Descriptor, Matcher, Reference};
use gostd::strconv;
use net::{BoxFuture, Dialer, Recorder, Resolver, Roots, Tls};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use trace::{Flaw, Trace};

use self::config::{Config, ProgressLimit};
use self::content::Ingester;
use self::credentials::Credentials;
use self::error::{Class, Error, Result};
use self::fetcher::Fetcher;
use self::hosts::{HostFactory, RegistryHost};
use self::linked::Legacy;
use self::profile::Schema1;
pub(crate) use self::profile::{KNOWN, Profile};
use self::progress::Requests;
use self::pull::Pull;
use self::request::Base;
use self::resolver::Object;
use self::schema1::Converter;
pub(crate) use self::server_config::Generation;
pub(crate) use self::server_config::{ConfigError, check_config};
use self::store::Store;
pub(crate) use self::store::remove_image;
use self::unpacker::Unpacker;
use crate::options::{Layers, Options};
use crate::store::StoreError;

/// The name of the systemd service whose environment counts.
const SERVICE: &str = "containerd";

/// What the kubelet says of a daemon that is not running (grpc-go v1.72 internal/transport/http2_client.go).
const NOBODY_LISTENS: &str = "connection error: desc = \"transport: Error while dialing: dial unix \
                              /run/containerd/containerd.sock: connect: no such file or directory\"";
/// What it says of one that ends while it is asked.
const GONE: &str = "error reading from server: EOF";
/// Why a pull never begins.
const BLOCKED: &str = "without a limit on progress nobody reads what the transfer service reports, so that the pull waits \
                       for ever before its first request: remove the setting, or set use_local_image_pull";

/// A simulated containerd.
pub(crate) struct Containerd {
    options: Options,
    profile: &'static Profile,
    store: Arc<Store>,
}

impl Containerd {
    /// A containerd on these options.
    ///
    /// # Errors
    /// When the store's directory cannot be made or written to.
    pub fn new(options: Options, profile: &'static Profile) -> std::result::Result<Self, StoreError> {
        let store = Arc::new(Store::open(options.store.clone())?);
        Ok(Self { options, profile, store })
    }

    /// The same containerd, with the same store, that records its steps in `trace`.
    #[must_use]
    pub fn with_trace(&self, trace: Trace) -> Self {
        let options = Options { trace, ..self.options.clone() };
        Self { options, profile: self.profile, store: Arc::clone(&self.store) }
    }

    /// The same on a node whose disk has room for so many bytes of content and unpacked layers. With a store in a
    /// directory it is that directory's disk that counts.
    #[must_use]
    pub fn with_space(self, bytes: u64) -> Self {
        self.store.limit(bytes);
        self
    }

    /// `CRIImageService.PullImage` (image_pull.go:122-228)
    async fn pull(&self, request: PullImageRequest) -> std::result::Result<PulledImage, CriError> {
        let recorder = Recorder::new(self.options.trace.clone());
        let profile = self.profile;
        let named = Reference::parse_docker_ref(&request.image, profile.grammar).map_err(|error| {
            let name = strconv::quote(&request.image);
            CriError::new(Code::Unknown, format!("failed to parse image reference {name}: {error}"))
        })?;
        let config = Config::read(&self.options.node, profile, &recorder).map_err(|error| {
            recorder.decide("config.toml", error.to_string());
            CriError::new(Code::Unavailable, NOBODY_LISTENS)
        })?;
        if let Some(problem) = config.refusal(profile) {
            recorder.decide("config.toml", format!("containerd does not load its CRI plugin: {problem}"));
            // Nobody has registered the service (grpc-go v1.72 server.go `handleStream`).
            return Err(CriError::new(Code::Unimplemented, "unknown service runtime.v1.ImageService"));
        }
        let limit = match config.progress_limit(profile) {
            Err(text) => return Err(CriError::new(Code::Unknown, text)),
            Ok(ProgressLimit::Within(limit)) => Some(limit),
            Ok(ProgressLimit::None) => None,
            Ok(ProgressLimit::Blocks) => {
                recorder.decide("image_pull_progress_timeout", BLOCKED);
                std::future::pending().await
            }
            Ok(ProgressLimit::Panics) => {
                let text = format!("{} makes containerd panic, at each pull", config.progress_timeout);
                recorder.decide("image_pull_progress_timeout", text);
                return Err(CriError::new(Code::Unavailable, GONE));
            }
        };
        let requests = limit.filter(|_| config.local_pull).map(|_| Requests::new());
        let attempt = Attempt {
            options: &self.options,
            profile,
            store: &self.store,
            config,
            limit,
            requests,
            recorder,
            named,
            legacy: None,
            begun: Arc::default(),
        };
        // What cannot be removed is found by the next pull, and used.
        let _ = self.store.collect_old_garbage();
        let pulled = attempt.run(&request).await;
        if pulled.is_err() && profile.content.collects_after_failure {
            let _ = self.store.collect_garbage();
        } else if pulled.is_err() {
            self.store.leave_garbage();
        }
        let image_ref = pulled.map_err(|error| error.into_cri(&profile.words))?;
        Ok(PulledImage { image_ref })
    }
}

impl ImageService for Containerd {
    async fn pull_image(&self, request: PullImageRequest) -> std::result::Result<PulledImage, CriError> {
        // Boxed, since the compiler of whoever calls would otherwise look through every future of a pull.
        let pull: BoxFuture<'_, _> = Box::pin(self.pull(request));
        pull.await
    }

    async fn image_status(&self, image: &str) -> std::result::Result<Option<StoredImage>, CriError> {
        let Ok(named) = Reference::parse_docker_ref(image, self.profile.grammar) else {
            return Ok(None);
        };
        let Some(target) = self.store.image(&named.to_string()) else { return Ok(None) };
        let mut size = 0;
        let mut config = None;
        let mut todo = vec![target];
        while let Some(descriptor) = todo.pop() {
            if !self.store.has_blob(&descriptor.digest) {
                continue;
            }
            size += u64::try_from(descriptor.size).unwrap_or_default();
            if distribution::media_type::is_config(&descriptor.media_type) {
                config = Some(descriptor.digest.clone());
            }
            if let Some(bytes) = self.store.read_blob(&descriptor.digest).filter(|_| !is_opaque(&descriptor))
            {
                todo.extend(store::children(&descriptor, &bytes));
            }
        }
        Ok(config.map(|id| StoredImage { id, size }))
    }
}

fn is_opaque(descriptor: &Descriptor) -> bool {
    let media_type = &descriptor.media_type;
    !distribution::media_type::is_index(media_type) && !distribution::media_type::is_manifest(media_type)
}

/// One call of `PullImage`.
struct Attempt<'a> {
    options: &'a Options,
    profile: &'static Profile,
    store: &'a Arc<Store>,
    config: Config,
    /// `image_pull_progress_timeout`
    limit: Option<Duration>,
    /// Counts the requests of a local pull that may get nowhere.
    requests: Option<Arc<Requests>>,
    recorder: Recorder,
    named: Reference,
    /// What another daemon says of the hosts.
    legacy: Option<Legacy>,
    /// Whether something was got, or a manifest is being: a daemon that tells progress has begun to.
    begun: Arc<AtomicBool>,
}

impl Attempt<'_> {
    /// The digest of the image's config.
    async fn run(&self, request: &PullImageRequest) -> Result<String> {
        let reference = self.named.to_string();
        let pull: BoxFuture<'_, _> = Box::pin(self.pull_and_unpack(request, &reference));
        let pulled = self.watched(pull).await;
        let (pull, root) = pulled.map_err(|error| {
            error.context(format!("failed to pull and unpack image {}", strconv::quote(&reference)))
        })?;
        if schema1::is_schema1(&root) {
            // Not converted, since its layers were not downloaded: the config is not known.
            return Ok(root.digest);
        }
        // The client's own matcher, with its fall-backs, whichever engine pulled (client/client.go).
        let matcher = Matcher::only(&self.options.platform);
        let config =
            pull.config(&root, &matcher).map_err(|error| error.context("get image config descriptor"))?;
        let known = self.store.know_image(&reference, &config.digest);
        known.map_err(|error| Error::Plain(error.to_string()))?;
        Ok(config.digest)
    }

    /// A local pull, ended where it gets nowhere: its requests fail, and say so in their place
    /// (`pullProgressReporter.start`).
    async fn watched<T>(&self, pull: impl Future<Output = T>) -> T {
        let Some(requests) = &self.requests else { return pull.await };
        let watch = async {
            requests.stalled(self.limit).await;
            self.tell_stall();
            requests.cancel();
            std::future::pending::<std::convert::Infallible>().await
        };
        tokio::select! {
            result = pull => result,
            never = watch => match never {},
        }
    }

    fn tell_stall(&self) {
        let text =
            format!("the pull is cancelled because of no progress in {}", self.config.progress_timeout);
        self.recorder.decide("image_pull_progress_timeout", text);
    }

    async fn pull_and_unpack(
        &self,
        request: &PullImageRequest,
        reference: &str,
    ) -> Result<(Arc<Pull>, Descriptor)> {
        let factory = self.host_factory();
        let credentials = Credentials {
            request: request.auth.clone(),
            node: self.config.auths.clone(),
            transfer: !self.config.local_pull,
        };
        let resolved = self.resolve(&factory, &credentials, reference).await;
        let root = resolved.map_err(|error| {
            let prefix = if self.config.local_pull {
                format!("failed to resolve reference {}", strconv::quote(reference))
            } else {
                "failed to resolve image".to_owned()
            };
            error.context(prefix)
        })?;
        let is_schema1 = schema1::is_schema1(&root);
        if is_schema1 {
            self.check_schema1(reference)?;
        }
        if !self.config.local_pull {
            self.config.verifiers.verify(&self.options.node, reference, &root, &self.recorder)?;
            self.check_unpacking()?;
        }
        // A client of its own: connections, challenges and tokens start anew (core/transfer/local/pull.go:107).
        let base = self.base(&factory, &credentials)?;
        let pull = Arc::new(self.new_pull(&factory, base));
        let mut root = root;
        if is_schema1 {
            root = Converter::new(pull.clone()).run(&root).await?;
            if self.options.layers == Layers::Head {
                return Ok((pull, root));
            }
        } else if self.config.local_pull {
            pull.run(&root).await?;
        } else {
            tokio::select! {
                result = pull.run(&root) => result?,
                () = pull.ingester.progress.stalled(self.limit) => {
                    self.tell_stall();
                    return Err(Error::Canceled);
                }
            }
        }
        self.create_image(reference, &root)?;
        self.unpack_image(&pull, reference, &root)?;
        Ok((pull, root))
    }

    /// `unpack.NewUnpacker`: the transfer service unpacks for the snapshotters that it is told of, which the CRI's may not
    /// be one of (`getSupportedPlatform`).
    fn check_unpacking(&self) -> Result<()> {
        if self.config.unpacks() {
            return Ok(());
        }
        let text = "unable to initialize unpacker: no unpack platforms defined";
        Err(Error::Class(Class::InvalidArgument, text.into()))
    }

    /// What the client does where nothing was unpacked so far (client/pull.go:187-193); the transfer service is
    /// content.
    fn unpack_image(&self, pull: &Pull, reference: &str, root: &Descriptor) -> Result<()> {
        if !self.config.local_pull || pull.unpacks.load(Ordering::Relaxed) > 0 {
            return Ok(());
        }
        let matcher = Matcher::only(&self.options.platform);
        pull.unpack_image(reference, root, &matcher).map_err(|error| {
            error.context(format!("failed to unpack image on snapshotter {}", self.config.snapshotter))
        })
    }

    async fn resolve(
        &self,
        factory: &HostFactory,
        credentials: &Credentials,
        reference: &str,
    ) -> Result<Descriptor> {
        let base = self.base(factory, credentials)?;
        let object = Object { reference, tag: self.named.tag.as_deref(), digest: self.named.digest.as_ref() };
        resolver::resolve(&base, &object).await
    }

    /// Whether a manifest of schema 1 can be pulled: the transfer service says in its way that it cannot, the client
    /// in its own (core/transfer/local/pull.go:63, client/pull.go:203).
    fn check_schema1(&self, reference: &str) -> Result<()> {
        let checked = self.is_schema1_taken(reference);
        if checked.is_err() {
            self.recorder.unusable("manifests of Docker schema 1 are not taken", Flaw::Kind);
        }
        checked
    }

    fn is_schema1_taken(&self, reference: &str) -> Result<()> {
        let Profile { content, words, .. } = self.profile;
        if content.schema1 != Schema1::Refuses {
            let environment = self.options.node.environment(SERVICE);
            let value = environment.get(schema1::variable());
            return schema1::check_enabled(content.schema1, value, reference);
        }
        if self.config.local_pull {
            return Err(schema1::unsupported(words.no_schema1_since));
        }
        Err(Error::Class(Class::InvalidArgument, "schema 1 image manifests are no longer supported".into()))
    }

    fn host_factory(&self) -> HostFactory {
        let Options { network, node, extra_roots, clock, .. } = self.options;
        let profile = self.profile;
        let environment = node.environment(SERVICE);
        let resolver = Resolver::of_service(network.clone(), node, &environment, profile.go);
        let roots = Roots::system(node.clone(), environment.clone(), extra_roots.clone());
        HostFactory {
            node: node.clone(),
            environment,
            dialer: Arc::new(Dialer::new(network.clone(), resolver, self.recorder.clone())),
            extra_roots: extra_roots.clone(),
            tls: Tls::new(Arc::new(roots), *clock),
            recorder: self.recorder.clone(),
            clock: *clock,
            profile,
            requests: self.requests.clone(),
            tls_configs: self.config.tls.clone(),
            headers: self.config.headers.clone(),
        }
    }

    fn base(&self, factory: &HostFactory, credentials: &Credentials) -> Result<Base> {
        // An Accept of the configuration takes the place of the resolver's, and of nothing else (`NewResolver`).
        let (accept, header): (Vec<_>, Vec<_>) =
            self.config.headers.iter().cloned().partition(|(name, _)| name == "Accept");
        Ok(Base {
            namespace: self.named.domain.clone(),
            repository: self.named.path.clone(),
            header,
            accept: accept.into_iter().map(|(_, value)| value).collect(),
            profile: self.profile,
            hosts: self.registry_hosts(factory, credentials)?,
            recorder: self.recorder.clone(),
        })
    }

    /// `registryHosts` (image_pull.go:489-567). The transfer service takes `config_path` as one directory, the
    /// client as a list (core/transfer/registry/registry.go:126-129).
    fn registry_hosts(&self, factory: &HostFactory, credentials: &Credentials) -> Result<Vec<RegistryHost>> {
        let (registry, repository) = (&self.named.domain, &self.named.path);
        let path = &self.config.config_path;
        let roots: Vec<PathBuf> = match (path.is_empty(), self.config.local_pull) {
            (true, true) => {
                let endpoints = self.endpoints(registry).map_err(|error| {
                    Error::Plain(error.to_string()).context("get registry endpoints: parse endpoint url")
                })?;
                return factory.endpoints(&endpoints, registry, repository, credentials);
            }
            (true, false) => Vec::new(),
            (false, true) => path.split(':').filter(|root| !root.is_empty()).map(PathBuf::from).collect(),
            (false, false) => vec![PathBuf::from(path)],
        };
        let hosts = factory.configure_hosts(registry, repository, &roots, credentials)?;
        match &self.legacy {
            Some(legacy) => Ok(factory.merge_legacy(hosts, repository, credentials, legacy)),
            None => Ok(hosts),
        }
    }

    /// `registryEndpoints`: the mirrors of a host, or of `*`, then the host itself.
    fn endpoints(&self, registry: &str) -> std::result::Result<Vec<String>, gostd::url::Error> {
        let scheme = if hosts::is_localhost(registry) { "http" } else { "https" };
        let mirrors = self.config.mirrors.get(registry).or_else(|| self.config.mirrors.get("*"));
        let with_scheme = |endpoint: &String| {
            if endpoint.contains("://") {
                return endpoint.clone();
            }
            let scheme = if hosts::is_localhost(endpoint) { "http" } else { "https" };
            format!("{scheme}://{endpoint}")
        };
        let mut endpoints: Vec<String> = mirrors.into_iter().flatten().map(with_scheme).collect();
        let itself = if registry == "docker.io" { "registry-1.docker.io" } else { registry };
        for endpoint in &endpoints {
            if gostd::url::Url::parse(endpoint)?.host == registry {
                return Ok(endpoints);
            }
        }
        endpoints.push(format!("{scheme}://{itself}"));
        Ok(endpoints)
    }

    fn new_pull(&self, factory: &HostFactory, base: Base) -> Pull {
        let platform = &self.options.platform;
        let local = self.config.local_pull;
        let strict = Matcher::only_strict(platform);
        let limit = self.config.download_limit();
        let limits_layers = self.profile.content.limits_layers;
        let requests_at_once = limit.filter(|_| !limits_layers);
        Pull {
            fetcher: Fetcher {
                base,
                foreign: factory.foreign_host(),
                limiter: Arc::new(Semaphore::new(requests_at_once.unwrap_or(Semaphore::MAX_PERMITS))),
                chunking: self.config.chunking().filter(|_| self.profile.has_transfer),
            },
            ingester: Ingester::new(
                self.store.clone(),
                self.config.root.clone(),
                self.profile,
                self.recorder.clone(),
            ),
            unpacker: Unpacker {
                matcher: (!local).then(|| strict.clone()),
                snapshotter: self.config.snapshotter.clone(),
            },
            matcher: if local { Matcher::only(platform) } else { strict },
            manifest_limit: local.then_some(1),
            at_once: limit.filter(|_| limits_layers).unwrap_or(usize::MAX),
            layers: self.options.layers,
            profile: self.profile,
            requests: self.requests.clone(),
            unpacks: AtomicUsize::new(0),
            begun: self.begun.clone(),
            recorder: self.recorder.clone(),
            clock: self.options.clock,
            layers_of: Mutex::default(),
            unpacking: Mutex::new(JoinSet::new()),
        }
    }

    /// `images.Store.Create` and its validation (core/metadata/images.go `validateImage`).
    fn create_image(&self, reference: &str, target: &Descriptor) -> Result<()> {
        if target.media_type.is_empty() {
            return Err(Error::Class(Class::InvalidArgument, self.profile.words.no_media_type.into()));
        }
        self.store.add_image(reference, target).map_err(|error| Error::Plain(error.to_string()))
    }
}
