//! The `oci-client` crate pulls from the mock: somebody else's idea of how a registry behaves.

use mock_registry::{Guard, Host, Registry, Server, TokenService};
use oci_client::client::{ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::manifest::IMAGE_LAYER_GZIP_MEDIA_TYPE;
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};

use crate::support::{accounts, bearer_host, content, open_host, start};

fn client() -> Client {
    // One provider for the whole process; a second test finds it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let linux = |platform: &[oci_client::manifest::ImageIndexEntry]| Some(platform.first()?.digest.clone());
    Client::new(ClientConfig {
        protocol: ClientProtocol::Http,
        platform_resolver: Some(Box::new(linux)),
        ..ClientConfig::default()
    })
}

async fn pull(server: &Server, tag: &str, auth: &RegistryAuth) -> Result<Vec<usize>, String> {
    let image: Reference = format!("{}/team/app:{tag}", server.address()).parse().unwrap();
    let pulled = client().pull(&image, auth, vec![IMAGE_LAYER_GZIP_MEDIA_TYPE]).await;
    let pulled = pulled.map_err(|error| error.to_string())?;
    assert_eq!(pulled.digest.as_deref(), Some(content().1.manifests[0].1.as_str()));
    Ok(pulled.layers.iter().map(|layer| layer.data.len()).collect())
}

fn alice() -> RegistryAuth {
    RegistryAuth::Basic("alice".into(), "s3cret".into())
}

#[tokio::test]
async fn anonymously() {
    let server = start(&open_host().build()).await;
    let sizes = pull(&server, "v1", &RegistryAuth::Anonymous).await.unwrap();
    assert_eq!(sizes.len(), 2);
    assert!(sizes.iter().any(|size| *size > 200_000));
    let missing = pull(&server, "v2", &RegistryAuth::Anonymous).await.unwrap_err();
    assert!(missing.contains("MANIFEST_UNKNOWN") || missing.contains("manifest unknown"), "{missing}");
}

#[tokio::test]
async fn with_basic() {
    let registry = Registry::new(content().0).guard(Guard::basic("registry", accounts()));
    let server = start(&Host::builder("registry.test").registry(registry).build()).await;
    assert_eq!(pull(&server, "v1", &alice()).await.map(|sizes| sizes.len()), Ok(2));
    assert!(pull(&server, "v1", &RegistryAuth::Anonymous).await.is_err());
}

#[tokio::test]
async fn with_bearer() {
    let (host, server) = bearer_host(TokenService::new("registry.test", accounts())).await;
    assert_eq!(pull(&server, "v1", &alice()).await.map(|sizes| sizes.len()), Ok(2));
    assert!(host.requests().iter().any(|request| request.path == "/token" && request.status == Some(200)));
    let bob = RegistryAuth::Basic("bob".into(), "b0b".into());
    assert!(pull(&server, "v1", &bob).await.is_err());
}

#[tokio::test]
async fn with_blobs_elsewhere() {
    let (store, _) = content();
    let cdn = Host::builder("cdn.test").blobs_of(store.clone()).build();
    let cdn_server = start(&cdn).await;
    let registry = Registry::new(store).redirect_blobs(format!("http://{}", cdn_server.address()));
    let server = start(&Host::builder("registry.test").registry(registry).build()).await;
    assert_eq!(pull(&server, "v1", &RegistryAuth::Anonymous).await.map(|sizes| sizes.len()), Ok(2));
    assert_eq!(cdn.requests().len(), 3);
}

#[tokio::test]
async fn pushes_and_finds_what_it_pushed() {
    let registry = Registry::new(std::sync::Arc::default()).accept_pushes();
    let server = start(&Host::builder("registry.test").registry(registry).build()).await;
    let image: Reference = format!("{}/team/new:v1", server.address()).parse().unwrap();
    // Larger than the client's chunk of 4 MiB, so that it comes in several.
    let layer = ImageLayer::oci_v1_gzip(vec![7; 9 << 20], None);
    let config = Config::oci_v1(b"{}".to_vec(), None);
    let anonymous = RegistryAuth::Anonymous;
    client().push(&image, std::slice::from_ref(&layer), config, &anonymous, None).await.unwrap();
    let pulled = client().pull(&image, &anonymous, vec![IMAGE_LAYER_GZIP_MEDIA_TYPE]).await.unwrap();
    assert_eq!(pulled.layers[0].data, layer.data);
    let tags = client().list_tags(&image, &anonymous, None, None).await.unwrap();
    assert_eq!(tags.tags, ["v1"]);
}
