use distribution::Platform;
use keyring::PullSecret;
use kubelet::{PullInputs, apply_default_image_tag};
use node::Node;
use replay::Kubelet;
use runtimes::{Layers, Profile};

use crate::{containerd, crio};

/// All that decides about a pull, but for the network.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The node's files.
    pub node: Node,
    /// The runtime's version.
    pub profile: &'static Profile,
    /// The node's platform.
    pub platform: Platform,
    /// What is done with layers.
    pub layers: Layers,
    /// Certificates (PEM) that are trusted besides the node's own.
    pub extra_roots: Vec<Vec<u8>>,
    /// The kubelet.
    pub kubelet: Kubelet,
    /// The image and what there is to log in with.
    pub inputs: PullInputs,
    /// The Secrets that the cluster is known to have, whether or not the pod may use them.
    pub cluster: Vec<PullSecret>,
}

impl Setup {
    /// The same for another image. Where that is on another registry, the login stays behind.
    pub(crate) fn of_image(&self, image: &str) -> Self {
        let mut other = self.clone();
        other.inputs.image = image.to_owned();
        other
    }

    /// The registry that the image is on; none where its name cannot be read.
    pub(crate) fn domain(&self) -> Option<String> {
        let name = apply_default_image_tag(&self.inputs.image, self.kubelet.version).ok()?;
        Some(name.reference.domain)
    }

    /// The repository by which the kubelet looks logins up; none where the image's name cannot be read.
    pub(crate) fn repository(&self) -> Option<String> {
        Some(apply_default_image_tag(&self.inputs.image, self.kubelet.version).ok()?.repository())
    }

    /// Whether there is anything to log in with.
    pub(crate) fn has_login(&self) -> bool {
        let inputs = &self.inputs;
        inputs.auth.is_some()
            || !inputs.secrets.is_empty()
            || inputs.node_keyrings.iter().any(|ring| !ring.is_empty())
    }

    /// The same without anything to log in with: no secrets, nothing of the node's, nothing in the configuration of
    /// the runtime.
    pub(crate) fn anonymous(mut self) -> Self {
        self.inputs.secrets.clear();
        self.cluster.clear();
        self.inputs.node_keyrings.clear();
        self.inputs.auth = None;
        self.node = match self.is_crio() {
            true => crio::without_logins(self.node),
            false => containerd::without_logins(self.node),
        };
        self
    }

    pub(crate) fn is_crio(&self) -> bool {
        self.profile.family() == "cri-o"
    }

    /// The service whose proxy settings count.
    pub(crate) fn service(&self) -> &'static str {
        if self.is_crio() { "crio" } else { self.profile.family() }
    }
}
