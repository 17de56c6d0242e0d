//! The kubelet's `CredentialProviderConfig`: decoded as strictly as the kubelet does it, and every fault with its place.

mod flaw;
mod read;
mod remedy;
mod strict;

pub use flaw::{ConfigFlaw, ProviderFile, UndecodableConfig};
pub use read::read_provider_config;
