//! Plays scenarios and holds what happens against what they expect.
//!
//! ```text
//! files ─▶ find ─▶ Scenario ─┬─ runs: runtimes × kubelets ─▶ Venue::play ─▶ Seen ─┐
//!                            └─ expected(run) ──────────────────────────────── judge ─▶ report::Case
//! ```
//!
//! A [`Venue`] is where hosts are brought up and who pulls: [`Memory`] is this process, in virtual time; [`Sockets`] the
//! same over loopback, which must go as in memory; with the feature `live`, `Live` a runtime that runs. Whatever the
//! venue, the same expectations count. What a scenario says to heal a pull (`heals`) is tried, in memory: with it the
//! image must be pulled, and without it not.
//!
//! A scenario is one pull ([`pull`]), or pods over time ([`watch`]): several, or one that is looked at for a while.
//!
//! ```
//! use runner::{Memory, play};
//! use scenario::Scenario;
//!
//! let scenario = Scenario::parse("a.yaml", "
//! apiVersion: pullsim/v1
//! kind: Scenario
//! title: The tag is not there
//! now: 2026-03-01T09:00:00Z
//! image: registry.example.com/app:v2
//! runtimes: [containerd-2.1.9]
//! hosts:
//!   registry.example.com:
//!     address: 10.20.0.7
//!     images: [{name: app, tags: [v1]}]
//! expect:
//!   code: NotFound
//!   waiting: ImagePullBackOff
//! ").unwrap();
//! let cases = play(&scenario, &Memory);
//! let [miss] = cases[0].misses.as_slice() else { panic!("{cases:?}") };
//! assert_eq!((miss.line, miss.got.as_str()), (14, "ErrImagePull"));
//! ```

mod batch;
mod find;
mod judge;
#[cfg(feature = "live")]
mod live;
mod memory;
mod play;
mod pods;
mod sequence;
mod snapshot;
mod sockets;
mod venue;
mod what_if;

pub use batch::{Batch, Job, run_all};
pub use find::{FindError, find};
#[cfg(feature = "live")]
pub use live::Live;
pub use memory::Memory;
pub use play::play;
pub use pods::{PartSeen, PodSeen, watch};
pub use snapshot::Snapshot;
pub use sockets::Sockets;
pub use venue::{PlayError, Seen, Venue, pull};
