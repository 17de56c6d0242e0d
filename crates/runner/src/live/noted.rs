use std::sync::{Mutex, PoisonError};

use cri::{CriError, ImageService, PullImageRequest, PulledImage, StoredImage};
use report::Answer;

/// A runtime whose answers to pulls are noted.
pub(super) struct Noted<S> {
    inner: S,
    answers: Mutex<Vec<Answer>>,
}

impl<S> Noted<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, answers: Mutex::default() }
    }

    pub(super) fn answers(&self) -> Vec<Answer> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<S: ImageService + Sync> ImageService for Noted<S> {
    async fn pull_image(&self, request: PullImageRequest) -> Result<PulledImage, CriError> {
        let result = self.inner.pull_image(request).await;
        let (code, message) = match &result {
            Ok(_) => ("OK", String::new()),
            Err(error) => (error.code.name(), error.message.clone()),
        };
        let answer = Answer { code: code.to_owned(), message, ..Answer::default() };
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push(answer);
        result
    }

    async fn image_status(&self, image: &str) -> Result<Option<StoredImage>, CriError> {
        self.inner.image_status(image).await
    }
}
