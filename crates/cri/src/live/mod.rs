//! A live runtime behind its unix socket (feature `grpc`).

mod messages;
mod socket;

use std::path::{Path, PathBuf};

use secret::Secret;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_prost::ProstCodec;

use crate::{AuthConfig, Code, CriError, ImageService, PullImageRequest, PulledImage, StoredImage};
use messages::{
    ImageSpec, ImageStatusRequest, ImageStatusResponse, Message, PullRequest, PullResponse,
    RemoveImageRequest, RemoveImageResponse, VersionRequest, VersionResponse, WireAuth,
};
use socket::Socket;

/// A runtime that runs: what it answers is its own.
///
/// ```no_run
/// use cri::{ImageService, LiveRuntime, PullImageRequest};
///
/// # async fn ask() -> Result<(), Box<dyn std::error::Error>> {
/// let runtime = LiveRuntime::connect("/run/containerd/containerd.sock").await?;
/// let request = PullImageRequest { image: "registry.example.com/app:v1".to_owned(), auth: None };
/// if let Err(error) = runtime.pull_image(request).await {
///     println!("{}", error.rpc_text());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LiveRuntime {
    channel: Channel,
}

/// The name and version of a runtime, as it gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeVersion {
    /// Such as `containerd`.
    pub name: String,
    /// Such as `v2.1.9`.
    pub version: String,
}

/// Nothing that speaks the CRI is behind a socket.
#[derive(Debug, thiserror::Error)]
#[error("cannot reach a container runtime at {}: {source}", .socket.display())]
pub struct ConnectError {
    /// The socket.
    pub socket: PathBuf,
    /// Why.
    pub source: tonic::transport::Error,
}

impl LiveRuntime {
    /// Connects to the unix socket at `path`; a leading `unix://`, as in the kubelet's configuration, is passed over.
    ///
    /// # Errors
    /// When nothing listens there.
    pub async fn connect(path: impl AsRef<Path>) -> Result<Self, ConnectError> {
        let path = path.as_ref();
        let path = path.to_str().and_then(|text| text.strip_prefix("unix://")).map_or(path, Path::new);
        // The address is never looked up: the connector knows where to go. `localhost` is what grpc-go sends as
        // the authority over a unix socket.
        let endpoint = Endpoint::from_static("http://localhost");
        let channel = endpoint.connect_with_connector(Socket::new(path)).await;
        let channel = channel.map_err(|source| ConnectError { socket: path.to_owned(), source })?;
        Ok(Self { channel })
    }

    /// Asks the runtime who it is.
    ///
    /// # Errors
    /// The runtime's status.
    pub async fn version(&self) -> Result<RuntimeVersion, CriError> {
        let request = VersionRequest { version: "v1".to_owned() };
        let answer: VersionResponse = self.call("/runtime.v1.RuntimeService/Version", request).await?;
        Ok(RuntimeVersion { name: answer.runtime_name, version: answer.runtime_version })
    }

    /// Removes an image from the runtime's store. That it is not there is no error.
    ///
    /// # Errors
    /// The runtime's status.
    pub async fn remove_image(&self, image: &str) -> Result<(), CriError> {
        let request = RemoveImageRequest { image: Some(ImageSpec::of(image)) };
        let _: RemoveImageResponse = self.call("/runtime.v1.ImageService/RemoveImage", request).await?;
        Ok(())
    }

    async fn call<Q: Message, A: Message>(&self, path: &'static str, request: Q) -> Result<A, CriError> {
        let mut client = Grpc::new(self.channel.clone());
        client.ready().await.map_err(|error| CriError::new(Code::Unavailable, error.to_string()))?;
        let path = http::uri::PathAndQuery::from_static(path);
        let answer = client.unary(Request::new(request), path, ProstCodec::<Q, A>::default()).await;
        Ok(answer.map_err(failure)?.into_inner())
    }
}

impl ImageService for LiveRuntime {
    async fn pull_image(&self, request: PullImageRequest) -> Result<PulledImage, CriError> {
        let request =
            PullRequest { image: Some(ImageSpec::of(&request.image)), auth: request.auth.map(wire_auth) };
        let answer: PullResponse = self.call("/runtime.v1.ImageService/PullImage", request).await?;
        Ok(PulledImage { image_ref: answer.image_ref })
    }

    async fn image_status(&self, image: &str) -> Result<Option<StoredImage>, CriError> {
        let request = ImageStatusRequest { image: Some(ImageSpec::of(image)), verbose: false };
        let answer: ImageStatusResponse = self.call("/runtime.v1.ImageService/ImageStatus", request).await?;
        Ok(answer.image.map(|image| StoredImage { id: image.id, size: image.size }))
    }
}

fn failure(status: Status) -> CriError {
    CriError::new(Code::from_number(status.code() as i32), status.message())
}

fn wire_auth(auth: AuthConfig) -> WireAuth {
    let text = |secret: Secret| secret.expose().clone();
    WireAuth {
        username: auth.username,
        password: text(auth.password),
        auth: text(auth.auth),
        server_address: auth.server_address,
        identity_token: text(auth.identity_token),
        registry_token: text(auth.registry_token),
    }
}
