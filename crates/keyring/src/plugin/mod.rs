//! The kubelet's exec credential plugins: configuration, protocol and cache. Nothing here starts a process.

mod cache;
mod config;
mod provider;
mod request;
mod response;

pub use cache::{CacheKey, CredentialCache};
pub use config::{
    CredentialProviderConfig, FieldError, FieldFault, InvalidConfig, ProviderConfig, TokenAttributes,
};
pub use provider::{
    Account, Conclusion, PluginCall, PluginRun, PodOfPull, Prepared, Provider, RunEnd, Skipped,
};
pub use request::encode_request;
pub use response::{CacheKeyType, PluginError, Response, decode_response};
