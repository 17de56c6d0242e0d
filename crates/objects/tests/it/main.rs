//! Inputs as people have them, good and bad.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that panics fails its test")]

mod bad;
mod cri_auth;
mod good;
mod kubelet_config;
mod lint;
mod manifests;
mod provider_config;
mod pull_records;

use objects::{InputError, Secrets, Source, read_secrets};

/// What each place that may hold a secret holds in these tests; it must never be shown.
const CANARY: &str = "canary-5ecret";

fn read(name: &str, text: &str) -> Result<Secrets, InputError> {
    read_secrets(&Source::from_text(name, text))
}

fn base64(text: &str) -> String {
    gostd::base64::encode_std(text)
}
