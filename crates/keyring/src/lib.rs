//! Pull secrets and the kubelet's keyring: which credentials the node would send for a repository, and why not
//! the others.
//!
//! ```text
//! PullSecret ─▶ from_secrets ─┐
//!                             ├─▶ Keyring ─▶ lookup(repository) ─▶ [Credential], in the kubelet's order
//! node files ─▶ read_node ────┘          └─▶ explain(repository) ─▶ [Mismatch]: why an entry is never sent
//! ProviderConfig ─▶ Provider: prepare(image) ─▶ PluginCall … PluginRun ─▶ conclude ─▶ logins, kept in its cache
//! ```
//!
//! Each [`Credential`] carries its [`Provenance`] and the key as written in the document, so that a report can say
//! which secret supplied what. Passwords are [`secret::Secret`] from the moment they are parsed.
//!
//! ```
//! use keyring::{PullSecret, from_secrets};
//!
//! let document = br#"{"auths": {"https://registry.example.com": {"username": "ci", "password": "x"},
//!                               "registry.example.com:443": {"username": "old", "password": "x"}}}"#;
//! let secret = PullSecret::docker_config_json("default", "pull-secret", document.as_slice());
//! let keyring = from_secrets(&[secret])?.keyring;
//!
//! let credentials = keyring.lookup("registry.example.com/team/app");
//! assert_eq!(credentials[0].username, "ci");
//! assert_eq!(credentials[0].provenance.to_string(), "secret default/pull-secret");
//!
//! let mismatches = keyring.explain("registry.example.com/team/app");
//! assert_eq!(
//!     mismatches[0].reason.to_string(),
//!     "port \"443\" written in the key, none in the image: never sent"
//! );
//! # Ok::<(), keyring::MalformedSecret>(())
//! ```

mod auth_field;
mod credential;
mod document;
mod key;
mod mismatch;
mod node_files;
mod plugin;
mod pull_secret;
mod ring;
mod secrets;
mod token_claims;

pub use auth_field::{AuthFieldError, decode_auth_field};
pub use credential::{Credential, Provenance};
pub use document::{DockerConfig, DocumentError, Entry};
pub use key::{EntryKey, urls_match};
pub use mismatch::{Mismatch, MismatchReason};
pub use node_files::{KubeletPaths, NodeFileOutcome, NodeFiles, TriedFile};
pub use plugin::{
    Account, CacheKey, CacheKeyType, Conclusion, CredentialCache, CredentialProviderConfig, FieldError,
    FieldFault, ForAccount, InvalidConfig, PluginCall, PluginError, PluginRules, PluginRun, PodOfPull,
    Prepared, Provider, ProviderConfig, Response, RunEnd, Skipped, TokenAttributes, TokenSource,
    decode_response, encode_request,
};
pub use pull_secret::{PullSecret, SecretType};
pub use ring::{Keyring, UnionKeyring, is_default_registry};
pub use secrets::{MalformedSecret, SecretsKeyring, SkipReason, SkippedSecret, from_secrets};
pub use token_claims::TokenClaims;
