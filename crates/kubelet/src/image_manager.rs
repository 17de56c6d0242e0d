use std::time::Duration;

use cri::{ImageService, PullImageRequest, PulledImage};
use gostd::strconv::quote;

use crate::plan::{invalid_name_message, malformed_words};
use crate::{
    ContainerWaiting, CredentialAnswer, Event, EventKind, ImageName, PullInputs, PullPolicy, Version,
    aggregate, apply_default_image_tag, eval_cri_pull_err,
};

/// What one sync of a container did about its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncResult {
    /// The events, in order.
    pub events: Vec<Event>,
    /// The state of the container, which waits when there is no image.
    pub waiting: Option<ContainerWaiting>,
    /// The runtime's answers to each call of `PullImage`, in order.
    pub answers: Vec<CredentialAnswer>,
    /// The image as the runtime calls it, when it is there.
    pub image_ref: Option<String>,
}

impl SyncResult {
    /// Whether the container has its image.
    pub const fn is_present(&self) -> bool {
        self.image_ref.is_some()
    }
}

/// One sync of one container, outside of back-off: sees to it that its image is on the node
/// (`kubernetes v1.28.7 pkg/kubelet/images/image_manager.go EnsureImageExists`, the versions after it, and the event that
/// `pkg/kubelet/kuberuntime/kuberuntime_container.go startContainer` adds).
///
/// `clock` tells the time since some fixed moment. It is asked when an event is made, and around the calls of the runtime.
pub async fn ensure_image_exists<S: ImageService>(
    service: &S,
    inputs: &PullInputs,
    version: Version,
    clock: impl Fn() -> Duration,
) -> SyncResult {
    let mut sync = Sync { service, inputs, version, clock, events: Vec::new(), answers: Vec::new() };
    let ended = sync.run().await;
    let (waiting, image_ref) = match ended {
        Ok(image_ref) => (None, Some(image_ref)),
        Err(Failure { reason, message }) => {
            sync.event(EventKind::Warning, "Failed", format!("Error: {reason}"));
            (Some(ContainerWaiting { reason, message }), None)
        }
    };
    SyncResult { events: sync.events, waiting, answers: sync.answers, image_ref }
}

/// Why the container waits. The reason is also what the last event says after `Error: `.
struct Failure {
    reason: String,
    message: String,
}

impl Failure {
    fn new(reason: &str, message: impl Into<String>) -> Self {
        Self { reason: reason.to_owned(), message: message.into() }
    }
}

struct Sync<'a, S, C> {
    service: &'a S,
    inputs: &'a PullInputs,
    version: Version,
    clock: C,
    events: Vec<Event>,
    answers: Vec<CredentialAnswer>,
}

impl<S: ImageService, C: Fn() -> Duration> Sync<'_, S, C> {
    async fn run(&mut self) -> Result<String, Failure> {
        let name = self.name()?;
        if self.version.reads_secrets_eagerly() {
            self.check_secrets(&name)?;
        }
        if let Some(image_ref) = self.already_present(&name).await? {
            return Ok(image_ref);
        }
        if self.version.reads_secrets_before_pull() {
            self.check_secrets(&name)?;
        }
        self.pull(&name).await
    }

    fn name(&mut self) -> Result<ImageName, Failure> {
        apply_default_image_tag(&self.inputs.image, self.version).map_err(|error| {
            let message = invalid_name_message(&error);
            self.event(EventKind::Warning, "InspectFailed", message.clone());
            Failure::new("InvalidImageName", message)
        })
    }

    /// From 1.33 a malformed Secret is noticed here, without an event, and its text becomes the reason.
    fn check_secrets(&self, name: &ImageName) -> Result<(), Failure> {
        match self.inputs.credentials(&name.repository()) {
            Ok(_) => Ok(()),
            Err(error) => {
                let words = malformed_words(&error, self.version);
                Err(Failure::new(&words, words.clone()))
            }
        }
    }

    /// The image if it is present and need not be pulled; nothing if it is to be pulled.
    async fn already_present(&mut self, name: &ImageName) -> Result<Option<String>, Failure> {
        let policy = self.inputs.effective_policy(self.version);
        if policy == PullPolicy::Always && self.version.has_precheck() {
            return Ok(None);
        }
        let image = quote(&self.inputs.image);
        match self.status(name).await {
            Err(text) => {
                // With the precheck the (still empty) image ref is printed in place of the name.
                let shown = if self.version.has_precheck() { "\"\"" } else { image.as_str() };
                let message = format!("Failed to inspect image {shown}: {text}");
                self.event(EventKind::Warning, "InspectFailed", message.clone());
                Err(Failure::new("ImageInspectError", message))
            }
            Ok(_) if policy == PullPolicy::Always => Ok(None),
            Ok(Some((image_ref, _))) => {
                let access = match self.version.ensures_secret_pulled_images() {
                    // With the default verification policy an image without a record of its pull is preloaded.
                    true => " and can be accessed by the pod",
                    false => "",
                };
                let message = format!("Container image {image} already present on machine{access}");
                self.event(EventKind::Normal, "Pulled", message);
                Ok(Some(image_ref))
            }
            Ok(None) if policy == PullPolicy::Never => {
                let message = format!("Container image {image} is not present with pull policy of Never");
                self.event(EventKind::Warning, "ErrImageNeverPull", message.clone());
                Err(Failure::new("ErrImageNeverPull", message))
            }
            Ok(None) => Ok(None),
        }
    }

    async fn pull(&mut self, name: &ImageName) -> Result<String, Failure> {
        let image = quote(&self.inputs.image);
        self.event(EventKind::Normal, "Pulling", format!("Pulling image {image}"));
        let queued = (self.clock)();
        let began = (self.clock)();
        let pulled = self.try_credentials(name).await;
        let size = match &pulled {
            Ok(_) if self.version.tells_image_size() => {
                let status = self.status(name).await;
                Some(status.ok().flatten().map_or(0, |(_, size)| size))
            }
            _ => None,
        };
        let ended = (self.clock)();
        match pulled {
            Ok(pulled) => {
                let size = size.map_or_else(String::new, |size| format!(". Image size: {size} bytes."));
                let (took, total) = (go_duration(began, ended), go_duration(queued, ended));
                let message =
                    format!("Successfully pulled image {image} in {took} ({total} including waiting){size}");
                self.event(EventKind::Normal, "Pulled", message);
                Ok(pulled.image_ref)
            }
            Err(text) => {
                self.event(EventKind::Warning, "Failed", format!("Failed to pull image {image}: {text}"));
                let (reason, message) = eval_cri_pull_err(&self.inputs.image, &text);
                Err(Failure::new(reason, message))
            }
        }
    }

    /// One call of the runtime per credential until one succeeds, whatever the errors; nothing anonymous after them
    /// (`kubernetes v1.28.7 pkg/kubelet/kuberuntime/kuberuntime_image.go PullImage`).
    async fn try_credentials(&mut self, name: &ImageName) -> Result<PulledImage, String> {
        let found = self
            .inputs
            .credentials(&name.repository())
            .map_err(|error| malformed_words(&error, self.version))?;
        let mut texts = Vec::new();
        for attempt in self.inputs.attempts(&found.credentials) {
            let request = PullImageRequest { image: name.for_cri.clone(), auth: attempt.auth };
            let result = self.service.pull_image(request).await;
            let (credential, provenance) = (attempt.credential, attempt.provenance);
            let answer = CredentialAnswer { credential, provenance, result };
            let verdict = answer.verdict(&name.for_cri).cloned();
            self.answers.push(answer);
            match verdict {
                Ok(pulled) => return Ok(pulled),
                Err(failure) => texts.push(failure.to_string()),
            }
        }
        Err(aggregate(&texts))
    }

    /// `ImageStatus` through the kubelet's client, which keeps the status code in the text even when it is `Unknown`, and
    /// takes an image without identity or size for an error (`remote_image.go imageStatusV1`).
    async fn status(&self, name: &ImageName) -> Result<Option<(String, u64)>, String> {
        match self.service.image_status(&name.for_cri).await {
            Err(error) => Err(error.rpc_text()),
            Ok(Some(image)) if image.id.is_empty() || image.size == 0 => {
                Err(format!("Id or size of image {} is not set", quote(&name.for_cri)))
            }
            Ok(image) => Ok(image.map(|image| (image.id, image.size))),
        }
    }

    fn event(&mut self, kind: EventKind, reason: &str, message: String) {
        let at = (self.clock)();
        self.events.push(Event::new(kind, reason, message, &self.inputs.field_path, at));
    }
}

/// The time between two readings as Go prints it, cut to milliseconds.
fn go_duration(from: Duration, to: Duration) -> String {
    let nanoseconds = i64::try_from(to.saturating_sub(from).as_nanos()).unwrap_or(i64::MAX);
    gostd::duration::Duration::from_nanoseconds(nanoseconds).truncate_to_milliseconds().to_string()
}
