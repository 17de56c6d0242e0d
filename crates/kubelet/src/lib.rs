//! The kubelet around the runtime's pull: image name, pull policy, credentials in order, events and waiting state.
//!
//! ```text
//! Pod ─▶ admit: defaults, service account, validation ─▶ Pod | Rejection       (what the API server does)
//!
//! PullInputs ─▶ Plan: name, policy, attempts ─▶ ImageManager ─▶ cri::ImageService, once per credential
//!      └──────────── PlanError                   │  Backoff, TokenBucket, PullRecords
//!                                                └─▶ SyncResult { action, events, waiting, answers, image_ref, access }
//!                              events ─▶ EventCorrelator ─▶ describe_events: the table of `kubectl describe`
//! ```
//!
//! One call of [`ImageManager::ensure_image_exists`] is one sync of one container. Nothing here waits or looks at a
//! clock: the time and the place in the queue come in through [`Surroundings`], so that the same code runs in real and in
//! simulated time. What differs between Kubernetes versions is listed in [`Version`].
//!
//! ```
//! use kubelet::{Version, Plan, PullInputs, PullPolicy};
//!
//! let plan = Plan::new(&PullInputs::new("nginx"), Version::NEWEST)?;
//! assert_eq!(plan.name.for_cri, "nginx:latest");
//! assert_eq!(plan.name.repository(), "docker.io/library/nginx");
//! assert_eq!(plan.policy, PullPolicy::Always);
//!
//! let error = Plan::new(&PullInputs::new("Nginx"), Version::NEWEST).unwrap_err();
//! assert_eq!(error.reason(), "InvalidImageName");
//! # Ok::<(), kubelet::PlanError>(())
//! ```

mod access;
mod answer;
mod api;
mod backoff;
mod bucket;
mod config;
mod correlator;
mod describe;
mod describe_pod;
mod event;
mod get_pods;
mod image_manager;
mod image_name;
mod plan;
mod pod;
mod policy;
mod pull_error;
mod pull_records;
mod records;
mod status;
mod sync;
mod verification;
mod version;

pub use access::{Access, AccessReason};
pub use answer::{CredentialAnswer, PullFailure};
pub use api::{
    Admission, FieldError, FieldProblem, Rejection, ServiceAccount, admit, admit_always_pull_images,
    admit_service_account, default_pull_policies, default_pull_policy, validate,
};
pub use backoff::Backoff;
pub use bucket::TokenBucket;
pub use config::{KubeletConfig, PullConcurrency};
pub use correlator::{Correlated, EventCorrelator};
pub use describe::{describe_events, human_duration};
pub use describe_pod::describe_containers;
pub use event::{ContainerWaiting, Event, EventKind};
pub use get_pods::{PodLine, watch_pods};
pub use image_manager::{Alone, ImageManager, Surroundings, SyncAction, SyncResult, ensure_image_exists};
pub use image_name::{ImageName, ImageNameError, apply_default_image_tag};
pub use plan::{Attempt, MissingSecret, Plan, PlanError, PullInputs};
pub use pod::{Container, ContainerKind, ImageVolume, Pod, WrittenPolicy};
pub use policy::{ParsePolicyError, PullPolicy};
pub use pull_error::{aggregate, eval_cri_pull_err};
pub use pull_records::PullRecords;
pub use records::{Coordinates, PulledRecord, RecordedCredentials, RecordedSecret};
pub use status::{ContainerState, ContainerStatus, PodStatus};
pub use sync::PULL_QPS_EXCEEDED;
pub use verification::{Allowlist, PatternError, VerificationPolicy};
pub use version::{ParseVersionError, Version};
