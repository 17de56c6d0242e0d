use diagnosis::RateLimit;
use schemars::JsonSchema;
use serde::Serialize;
use trace::{Exchange, Step, What};

use crate::check::{Header, Kind};

/// How many pulls a registry has left, asked without spending one: only the head of the manifest was asked for.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct LimitReport {
    /// `pullsim/v1` and `LimitReport`.
    #[serde(flatten)]
    pub header: Header<Limit>,
    /// The image, as it was named.
    pub image: String,
    /// The user with whose login was asked; none: as anonymous.
    pub username: Option<String>,
    /// Whether the registry has the manifest, and shows it.
    pub found: bool,
    /// What the registry said; none: it told of no limit.
    pub rate_limit: Option<RateLimit>,
    /// Every step, secrets redacted.
    pub trace: Vec<Step>,
}

/// The kind `LimitReport`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limit;

impl Kind for Limit {
    const NAME: &'static str = "LimitReport";
}

impl LimitReport {
    /// The last request, which is the one that counts.
    pub(crate) fn asked(&self) -> Option<&Exchange> {
        self.trace.iter().rev().find_map(|step| match &step.what {
            What::Exchange(exchange) => Some(exchange),
            _ => None,
        })
    }
}
