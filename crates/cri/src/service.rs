use std::future::Future;

use secret::Secret;

use crate::CriError;

/// `runtime.v1.AuthConfig`: the credentials of one pull.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuthConfig {
    /// User name; may be empty.
    pub username: String,
    /// Password; may be empty.
    pub password: Secret,
    /// Base64 of `user:password`, in place of the two.
    pub auth: Secret,
    /// The registry that the credentials are for; empty: any that asks.
    pub server_address: String,
    /// An OAuth2 refresh token.
    pub identity_token: Secret,
    /// A bearer token.
    pub registry_token: Secret,
}

/// `runtime.v1.PullImageRequest`, as far as it decides anything.
#[derive(Clone, Debug, Default)]
pub struct PullImageRequest {
    /// The image as the kubelet hands it over: as written in the pod, with the default tag added.
    pub image: String,
    /// The credentials; `None` is anonymous.
    pub auth: Option<AuthConfig>,
}

/// A successful pull.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PulledImage {
    /// `PullImageResponse.image_ref`: for containerd and CRI-O the digest of the image's config.
    pub image_ref: String,
}

/// `runtime.v1.Image`, as far as the kubelet looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredImage {
    /// `id`: the digest of the image's config.
    pub id: String,
    /// Bytes that the image takes on the node, as the runtime counts them.
    pub size: u64,
}

/// The image service of a runtime (`runtime.v1.ImageService`).
pub trait ImageService {
    /// Pulls an image.
    ///
    /// # Errors
    /// The status that the runtime would answer with.
    fn pull_image(
        &self,
        request: PullImageRequest,
    ) -> impl Future<Output = Result<PulledImage, CriError>> + Send;

    /// Looks up an image in the node's store; `None`: it is not there.
    ///
    /// # Errors
    /// The status that the runtime would answer with.
    fn image_status(&self, image: &str)
    -> impl Future<Output = Result<Option<StoredImage>, CriError>> + Send;
}
