//! The kubelet's exec credential plugins: found in a node's files, and asked for each image.
//!
//! ```text
//! node files ─▶ KubeletFlags ─▶ read_config ─▶ Providers ─▶ credentials(image, pod) ─▶ Keyring
//!                                                  │  protocol and cache: crate keyring
//!                                                  └─▶ PluginRunner ─┬─ Processes: real ones, of a directory
//!                                                                    └─ Scripted: answers as data
//! ```
//!
//! A plugin that fails is silent for the pod, as in life: it gives no login, and the kubelet's log text becomes a
//! [`trace::Decision`] about [`FAILED`]; about [`PASSED_OVER`], where the plugin wants the token of a service account and
//! the pod's is not what it wants.
//!
//! ```
//! use std::sync::Arc;
//! use plugins::{Providers, Script, Scripted};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let config = keyring::ProviderConfig {
//!     name: "ecr".to_owned(),
//!     match_images: vec!["*.dkr.ecr.*.amazonaws.com".to_owned()],
//!     api_version: "credentialprovider.kubelet.k8s.io/v1".to_owned(),
//!     ..Default::default()
//! };
//! let runner = Scripted::new([("ecr".to_owned(), vec![Script { status: 1, stderr: "no metadata service".into(), ..Script::default() }])]);
//! let providers = Providers::new([config], keyring::PluginRules::default(), Arc::new(runner));
//! let trace = trace::Trace::new();
//! let image = "1234.dkr.ecr.eu-west-1.amazonaws.com/app";
//! assert!(providers.credentials(image, &keyring::PodOfPull::default(), &trace).await.is_empty());
//! assert_eq!(trace.steps().len(), 1);
//! # });
//! ```

mod config;
mod flags;
mod process;
mod providers;
mod runner;

pub use config::{ConfigError, read_config};
pub use flags::KubeletFlags;
pub use process::Processes;
pub use providers::{ABOUT, FAILED, LastAnswer, PASSED_OVER, Prospect, Providers};
pub use runner::{NotRun, PluginRunner, RunFuture, Script, Scripted};
