use schemars::JsonSchema;
use serde::Serialize;

use crate::check::{Header, Kind};
use crate::{CredentialSummary, ReferenceSummary, SkippedSecret, UnmatchedKey};

/// What a pull would ask for, and with what: everything up to the first request.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
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
    /// The node's credential provider plugins that are for the image; they are not asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plugins: Vec<PluginSummary>,
    /// Why there would be no request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<PlanError>,
}

/// A credential provider plugin that is for the image; never a token.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct PluginSummary {
    /// The name in the kubelet's configuration.
    pub name: String,
    /// The service account for which it would be asked, `NAMESPACE/NAME`; none where it gets to see none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account: Option<String>,
    /// For whom the account's token would be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// The keys of the account's annotations that it would get.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<String>,
    /// Why it would not be asked, in the kubelet's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed_over: Option<String>,
}

/// The kind `PlanReport`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plan;

impl Kind for Plan {
    const NAME: &'static str = "PlanReport";
}

/// Why the kubelet would not ask the runtime.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct PlanError {
    /// The waiting reason: `InvalidImageName` …
    pub reason: String,
    /// The waiting message, word for word.
    pub message: String,
}
