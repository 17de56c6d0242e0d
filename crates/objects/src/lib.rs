//! Kubernetes objects and login files as people have them: read with spans, complained of with file, line and remedy.
//!
//! ```text
//! file, stdin ─▶ Source ─▶ what is it? ─┬─ config.json, .dockercfg ──────────────┐
//!                              ▲        ├─ Secret, List (YAML or JSON), documents ├─▶ Secrets { pull_secrets, notes }
//!                              └────────┴─ base64 of any of these                ┘
//! files, directories ─▶ read_manifests ─▶ Manifests { workloads, service_accounts, secrets, notes }, each with its Place
//!  (or objects within other documents: ManifestReader)  └─▶ Workload::to_pod ─▶ kubelet::Pod
//! a node's files ─▶ NodeKubelet { config, records, notes }
//!                     Source ─▶ lint_secrets ─▶ [Finding]: code, place, what to do
//!                     Source ─▶ read_cri_auth ─▶ cri::AuthConfig          or InputError ─▶ render(): line and carets
//!                     Source ─▶ read_provider_config ─▶ ProviderFile      or UndecodableConfig, each fault with its place
//! ```
//!
//! Nothing here prints what may be secret: of a line that is shown, only known words are left readable.
//!
//! ```
//! use objects::{Source, read_secrets};
//!
//! let source = Source::from_text("s.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ntype: Opaque\n");
//! let error = read_secrets(&source).unwrap_err();
//! assert!(error.render().starts_with(
//!     "error: s.yaml is a Secret of type Opaque; the kubelet ignores it\n  s.yaml:4:7\n   4 | type: Opaque\n"
//! ));
//!
//! let source = Source::from_text("config.json", r#"{"auths": {"r.example.com": {"auth": "dTpw"}}}"#);
//! assert_eq!(read_secrets(&source)?.pull_secrets[0].name, "config.json");
//! # Ok::<(), objects::InputError>(())
//! ```

mod cri_auth;
mod detect;
mod error;
mod excerpt;
mod file_error;
mod kubelet_config;
mod lint;
mod manifest;
mod near;
mod node_kubelet;
mod note;
mod provider_config;
mod pull_records;
mod secret_object;
mod secrets;
mod source;
mod tree;
mod yaml;

pub use cri_auth::read_cri_auth;
pub use error::InputError;
pub use excerpt::{Excerpt, Place};
pub use file_error::FileError;
pub use kubelet_config::{
    ConfigFlags, ConfigRefusal, GateKnown, KubeletConfigNote, NotAFlag, ReadKubeletConfig,
    read_kubelet_config,
};
pub use lint::{Finding, LintCode, LintOptions, Severity, Within, lint_login_file, lint_secrets};
pub use manifest::{
    ContainerManifest, ImageVolumeManifest, Located, ManifestReader, Manifests, PodManifest, PodPlaces,
    SecretLookup, SecretManifest, ServiceAccount, Workload, open_manifests, read_manifests,
};
pub use near::{distance, nearest};
pub use node_kubelet::NodeKubelet;
pub use note::{Note, NoteKind};
pub use provider_config::{ConfigFlaw, ProviderFile, UndecodableConfig, read_provider_config};
pub use pull_records::{PullRecordFile, RecordError, read_pull_record};
pub use secrets::{Secrets, read_secrets};
pub use source::{MAX_INPUT_BYTES, Source};
