use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cri::{AuthConfig, Code, CriError, ImageService, PullImageRequest, PulledImage, StoredImage};
use trace::{Step, Trace};

use super::Traced;

/// The answers that a real runtime's place was given, to be given again: what follows if nothing changes.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    answers: Vec<(PullImageRequest, Answer)>,
}

#[derive(Clone, Debug)]
struct Answer {
    result: Result<PulledImage, CriError>,
    took: Duration,
    steps: Vec<Step>,
}

impl Recording {
    /// Adds the answer to a request.
    pub fn add(
        &mut self,
        request: PullImageRequest,
        result: Result<PulledImage, CriError>,
        took: Duration,
        steps: Vec<Step>,
    ) {
        self.answers.push((request, Answer { result, took, steps }));
    }

    /// Adds all of another recording.
    pub fn extend(&mut self, other: &Self) {
        self.answers.extend(other.answers.iter().cloned());
    }

    fn answer(&self, image: &str, auth: Option<&AuthConfig>) -> Option<&Answer> {
        let same = |request: &PullImageRequest| request.image == image && request.auth.as_ref() == auth;
        self.answers.iter().find(|(request, _)| same(request)).map(|(_, answer)| answer)
    }
}

/// A runtime that repeats itself.
#[derive(Clone, Debug)]
pub struct Recorded {
    recording: Arc<Recording>,
    pulled: Arc<Mutex<HashMap<String, PulledImage>>>,
    trace: Trace,
}

impl Recorded {
    /// A runtime whose store is empty.
    pub fn new(recording: Recording) -> Self {
        Self { recording: Arc::new(recording), pulled: Arc::default(), trace: Trace::new() }
    }
}

impl ImageService for Recorded {
    async fn pull_image(&self, request: PullImageRequest) -> Result<PulledImage, CriError> {
        let Some(answer) = self.recording.answer(&request.image, request.auth.as_ref()) else {
            // Nothing asks for what was not asked for before, since nothing changes.
            return Err(CriError::new(Code::Unknown, "this was not tried"));
        };
        tokio::time::sleep(answer.took).await;
        answer.steps.iter().cloned().for_each(|step| self.trace.record(step));
        if let Ok(pulled) = &answer.result {
            let mut images = self.pulled.lock().unwrap_or_else(PoisonError::into_inner);
            images.insert(request.image, pulled.clone());
        }
        answer.result.clone()
    }

    async fn image_status(&self, image: &str) -> Result<Option<StoredImage>, CriError> {
        let images = self.pulled.lock().unwrap_or_else(PoisonError::into_inner);
        // How big it is, is not known before it is fetched.
        Ok(images.get(image).map(|pulled| StoredImage { id: pulled.image_ref.clone(), size: 1 }))
    }
}

impl Traced for Recorded {
    fn traced(&self, trace: Trace) -> Self {
        Self { trace, ..self.clone() }
    }
}
