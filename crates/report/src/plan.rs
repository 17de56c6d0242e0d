use serde::Serialize;

use crate::check::{Header, Kind};
use crate::{CredentialSummary, ReferenceSummary, SkippedSecret, UnmatchedKey};

/// What a pull would ask for, and with what: everything up to the first request.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PlanReport {
    /// `pullsim/v1` and `PlanReport`.
    #[serde(flatten)]
    pub header: Header<Plan>,
    /// What the image means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<ReferenceSummary>,
    /// The string handed to the runtime.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The pull policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pull_policy: Option<String>,
    /// What would be tried, in order; empty: one anonymous attempt.
    pub credentials: Vec<CredentialSummary>,
    /// Entries of secrets that are never sent for this image.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unmatched: Vec<UnmatchedKey>,
    /// Secrets that the kubelet skips.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<SkippedSecret>,
    /// Why there would be no request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<PlanError>,
}

/// The kind `PlanReport`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plan;

impl Kind for Plan {
    const NAME: &'static str = "PlanReport";
}

/// Why the kubelet would not ask the runtime.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlanError {
    /// The waiting reason: `InvalidImageName` …
    pub reason: String,
    /// The waiting message, word for word.
    pub message: String,
}
