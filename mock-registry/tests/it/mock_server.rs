//! The mock server's words, and the `oci-client` crate before a dozen of its faults.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mock_registry::{Count, Expectation, Fault, Glob, Image, Layer, MockServer, Rule, Times};
use oci_client::client::{Certificate, CertificateEncoding, ClientConfig, ClientProtocol};
use oci_client::manifest::IMAGE_LAYER_GZIP_MEDIA_TYPE;
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};

fn image() -> Image {
    Image::new("team/app").tag("v1").layer(Layer::seeded(1, 200_000))
}

fn config() -> ClientConfig {
    // One provider for the whole process; a second test finds it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    ClientConfig { protocol: ClientProtocol::Http, ..ClientConfig::default() }
}

async fn pull(server: &MockServer, config: ClientConfig) -> Result<usize, String> {
    let image: Reference = server.image("team/app:v1").parse().unwrap();
    let layers = vec![IMAGE_LAYER_GZIP_MEDIA_TYPE];
    let pulled = Client::new(config).pull(&image, &RegistryAuth::Anonymous, layers).await;
    pulled.map(|pulled| pulled.layers.len()).map_err(|error| format!("{error:?}"))
}

#[tokio::test]
async fn a_healthy_server_is_pulled_from() {
    let server = MockServer::start().await.unwrap();
    assert!(pull(&server, config()).await.is_err(), "nothing is mounted yet");
    server.mount(image()).unwrap();
    server.expect(Expectation::get("/v2/team/app/blobs/*").status(200).times(Times::AtLeast(1)));
    assert_eq!(pull(&server, config()).await, Ok(1));
    server.verify().unwrap();
}

#[tokio::test]
async fn over_tls_with_an_authority_to_trust() {
    let server = MockServer::start_tls(jiff::Timestamp::now()).await.unwrap();
    server.mount(image()).unwrap();
    let trusting = |pem: String| ClientConfig {
        protocol: ClientProtocol::Https,
        extra_root_certificates: vec![Certificate {
            encoding: CertificateEncoding::Pem,
            data: pem.into_bytes(),
        }],
        ..config()
    };
    assert_eq!(pull(&server, trusting(server.authority_pem().unwrap())).await, Ok(1));
    assert!(server.uri().starts_with("https://127.0.0.1:"));
}

#[tokio::test]
async fn oci_client_sees_each_fault() {
    for (fault, words) in [
        ("manifest-404", "ManifestUnknown"),
        ("manifest-403", "Denied"),
        ("manifest-429", "Toomanyrequests"),
        ("manifest-500", "ServerError { code: 500"),
        ("manifest-html", "expected value at line 1 column 1"),
        ("manifest-invalid-json", "EOF while parsing"),
        ("manifest-truncated", "IncompleteBody"),
        ("blob-404", "BlobUnknown"),
        ("blob-403-xml", "Request has expired"),
        ("blob-truncated:4096", "IncompleteBody"),
        ("blob-corrupt", "igest"),
        ("blob-redirect-loop", "edirect"),
        ("blob-reset", "onnection"),
    ] {
        let server = MockServer::start().await.unwrap();
        server.mount(image()).unwrap();
        server.mount(fault.parse::<Fault>().unwrap()).unwrap();
        let error = pull(&server, config()).await.expect_err(fault);
        assert!(error.contains(words), "{fault}: {error}");
        let played = server.received_requests().into_iter().flat_map(|request| request.faults);
        let name = |fault: &str| fault.split(':').next().unwrap().to_owned();
        assert!(played.into_iter().any(|played| name(&played) == name(fault)), "{fault}");
    }
}

#[tokio::test]
async fn what_is_mounted_later_counts_from_then_on() {
    let server = MockServer::start().await.unwrap();
    server.mount(image()).unwrap();
    assert_eq!(pull(&server, config()).await, Ok(1));
    let manifests = Glob::new("/v2/**/manifests/*");
    let away =
        Rule::new().path(manifests).count(Count::First(1)).status(http::StatusCode::SERVICE_UNAVAILABLE);
    server.mount(away).unwrap();
    assert!(pull(&server, config()).await.is_err());
    assert_eq!(pull(&server, config()).await, Ok(1));
}

#[tokio::test]
async fn an_expectation_that_is_not_met_fails_the_test() {
    let server = MockServer::start().await.unwrap();
    server.mount(image()).unwrap();
    server.expect(Expectation::head("/v2/**").times(Times::Never));
    server.expect(Expectation::get("/v2/team/app/manifests/*").account("ci").times(Times::Exactly(2)));
    pull(&server, config()).await.unwrap();
    let panic = catch_unwind(AssertUnwindSafe(|| drop(server))).unwrap_err();
    let words = panic.downcast_ref::<String>().unwrap();
    let expected = "expected GET /v2/team/app/manifests/* by ci, 2 times; came 0 times\nwhat came:\n";
    assert!(words.starts_with(expected) && words.contains("GET /v2/team/app/manifests/v1 → 200"), "{words}");
}
