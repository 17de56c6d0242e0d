//! What a node would do to pull an image: kubelet, runtime and network joined, told as one report.
//!
//! ```text
//! PullInputs ─▶ Plan ─▶ kubelet ─▶ Listening ─▶ Runtime (Options: network, node, profile, trace, clock)
//!                          │            │              │
//!                          └─ events ───┴─ answers ────┴─ steps ─▶ Facts ─▶ diagnose ─▶ CheckReport
//! ```
//!
//! The kubelet's credential plugins ([`NodePlugins`]) are asked where it asks them: at each attempt.
//!
//! Over time, one kubelet and its pods:
//!
//! ```text
//! Simulation ─▶ run_pods ─▶ a worker a pod: sync, wait, sync … ─▶ ImageManager ─▶ any runtime that is Traced
//!                  └─▶ PodHistory { attempts, changes: kubectl get pods, events: kubectl describe pod }
//!                             └─ each sync ─▶ SyncReports ─▶ CheckReport
//! ```
//!
//! The same for a real network and a simulated one: which it is, the [`runtimes::Options`] say.
//!
//! ```
//! use std::sync::Arc;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let options = runtimes::Options {
//!     network: Arc::new(net::SystemNetwork::new()),
//!     node: node::Node::memory([]),
//!     profile: runtimes::Profile::named("containerd-2.1.9").unwrap(),
//!     platform: distribution::Platform::linux("amd64", ""),
//!     layers: runtimes::Layers::Head,
//!     store: None,
//!     extra_roots: Vec::new(),
//!     trace: trace::Trace::new(),
//!     clock: net::Clock::new(jiff::Timestamp::UNIX_EPOCH),
//! };
//! let inputs = kubelet::PullInputs::new("Nginx");
//! let report = replay::check(options, kubelet::Version::NEWEST, &inputs, Vec::new()).await.unwrap();
//! assert_eq!(report.waiting.unwrap().reason, "InvalidImageName");
//! assert_eq!(report.diagnosis.unwrap().cause.name(), "invalid-image-name");
//! # });
//! ```

mod answers;
mod assemble;
mod check;
mod node_plugins;
mod pods;
mod pods_report;
mod sync_report;

pub use assemble::{plan, plugin_summary};
pub use check::{Checked, Kubelet, check, check_by};
pub use node_plugins::{KnownLogins, NodePlugins};
pub use pods::{
    Accounts, Assigned, AttemptRecord, PodHistory, Present, PresentImages, Recorded, Recording,
    SecretsOverTime, Simulation, StatusChange, Traced, run_pods,
};
pub use pods_report::{FoundImage, FoundPod, PodsSetting, pods_report};
pub use sync_report::SyncReports;
