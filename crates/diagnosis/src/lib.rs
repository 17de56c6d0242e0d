//! Why a pull fails: the cause, the evidence, and what heals it.
//!
//! ```text
//! trace steps + outcome + keys of the secrets ──▶ Facts ──diagnose──▶ Diagnosis { cause, sentence, evidence, remedies }
//!                                                   │
//!                    last step that failed and was not made good later: a fault (Go's error tree) or a status
//! ```
//!
//! A cause is told from facts alone: typed errors, statuses, challenges, keys. No message is taken apart here.
//!
//! ```
//! use diagnosis::{Cause, Facts, Outcome, Runtime, diagnose};
//!
//! let facts = Facts {
//!     image: "Nginx",
//!     reference: None,
//!     platform: "linux/amd64",
//!     outcome: Outcome::InvalidName("repository name (library/Nginx) must be lowercase".into()),
//!     attempts: Vec::new(),
//!     unmatched: Vec::new(),
//!     skipped: Vec::new(),
//!     missing: Vec::new(),
//!     namespace: None,
//!     at: jiff::Timestamp::UNIX_EPOCH,
//!     runtime: Runtime::Containerd,
//! };
//! let diagnosis = diagnose(&facts).unwrap();
//! assert_eq!((diagnosis.cause, diagnosis.cause.code()), (Cause::InvalidImageName, "PS-REF-05"));
//! ```

mod access;
mod advice;
mod alerts;
mod background;
mod catalogue;
mod cause;
mod certificates;
mod configured;
mod content;
mod diagnosis;
mod facts;
mod finding;
mod hosts;
mod names;
mod rate;
mod runtime;
mod scene;
mod stage;
mod status;
mod tokens;
mod transport;

pub use access::COPY_SECRET;
pub use advice::Alternative;
pub use catalogue::{Cloud, Remedy, catalogue_markdown, cause_markdown};
pub use cause::{Cause, Persistence};
pub use diagnosis::{Diagnosis, diagnose};
pub use facts::{
    Attempt, Facts, Login, MissingSecret, Origin, Outcome, Reference, SkippedSecret, UnmatchedKey,
};
pub use hosts::{HostPurpose, NeededHost, hosts};
pub use names::Names;
pub use rate::{Counted, RateLimit, rate_limit, untold_limit};
pub use runtime::Runtime;
pub use stage::Stage;
