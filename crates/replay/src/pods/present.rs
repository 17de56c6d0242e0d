use std::collections::BTreeSet;

use cri::{CriError, ImageService, PullImageRequest, PulledImage, StoredImage};
use distribution::{Grammar, Reference};
use trace::Trace;

use super::Traced;

/// Images that are on the node before anything is pulled.
#[derive(Clone, Debug, Default)]
pub struct PresentImages(BTreeSet<String>);

impl PresentImages {
    /// The images of these names, as a pod would write them. What does not parse is nowhere.
    pub fn new<'a>(images: impl IntoIterator<Item = &'a str>) -> Self {
        Self(images.into_iter().filter_map(full_name).collect())
    }

    /// These, and others of such names.
    #[must_use]
    pub fn with<'a>(&self, images: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all = self.clone();
        all.0.extend(images.into_iter().filter_map(full_name));
        all
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn has(&self, image: &str) -> bool {
        full_name(image).is_some_and(|name| self.0.contains(&name))
    }
}

fn full_name(image: &str) -> Option<String> {
    Some(Reference::parse_docker_ref(image, Grammar::V0_6_0).ok()?.to_string())
}

/// A runtime with images that were there before.
#[derive(Clone, Debug)]
pub struct Present<S> {
    inner: S,
    images: PresentImages,
}

impl<S> Present<S> {
    /// `inner`, whose store has these images besides its own.
    pub const fn new(inner: S, images: PresentImages) -> Self {
        Self { inner, images }
    }
}

impl<S: ImageService + Sync> ImageService for Present<S> {
    async fn pull_image(&self, request: PullImageRequest) -> Result<PulledImage, CriError> {
        self.inner.pull_image(request).await
    }

    async fn image_status(&self, image: &str) -> Result<Option<StoredImage>, CriError> {
        let stored = self.inner.image_status(image).await?;
        // Which image it is, nobody said; the kubelet asks only whether there is one.
        let present = || self.images.has(image).then(|| StoredImage { id: image.to_owned(), size: 1 });
        Ok(stored.or_else(present))
    }
}

impl<S: Traced + Sync> Traced for Present<S> {
    fn traced(&self, trace: Trace) -> Self {
        Self { inner: self.inner.traced(trace), images: self.images.clone() }
    }

    fn new_trace(&self) -> Trace {
        self.inner.new_trace()
    }
}
