//! The kubelet around the runtime's pull: image name, pull policy, credentials in order, events and waiting state.
//!
//! ```text
//! PullInputs ─▶ Plan: name, policy, attempts ─▶ ensure_image_exists ─▶ cri::ImageService, once per credential
//!      └──────────── PlanError                          └─▶ SyncResult { events, waiting, answers, image_ref }
//!                                                 events ─▶ describe_events: the table of `kubectl describe`
//! ```
//!
//! One call of [`ensure_image_exists`] is one sync of one container. Nothing here waits or looks at a clock: the time
//! comes in as a closure, so that the same code runs in real and in simulated time. What differs between Kubernetes
//! versions is listed in [`Version`].
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

mod answer;
mod api;
mod describe;
mod event;
mod image_manager;
mod image_name;
mod plan;
mod pod;
mod policy;
mod pull_error;
mod version;

pub use answer::{CredentialAnswer, PullFailure};
pub use api::{
    Admission, FieldError, FieldProblem, Rejection, ServiceAccount, admit, admit_always_pull_images,
    admit_service_account, default_pull_policies, default_pull_policy, validate,
};
pub use describe::{describe_events, human_duration};
pub use event::{ContainerWaiting, Event, EventKind};
pub use image_manager::{SyncResult, ensure_image_exists};
pub use image_name::{ImageName, ImageNameError, apply_default_image_tag};
pub use plan::{Attempt, Plan, PlanError, PullInputs};
pub use pod::{Container, ContainerKind, ImageVolume, Pod, WrittenPolicy};
pub use policy::{ParsePolicyError, PullPolicy};
pub use pull_error::{aggregate, eval_cri_pull_err};
pub use version::{ParseVersionError, Version};
