//! Why a pull failed, read from what people paste: `kubectl describe pod`, events, pod status, logs, a bare error.
//!
//! ```text
//! pasted text ─input─▶ statements ─grammar─▶ clauses, URLs, codes, names ─rules─▶ causes ─▶ Explanation
//!  colours undone;     each about a pod,     Dissection: what is said, by whom,    Verdict: what it means,
//!  tables, YAML, logs  container or image    about which host, at which Step       and what else it may mean
//! ```
//!
//! This is the one place of the workspace that classifies by matching text, since text is all that it has. The words
//! are in tables, one a layer, each clause a [`Word`]; no rule knows a case's hosts or images.
//!
//! ```
//! use diagnosis::Cause;
//! use explain::{Confidence, Runtime, explain};
//!
//! let explanation = explain(
//!     "Warning  Failed  2s  kubelet  Failed to pull image \"r.test/app:v1\": failed to pull and unpack image \
//!      \"r.test/app:v1\": failed to resolve reference \"r.test/app:v1\": failed to do request: \
//!      Head \"https://r.test/v2/app/manifests/v1\": dial tcp: lookup r.test on 10.0.0.1:53: no such host",
//! );
//! let finding = &explanation.findings[0];
//! assert_eq!((finding.cause, finding.runtime), (Cause::DnsNoSuchHost, Runtime::Containerd));
//! assert_eq!(finding.image.as_deref(), Some("r.test/app:v1"));
//! assert_eq!(finding.confidence, Confidence::Likely);
//! assert!(explain("all is well").findings.is_empty());
//! ```

mod explanation;
mod grammar;
mod group;
mod input;
mod own;
mod pods_table;
mod redact;
mod remedy;
mod rules;
mod runtime;
mod text;

pub use explanation::{Alternative, Explanation, Finding, Unexplained, explain};
pub use grammar::{Clause, Dissection, HostKind, Link, Purpose, Step, Word};
pub use input::MAX_INPUT_BYTES;
pub use pods_table::WaitingPod;
pub use remedy::Advice;
pub use rules::Confidence;
pub use runtime::Runtime;
pub use text::TextStyle;
