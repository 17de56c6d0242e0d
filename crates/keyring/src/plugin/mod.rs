//! The kubelet's exec credential plugins: configuration, protocol and cache. Nothing here starts a process.

mod account;
mod cache;
mod config;
mod provider;
mod qualified_name;
mod request;
mod response;
mod rules;
mod skipped;
mod tokens;

pub use account::{Account, ForAccount, PodOfPull};
pub use cache::{CacheKey, CredentialCache};
pub use config::{
    CredentialProviderConfig, FieldError, FieldFault, InvalidConfig, ProviderConfig, TokenAttributes,
};
pub use provider::{Conclusion, PluginCall, PluginRun, Prepared, Provider, RunEnd};
pub use request::encode_request;
pub use response::{CacheKeyType, PluginError, Response, decode_response};
pub use rules::PluginRules;
pub use skipped::Skipped;
pub use tokens::TokenSource;
