//! The vocabulary of image distribution: names, digests, manifests, platforms, and what registries answer.
//!
//! ```text
//!   "nginx:1.27" ──▶ Reference ──▶ docker.io / library/nginx : 1.27
//!                                      │ request
//!   WWW-Authenticate ──▶ Challenge ──▶ scopes ──▶ token
//!   {"errors":[…]} ────▶ ErrorEnvelope (containerd), errcode::Errors (docker/distribution)
//!   manifest bytes ────▶ Index ──Matcher──▶ Descriptor ──▶ Manifest ──▶ ImageConfig, layers
//!                                               └──▶ Digest, Verifier
//! ```
//!
//! Everything is decoded as leniently, and refused in the same words, as by the libraries that the kubelet and
//! containerd use: distribution/reference, go-digest, containerd's `platforms`, `images` and `remotes/docker`.
//!
//! ```
//! use distribution::{Grammar, Reference};
//!
//! let reference = Reference::parse_normalized("nginx:1.27", Grammar::V0_6_0)?;
//! assert_eq!(reference.to_string(), "docker.io/library/nginx:1.27");
//! assert_eq!(reference.familiar(), "nginx:1.27");
//! let said = Reference::parse_normalized("quay.io/App", Grammar::V0_6_0).unwrap_err().to_string();
//! assert_eq!(said, "invalid reference format: repository name (App) must be lowercase");
//! # Ok::<(), distribution::ReferenceError>(())
//! ```

mod challenge;
mod config;
mod descriptor;
mod digest;
pub mod errcode;
mod error_envelope;
pub mod header;
mod manifest;
pub mod media_type;
mod platform;
mod reference;
mod scope;

pub use challenge::{Challenge, Scheme, parse_challenges};
pub use config::ImageConfig;
pub use descriptor::Descriptor;
pub use digest::{Algorithm, Digest, DigestError, Digester, Verifier};
pub use error_envelope::{ErrorCode, ErrorEntry, ErrorEnvelope};
pub use manifest::{Index, Manifest, ManifestError, validate_media_type};
pub use platform::{Matcher, Platform, PlatformError};
pub use reference::{AnyReference, Grammar, Reference, ReferenceError};
pub use scope::{repository_pull_scope, token_scopes};
