//! An image, from its registry to the node's storage
//! (cri-o@f954a17:vendor/go.podman.io/image/v5/copy/copy.go `Image`, single.go `copySingleImage`).

use std::sync::Arc;

use distribution::{Descriptor, Digest, ImageConfig, Reference};
use gostd::json::Value;
use trace::{Flaw, Purpose};

use super::error::{Error, Result};
use super::image_source::ImageSource;
use super::layers::{self, Destination};
use super::manifest::{Blob, Kind, List, Single};
use super::policy::Policy;
use super::storage_dest::StorageDest;
use super::store::{Image, Store};
use super::system::System;
use crate::options::Layers;

/// What a copy stands on.
pub(super) struct Copier {
    pub(super) system: Arc<System>,
    pub(super) store: Arc<Store>,
    pub(super) layers: Layers,
}

/// Where an image is copied to.
#[derive(Clone, Copy)]
pub(super) enum To {
    /// The storage of images.
    Storage,
    /// The store of artifacts.
    Artifacts,
}

impl Copier {
    /// An image into the storage: its identity.
    pub(super) async fn image(&self, policy: &Policy, reference: &Reference) -> Result<String> {
        self.copy(policy, reference, To::Storage).await
    }

    /// `copy.Image`: the image's or the artifact's identity.
    pub(super) async fn copy(&self, policy: &Policy, reference: &Reference, to: To) -> Result<String> {
        let name = format!("docker://{}", reference.familiar());
        let source = ImageSource::new(&self.system, reference)
            .await
            .map_err(|error| error.context(format!("initializing source {name}")))?;
        let source = Arc::new(source);
        if let Some(wanted) = &reference.digest {
            self.check_digest(&source.manifest, wanted)
                .map_err(|error| error.context(format!("determining manifest MIME type for {name}")))?;
        }
        if !source.manifest.kind().is_list() {
            return self.single(policy, &source, &source.manifest, to).await;
        }
        let list = source
            .manifest
            .list()
            .map_err(|error| error.context(format!("parsing primary manifest as list for {name}")))?;
        let chosen = self
            .choose(&list)
            .map_err(|error| error.context(format!("choosing an image from manifest list {name}")))?;
        let instance = async {
            let blob = self
                .instance(&source, &chosen)
                .await
                .map_err(|error| error.context(format!("determining manifest MIME type for {name}")))?;
            if blob.kind().is_list() {
                let said = "Unexpectedly received a manifest list instead of a manifest for a single image";
                return Err(Error::plain(said));
            }
            self.single(policy, &source, &blob, to).await
        };
        instance.await.map_err(|error: Error| error.context("copying system image from manifest list"))
    }

    async fn single(
        &self,
        policy: &Policy,
        source: &Arc<ImageSource>,
        blob: &Blob,
        to: To,
    ) -> Result<String> {
        match to {
            To::Storage => self.single_image(policy, source, blob).await,
            To::Artifacts => self.single_artifact(policy, source, blob).await,
        }
    }

    /// `ChooseInstance`, told.
    pub(super) fn choose(&self, list: &List) -> Result<String> {
        let names: Vec<String> = list.entries.iter().map(platform_name).collect();
        let chosen = list.choose(&self.system.platform);
        let text = match &chosen {
            Ok(digest) => {
                let entry = list.entries.iter().find(|entry| entry.digest == *digest);
                format!("of the index: {}", entry.map(platform_name).unwrap_or_default())
            }
            Err(_) if names.is_empty() => "of the index: none matches: it is empty".to_owned(),
            Err(_) => format!("of the index: none matches, there are {}", names.join(", ")),
        };
        self.system.recorder.decide("platform", text);
        chosen
    }

    /// The manifest of an entry, which must have the digest that the list says.
    async fn instance(&self, source: &ImageSource, digest: &str) -> Result<Blob> {
        let blob = source.instance(digest).await?;
        let wanted =
            digest.parse().map_err(|error: distribution::DigestError| Error::plain(error.to_string()))?;
        self.check_digest(&blob, &wanted)?;
        Ok(blob)
    }

    /// `UnparsedImage.Manifest`
    pub(super) fn check_digest(&self, blob: &Blob, wanted: &Digest) -> Result<()> {
        let got = blob.digest();
        if got == *wanted {
            return Ok(());
        }
        let text = format!("the manifest is not {wanted}");
        self.system.recorder.unusable(text, Flaw::Digest { got: got.to_string() });
        Err(Error::plain(format!("Manifest does not match provided manifest digest {wanted}")))
    }

    /// `copySingleImage`
    async fn single_image(&self, policy: &Policy, source: &Arc<ImageSource>, blob: &Blob) -> Result<String> {
        let name = format!("docker://{}", source.logical.familiar());
        let manifest = blob.digest();
        let signatures = source
            .check_policy(policy, &manifest)
            .await
            .map_err(|error| error.context("Source image rejected"))?;
        let single =
            blob.single().map_err(|error| error.context(format!("initializing image from source {name}")))?;
        let config = self.config(source, &single).await?;
        if signatures.is_none() {
            source.signatures(&manifest).await.map_err(|error| error.context("reading signatures"))?;
        }
        let diff_ids = config.as_ref().map(|config| config.diff_ids.clone()).unwrap_or_default();
        let dest = StorageDest::new(
            self.store.clone(),
            &self.system.config.temporary,
            &source.logical.to_string(),
            diff_ids,
            self.system.recorder.clone(),
        );
        let dest = Arc::new(dest);
        if self.layers == Layers::Head {
            layers::ask(source, &single.layers).await?;
        } else {
            layers::copy(self, source, &single.layers, &Destination::Storage(dest)).await?;
        }
        let stored = blob.stored();
        if stored.media_type != blob.media_type {
            let committing =
                |error: Error| error.context("parsing manifest").context("committing the finished image");
            stored.single().map_err(committing)?;
        }
        self.commit(source, &single, blob)
    }

    /// The image's config, read before its layers (`prepareImageConfigForDest`). Another platform than the node's is taken
    /// all the same.
    async fn config(&self, source: &ImageSource, single: &Single) -> Result<Option<ImageConfig>> {
        let parsing = |error: Error| error.context("parsing image configuration");
        single.check_is_image().map_err(parsing)?;
        let Some(descriptor) = &single.config else { return Ok(None) };
        let bytes = self.config_blob(source, descriptor).await.map_err(parsing)?;
        check_times(&bytes).map_err(|said| parsing(Error::plain(said)))?;
        let config = ImageConfig::decode(bytes).map_err(|error| parsing(Error::plain(error.to_string())))?;
        let wanted = super::platform::wanted(&self.system.platform);
        if !wanted.iter().any(|wanted| super::platform::matches(&config.platform, wanted)) {
            let (image, node) = (&config.platform, &self.system.platform);
            let text = format!(
                "the config says {image}, the node is {node}: it is taken all the same, and does not run"
            );
            self.system.recorder.decide("platform", text);
        }
        Ok(Some(config))
    }

    /// `ConfigBlob`
    pub(super) async fn config_blob(&self, source: &ImageSource, descriptor: &Descriptor) -> Result<Vec<u8>> {
        let mut reader = source.blob(descriptor, Purpose::Config).await?;
        let bytes = reader.read_at_most(self.system.profile.content.most_config).await?;
        let (got, wanted) = (Digest::sha256_of(&bytes), &descriptor.digest);
        if got.to_string() != *wanted {
            let text = format!("{wanted} is not kept");
            self.system.recorder.unusable(text, Flaw::Digest { got: got.to_string() });
            let said = format!("Download config.json digest {got} does not match expected {wanted}");
            return Err(Error::plain(said));
        }
        Ok(bytes)
    }

    /// `CommitWithOptions`: the image by its name. Its identity is the digest of its config, without the algorithm; schema 1
    /// is given a config. Where that is not known here, the digest of the manifest stands in for it.
    fn commit(&self, source: &ImageSource, single: &Single, blob: &Blob) -> Result<String> {
        let id = match &single.config {
            Some(config) if single.kind != Kind::Schema1 => {
                config.digest.rsplit(':').next().unwrap_or_default().to_owned()
            }
            _ => {
                let diff_id = |digest: &str| self.store.layer(digest).map(|layer| layer.diff_id);
                let config = blob.schema1_config(&diff_id).map(Digest::sha256_of);
                config.unwrap_or_else(|| blob.digest()).hex().to_owned()
            }
        };
        let size = |layer: &Descriptor| u64::try_from(layer.size).unwrap_or_default();
        let image = Image {
            id: id.clone(),
            size: single.layers.iter().chain(&single.config).map(size).sum(),
            layers: single.layers.iter().map(|layer| layer.digest.clone()).collect(),
        };
        self.store.add_image(&source.logical.to_string(), image).map_err(|error| {
            let words = super::storage_dest::storage_words(&error);
            Error::plain(words).context("committing the finished image")
        })?;
        Ok(id)
    }
}

/// The times of a config, which the library reads and does not use.
fn check_times(config: &[u8]) -> std::result::Result<(), String> {
    let Ok(document) = gostd::json::parse(config) else { return Ok(()) };
    let history = match document.field("history") {
        Some(Value::Array(history)) => history.as_slice(),
        _ => &[],
    };
    let times = history.iter().chain([&document]).filter_map(|value| value.field("created"));
    for time in times.filter_map(Value::as_str) {
        gostd::time::check_rfc3339(time).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn platform_name(entry: &Descriptor) -> String {
    entry.platform.as_ref().map_or_else(|| "no platform".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_a_config() {
        let said = r#"parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006""#;
        assert_eq!(check_times(br#"{"created":"x"}"#), Err(said.to_owned()));
        assert_eq!(check_times(br#"{"history":[{"created":"x"}]}"#), Err(said.to_owned()));
        assert_eq!(check_times(br#"{"created":"2024-01-01T00:00:00Z","history":[{}]}"#), Ok(()));
        assert_eq!(check_times(b"<html>"), Ok(()));
    }
}
