//! The CRI image service: the seam between the kubelet and a container runtime.
//!
//! ```text
//! kubelet ──▶ ImageService::pull_image(PullImageRequest) ──▶ Ok(PulledImage) | Err(CriError)
//! ```
//!
//! Behind it stands a simulated runtime (crate `runtimes`), as on a node a real one stands behind a unix socket.
//!
//! ```
//! let error = cri::CriError::new(cri::Code::NotFound, "docker.io/library/nginx:nope: not found");
//! assert_eq!(error.rpc_text(), "rpc error: code = NotFound desc = docker.io/library/nginx:nope: not found");
//! ```

mod code;
mod service;

pub use code::{Code, CriError};
pub use service::{AuthConfig, ImageService, PullImageRequest, PulledImage, StoredImage};
