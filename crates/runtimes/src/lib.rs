//! Container runtimes as a node runs them, behind the CRI image service.
//!
//! ```text
//! cri::ImageService ◀── Runtime ┬ Containerd ── resolver ─ authorizer ─ fetcher ─ unpacker ──▶ net::Client ──▶ net::Network
//!                               └ CriO ── shortnames ─ copy ─ image_source ─ client ─ layers ──▶
//!                                     │
//!                                  Profile (version), node (config.toml, certs.d), store
//! ```
//!
//! A runtime is imitated at the level of its source: the functions keep the names of the upstream ones that they
//! mirror, and each says where it stands there. What differs between versions sits in a [`Profile`].
//!
//! ```
//! use std::sync::Arc;
//!
//! use cri::{ImageService, PullImageRequest};
//! use runtimes::{Layers, Options, Profile, Runtime};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let containerd = Runtime::new(Options {
//!     network: Arc::new(net::SystemNetwork::new()),
//!     node: node::Node::memory([]),
//!     profile: Profile::named("containerd-2.1.9").unwrap(),
//!     platform: distribution::Platform::linux("amd64", ""),
//!     layers: Layers::Head,
//!     store: None,
//!     extra_roots: Vec::new(),
//!     trace: trace::Trace::new(),
//!     clock: net::Clock::new(jiff::Timestamp::UNIX_EPOCH),
//! })
//! .unwrap();
//! let request = PullImageRequest { image: "Nginx".into(), auth: None };
//! let error = containerd.pull_image(request).await.unwrap_err();
//! assert_eq!(
//!     error.rpc_text(),
//!     "rpc error: code = Unknown desc = failed to parse image reference \"Nginx\": \
//!      invalid reference format: repository name (library/Nginx) must be lowercase"
//! );
//! # });
//! ```

mod archive;
mod beside;
mod claims;
mod config;
mod containerd;
mod crio;
mod docker;
mod listing;
mod options;
mod profile;
mod runtime;
mod space;
mod store;
mod transport;

pub use config::{ConfigError, ConfigPlace, check_config};
pub use listing::Listing;
pub use options::{Layers, Options};
pub use profile::{Nearest, Profile, UnknownRuntime};
pub use runtime::Runtime;
pub use store::{StoreError, remove_image};
