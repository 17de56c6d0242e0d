//! The second attempt: what is no image may be an artifact
//! (cri-o@f954a17:internal/ociartifact/store.go `Pull`, `EnsureNotContainerImage`; vendor/go.podman.io/common/pkg/
//! libartifact/store.go).

use std::sync::Arc;

use distribution::Reference;
use distribution::media_type::{
    DOCKER_CONFIG, DOCKER_MANIFEST, DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED, OCI_CONFIG, OCI_MANIFEST,
};

use super::copy::{Copier, To};
use super::error::{Error, Result};
use super::image_source::ImageSource;
use super::layers::{self, Destination};
use super::manifest::{Blob, Kind};
use super::policy::Policy;
use super::store::Image;
use crate::options::Layers;

impl Copier {
    /// The artifact's identity: the digest of its manifest, without the algorithm.
    pub(super) async fn artifact(&self, policy: &Policy, reference: &Reference) -> Result<String> {
        self.ensure_not_container_image(reference).await.map_err(|error| error.context("image reference"))?;
        self.copy(policy, reference, To::Artifacts).await.map_err(|error| error.context("pull artifact"))
    }

    /// `EnsureNotContainerImage`. Each manifest is read by a client of its own.
    async fn ensure_not_container_image(&self, reference: &Reference) -> Result<()> {
        let create = |error: Error| error.context("create image source");
        let source = ImageSource::new(&self.system, reference)
            .await
            .map_err(|error| create(error).context("get manifest from ref"))?;
        let mut blob = source.manifest;
        if blob.kind().is_list() {
            let list = blob.list().map_err(|error| error.context("parse manifest list"))?;
            let chosen = self.choose(&list).map_err(|error| error.context("choose manifest instance"))?;
            let instance = |error: Error| error.context("get instance manifest");
            let source =
                ImageSource::new(&self.system, reference).await.map_err(|error| instance(create(error)))?;
            blob = source.instance(&chosen).await.map_err(instance)?;
        }
        let single = blob.single().map_err(|error| error.context("parse manifest"))?;
        let config = single.config.as_ref().map_or("", |config| &config.media_type);
        if is_image(&blob, config) {
            return Err(Error::plain("reference is a container image, not an OCI artifact"));
        }
        Ok(())
    }

    /// `copySingleImage` into the store of artifacts: layers and config as they are.
    pub(super) async fn single_artifact(
        &self,
        policy: &Policy,
        source: &Arc<ImageSource>,
        blob: &Blob,
    ) -> Result<String> {
        let name = format!("docker://{}", source.logical.familiar());
        let manifest = blob.digest();
        source
            .check_policy(policy, &manifest)
            .await
            .map_err(|error| error.context("Source image rejected"))?;
        let single =
            blob.single().map_err(|error| error.context(format!("initializing image from source {name}")))?;
        if self.layers == Layers::Head {
            layers::ask(source, &single.layers).await?;
        } else {
            // What lies elsewhere stays there (oci/layout/oci_dest.go `AcceptsForeignLayerURLs`).
            let own = single.layers.iter().filter(|layer| layer.urls.is_empty()).cloned().collect::<Vec<_>>();
            layers::copy(self, source, &own, &Destination::Artifacts).await?;
        }
        if let Some(config) = &single.config {
            self.config_blob(source, config)
                .await
                .map_err(|error| error.context(format!("reading config blob {}", config.digest)))?;
        }
        let id = manifest.hex().to_owned();
        let image = Image { id: id.clone(), size: 0, layers: Vec::new() };
        self.store
            .add_image(&source.logical.to_string(), image)
            .map_err(|error| Error::plain(super::storage_dest::storage_words(&error)))?;
        Ok(id)
    }
}

/// Whether manifest and config are those of an image, and nothing says that it is an artifact.
fn is_image(blob: &Blob, config: &str) -> bool {
    const MANIFESTS: [&str; 4] = [OCI_MANIFEST, DOCKER_MANIFEST, DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED];
    const CONFIGS: [&str; 3] = ["", OCI_CONFIG, DOCKER_CONFIG];
    if !MANIFESTS.contains(&blob.media_type.as_str()) || !CONFIGS.contains(&config) {
        return false;
    }
    let as_oci = Blob { media_type: OCI_MANIFEST.to_owned(), ..blob.clone() };
    as_oci.single().map_or(true, |single| single.kind != Kind::Oci || single.artifact_type.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_an_image() {
        let is = |media_type: &str, text: &str, config: &str| {
            is_image(&Blob { bytes: text.as_bytes().to_vec(), media_type: media_type.to_owned() }, config)
        };
        assert!(is(OCI_MANIFEST, "{}", OCI_CONFIG));
        assert!(is(DOCKER_MANIFEST, "{}", ""));
        assert!(!is(OCI_MANIFEST, r#"{"artifactType":"text/x"}"#, OCI_CONFIG));
        assert!(!is(OCI_MANIFEST, "{}", "application/vnd.oci.empty.v1+json"));
        assert!(!is("text/html", "{}", ""));
    }
}
