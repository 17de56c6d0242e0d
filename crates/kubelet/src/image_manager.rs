use std::collections::HashMap;
use std::future::{Future, ready};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cri::ImageService;
use distribution::{Grammar, Reference};
use keyring::{Keyring, PodOfPull};

use crate::sync::Sync;
use crate::{
    Access, Backoff, ContainerWaiting, CredentialAnswer, Event, KubeletConfig, PullInputs, PullRecords,
    TokenBucket, Version,
};

/// What the image manager needs of the node around it. It waits for nothing by itself.
pub trait Surroundings {
    /// A place among the pulls that run at a time; given back when dropped.
    type Turn;

    /// The time since some fixed moment. It is asked when an event is made, and around the calls of the runtime.
    fn now(&self) -> Duration;

    /// Waits until this pull may run ([`crate::PullConcurrency`]).
    fn turn(&self) -> impl Future<Output = Self::Turn>;

    /// Takes an event at the moment at which it is sent; the same events are in the [`SyncResult`].
    fn record(&self, event: &Event);

    /// Asks the node's credential plugins about a repository, for a pod. They are asked once a sync at most, and only when
    /// credentials are needed; without plugins they give nothing.
    fn plugin_keyring(&self, _repository: &str, _pod: &PodOfPull) -> impl Future<Output = Keyring> {
        ready(Keyring::default())
    }
}

/// What one sync of a container did about its image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncResult {
    /// What was done.
    pub action: SyncAction,
    /// The events, in order.
    pub events: Vec<Event>,
    /// The state of the container, which waits when there is no image.
    pub waiting: Option<ContainerWaiting>,
    /// The runtime's answers to each call of `PullImage`, in order.
    pub answers: Vec<CredentialAnswer>,
    /// The image as the runtime calls it, when it is there.
    pub image_ref: Option<String>,
    /// Why the pod may have the image that is on the node, or must pull it; none where nobody asks.
    pub access: Option<Access>,
}

impl SyncResult {
    /// Whether the container has its image.
    pub const fn is_present(&self) -> bool {
        self.image_ref.is_some()
    }
}

/// What a sync did about an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncAction {
    /// The image was there.
    Found,
    /// It was pulled.
    Pulled,
    /// A pull failed.
    Failed {
        /// For how long no other is tried, from the failure on.
        backoff: Duration,
    },
    /// The last failure is too near.
    BackedOff {
        /// When it no more is.
        until: Duration,
    },
    /// It ended before a pull.
    Refused,
}

/// The part of the kubelet that sees to images (`kubernetes pkg/kubelet/images/image_manager.go imageManager`): one for a
/// node, since back-off, limits and records are the node's.
#[derive(Debug)]
pub struct ImageManager {
    pub(crate) config: KubeletConfig,
    pub(crate) version: Version,
    state: Mutex<State>,
}

/// What lasts from sync to sync. All of it is lost when a kubelet is started anew.
#[derive(Debug)]
pub(crate) struct State {
    pub backoff: Backoff,
    /// `REASON: MESSAGE` of the last failure, by the key of the back-off (from 1.32).
    pub previous_errors: HashMap<String, String>,
    /// `None`: no limit.
    pub limit: Option<TokenBucket>,
    pub records: PullRecords,
}

impl ImageManager {
    /// The image manager of a kubelet that was just started.
    pub fn new(config: KubeletConfig, version: Version) -> Self {
        let limited = config.registry_pull_qps > 0.0;
        let limit = limited.then(|| TokenBucket::new(config.registry_pull_qps, config.registry_burst));
        let (backoff, previous_errors) = (Backoff::for_images(), HashMap::new());
        let state = Mutex::new(State { backoff, previous_errors, limit, records: PullRecords::default() });
        Self { config, version, state }
    }

    /// The same with this back-off.
    #[must_use]
    pub fn with_backoff(self, backoff: Backoff) -> Self {
        self.state().backoff = backoff;
        self
    }

    /// The same with these records of earlier pulls.
    #[must_use]
    pub fn with_records(self, records: PullRecords) -> Self {
        self.state().records = records;
        self
    }

    /// What a kubelet does when it starts: images whose pulls had begun, and which the runtime has under just that name,
    /// are taken to have been pulled (`pullmanager/image_pull_manager.go initialize`).
    pub async fn initialize<S: ImageService>(&self, service: &S) {
        let begun = self.state().records.begun();
        for image in begun {
            // The runtime lists full names.
            let full = Reference::parse_docker_ref(&image, Grammar::V0_6_0)
                .is_ok_and(|full| full.to_string() == image);
            if full && let Ok(Some(stored)) = service.image_status(&image).await {
                self.state().records.adopt(&image, &stored.id);
            }
        }
    }

    /// The kubelet's version.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// One sync of one container: sees to it that its image is on the node (`EnsureImageExists`, and the event that
    /// `pkg/kubelet/kuberuntime/kuberuntime_container.go startContainer` adds).
    pub async fn ensure_image_exists<S: ImageService, N: Surroundings>(
        &self,
        service: &S,
        inputs: &PullInputs,
        node: &N,
    ) -> SyncResult {
        Sync::new(self, service, inputs, node).run().await
    }

    /// The lock is never held while anything is waited for.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One sync of one container by a kubelet of that version that was just started, for itself alone.
///
/// `clock` tells the time since some fixed moment.
pub async fn ensure_image_exists<S: ImageService>(
    service: &S,
    inputs: &PullInputs,
    version: Version,
    clock: impl Fn() -> Duration,
) -> SyncResult {
    let manager = ImageManager::new(KubeletConfig::defaults(version), version);
    manager.ensure_image_exists(service, inputs, &Alone(clock)).await
}

/// A node on which nothing else happens; the closure is its clock.
#[derive(Clone, Debug)]
pub struct Alone<C>(pub C);

impl<C: Fn() -> Duration> Surroundings for Alone<C> {
    type Turn = ();

    fn now(&self) -> Duration {
        (self.0)()
    }

    fn turn(&self) -> impl Future<Output = ()> {
        ready(())
    }

    fn record(&self, _: &Event) {}
}
