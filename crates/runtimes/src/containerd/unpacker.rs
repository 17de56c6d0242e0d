//! Layers into snapshots (containerd v2.1.9 core/unpack/unpacker.go).

use std::sync::Arc;

use distribution::{Descriptor, ImageConfig, Matcher, media_type};
use gostd::net::Errno;
use gostd::strconv;
use tokio::task::JoinSet;

use super::archive::Applied;
use super::content::apply_file;
use super::error::{Error, Result};
use super::pull::{Pull, last_first};
use super::store::chain_ids;
use crate::options::Layers;

/// Unpacks the layers that a config describes.
pub(super) struct Unpacker {
    pub(super) matcher: Matcher,
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
            .map_err(|error| Error::Plain(error.to_string()).context("unmarshal image config"))?;
        let (found, wanted) = (layers.len(), image.diff_ids.len());
        if found != wanted {
            return Err(Error::Plain(format!(
                "number of layers and diffIDs don't match: {found} != {wanted}"
            )));
        }
        let is_image = image.rootfs_type.is_empty() || image.rootfs_type == "layers";
        if !is_image || !self.matcher.matches(&image.platform) {
            let platform = image.platform.normalize();
            pull.recorder.decide("unpack", format!("{platform} is not unpacked on this node, only fetched"));
            return fetch(pull, &layers).await;
        }
        let chain = chain_ids(&image.diff_ids);
        let present = chain.iter().take_while(|id| pull.ingester.store.has_snapshot(id)).count();
        // The first failed fetch ends it, whichever layer is being unpacked; here all are awaited before.
        fetch(pull, &layers[present..]).await?;
        if pull.layers == Layers::Head {
            return Ok(());
        }
        for (index, layer) in layers.iter().enumerate().skip(present) {
            self.apply(pull, layer, &image.diff_ids[index], &chain[index])?;
            // Unpacking computes: others get their turn in between.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    fn apply(&self, pull: &Pull, layer: &Descriptor, diff_id: &str, chain_id: &str) -> Result<()> {
        let store = &pull.ingester.store;
        let failed = |cause: Error| {
            let Descriptor { media_type, digest, .. } = layer;
            let key = strconv::quote(format!(
                "extract-{}-{} {chain_id}",
                pull.clock.now().subsec_nanosecond(),
                "AAAA"
            ));
            cause.context(format!(
                "failed to extract layer ({media_type} {digest}) to {} as {key}",
                self.snapshotter
            ))
        };
        if media_type::is_encrypted(&layer.media_type) {
            let missing = Error::Plain("exec: \"ctd-decoder\": executable file not found in $PATH".into());
            return Err(failed(
                missing.context(format!("failed to get stream processor for {}", layer.media_type)),
            ));
        }
        let applied = match store.applied(&layer.digest) {
            Some(applied) => applied,
            None => apply_file(store, &layer.digest, chain_id).map_err(|error| {
                let number = error.raw_os_error();
                let reason = number.map_or_else(|| error.to_string(), |number| Errno(number).to_string());
                let root = pull.ingester.root.display();
                let place = "io.containerd.snapshotter.v1.overlayfs/snapshots";
                failed(Error::Plain(format!("write {root}/{place}: {reason}")))
            })?,
        };
        match applied {
            Applied::DiffId(computed) if computed == diff_id => {
                store.add_snapshot(chain_id);
                Ok(())
            }
            wrong => {
                if let Some(path) = store.snapshot_path(chain_id) {
                    // The snapshot is aborted; that it cannot be removed changes nothing about the error.
                    let _ = std::fs::remove_file(path);
                }
                Err(match wrong {
                    Applied::DiffId(_) => {
                        let quoted = strconv::quote(diff_id);
                        Error::Plain(format!("wrong diff id calculated on extraction {quoted}"))
                    }
                    Applied::Failed(words) => failed(Error::Plain(words)),
                })
            }
        }
    }
}

/// `Unpacker.fetch`: all layers at once, as many as the limiter lets through; the first error ends the others.
async fn fetch(pull: &Arc<Pull>, layers: &[Descriptor]) -> Result<()> {
    let mut fetches = JoinSet::new();
    let mut asked: Vec<&str> = Vec::new();
    for layer in last_first(layers) {
        // The same content is fetched once: whoever comes second waits for the lock, and finds it there.
        if !asked.contains(&layer.digest.as_str()) {
            asked.push(&layer.digest);
            let (pull, layer) = (pull.clone(), layer.clone());
            fetches.spawn(async move { pull.get(&layer).await });
        }
    }
    while let Some(joined) = fetches.join_next().await {
        joined.unwrap_or(Err(Error::Canceled))?;
    }
    Ok(())
}
