//! The runtime of a node, whichever it is.

use cri::{CriError, ImageService, PullImageRequest, PulledImage, StoredImage};
use trace::Trace;

use crate::containerd::Containerd;
use crate::crio::CriO;
use crate::docker::Docker;
use crate::listing::Listing;
use crate::options::Options;
use crate::profile::Kind;
use crate::store::StoreError;

/// A simulated runtime: the one that the profile of its options names.
pub struct Runtime(Simulated);

enum Simulated {
    Containerd(Box<Containerd>),
    CriO(Box<CriO>),
    Docker(Box<Docker>),
}

impl Runtime {
    /// A runtime on these options.
    ///
    /// # Errors
    /// When the store's directory cannot be made or written to.
    pub fn new(options: Options) -> Result<Self, StoreError> {
        Ok(Self(match options.profile.kind() {
            Kind::Containerd(profile) => Simulated::Containerd(Box::new(Containerd::new(options, profile)?)),
            Kind::CriO(profile) => Simulated::CriO(Box::new(CriO::new(options, profile)?)),
            Kind::Docker(profile) => Simulated::Docker(Box::new(Docker::new(options, profile)?)),
        }))
    }

    /// The same runtime, with the same store, that records its steps in `trace`.
    #[must_use]
    pub fn with_trace(&self, trace: Trace) -> Self {
        Self(match &self.0 {
            Simulated::Containerd(containerd) => {
                Simulated::Containerd(Box::new(containerd.with_trace(trace)))
            }
            Simulated::CriO(crio) => Simulated::CriO(Box::new(crio.with_trace(trace))),
            Simulated::Docker(docker) => Simulated::Docker(Box::new(docker.with_trace(trace))),
        })
    }

    /// The same on a node whose disk has room for so many bytes of content and unpacked layers. With a store in a
    /// directory it is that directory's disk that counts.
    #[must_use]
    pub fn with_space(self, bytes: u64) -> Self {
        Self(match self.0 {
            Simulated::Containerd(containerd) => {
                Simulated::Containerd(Box::new(containerd.with_space(bytes)))
            }
            Simulated::CriO(crio) => Simulated::CriO(Box::new(crio.with_space(bytes))),
            Simulated::Docker(docker) => Simulated::Docker(Box::new(docker.with_space(bytes))),
        })
    }

    /// The names in a list of the image's registry, as its first host that has it tells them; `None` where none does.
    /// Mirrors are not asked. What is sent is what a pull of the same image sends to the same hosts.
    pub async fn list(&self, request: &PullImageRequest, listing: Listing) -> Option<Vec<String>> {
        match &self.0 {
            Simulated::Containerd(containerd) => containerd.list(request, listing).await,
            Simulated::CriO(crio) => crio.list(request, listing).await,
            Simulated::Docker(docker) => docker.list(request, listing).await,
        }
    }

    /// Asks the image's own registry for the head of its manifest, as a pull begins, and goes no further: registries that
    /// count pulls do not count this one. The answer stands in the trace. Whether the registry has it, and shows it.
    pub async fn ask_for_manifest(&self, request: &PullImageRequest) -> bool {
        match &self.0 {
            Simulated::Containerd(containerd) => containerd.ask_for_manifest(request).await,
            Simulated::CriO(crio) => crio.ask_for_manifest(request).await,
            Simulated::Docker(docker) => docker.ask_for_manifest(request).await,
        }
    }
}

impl ImageService for Runtime {
    async fn pull_image(&self, request: PullImageRequest) -> Result<PulledImage, CriError> {
        match &self.0 {
            Simulated::Containerd(containerd) => containerd.pull_image(request).await,
            Simulated::CriO(crio) => crio.pull_image(request).await,
            Simulated::Docker(docker) => docker.pull_image(request).await,
        }
    }

    async fn image_status(&self, image: &str) -> Result<Option<StoredImage>, CriError> {
        match &self.0 {
            Simulated::Containerd(containerd) => containerd.image_status(image).await,
            Simulated::CriO(crio) => crio.image_status(image).await,
            Simulated::Docker(docker) => docker.image_status(image).await,
        }
    }
}
