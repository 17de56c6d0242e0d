//! What a registry holds: images declared by name, built deterministically, or taken over from a layout directory.

mod blob;
mod build;
mod documents;
mod file;
mod image;
mod layer;
mod layout;
mod names;
mod platform;
mod repository;
mod schema1;
mod store;
mod tar;

pub use blob::Blob;
pub use file::StoredFile;
pub use image::{Format, Image, Shape};
pub use layer::{Compression, GeneratedLayer, Layer};
pub use layout::InvalidLayout;
pub use platform::{InvalidPlatform, Platform};
pub use repository::{Manifest, Repository};
pub use store::{Added, InvalidImage, Store};

pub(crate) use documents::Descriptor;
pub(crate) use names::{is_repository, is_tag};
