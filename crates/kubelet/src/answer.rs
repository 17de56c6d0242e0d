use std::fmt;

use cri::{Code, CriError, PulledImage};
use gostd::strconv::quote;
use keyring::Provenance;

/// What the runtime answered to one call of `PullImage`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialAnswer {
    /// Which of the plan's credentials was sent; none for an anonymous call and for a given `AuthConfig`.
    pub credential: Option<usize>,
    /// Where the credentials came from; none for an anonymous call.
    pub provenance: Option<Provenance>,
    /// The answer.
    pub result: Result<PulledImage, CriError>,
}

/// A failed pull as the kubelet's CRI client hands it on; `Display` gives its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PullFailure {
    /// The runtime's status. Of code `Unknown` only the message is shown
    /// (`kubernetes v1.28.7 pkg/kubelet/cri/remote/remote_image.go pullImageV1`).
    Status(CriError),
    /// The runtime claims success and names no image.
    NoImageRef {
        /// The image as it was asked for.
        image: String,
    },
}

impl fmt::Display for PullFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(error) if error.code == Code::Unknown => f.write_str(&error.message),
            Self::Status(error) => f.write_str(&error.rpc_text()),
            Self::NoImageRef { image } => write!(f, "imageRef of image {} is not set", quote(image)),
        }
    }
}

impl std::error::Error for PullFailure {}

impl CredentialAnswer {
    /// The image, or why there is none, as the kubelet sees it.
    ///
    /// # Errors
    /// The failure.
    pub fn verdict(&self, image: &str) -> Result<&PulledImage, PullFailure> {
        match &self.result {
            Ok(pulled) if pulled.image_ref.is_empty() => {
                Err(PullFailure::NoImageRef { image: image.to_owned() })
            }
            Ok(pulled) => Ok(pulled),
            Err(error) => Err(PullFailure::Status(error.clone())),
        }
    }
}
