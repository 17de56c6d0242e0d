//! What a registry holds: images declared by name, built deterministically.

mod blob;
mod documents;
mod image;
mod layer;
mod store;

pub use blob::Blob;
pub use image::{Format, Image, InvalidPlatform, Platform};
pub use layer::{Compression, GeneratedLayer, Layer};
pub use store::{Added, InvalidName, Manifest, Repository, Store};

pub(crate) use store::is_repository;
