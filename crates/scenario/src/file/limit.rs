//! What limits how often manifests may be pulled.

use std::collections::BTreeMap;
use std::time::Duration;

use mock_registry::RateLimit;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::file::{Parsed, Span};

/// The window of Docker Hub: six hours.
const WINDOW: Duration = Duration::from_secs(21_600);

/// How many manifests may be pulled in a while. Each GET counts: an image out of an index counts twice.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct RateLimitFile {
    /// The while, which begins with the first that counts; by default 6h.
    pub window: Option<Parsed<Span>>,
    /// How many for each address without a login.
    pub anonymous: Option<u64>,
    /// How many for each account.
    pub accounts: Option<u64>,
    /// How many for single accounts, in place of that.
    #[serde(default)]
    pub account: BTreeMap<String, u64>,
    /// Counts HEAD as well.
    #[serde(default)]
    pub count_head: bool,
}

impl RateLimitFile {
    pub(crate) fn limit(&self) -> RateLimit {
        let mut limit = RateLimit::new(self.window.as_ref().map_or(WINDOW, |window| window.0.0));
        if let Some(manifests) = self.anonymous {
            limit = limit.anonymous(manifests);
        }
        if let Some(manifests) = self.accounts {
            limit = limit.accounts(manifests);
        }
        for (name, manifests) in &self.account {
            limit = limit.account(name, *manifests);
        }
        if self.count_head { limit.count_head() } else { limit }
    }
}
