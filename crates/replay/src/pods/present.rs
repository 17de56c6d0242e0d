use std::collections::BTreeMap;

use cri::{CriError, ImageService, PullImageRequest, PulledImage, StoredImage};
use distribution::{Grammar, Reference};
use trace::Trace;

use super::Traced;

/// Images that are on the node before anything is pulled: by full name what the runtime calls them, where that is known.
#[derive(Clone, Debug, Default)]
pub struct PresentImages(BTreeMap<String, Option<String>>);

impl PresentImages {
    /// The images of these names, as a pod would write them, or `NAME=ID` with what the runtime calls it. What does not
    /// parse is nowhere.
    pub fn new<'a>(images: impl IntoIterator<Item = &'a str>) -> Self {
        images.into_iter().fold(Self::default(), |all, image| match image.split_once('=') {
            Some((image, id)) => all.with(image, Some(id)),
            None => all.with(image, None),
        })
    }

    /// These, and another, which the runtime calls `id`.
    #[must_use]
    pub fn with(mut self, image: &str, id: Option<&str>) -> Self {
        if let Some(name) = full_name(image) {
            self.0.insert(name, id.map(str::to_owned));
        }
        self
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the runtime calls an image that is there; the name as it is asked for where nobody said.
    fn id(&self, image: &str) -> Option<String> {
        let id = self.0.get(&full_name(image)?)?;
        Some(id.clone().unwrap_or_else(|| image.to_owned()))
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
        let present = || self.images.id(image).map(|id| StoredImage { id, size: 1 });
        Ok(stored.or_else(present))
    }
}

impl<S: Traced> Traced for Present<S> {
    fn traced(&self, trace: Trace) -> Self {
        Self { inner: self.inner.traced(trace), images: self.images.clone() }
    }

    fn new_trace(&self) -> Trace {
        self.inner.new_trace()
    }
}
