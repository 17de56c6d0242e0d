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
//! use diagnosis::{Cause, Facts, Outcome, diagnose};
//!
//! let facts = Facts {
//!     image: "Nginx",
//!     reference: None,
//!     platform: "linux/amd64",
//!     outcome: Outcome::InvalidName("repository name (library/Nginx) must be lowercase".into()),
//!     attempts: Vec::new(),
//!     unmatched: Vec::new(),
//!     skipped: Vec::new(),
//! };
//! let diagnosis = diagnose(&facts).unwrap();
//! assert_eq!((diagnosis.cause, diagnosis.cause.code()), (Cause::InvalidImageName, "PS-REF-05"));
//! ```

mod access;
mod background;
mod catalogue;
mod cause;
mod content;
mod diagnosis;
mod facts;
mod finding;
mod hosts;
mod scene;
mod stage;
mod status;
mod transport;

pub use catalogue::{Remedy, catalogue_markdown, cause_markdown};
pub use cause::{Cause, Persistence};
pub use diagnosis::{Diagnosis, diagnose};
pub use facts::{Attempt, Facts, Login, Outcome, Reference, SkippedSecret, UnmatchedKey};
pub use hosts::{HostPurpose, NeededHost, hosts};
pub use stage::Stage;
