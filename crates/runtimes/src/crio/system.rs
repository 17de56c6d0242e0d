//! What all clients of a pull have in common (`types.SystemContext`).

use std::path::PathBuf;
use std::sync::Arc;

use distribution::Platform;
use net::{Clock, Dialer, Recorder};
use node::{Environment, Node};

use super::auth::{Files, Found, Login};
use super::config::Config;
use super::error::Result;
use super::profile::Profile;
use super::progress::Progress;
use super::registries::Registries;

/// The node, its configuration, and its way to the network.
pub(super) struct System {
    pub(super) node: Node,
    pub(super) profile: &'static Profile,
    pub(super) config: Config,
    pub(super) registries: Registries,
    /// The login of the request, which beats all others for the image's own registry.
    pub(super) login: Option<Login>,
    pub(super) platform: Platform,
    pub(super) environment: Environment,
    pub(super) home: PathBuf,
    pub(super) extra_roots: Vec<Vec<u8>>,
    pub(super) dialer: Arc<Dialer>,
    pub(super) recorder: Recorder,
    pub(super) clock: Clock,
    /// Ends the pull when it gets nowhere.
    pub(super) progress: Progress,
}

impl System {
    /// `cri-o/1.37.0 go/go1.26.10 os/linux arch/amd64` (cri-o@f954a17:server/useragent/useragent.go)
    pub(super) fn user_agent(&self) -> String {
        let Platform { os, architecture, .. } = &self.platform;
        format!("{} os/{os} arch/{architecture}", self.profile.user_agent)
    }

    /// The node's own login for a repository.
    pub(super) fn own_login(&self, repository: &str) -> Result<Option<Found>> {
        let files = Files {
            node: &self.node,
            environment: &self.environment,
            home: &self.home,
            global: &self.config.global_auth_file,
            helpers: &self.registries.credential_helpers,
        };
        files.find(repository, &|text| self.recorder.decide("credentials", text))
    }
}
