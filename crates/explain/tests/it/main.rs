//! Pasted texts and what is made of them.
#![expect(clippy::panic, reason = "all of this crate is test code")]

mod causes;
mod excerpts;
mod inputs;
mod own;
mod recorded;
mod redaction;
mod steps;
mod wrappers;
