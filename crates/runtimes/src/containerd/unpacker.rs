//! Layers into snapshots (containerd v2.1.9 core/unpack/unpacker.go).

use std::sync::Arc;
use std::sync::atomic::Ordering;

use cri::Code;
use distribution::{Descriptor, ImageConfig, Matcher, media_type};
use gostd::net::Errno;
use gostd::strconv;
use tokio::task::JoinSet;
use trace::Flaw;

use super::content::apply_file;
use super::error::{Class, Error, Result};
use super::pull::{Pull, begun, ended};
use crate::archive::Applied;
use crate::containerd::profile::ExtractionWords;
use crate::options::Layers;
use crate::store::chain_ids;

/// Unpacks the layers that a config describes.
pub(super) struct Unpacker {
    /// For which platforms; `None`: for any, as the client has it (`platforms.All`).
    pub(super) matcher: Option<Matcher>,
    pub(super) snapshotter: String,
}

impl Unpacker {
    /// `Unpacker.unpack` (unpacker.go:258-515): the layers are fetched together, and unpacked one after another.
    pub(super) async fn unpack(
        &self,
        pull: &Arc<Pull>,
        config: &Descriptor,
        layers: Vec<Descriptor>,
    ) -> Result<()> {
        let bytes = pull.read_blob(config)?;
        let image = ImageConfig::decode(bytes.to_vec())
            .map_err(|error| Error::Plain(error.words(pull.profile.go)).context("unmarshal image config"))?;
        let (found, wanted) = (layers.len(), image.diff_ids.len());
        if found != wanted {
            return Err(Error::Plain(format!(
                "number of layers and diffIDs don't match: {found} != {wanted}"
            )));
        }
        let is_image = image.rootfs_type.is_empty() || image.rootfs_type == "layers";
        let is_image = is_image || !pull.profile.content.looks_at_rootfs_type;
        let fits = self.matcher.as_ref().is_none_or(|matcher| matcher.matches(&image.platform));
        if !is_image || !fits {
            let platform = image.platform.normalize();
            pull.recorder.decide("unpack", format!("{platform} is not unpacked on this node, only fetched"));
            return fetch(pull, &layers).await;
        }
        pull.unpacks.fetch_add(1, Ordering::Relaxed);
        let chain = chain_ids(&image.diff_ids);
        let present = chain.iter().take_while(|id| pull.ingester.store.has_snapshot(id)).count();
        // The first failed fetch ends it, whichever layer is being unpacked; here all are awaited before.
        fetch(pull, &layers[present..]).await?;
        if pull.layers == Layers::Head {
            return Ok(());
        }
        for (index, layer) in layers.iter().enumerate().skip(present) {
            let words = pull.profile.words.extraction;
            self.apply(pull, layer, &image.diff_ids[index], &chain[index], words)?;
            // Unpacking computes: others get their turn in between.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// `Applier.Apply` and the comparison after it.
    pub(super) fn apply(
        &self,
        pull: &Pull,
        layer: &Descriptor,
        diff_id: &str,
        chain_id: &str,
        words: ExtractionWords,
    ) -> Result<()> {
        let store = &pull.ingester.store;
        let failed = |cause| self.extraction(pull, layer, (diff_id, chain_id), words, cause);
        // Of an image whose config has a type of old the layers were never asked for (recordings `config-octet-*`).
        if !store.has_blob(&layer.digest) {
            let missing = Error::Class(Class::NotFound, format!("content digest {}", layer.digest));
            return Err(failed(missing.context("failed to get reader from content store")));
        }
        if let Some(problem) = no_processor(&layer.media_type, pull.profile.words.no_decoder) {
            return Err(failed(problem));
        }
        let tell = |flaw| pull.recorder.unusable(format!("{} is not unpacked", layer.digest), flaw);
        let applied = match store.applied(&layer.digest) {
            Some(applied) => store.space.take(applied.size()).map(|()| applied),
            None => apply_file(store, &layer.digest, chain_id),
        };
        let applied = applied.map_err(|error| {
            let number = error.raw_os_error();
            tell(Flaw::Storage { errno: number });
            let reason = number.map_or_else(|| error.to_string(), |number| Errno(number).to_string());
            let root = pull.ingester.root.display();
            let place = "io.containerd.snapshotter.v1.overlayfs/snapshots";
            let place = self.temporary_mount(pull, diff_id, chain_id).unwrap_or(format!("{root}/{place}"));
            failed(self.within_mount(pull, diff_id, chain_id, format!("write {place}: {reason}")))
        })?;
        if matches!(&applied, Applied::Unpacked { diff_id: computed, .. } if computed == diff_id) {
            store.add_snapshot(chain_id);
            return Ok(());
        }
        if let Some(path) = store.snapshot_path(chain_id) {
            // The snapshot is aborted; that it cannot be removed changes nothing about the error.
            let _ = std::fs::remove_file(path);
        }
        Err(match applied {
            Applied::Unpacked { diff_id: computed, size, .. } => {
                store.space.give_back(size);
                let words = wrong_diff_id(pull, layer, diff_id, &computed);
                tell(Flaw::DiffId { got: computed });
                Error::Plain(words)
            }
            Applied::Failed(words) => {
                tell(Flaw::Archive);
                failed(self.within_mount(pull, diff_id, chain_id, words))
            }
            Applied::Trailing(problem) => {
                tell(Flaw::Archive);
                failed(Error::Plain(problem.to_string()))
            }
            Applied::Unopened(problem) => {
                tell(Flaw::Archive);
                let problem = Error::Plain(problem.to_string());
                failed(problem.context(format!("failed to get stream processor for {}", layer.media_type)))
            }
        })
    }

    /// Where a layer is unpacked that is not one over others in overlayfs: the snapshot is mounted in passing
    /// (core/diff/apply/apply_linux.go `apply`, core/mount/temp.go `WithTempMount`).
    fn temporary_mount(&self, pull: &Pull, diff_id: &str, chain_id: &str) -> Option<String> {
        let is_first = chain_id == diff_id;
        let number = pull.clock.now().subsec_nanosecond();
        let mount = || format!("{}/tmpmounts/containerd-mount{number:09}", pull.ingester.root.display());
        (is_first || self.snapshotter != "overlayfs").then(mount)
    }

    fn within_mount(&self, pull: &Pull, diff_id: &str, chain_id: &str, words: String) -> Error {
        let cause = Error::Plain(words);
        match self.temporary_mount(pull, diff_id, chain_id) {
            Some(mount) => cause.context(format!("mount callback failed on {mount}")),
            None => cause,
        }
    }

    /// The sentence for a layer that cannot be unpacked.
    fn extraction(
        &self,
        pull: &Pull,
        layer: &Descriptor,
        (diff_id, chain_id): (&str, &str),
        words: ExtractionWords,
        cause: Error,
    ) -> Error {
        let Descriptor { media_type, digest, .. } = layer;
        match words {
            ExtractionWords::DiffId { over_grpc } => {
                let is_unknown = cause.code() == Code::Unknown;
                let cause =
                    if over_grpc && is_unknown { Error::Plain(format!("{cause}: unknown")) } else { cause };
                cause.context(format!("failed to extract layer {diff_id}"))
            }
            ExtractionWords::Snapshot => {
                let nanoseconds = pull.clock.now().subsec_nanosecond();
                let key = strconv::quote(format!("extract-{nanoseconds}-{} {chain_id}", "AAAA"));
                let snapshotter = &self.snapshotter;
                cause.context(format!(
                    "failed to extract layer ({media_type} {digest}) to {snapshotter} as {key}"
                ))
            }
        }
    }
}

/// What cannot be read as an archive (diff/stream.go `GetProcessor`).
fn no_processor(media_type: &str, no_decoder: &str) -> Option<Error> {
    let missing = if media_type::is_encrypted(media_type) {
        no_decoder
    } else if media_type::diff_compression(media_type).is_none() {
        "no processor for media-type"
    } else {
        return None;
    };
    Some(Error::Plain(missing.into()).context(format!("failed to get stream processor for {media_type}")))
}

fn wrong_diff_id(pull: &Pull, layer: &Descriptor, wanted: &str, computed: &str) -> String {
    let (wanted, computed) = (strconv::quote(wanted), strconv::quote(computed));
    if pull.profile.words.tells_both_diff_ids {
        let digest = strconv::quote(&layer.digest);
        format!("wrong diff id {computed} calculated on extraction {wanted}, desc {digest}")
    } else {
        format!("wrong diff id calculated on extraction {wanted}")
    }
}

/// `Unpacker.fetch`: as many layers at once as the limiter lets through; the first error ends the others.
async fn fetch(pull: &Arc<Pull>, layers: &[Descriptor]) -> Result<()> {
    let mut fetches = JoinSet::new();
    let mut asked: Vec<&str> = Vec::new();
    for layer in begun(layers, pull.at_once) {
        if fetches.len() >= pull.at_once {
            ended(&mut fetches).await?;
        }
        // The same content is fetched once: whoever comes second waits for the lock, and finds it there.
        if !asked.contains(&layer.digest.as_str()) {
            asked.push(&layer.digest);
            let (pull, layer) = (pull.clone(), layer.clone());
            fetches.spawn(Box::pin(async move { pull.get(&layer).await }));
        }
    }
    while !fetches.is_empty() {
        ended(&mut fetches).await?;
    }
    Ok(())
}
