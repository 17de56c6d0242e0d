//! From a name to an image, with graph drivers (moby@v28.5.2 distribution/pull.go, pull_v2.go).

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cri::AuthConfig;
use distribution::{Descriptor, Digest, Index, Manifest, Platform, Reference};
use gostd::strconv;
use net::{Client, Clock, Dialer, ProxyRules, Recorder, Request, Transport};
use node::Environment;
use tokio::time::Instant;
use trace::{Flaw, Purpose};

use super::config;
use super::daemon_json::Config;
use super::download::{Downloaded, Downloader, FirstAnswers, no_room, unregistered};
use super::error::{Error, Result};
use super::http::Sender;
use super::manifest::Document;
use super::media_types::{check_supported, detect, validate_media_type};
use super::platforms::{filter, shown_platform};
use super::profile::Profile;
use super::progress::Progress;
use super::registry::Endpoint;
use super::repository::{Described, Repository, with_digest};
use super::schema1;
use super::session::{Authorizer, CLIENT_TIMEOUT};
use super::store::{Kind, Store};
use crate::archive::Applied;
use crate::options::Layers;
use crate::store::chain_ids;

/// `Dialer.Timeout`
const DIAL_TIMEOUT: Duration = Duration::from_secs(30);
/// What the pulls of one image have in common, whatever the endpoint.
pub(super) struct Puller {
    pub(super) profile: &'static Profile,
    pub(super) config: Config,
    pub(super) environment: Environment,
    pub(super) agent: String,
    pub(super) reference: Reference,
    pub(super) credentials: AuthConfig,
    pub(super) platform: Platform,
    pub(super) layers: Layers,
    pub(super) store: Arc<Store>,
    pub(super) progress: Arc<Progress>,
    pub(super) dialer: Arc<Dialer>,
    pub(super) recorder: Recorder,
    pub(super) clock: Clock,
    /// Manifests that came, from whichever endpoint: none is asked for twice. They are kept once the image is there.
    pub(super) came: Mutex<Vec<(Digest, Vec<u8>)>>,
}

/// An error, and whether HTTP was spoken with the endpoint (`fallbackError`).
struct Failed {
    error: Error,
    transport_ok: bool,
}

/// One pull at an endpoint.
struct Pull<'a> {
    puller: &'a Puller,
    repository: Arc<Repository>,
}

impl Puller {
    /// `pullEndpoints`: the next endpoint after most failures; the last one's error is told.
    pub(super) async fn pull(&self, endpoints: Vec<Endpoint>) -> Result<()> {
        let mut speaks_tls: BTreeSet<String> = BTreeSet::new();
        let mut last = None;
        let mut left = endpoints.len();
        for endpoint in endpoints {
            left -= 1;
            if endpoint.url.scheme != "https" && speaks_tls.contains(&endpoint.url.host) {
                continue;
            }
            let (mirror, url) = (endpoint.mirror, endpoint.url.clone());
            let Err(Failed { error, transport_ok }) = self.pull_from(endpoint).await else { return Ok(()) };
            let continues = !transport_ok || error.continues(mirror);
            if !continues {
                return Err(error);
            }
            let plain = self.profile.registry.falls_back_without_login && error.lacks_login();
            if transport_ok && url.scheme == "https" && !plain {
                speaks_tls.insert(url.host.clone());
            }
            if left > 0 {
                self.recorder.decide("endpoint", format!("{url} is given up for the next endpoint: {error}"));
            }
            last = Some(error);
        }
        let none = || Error::Plain(format!("no endpoints found for {}", self.reference.familiar()));
        Err(last.unwrap_or_else(none))
    }

    async fn pull_from(&self, endpoint: Endpoint) -> std::result::Result<(), Failed> {
        let repository = self.new_repository(endpoint).await;
        let repository = repository.map_err(|error| Failed { error, transport_ok: false })?;
        let pull = Pull { puller: self, repository: Arc::new(repository) };
        pull.pull_tag().await.map_err(|error| Failed { error, transport_ok: true })
    }

    /// `newRepository`: a ping, whose challenges hold for all that follows.
    pub(super) async fn new_repository(&self, endpoint: Endpoint) -> Result<Repository> {
        let Endpoint { url, tls, .. } = endpoint;
        let transport = Transport {
            tls,
            proxy: ProxyRules::from_environment(&self.environment, self.profile.go),
            dial_timeout: DIAL_TIMEOUT,
            response_header_timeout: None,
            go: self.profile.go,
        };
        let client = Client::new(self.dialer.clone(), transport);
        let sender = Arc::new(Sender::new(client, self.agent.clone(), self.profile.go));
        // `PingV2Registry` (moby@v28.5.2 registry/auth.go:160): any status will do.
        let root = url.to_string();
        let ping = gostd::url::Url::parse(&format!("{}/v2/", root.trim_end_matches('/')))?;
        let until = Some(Instant::now() + CLIENT_TIMEOUT);
        let answer = sender.send(Request::new(Purpose::Ping, "GET", ping), until).await?;
        let path = self.reference.path.clone();
        let authorizer = Authorizer::new(
            sender.clone(),
            &answer,
            self.credentials.clone(),
            distribution::repository_pull_scope(&path),
            &self.profile.registry,
            self.clock,
            self.recorder.clone(),
        );
        Ok(Repository { sender, authorizer, endpoint: url, path, rules: &self.profile.registry })
    }
}

impl Pull<'_> {
    /// `pullTag`
    async fn pull_tag(&self) -> Result<()> {
        let Puller { reference, profile, progress, .. } = self.puller;
        let described = match (&reference.digest, &reference.tag) {
            (Some(digest), _) => Described { digest: digest.clone(), media_type: String::new() },
            (None, tag) => self.repository.tag(tag.as_deref().unwrap_or_default()).await?,
        };
        let document = self.get(&described).await;
        let document = match document {
            Err(error) if profile.pull.falls_back_to_tag && error.is_not_found() => {
                self.by_tag(error).await?
            }
            other => other?,
        };
        if let Document::Schema2(manifest) = &document {
            validate_media_type(&manifest.config.media_type)?;
        }
        // "Pulling from …": from here on the answer has begun.
        progress.came();
        let pinned = reference.digest.clone();
        let id = match &document {
            Document::Schema1(_) if profile.pull.refuses_schema1 => return Err(self.no_schema1()),
            Document::Schema1(payload) => self.pull_schema1(payload).await?,
            Document::Schema2(manifest) | Document::Oci(manifest) => {
                verify(&document, pinned.as_ref())?;
                self.pull_schema2(manifest).await?
            }
            Document::List(index) => {
                verify(&document, pinned.as_ref())?;
                self.pull_manifest_list(index).await?
            }
        };
        let kept = self.keep(&id, &document.digest());
        kept.map_err(|error| Error::Storage { what: store_path(), errno: error.raw_os_error() })
    }

    /// What 20.10 does where a registry does not have what it says that a tag leads to.
    async fn by_tag(&self, error: Error) -> Result<Document> {
        let Puller { reference, recorder, progress, .. } = self.puller;
        let Some(tag) = reference.tag.as_deref().filter(|_| reference.digest.is_none()) else {
            return Err(error);
        };
        recorder.decide(
            "manifest",
            format!("asked for by its tag, since by its digest it is not found: {error}"),
        );
        progress.came();
        let found = self.repository.manifest(tag).await;
        found.map_err(|error| error.context("error after falling back to get manifest by tag"))
    }

    /// `manifestStore.Get`: what is kept is not asked for again, where it has been seen in this repository.
    async fn get(&self, described: &Described) -> Result<Document> {
        let digest = described.digest.to_string();
        if let Some(document) = self.given_elsewhere(described) {
            self.puller.recorder.decide("manifest", format!("{digest} came from another endpoint"));
            return Ok(document);
        }
        if let Some(bytes) = self.puller.store.get(Kind::Manifest, &digest)
            && let Some(document) = self.local(described, &bytes).await
        {
            self.puller.recorder.decide("manifest", format!("{digest} is kept, and not asked for"));
            return Ok(document);
        }
        let document = self.repository.manifest(&digest).await?;
        // What has another digest is used, and not kept.
        if document.has_digest(&described.digest) {
            let mut came = self.puller.came.lock().unwrap_or_else(PoisonError::into_inner);
            came.push((described.digest.clone(), document.canonical().to_vec()));
        }
        Ok(document)
    }

    /// What another endpoint has given already, which lies in the content store of the pull.
    fn given_elsewhere(&self, described: &Described) -> Option<Document> {
        let came = self.puller.came.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, bytes) = came.iter().find(|(digest, _)| *digest == described.digest)?;
        let kind = Some(described.media_type.clone()).filter(|kind| !kind.is_empty());
        Document::unmarshal(&kind.or_else(|| detect(bytes))?, bytes, self.puller.profile.go).ok()
    }

    /// `getLocal`
    async fn local(&self, described: &Described, bytes: &[u8]) -> Option<Document> {
        let Puller { reference, store, profile, .. } = self.puller;
        let digest = described.digest.to_string();
        let kind =
            if described.media_type.is_empty() { detect(bytes)? } else { described.media_type.clone() };
        let sources = store.get(Kind::Sources, &digest).unwrap_or_default();
        let here = reference.name();
        let is_known = String::from_utf8_lossy(&sources).lines().any(|line| line == here);
        if reference.digest.is_some() && !is_known {
            let exists = self.repository.has_manifest(&described.digest).await;
            exists.ok().filter(|exists| *exists)?;
        }
        Document::unmarshal(&kind, bytes, profile.go).ok()
    }

    /// `pullManifestList`
    async fn pull_manifest_list(&self, index: &Index) -> Result<String> {
        let Puller { profile, platform, recorder, .. } = self.puller;
        let matches = filter(index, platform, !profile.pull.follows_nested);
        self.tell_platforms(index, &matches);
        for entry in &matches {
            with_digest(&entry.digest)?;
            let Ok(digest) = entry.parse_digest() else {
                // Of a kind that there is no hash for: asked for, and what comes cannot be compared with it.
                self.repository.manifest(&entry.digest).await?;
                return Err(Error::Ended);
            };
            let described = Described { digest: digest.clone(), media_type: entry.media_type.clone() };
            let document = self.get(&described).await?;
            if profile.pull.keeps_layers_by_system && has_capitals(entry) {
                return Err(Error::Ended);
            }
            match &document {
                Document::Schema1(_) if profile.pull.refuses_schema1 => return Err(self.no_schema1()),
                Document::Schema1(payload) => return self.pull_schema1(payload).await,
                Document::Schema2(manifest) | Document::Oci(manifest) => {
                    verify(&document, Some(&digest))?;
                    return self.pull_schema2(manifest).await;
                }
                Document::List(nested) if profile.pull.follows_nested => {
                    recorder.decide("platform", "an index within the index");
                    let pulled = match verify(&document, Some(&digest)) {
                        Ok(()) => Box::pin(self.pull_manifest_list(nested)).await,
                        Err(error) => Err(error),
                    };
                    // Only where something else fails there is the next entry looked at.
                    match pulled {
                        Err(error) if !matches!(error, Error::NoMatch(_)) => {}
                        ended => return ended,
                    }
                }
                Document::List(_) => return Err(Error::Plain("unsupported manifest format".to_owned())),
            }
        }
        Err(Error::NoMatch(shown_platform(platform)))
    }

    fn tell_platforms(&self, index: &Index, matches: &[&Descriptor]) {
        let name = |entry: &&Descriptor| {
            entry
                .platform
                .as_ref()
                .map_or("no platform".to_owned(), |platform| platform.normalize().to_string())
        };
        let names = |entries: &[&Descriptor]| entries.iter().map(name).collect::<Vec<_>>().join(", ");
        let all: Vec<&Descriptor> = index.manifests.iter().collect();
        let text = match matches {
            [] if all.is_empty() => "none matches: it is empty".to_owned(),
            [] => format!("none matches, there are {}", names(&all)),
            some => names(some),
        };
        self.puller.recorder.decide("platform", format!("of the index: {text}"));
    }

    /// `DeprecatedSchema1ImageError`
    fn no_schema1(&self) -> Error {
        self.puller.recorder.unusable("manifests of Docker schema 1 are not taken", Flaw::Kind);
        Error::Plain(format!(
            "Docker Image Format v1 and Docker Image manifest version 2, schema 1 support has been removed. Suggest the \
             author of {} to upgrade the image to the OCI Format or Docker Image manifest v2, schema 2. More information at \
             https://docs.docker.com/go/deprecated-image-specs/",
            self.puller.reference
        ))
    }

    /// `pullSchema2Layers`: config and layers together; the config's error goes before theirs.
    async fn pull_schema2(&self, manifest: &Manifest) -> Result<String> {
        let Puller { store, profile, recorder, .. } = self.puller;
        let target = &manifest.config;
        if !target.digest.contains(':') {
            // Whoever looks for the image by what is no digest ends there.
            return Err(Error::Ended);
        }
        if store.has(Kind::Config, &target.digest) {
            recorder.decide("image", format!("{} is there already", target.digest));
            return Ok(target.digest.clone());
        }
        self.check_supported(&target.media_type)?;
        for layer in &manifest.layers {
            layer.parse_digest().map_err(|error| {
                let digest = strconv::quote(&layer.digest);
                Error::Plain(error.to_string()).context(format!("could not validate layer digest {digest}"))
            })?;
            self.check_supported(&layer.media_type)?;
        }
        let present = self.present(&manifest.layers);
        let downloader = self.downloader();
        // Both go on together. A layer that fails waits for the config, whose error is more telling.
        let layers = downloader.start(&manifest.layers[present.len()..]);
        let config = config::pull(&self.repository, &target.digest, recorder).await;
        let config = config.and_then(|raw| Ok((config::check(&raw, profile)?, raw)));
        let mut found = present;
        let (diff_ids, raw) = match config {
            Ok(read) => read,
            Err(error) => {
                // Nothing releases layers that were all there by then, and another endpoint is not asked for them.
                if let Some(came) = layers.all_came() {
                    let _ = self.register(&came, &mut found, &manifest.layers);
                }
                layers.given_up().await;
                return Err(error);
            }
        };
        let layers = layers.finished().await?;
        self.register(&layers, &mut found, &manifest.layers)?;
        if self.puller.layers == Layers::Get && found != diff_ids {
            recorder
                .unusable("the layers are not those of the config", Flaw::DiffId { got: found.join(", ") });
            return Err(Error::Plain("layers from manifest don't match image configuration".to_owned()));
        }
        let kept = store.put(Kind::Config, &target.digest, &raw);
        kept.map_err(|error| Error::Storage { what: store_path(), errno: error.raw_os_error() })?;
        Ok(target.digest.clone())
    }

    fn check_supported(&self, media_type: &str) -> Result<()> {
        let checked = check_supported(media_type, self.puller.profile.pull.knows_models);
        if checked.is_err() {
            let text = format!("nothing of type {media_type} is taken");
            self.puller.recorder.unusable(text, Flaw::Kind);
        }
        checked
    }

    fn downloader(&self) -> Arc<Downloader> {
        let Puller { store, progress, recorder, profile, layers, config, .. } = self.puller;
        Arc::new(Downloader {
            repository: self.repository.clone(),
            store: store.clone(),
            progress: progress.clone(),
            recorder: recorder.clone(),
            rules: &profile.pull,
            layers: *layers,
            at_once: config.at_once,
            attempts: config.attempts,
            first: FirstAnswers::default(),
        })
    }

    /// The diff ids of the lowest layers that are there already (`LayerDownloadManager.Download`).
    fn present(&self, layers: &[Descriptor]) -> Vec<String> {
        let store = &self.puller.store;
        let mut found: Vec<String> = Vec::new();
        for layer in layers {
            let diff_id = store.get(Kind::DiffId, &layer.digest).and_then(|id| String::from_utf8(id).ok());
            let Some(diff_id) = diff_id else { break };
            found.push(diff_id);
            if !chain_ids(&found).last().is_some_and(|id| store.has(Kind::Layer, id)) {
                found.pop();
                break;
            }
        }
        found
    }

    /// `layerStore.Register`, from the lowest on.
    fn register(&self, layers: &[Downloaded], found: &mut Vec<String>, of: &[Descriptor]) -> Result<()> {
        let Puller { store, profile, recorder, .. } = self.puller;
        let start = found.len();
        for (layer, descriptor) in layers.iter().zip(&of[start..]) {
            let tell = |flaw| recorder.unusable(format!("{} is not unpacked", descriptor.digest), flaw);
            let (diff_id, size) = match &layer.applied {
                None => return Ok(()),
                Some(Applied::Unpacked { diff_id, size, .. }) => (diff_id, *size),
                Some(Applied::Failed(words)) => {
                    tell(Flaw::Archive);
                    return Err(unregistered(words, &profile.pull));
                }
                // The rest of a stream is read on without a look at its errors, so that the digest is another one.
                Some(Applied::Trailing(_)) => {
                    tell(Flaw::Archive);
                    let text = "layers from manifest don't match image configuration";
                    return Err(Error::Plain(text.to_owned()));
                }
                Some(Applied::Unopened(problem)) => {
                    tell(Flaw::Archive);
                    return Err(Error::Plain(format!("could not get decompression stream: {problem}")));
                }
            };
            if let Err(error) = store.space.take(size) {
                tell(Flaw::Storage { errno: error.raw_os_error() });
                return Err(no_room(&profile.pull));
            }
            found.push(diff_id.clone());
            let chain = chain_ids(found).pop().unwrap_or_default();
            let kept = store.put(Kind::DiffId, &descriptor.digest, diff_id.as_bytes());
            let kept = kept.and_then(|()| store.put(Kind::Layer, &chain, size.to_string().as_bytes()));
            kept.map_err(|error| {
                let cause = Error::Storage { what: store_path(), errno: error.raw_os_error() };
                cause.context("failed to register layer")
            })?;
        }
        Ok(())
    }

    /// `pullSchema1`, as far as the registry is concerned: layers alone, of which a config is made.
    async fn pull_schema1(&self, payload: &[u8]) -> Result<String> {
        let Puller { store, reference, profile, .. } = self.puller;
        if let Some(digest) = &reference.digest
            && *digest != Digest::sha256_of(payload)
        {
            let text = format!("image verification failed for digest {digest}");
            return Err(Error::Plain(text));
        }
        let (layers, os) = schema1::layers(payload, &reference.familiar(), profile.go)?;
        let mut found = self.present(&layers);
        let downloaded = self.downloader().start(&layers[found.len()..]).finished().await?;
        self.register(&downloaded, &mut found, &layers)?;
        if !matches!(os.as_str(), "" | "linux") {
            return Err(Error::Plain(config::UNSUPPORTED.to_owned()));
        }
        let ids: Vec<String> = found.iter().map(strconv::quote).collect();
        let rootfs = format!("{{\"type\":\"layers\",\"diff_ids\":[{}]}}", ids.join(","));
        let config = format!("{{\"os\":\"linux\",\"rootfs\":{rootfs}}}");
        let id = Digest::sha256_of(&config).to_string();
        let kept = store.put(Kind::Config, &id, config.as_bytes());
        kept.map_err(|error| Error::Storage { what: store_path(), errno: error.raw_os_error() })?;
        Ok(id)
    }

    /// The names under which the image is known from now on, and the manifests that led to it.
    fn keep(&self, id: &str, manifest: &Digest) -> std::io::Result<()> {
        let Puller { reference, store, .. } = self.puller;
        let pinned = reference.digest.as_ref().unwrap_or(manifest);
        let canonical = format!("{}@{pinned}", reference.name());
        store.put(Kind::Reference, &canonical, id.as_bytes())?;
        store.put(Kind::Reference, &reference.to_string(), id.as_bytes())?;
        for (digest, bytes) in self.puller.came.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let digest = digest.to_string();
            store.put(Kind::Manifest, &digest, bytes)?;
            let mut sources = store.get(Kind::Sources, &digest).unwrap_or_default();
            sources.extend_from_slice(format!("{}\n", reference.name()).as_bytes());
            store.put(Kind::Sources, &digest, &sources)?;
        }
        Ok(())
    }
}

fn store_path() -> String {
    "write /var/lib/docker/image".to_owned()
}

/// Whether the system of an entry is told otherwise than in small letters, in which 20.10 knows it.
fn has_capitals(entry: &Descriptor) -> bool {
    entry.platform.as_ref().is_some_and(|platform| platform.os.bytes().any(|byte| byte.is_ascii_uppercase()))
}

/// `schema2ManifestDigest`: what was asked for by digest must have it.
fn verify(document: &Document, wanted: Option<&Digest>) -> Result<()> {
    match wanted {
        Some(wanted) if !document.has_digest(wanted) => {
            Err(Error::Plain(format!("manifest verification failed for digest {wanted}")))
        }
        _ => Ok(()),
    }
}
