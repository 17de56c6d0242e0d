//! The shipped catalogue, played.

mod catalogue;
