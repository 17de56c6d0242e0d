//! The CRI image service: the seam between the kubelet and a container runtime.
//!
//! ```text
//! kubelet ──▶ ImageService::pull_image(PullImageRequest) ──▶ Ok(PulledImage) | Err(CriError)
//! ```
//!
//! Behind it stands a simulated runtime (crate `runtimes`), or with the feature `grpc` a real one behind its unix
//! socket, as on a node (`LiveRuntime`).
//!
//! ```
//! let error = cri::CriError::new(cri::Code::NotFound, "docker.io/library/nginx:nope: not found");
//! assert_eq!(error.rpc_text(), "rpc error: code = NotFound desc = docker.io/library/nginx:nope: not found");
//! ```

mod code;
#[cfg(feature = "grpc")]
mod live;
mod service;

pub use code::{Code, CriError};
#[cfg(feature = "grpc")]
pub use live::{ConnectError, LiveRuntime, RuntimeVersion};
pub use service::{AuthConfig, ImageService, PullImageRequest, PulledImage, StoredImage};
