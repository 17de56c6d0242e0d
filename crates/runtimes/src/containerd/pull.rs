//! The way down from a descriptor: index, manifest, config, layers
//! (containerd v2.1.9 core/transfer/local/pull.go, core/images/handlers.go `Dispatch`, core/images/image.go).

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use distribution::{
    Descriptor, ImageConfig, Index, Manifest, ManifestError, Matcher, media_type, validate_media_type,
};
use net::{Clock, Recorder};
use tokio::task::JoinSet;

use super::content::Ingester;
use super::error::{Class, Error, Result};
use super::fetcher::Fetcher;
use super::progress::Requests;
use super::schema1::is_schema1;
use super::store::Blob;
use super::unpacker::Unpacker;
use crate::archive::Applied;
use crate::containerd::profile::Profile;
use crate::options::Layers;

/// One pull, from the descriptor on.
pub(super) struct Pull {
    pub(super) fetcher: Fetcher,
    pub(super) ingester: Ingester,
    pub(super) unpacker: Unpacker,
    /// Which children of an index are taken.
    pub(super) matcher: Matcher,
    /// `manifestLimit`: how many manifests of an index; `None` is all that match.
    pub(super) manifest_limit: Option<usize>,
    /// How many siblings are begun at once (`max_concurrent_downloads`, where it does not count requests).
    pub(super) at_once: usize,
    pub(super) layers: Layers,
    pub(super) profile: &'static Profile,
    /// The requests, if a silent one ends the pull.
    pub(super) requests: Option<Arc<Requests>>,
    /// How many configs led to unpacking.
    pub(super) unpacks: AtomicUsize,
    /// Whether there is something to tell of its progress.
    pub(super) begun: Arc<AtomicBool>,
    pub(super) recorder: Recorder,
    pub(super) clock: Clock,
    /// The layers of the manifests seen, by the digest of each one's config.
    pub(super) layers_of: Mutex<HashMap<String, Vec<Descriptor>>>,
    /// Unpacking that goes on beside the rest.
    pub(super) unpacking: Mutex<JoinSet<Result<()>>>,
}

type Dispatched = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

impl Pull {
    /// `images.Dispatch`, then `Unpacker.Wait`.
    pub(super) async fn run(self: &Arc<Self>, root: &Descriptor) -> Result<()> {
        let dispatched = Self::dispatch(self.clone(), vec![root.clone()]).await;
        let mut unpacking =
            std::mem::take(&mut *self.unpacking.lock().unwrap_or_else(PoisonError::into_inner));
        let mut first = Ok(());
        while let Some(joined) = unpacking.join_next().await {
            first = first.and(joined.unwrap_or(Err(Error::Canceled)));
            if first.is_err() {
                unpacking.abort_all();
            }
        }
        dispatched.and(first)
    }

    /// Siblings are handled together; the first error ends the others.
    fn dispatch(self: Arc<Self>, descriptors: Vec<Descriptor>) -> Dispatched {
        Box::pin(async move {
            self.get_documents(&descriptors).await?;
            let mut siblings = JoinSet::new();
            for descriptor in begun(&descriptors, self.at_once) {
                if siblings.len() >= self.at_once {
                    ended(&mut siblings).await?;
                }
                let (pull, descriptor) = (self.clone(), descriptor.clone());
                // Boxed, here and below: a future of many kilobytes would be copied on its way into its task.
                siblings.spawn(Box::pin(async move {
                    let children = pull.handle(&descriptor).await?;
                    if children.is_empty() { Ok(()) } else { Self::dispatch(pull, children).await }
                }));
            }
            while !siblings.is_empty() {
                ended(&mut siblings).await?;
            }
            Ok(())
        })
    }

    /// Several manifests of an index are all asked for before what the first of them names: storing content takes a node
    /// longer than asking for the next (recording `ok-index-noplatform`).
    async fn get_documents(self: &Arc<Self>, descriptors: &[Descriptor]) -> Result<()> {
        if descriptors.len() < 2 {
            return Ok(());
        }
        let mut siblings = JoinSet::new();
        for descriptor in last_first(descriptors).filter(|descriptor| is_document(descriptor)) {
            let (pull, descriptor) = (self.clone(), descriptor.clone());
            siblings.spawn(Box::pin(async move { pull.get(&descriptor).await }));
        }
        while !siblings.is_empty() {
            ended(&mut siblings).await?;
        }
        Ok(())
    }

    /// Fetch, list the children, keep those of the platform; layers wait for their config (`Unpacker.Unpack`).
    async fn handle(self: &Arc<Self>, descriptor: &Descriptor) -> Result<Vec<Descriptor>> {
        if is_schema1(descriptor) {
            return Err(Error::Plain(format!("{} not supported", descriptor.media_type)));
        }
        if media_type::is_manifest(&descriptor.media_type) {
            self.begun.store(true, Ordering::Relaxed);
        }
        self.get(descriptor).await?;
        if !is_document(descriptor) {
            self.begun.store(true, Ordering::Relaxed);
        }
        let children = self.children(descriptor)?;
        if media_type::is_manifest(&descriptor.media_type) {
            let (layers, others): (Vec<_>, Vec<_>) =
                children.into_iter().partition(|child| media_type::is_layer(&child.media_type));
            let mut layers_of = self.layers_of.lock().unwrap_or_else(PoisonError::into_inner);
            for other in &others {
                layers_of.insert(other.digest.clone(), layers.clone());
            }
            return Ok(others);
        }
        if media_type::is_config(&descriptor.media_type) {
            self.start_unpacking(descriptor);
        }
        Ok(children)
    }

    /// Gets content; of layers and other blobs only the head, where nothing big is to be downloaded.
    pub(super) async fn get(&self, descriptor: &Descriptor) -> Result<()> {
        let media_type = &descriptor.media_type;
        let is_document = media_type::is_manifest(media_type)
            || media_type::is_index(media_type)
            || media_type::is_known_config(media_type);
        if self.layers == Layers::Get || is_document {
            return self.ingester.fetch(&self.fetcher, descriptor).await;
        }
        if !self.ingester.store.has_blob(&descriptor.digest) {
            let probe = self.fetcher.probe(descriptor).await;
            // The words are those of a fetch (core/content/helpers.go:189).
            probe.map_err(|error| error.context("failed to copy: httpReadSeeker: failed open"))?;
            let unseen = Applied::Failed("only its head was asked for".into());
            self.ingester.store.add_blob(&descriptor.digest, Blob::Passed(unseen));
        }
        Ok(())
    }

    fn start_unpacking(self: &Arc<Self>, config: &Descriptor) {
        let layers =
            self.layers_of.lock().unwrap_or_else(PoisonError::into_inner).get(&config.digest).cloned();
        let Some(layers) = layers.filter(|layers| !layers.is_empty()) else { return };
        let (pull, config) = (self.clone(), config.clone());
        let mut unpacking = self.unpacking.lock().unwrap_or_else(PoisonError::into_inner);
        unpacking.spawn(Box::pin(async move {
            tokio::select! {
                biased;
                () = pull.canceled() => Err(Error::Canceled),
                result = pull.unpacker.unpack(&pull, &config, layers) => result,
            }
        }));
    }

    async fn canceled(&self) {
        match &self.requests {
            Some(requests) => requests.canceled().await,
            None => std::future::pending().await,
        }
    }

    /// `content.ReadBlob`
    pub(super) fn read_blob(&self, descriptor: &Descriptor) -> Result<Arc<[u8]>> {
        let missing = || Error::Class(Class::NotFound, format!("content digest {}", descriptor.digest));
        self.ingester.store.read_blob(&descriptor.digest).ok_or_else(missing)
    }

    /// `images.Children` (image.go:337-407) behind `FilterPlatforms` and `LimitManifests`.
    fn children(&self, descriptor: &Descriptor) -> Result<Vec<Descriptor>> {
        let media_type = &descriptor.media_type;
        let is_index = media_type::is_index(media_type);
        if !is_index && !media_type::is_manifest(media_type) {
            return Ok(Vec::new());
        }
        let bytes = self.read_blob(descriptor)?;
        check_media_type(&bytes, descriptor, "children", self.profile.go)?;
        let plain = |error: gostd::json::Error| Error::Plain(error.words(self.profile.go));
        if !is_index {
            let manifest = Manifest::decode(&bytes[..]).map_err(plain)?;
            return Ok([vec![manifest.config], manifest.layers].concat());
        }
        let index = Index::decode(&bytes[..]).map_err(plain)?;
        let offered = platform_names(&index.manifests);
        let mut chosen = self.matching(index.manifests);
        if let Some(limit) = self.manifest_limit {
            if chosen.is_empty() {
                self.tell_platforms(&chosen, &offered);
                return Err(Error::Class(Class::NotFound, "no match for platform in manifest".into()));
            }
            chosen.truncate(limit);
        }
        self.tell_platforms(&chosen, &offered);
        Ok(chosen)
    }

    /// The entries that match or name no platform; the best first where only some are taken.
    fn matching(&self, manifests: Vec<Descriptor>) -> Vec<Descriptor> {
        let fits = |entry: &Descriptor| entry.platform.as_ref().is_none_or(|p| self.matcher.matches(p));
        let mut chosen: Vec<Descriptor> = manifests.into_iter().filter(fits).collect();
        if self.manifest_limit.is_some() {
            sort_by_platform(&mut chosen, &self.matcher);
        }
        chosen
    }

    fn tell_platforms(&self, chosen: &[Descriptor], offered: &str) {
        let text = match chosen {
            [] if offered.is_empty() => "none matches: it is empty".to_owned(),
            [] => format!("none matches, there are {offered}"),
            chosen => platform_names(chosen),
        };
        self.recorder.decide("platform", format!("of the index: {text}"));
    }

    /// `image.Config` (image.go:103-260): the config of the manifest for this node, found again in the store.
    pub(super) fn config(&self, root: &Descriptor, matcher: &Matcher) -> Result<Descriptor> {
        Ok(self.manifest(root, matcher)?.config)
    }

    /// `images.Manifest`
    pub(super) fn manifest(&self, root: &Descriptor, matcher: &Matcher) -> Result<Manifest> {
        let mut found = None;
        let was_index = self.walk(root, root, matcher, &mut found)?;
        found.ok_or_else(|| {
            let text = if was_index { "no match for platform in manifest" } else { "manifest" };
            Error::Class(Class::NotFound, format!("{text} {}", root.digest))
        })
    }

    /// The first manifest on the way; true where an index was passed.
    fn walk(
        &self,
        descriptor: &Descriptor,
        root: &Descriptor,
        matcher: &Matcher,
        found: &mut Option<Manifest>,
    ) -> Result<bool> {
        let plain = |error: gostd::json::Error| Error::Plain(error.words(self.profile.go));
        if media_type::is_manifest(&descriptor.media_type) {
            let bytes = self.read_blob(descriptor)?;
            check_media_type(&bytes, descriptor, "manifest", self.profile.go)?;
            let manifest = Manifest::decode(&bytes[..]).map_err(plain)?;
            if descriptor.digest == root.digest || self.is_for(descriptor, &manifest, matcher)? {
                found.get_or_insert(manifest);
            }
            return Ok(false);
        }
        if !media_type::is_index(&descriptor.media_type) {
            let Descriptor { media_type, digest, .. } = descriptor;
            return Err(Error::Class(
                Class::NotFound,
                format!("unexpected media type {media_type} for {digest}"),
            ));
        }
        let bytes = self.read_blob(descriptor)?;
        check_media_type(&bytes, descriptor, "manifest", self.profile.go)?;
        let index = Index::decode(&bytes[..]).map_err(plain)?;
        let fits = |entry: &Descriptor| entry.platform.as_ref().is_none_or(|p| matcher.matches(p));
        let mut entries: Vec<Descriptor> = index.manifests.into_iter().filter(fits).collect();
        sort_by_platform(&mut entries, matcher);
        if let Some(best) = entries.first() {
            self.walk(best, root, matcher, found)?;
        }
        Ok(true)
    }

    /// Whether a manifest of an index is for this node: by its entry, else by its config.
    fn is_for(&self, entry: &Descriptor, manifest: &Manifest, matcher: &Matcher) -> Result<bool> {
        if let Some(platform) = &entry.platform {
            return Ok(matcher.matches(platform));
        }
        let bytes = self.read_blob(&manifest.config)?;
        let config =
            ImageConfig::decode(&bytes[..]).map_err(|error| Error::Plain(error.words(self.profile.go)))?;
        Ok(matcher.matches(&config.platform))
    }
}

/// A manifest or an index.
fn is_document(descriptor: &Descriptor) -> bool {
    media_type::is_manifest(&descriptor.media_type) || media_type::is_index(&descriptor.media_type)
}

/// The order in which goroutines that are started in a row mostly begin: the last one runs next, the others follow
/// in order. It decides who gets the connection that is already there (recording `layer-reset-at-start-once`).
pub(super) fn last_first(descriptors: &[Descriptor]) -> impl Iterator<Item = &Descriptor> {
    let (last, others) =
        descriptors.split_last().map_or((None, descriptors), |(last, others)| (Some(last), others));
    last.into_iter().chain(others)
}

/// The order of siblings of which only so many are begun at once: the others wait for their turn, and keep their order
/// (recording `six-layers-by-turns`: 3, 1, 2, then 4, 5, 6).
pub(super) fn begun(descriptors: &[Descriptor], at_once: usize) -> impl Iterator<Item = &Descriptor> {
    let (first, others) = descriptors.split_at(at_once.min(descriptors.len()));
    last_first(first).chain(others)
}

/// What came of the sibling that ended next.
pub(super) async fn ended(siblings: &mut JoinSet<Result<()>>) -> Result<()> {
    siblings.join_next().await.map_or(Ok(()), |joined| joined.unwrap_or(Err(Error::Canceled)))
}

fn platform_names(entries: &[Descriptor]) -> String {
    let name = |entry: &Descriptor| match &entry.platform {
        Some(platform) => platform.normalize().to_string(),
        None => "no platform".to_owned(),
    };
    entries.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Stable, the best first, entries without a platform last (handlers.go:316-330).
fn sort_by_platform(entries: &mut [Descriptor], matcher: &Matcher) {
    entries.sort_by(|a, b| match (&a.platform, &b.platform) {
        (Some(a), Some(b)) => matcher.compare(a, b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    });
}

fn check_media_type(bytes: &[u8], descriptor: &Descriptor, who: &str, go: u8) -> Result<()> {
    validate_media_type(bytes, &descriptor.media_type).map_err(|error: ManifestError| {
        let words = match error {
            ManifestError::Json(error) => error.words(go),
            other => other.to_string(),
        };
        Error::Plain(words).context(format!("{who}: invalid desc {}", descriptor.digest))
    })
}
