//! The smallest change that makes a failed pull succeed, found by trying.
//!
//! ```text
//! Setup + CheckReport ──candidates──▶ [Candidate { change, text, Setup }], likeliest and smallest first
//!                                          │ each: fresh network, empty store, replay::check_by
//!                                          ▼
//!                      Trial { change, argument, outcome, report }: pulled, unverified, further, or failed
//!                                          │ the one that got furthest is built on
//!                                          ▼
//!                              WhatIf { trials, hints }, proven by the trial's own trace
//! ```
//!
//! [`what_if`] looks for the change; [`what_if_named`] makes the one that somebody names, `tag v1.2.0`; [`fails_alike`]
//! tells of a pull out of the middle of things whether it can be tried apart from them.
//!
//! A [`Ground`] says on which network a change is tried. A login is never shown to a host that the pull itself would
//! not show it to: where a change leads elsewhere, or to a server that nothing vouches for, it is tried without. A Secret
//! that the pod does not have is sent, as the kubelet would send it, where its key says: to the image's own registry.
//!
//! ```
//! let limits = whatif::Limits::default();
//! assert!(limits.tries >= 8 && limits.depth >= 2);
//! ```

mod candidates;
mod change;
mod containerd;
mod crio;
mod ground;
mod logins;
mod names;
mod nearby;
mod progress;
mod search;
mod setup;

pub use ground::{Ground, Limits};
pub use search::{Asked, WhatIf, fails_alike, what_if, what_if_named};
pub use setup::Setup;
