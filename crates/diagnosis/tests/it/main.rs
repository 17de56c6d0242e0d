//! Causes from facts, and the catalogue of them.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod access;
mod advice;
mod catalogue;
mod causes;
mod support;
