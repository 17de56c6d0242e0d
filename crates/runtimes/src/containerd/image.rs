//! Unpacking after the pull, where nothing was unpacked on the way (containerd v2.1.9 client/image.go `Unpack`): the
//! client insists on a root file system, and so finds out what is no image.

use distribution::{Descriptor, ImageConfig, Matcher, media_type};
use gostd::strconv;

use super::error::{Error, Result};
use super::pull::Pull;
use super::server_config::Generation;
use crate::containerd::profile::ExtractionWords;
use crate::options::Layers;
use crate::store::chain_ids;

impl Pull {
    /// `image.Unpack`
    pub(super) fn unpack_image(&self, name: &str, root: &Descriptor, matcher: &Matcher) -> Result<()> {
        let manifest = self.manifest(root, matcher)?;
        let diff_ids =
            self.diff_ids(&manifest.config).map_err(|error| error.context("failed to resolve rootfs"))?;
        let leaves_out = self.profile.content.leaves_artifact_layers_out;
        let is_meant = |layer: &&Descriptor| !leaves_out || media_type::is_layer(&layer.media_type);
        let layers: Vec<&Descriptor> = manifest.layers.iter().filter(is_meant).collect();
        if layers.len() != diff_ids.len() {
            return Err(Error::Plain("mismatched image rootfs and manifest layers".into()));
        }
        if self.layers == Layers::Head {
            return Ok(());
        }
        let chain = chain_ids(&diff_ids);
        for (index, layer) in layers.into_iter().enumerate() {
            if self.ingester.store.has_snapshot(&chain[index]) {
                continue;
            }
            // rootfs/apply.go `applyLayers` has its own words; that of all versions alike.
            let words = match self.profile.words.extraction {
                ExtractionWords::Snapshot => ExtractionWords::DiffId { over_grpc: false },
                words => words,
            };
            let applied = self.unpacker.apply(self, layer, &diff_ids[index], &chain[index], words);
            applied.map_err(|error| {
                if self.profile.config.generation == Generation::Two {
                    error.context(format!("apply layer error for {}", strconv::quote(name)))
                } else {
                    error
                }
            })?;
        }
        Ok(())
    }

    /// `images.RootFS`
    fn diff_ids(&self, config: &Descriptor) -> Result<Vec<String>> {
        let bytes = self.read_blob(config)?;
        let decoded = ImageConfig::decode(bytes.to_vec());
        Ok(decoded.map_err(|error| Error::Plain(error.words(self.profile.go)))?.diff_ids)
    }
}
