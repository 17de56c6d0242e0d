use std::path::PathBuf;
use std::sync::Arc;

use distribution::Platform;
use net::{Clock, Network};
use node::Node;
use trace::Trace;

use crate::profile::Profile;

/// How layers are treated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layers {
    /// Only asked for: nothing big is downloaded.
    #[default]
    Head,
    /// Fetched, verified and unpacked as the runtime does.
    Get,
}

/// Everything that a simulated runtime stands on.
#[derive(Clone)]
pub struct Options {
    /// The network of the node.
    pub network: Arc<dyn Network>,
    /// The node's files.
    pub node: Node,
    /// The runtime's version.
    pub profile: &'static Profile,
    /// The platform of the node.
    pub platform: Platform,
    /// What is done with layers.
    pub layers: Layers,
    /// The node's content and image store, kept from pull to pull; `None`: empty, and forgotten.
    pub store: Option<PathBuf>,
    /// PEM texts that are trusted besides the node's roots.
    pub extra_roots: Vec<Vec<u8>>,
    /// Where each step is recorded.
    pub trace: Trace,
    /// The node's date.
    pub clock: Clock,
}
