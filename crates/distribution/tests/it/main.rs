//! Tables from upstream and of known behaviour.

mod digest;
mod reference;
