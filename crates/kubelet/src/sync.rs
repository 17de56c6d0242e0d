//! One sync of one container, step by step, in the order of `EnsureImageExists`.

use std::time::Duration;

use cri::{ImageService, PullImageRequest, PulledImage};
use gostd::strconv::quote;
use keyring::Keyring;

use crate::plan::{Found, invalid_name_message, malformed_words};
use crate::{
    Access, AccessReason, ContainerWaiting, CredentialAnswer, Event, EventKind, ImageManager, ImageName,
    PullInputs, PullPolicy, RecordedCredentials, Surroundings, SyncAction, SyncResult, aggregate,
    apply_default_image_tag, eval_cri_pull_err,
};

/// What the kubelet says where its own limit of pulls is used up (`kubernetes v1.28.7 pkg/kubelet/images/helpers.go
/// throttledImageService`).
pub const PULL_QPS_EXCEEDED: &str = "pull QPS exceeded";

/// Why the container waits. The reason is also what the last event says after `Error: `.
struct Failure {
    action: SyncAction,
    reason: String,
    message: String,
}

impl Failure {
    fn refused(reason: &str, message: impl Into<String>) -> Self {
        Self { action: SyncAction::Refused, reason: reason.to_owned(), message: message.into() }
    }
}

/// A pull that succeeded.
struct Success {
    pulled: PulledImage,
    credentials: RecordedCredentials,
}

pub(crate) struct Sync<'a, S, N> {
    manager: &'a ImageManager,
    service: &'a S,
    inputs: &'a PullInputs,
    node: &'a N,
    events: Vec<Event>,
    answers: Vec<CredentialAnswer>,
    /// What the plugins gave, once they were asked.
    of_plugins: Option<Keyring>,
    /// What the records said.
    access: Option<Access>,
}

impl<'a, S: ImageService, N: Surroundings> Sync<'a, S, N> {
    pub(crate) const fn new(
        manager: &'a ImageManager,
        service: &'a S,
        inputs: &'a PullInputs,
        node: &'a N,
    ) -> Self {
        Self {
            manager,
            service,
            inputs,
            node,
            events: Vec::new(),
            answers: Vec::new(),
            of_plugins: None,
            access: None,
        }
    }

    pub(crate) async fn run(mut self) -> SyncResult {
        let ended = self.ensure().await;
        let (action, waiting, image_ref) = match ended {
            Ok((action, image_ref)) => (action, None, Some(image_ref)),
            Err(Failure { action, reason, message }) => {
                // An image volume has no container of its own: those that mount it report it.
                if !self.inputs.is_volume() {
                    self.event(EventKind::Warning, "Failed", format!("Error: {reason}"));
                }
                (action, Some(ContainerWaiting { reason, message }), None)
            }
        };
        let Self { events, answers, access, .. } = self;
        SyncResult { action, events, waiting, answers, image_ref, access }
    }

    async fn ensure(&mut self) -> Result<(SyncAction, String), Failure> {
        let version = self.manager.version;
        let name = self.name()?;
        if version.reads_secrets_eagerly() {
            self.credentials(&name).await?;
        }
        if let Some(image_ref) = self.already_present(&name).await? {
            return Ok((SyncAction::Found, image_ref));
        }
        if version.reads_secrets_before_pull() {
            self.credentials(&name).await?;
        }
        let records = self.manager.config.ensure_secret_pulled_images;
        if records {
            self.manager.state().records.record_pull_intent(&self.inputs.image);
        }
        let ended = self.pull_unless_backed_off(&name).await;
        if records {
            let known = &mut self.manager.state().records;
            match &ended {
                Ok(Success { pulled, credentials }) => {
                    known.record_pulled(&self.inputs.image, &pulled.image_ref, credentials);
                }
                Err(_) => known.record_pull_failed(&self.inputs.image),
            }
        }
        ended.map(|success| (SyncAction::Pulled, success.pulled.image_ref))
    }

    fn name(&mut self) -> Result<ImageName, Failure> {
        apply_default_image_tag(&self.inputs.image, self.manager.version).map_err(|error| {
            let message = invalid_name_message(&error);
            self.event(EventKind::Warning, "InspectFailed", message.clone());
            Failure::refused("InvalidImageName", message)
        })
    }

    /// From 1.33 a malformed Secret is noticed here, without an event, and its text becomes the reason.
    async fn credentials(&mut self, name: &ImageName) -> Result<Found, Failure> {
        self.look_up(name).await.map_err(|words| Failure::refused(&words, words.clone()))
    }

    /// The credentials, for which the node's plugins are asked. One lookup serves the whole sync.
    async fn look_up(&mut self, name: &ImageName) -> Result<Found, String> {
        let repository = name.repository();
        let rules = self.manager.config.plugins;
        let own = self.inputs.credentials(&repository, &Keyring::default(), rules);
        let words = |error| malformed_words(&error, self.manager.version);
        if own.is_err() || self.inputs.auth.is_some() {
            // Where a Secret cannot be read, nothing is looked up.
            return own.map_err(words);
        }
        let of_plugins = match self.of_plugins.take() {
            Some(given) => given,
            None => self.node.plugin_keyring(&repository, &self.inputs.pod).await,
        };
        let found = self.inputs.credentials(&repository, &of_plugins, rules).map_err(words);
        self.of_plugins = Some(of_plugins);
        found
    }

    /// The image if it is present and need not be pulled; nothing if it is to be pulled.
    async fn already_present(&mut self, name: &ImageName) -> Result<Option<String>, Failure> {
        let version = self.manager.version;
        let policy = self.inputs.effective_policy(version);
        if policy == PullPolicy::Always && version.has_precheck() {
            return Ok(None);
        }
        let image = quote(&self.inputs.image);
        match self.status(name).await {
            Err(text) => {
                // With the precheck the (still empty) image ref is printed in place of the name.
                let shown = if version.has_precheck() { "\"\"" } else { image.as_str() };
                let message = format!("Failed to inspect image {shown}: {text}");
                self.event(EventKind::Warning, "InspectFailed", message.clone());
                Err(Failure::refused("ImageInspectError", message))
            }
            Ok(_) if policy == PullPolicy::Always => Ok(None),
            Ok(Some((image_ref, _))) if !self.must_pull_again(name, &image_ref).await? => {
                let access = match self.manager.config.ensure_secret_pulled_images {
                    true => " and can be accessed by the pod",
                    false => "",
                };
                let message = format!("Container image {image} already present on machine{access}");
                self.event(EventKind::Normal, "Pulled", message);
                Ok(Some(image_ref))
            }
            // An image that the pod may not have is not there for it.
            Ok(_) if policy == PullPolicy::Never => {
                let message = format!("Container image {image} is not present with pull policy of Never");
                self.event(EventKind::Warning, "ErrImageNeverPull", message.clone());
                Err(Failure::refused("ErrImageNeverPull", message))
            }
            Ok(_) => Ok(None),
        }
    }

    /// Whether the pod must prove that it could have pulled the image that is there.
    async fn must_pull_again(&mut self, name: &ImageName, image_ref: &str) -> Result<bool, Failure> {
        let config = &self.manager.config;
        if !config.ensure_secret_pulled_images {
            return Ok(false);
        }
        let (manager, image) = (self.manager, &self.inputs.image);
        let asked = |own: &RecordedCredentials| {
            manager.state().records.must_attempt_pull(&config.verification, image, image_ref, own)
        };
        let first = asked(&RecordedCredentials::default());
        let depends = matches!(first.reason, AccessReason::Others { .. });
        let access = match depends {
            // The credentials are only looked up when something depends on them.
            true => asked(&self.recorded(name).await?),
            false => first,
        };
        let must = access.must_pull();
        self.access = Some(access);
        Ok(must)
    }

    /// The pod's credentials as they would be recorded.
    async fn recorded(&mut self, name: &ImageName) -> Result<RecordedCredentials, Failure> {
        let mut own = RecordedCredentials::default();
        for credential in self.credentials(name).await?.credentials {
            let known = RecordedCredentials::of(Some(&credential));
            own.secrets.extend(known.secrets);
            own.service_accounts.extend(known.service_accounts);
        }
        Ok(own)
    }

    async fn pull_unless_backed_off(&mut self, name: &ImageName) -> Result<Success, Failure> {
        let image = quote(&self.inputs.image);
        let key = self.inputs.backoff_key();
        let now = self.node.now();
        let until = self.manager.state().backoff.until(&key, now);
        if let Some(until) = until {
            let mut message = format!("Back-off pulling image {image}");
            self.event(EventKind::Normal, "BackOff", message.clone());
            let previous = self.manager.state().previous_errors.get(&key).cloned();
            if let Some(previous) = previous.filter(|_| self.manager.version.keeps_previous_error()) {
                message = format!("{message}: {previous}");
            }
            let (action, reason) = (SyncAction::BackedOff { until }, "ImagePullBackOff".to_owned());
            return Err(Failure { action, reason, message });
        }
        self.manager.state().previous_errors.remove(&key);
        self.event(EventKind::Normal, "Pulling", format!("Pulling image {image}"));
        let pulled = self.pull(name).await;
        match pulled {
            Ok(success) => {
                self.manager.state().backoff.gc(self.node.now());
                Ok(success)
            }
            Err(text) => {
                self.event(EventKind::Warning, "Failed", format!("Failed to pull image {image}: {text}"));
                let (reason, message) = eval_cri_pull_err(&self.inputs.image, &text);
                let now = self.node.now();
                let mut state = self.manager.state();
                let backoff = state.backoff.next(&key, now);
                state.previous_errors.insert(key, format!("{reason}: {message}"));
                let (action, reason) = (SyncAction::Failed { backoff }, reason.to_owned());
                Err(Failure { action, reason, message })
            }
        }
    }

    /// What the pullers do (`puller.go`): wait for a turn, pull, look how big it is.
    async fn pull(&mut self, name: &ImageName) -> Result<Success, String> {
        let queued = self.node.now();
        let turn = self.node.turn().await;
        let began = self.node.now();
        let pulled = self.throttled(name, began).await;
        let size = match &pulled {
            Ok(_) if self.manager.version.tells_image_size() => {
                let status = self.status(name).await;
                Some(status.ok().flatten().map_or(0, |(_, size)| size))
            }
            _ => None,
        };
        drop(turn);
        let ended = self.node.now();
        if pulled.is_ok() {
            let size = size.map_or_else(String::new, |size| format!(". Image size: {size} bytes."));
            let (took, total) = (go_duration(began, ended), go_duration(queued, ended));
            let image = quote(&self.inputs.image);
            let message =
                format!("Successfully pulled image {image} in {took} ({total} including waiting){size}");
            self.event(EventKind::Normal, "Pulled", message);
        }
        pulled
    }

    /// `registryPullQPS` counts images, not credentials; who comes too often is not made to wait but refused
    /// (`helpers.go throttledImageService`).
    async fn throttled(&mut self, name: &ImageName, now: Duration) -> Result<Success, String> {
        let accepted = self.manager.state().limit.as_mut().is_none_or(|limit| limit.try_accept(now));
        if accepted { self.try_credentials(name).await } else { Err(PULL_QPS_EXCEEDED.to_owned()) }
    }

    /// One call of the runtime per credential until one succeeds, whatever the errors; nothing anonymous after them
    /// (`kubernetes v1.28.7 pkg/kubelet/kuberuntime/kuberuntime_image.go PullImage`).
    async fn try_credentials(&mut self, name: &ImageName) -> Result<Success, String> {
        let found = self.look_up(name).await?;
        let mut texts = Vec::new();
        for attempt in self.inputs.attempts(&found.credentials) {
            let request = PullImageRequest { image: name.for_cri.clone(), auth: attempt.auth };
            let result = self.service.pull_image(request).await;
            let (credential, provenance) = (attempt.credential, attempt.provenance);
            let answer = CredentialAnswer { credential, provenance, result };
            let verdict = answer.verdict(&name.for_cri).cloned();
            self.answers.push(answer);
            match verdict {
                Ok(pulled) => {
                    let used = credential.and_then(|index| found.credentials.get(index));
                    return Ok(Success { pulled, credentials: RecordedCredentials::of(used) });
                }
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
        let event = Event::new(kind, reason, message, &self.inputs.field_path, self.node.now());
        self.node.record(&event);
        self.events.push(event);
    }
}

/// The time between two readings as Go prints it, cut to milliseconds.
fn go_duration(from: Duration, to: Duration) -> String {
    let nanoseconds = i64::try_from(to.saturating_sub(from).as_nanos()).unwrap_or(i64::MAX);
    gostd::duration::Duration::from_nanoseconds(nanoseconds).truncate_to_milliseconds().to_string()
}
