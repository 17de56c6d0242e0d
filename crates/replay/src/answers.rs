//! Listens at the seam between kubelet and runtime.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cri::{AuthConfig, CriError, ImageService, PullImageRequest, PulledImage, StoredImage};
use distribution::{Grammar, Reference};
use tokio::time::Instant;
use trace::Trace;

/// An answer to a `PullImage`.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    /// What was asked.
    pub request: PullImageRequest,
    /// What came.
    pub result: Result<PulledImage, CriError>,
    /// How many steps the trace had before.
    pub first_step: usize,
    /// How long it took.
    pub took: Duration,
}

/// A runtime whose answers are written down.
pub(crate) struct Listening<S> {
    inner: S,
    trace: Trace,
    answers: Mutex<Vec<Recorded>>,
}

impl<S> Listening<S> {
    pub fn new(inner: S, trace: Trace) -> Self {
        Self { inner, trace, answers: Mutex::default() }
    }

    /// All answers so far.
    pub fn answers(&self) -> Vec<Recorded> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<S: ImageService + Sync> Listening<S> {
    /// What the runtime answers to a name that the kubelet refuses, as it would answer `crictl`. A name that the
    /// runtime reads, though the kubelet does not, is not asked for: nothing would be on the wire on a node either.
    pub async fn ask_directly(&self, image: &str, auth: Option<AuthConfig>) -> Option<Recorded> {
        Reference::parse_docker_ref(image, Grammar::V0_6_0).err()?;
        let request = PullImageRequest { image: image.to_owned(), auth };
        // Whatever the answer is, it was written down.
        let _ = self.pull_image(request).await;
        self.answers().pop()
    }
}

impl<S: ImageService + Sync> ImageService for Listening<S> {
    async fn pull_image(&self, request: PullImageRequest) -> Result<PulledImage, CriError> {
        let first_step = self.trace.steps().len();
        let start = Instant::now();
        let result = self.inner.pull_image(request.clone()).await;
        let recorded = Recorded { request, result: result.clone(), first_step, took: start.elapsed() };
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(recorded);
        result
    }

    async fn image_status(&self, image: &str) -> Result<Option<StoredImage>, CriError> {
        self.inner.image_status(image).await
    }
}
