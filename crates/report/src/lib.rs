//! What a check found, as one value, and its renderings.
//!
//! ```text
//! CheckReport ─┬─▶ json: the value itself, complete and versioned (apiVersion pullsim/v1)
//!              ├─▶ text: the ladder of stages, the events, cause and fix
//!              └─▶ markdown, html, har, sarif: for a pull request, a reader, a browser, a code scanner
//! PodsReport ──┤                 (every image of a pod, its course in time, what kubectl shows)
//! PlanReport ──┤  json, text: what would be asked, and with which credentials
//! LimitReport ─┴─▶ json, text: how many pulls are left
//! RunReport ─────▶ json, text, junit, tap: whether scenarios went as they expect
//! CatalogueEntry … ▶ json, markdown: the index of a catalogue of scenarios
//! ```
//!
//! Only types and text here: nothing of the network, no clock. No field can hold a password.
//!
//! ```
//! use report::{PlanReport, ReferenceSummary};
//!
//! let plan = PlanReport {
//!     reference: Some(ReferenceSummary::new("docker.io", "library/nginx", Some("latest"), None)),
//!     image: Some("nginx:latest".into()),
//!     pull_policy: Some("Always".into()),
//!     ..PlanReport::default()
//! };
//! let json: serde_json::Value = serde_json::from_str(&report::json(&plan)).unwrap();
//! assert_eq!(json["reference"]["path"], "library/nginx");
//! assert_eq!(json["kind"], "PlanReport");
//! ```

mod advice;
mod catalogue;
mod change;
mod check;
mod exchanges;
mod har;
mod html;
mod junit;
mod ladder;
mod limit;
mod markdown;
mod plan;
mod pods;
mod run;
mod sarif;
mod tap;
mod text;
mod trial;
mod words;

use serde::Serialize;

pub use catalogue::{CatalogueEntry, ChecklistRow};
pub use change::{Change, NamedChange};
pub use check::{
    Answer, CheckReport, CredentialSummary, Event, NodeSummary, OnNode, Outcome, ReferenceSummary,
    SkippedSecret, UnmatchedKey, Waiting,
};
pub use har::har;
pub use html::{html, pods_html, run_html};
pub use limit::LimitReport;
pub use markdown::{markdown, pods_markdown, run_markdown};
pub use plan::{PlanError, PlanReport, PluginSummary};
pub use pods::{
    AttemptReport, ChangeReport, ContainerWaits, ImageReport, MissingSecret, PodEvent, PodReport, PodsReport,
};
pub use run::{Case, Miss, RunReport, Scenarios, Verdict};
pub use sarif::{Located, run_sarif, sarif};
pub use text::{
    TextOptions, check as check_text, decisions as decisions_text, limit as limit_text, live,
    plan as plan_text, pods as pods_text, pods_decisions as pods_decisions_text, pods_verdict, progress,
    run as run_text, verdict,
};
pub use trial::{Search, Trial, TrialOutcome, TriedChange, healing};

/// A report as JSON, indented, with a line end.
pub fn json(report: &impl Serialize) -> String {
    // Only a map with keys other than strings could fail, and reports have none.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}

/// Runs of scenarios as JUnit's XML.
pub fn junit(report: &RunReport) -> String {
    junit::junit(report)
}

/// Runs of scenarios by the Test Anything Protocol.
pub fn tap(report: &RunReport) -> String {
    tap::tap(report)
}

/// The index of a catalogue as a page of Markdown; `rows` are all rows of the checklist.
pub fn catalogue_markdown(entries: &[CatalogueEntry], rows: &[ChecklistRow]) -> String {
    catalogue::markdown(entries, rows)
}

/// Checks as JUnit's XML: a case an image.
pub fn checks_junit(checks: &[Located<'_>]) -> String {
    junit::checks(checks)
}

/// Checks by the Test Anything Protocol, version 13: a line an image.
pub fn checks_tap(checks: &[Located<'_>]) -> String {
    tap::checks(checks)
}
