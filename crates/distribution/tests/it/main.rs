//! Tables from upstream and of known behaviour.

mod answers;
mod digest;
mod manifest;
mod media_type;
mod platform;
mod properties;
mod reference;
