//! Pulls by CRI-O from a registry on loopback that speaks plain HTTP.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use cri::{ImageService as _, PullImageRequest};
use distribution::{Digest, media_type};
use runtimes::{Layers, Options, Profile, Runtime};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// What the words of a second attempt begin with.
const SECOND: &str = "; artifact err: ";

/// What lies at a path; `cut` bytes of it do not come.
#[derive(Clone)]
struct Content {
    media_type: String,
    body: Vec<u8>,
    cut: usize,
}

/// A registry, or whatever else has blobs.
struct Registry {
    host: String,
    content: Arc<Mutex<BTreeMap<String, Content>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Registry {
    async fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let served = Self { host, content: Arc::default(), asked: Arc::default() };
        let (content, asked) = (served.content.clone(), served.asked.clone());
        served.put_at("/v2/", "application/json", b"{}");
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(connection(stream, content.clone(), asked.clone()));
            }
        });
        served
    }

    fn put_at(&self, path: &str, media_type: &str, body: &[u8]) {
        let content = Content { media_type: media_type.to_owned(), body: body.to_vec(), cut: 0 };
        self.content.lock().unwrap().insert(path.to_owned(), content);
    }

    /// A blob of the repository, and its digest.
    fn blob(&self, body: &[u8]) -> String {
        let digest = Digest::sha256_of(body).to_string();
        self.put_at(&format!("/v2/team/app/blobs/{digest}"), "application/octet-stream", body);
        digest
    }

    /// A manifest by its digest and by a tag.
    fn manifest(&self, tag: &str, media_type: &str, text: &str) -> String {
        let digest = Digest::sha256_of(text).to_string();
        for name in [tag, digest.as_str()] {
            self.put_at(&format!("/v2/team/app/manifests/{name}"), media_type, text.as_bytes());
        }
        digest
    }

    /// An image of one layer, of which the manifest says these things besides.
    fn image(&self, tag: &str, more: &str) -> String {
        let layer = self.blob(&gzip(&archive()));
        let diff_id = Digest::sha256_of(archive());
        let config = self.blob(config(&[&diff_id.to_string()]).as_bytes());
        let text = manifest(&config, &[&format!(r#"{{"mediaType":"{LAYER}","digest":"{layer}"}}"#)], more);
        self.manifest(tag, media_type::OCI_MANIFEST, &text)
    }

    /// Pulls the tag `v1` on a node with these files: what is told where it fails.
    async fn pull(&self, files: &[(&str, &str)]) -> Result<String, String> {
        let registries = format!("[[registry]]\nlocation = '{}'\ninsecure = true\n", self.host);
        let policy = r#"{"default":[{"type":"insecureAcceptAnything"}]}"#;
        let own = [
            ("/etc/containers/registries.conf", registries.as_str()),
            ("/etc/containers/policy.json", policy),
        ];
        let files =
            own.iter().chain(files).map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
        let runtime = Runtime::new(Options {
            network: Arc::new(net::SystemNetwork::new()),
            node: node::Node::memory(files),
            profile: Profile::named("cri-o-1.37.0").unwrap(),
            platform: distribution::Platform::linux("amd64", ""),
            layers: Layers::Get,
            store: None,
            extra_roots: Vec::new(),
            trace: trace::Trace::new(),
            clock: net::Clock::new(jiff::Timestamp::UNIX_EPOCH),
        })
        .unwrap();
        let image = format!("{}/team/app:v1", self.host);
        let pulled = runtime.pull_image(PullImageRequest { image, auth: None }).await;
        pulled.map(|pulled| pulled.image_ref).map_err(|error| error.message)
    }

    /// What was asked since the last look, without the pings.
    fn asked(&self) -> Vec<String> {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.into_iter().filter(|path| path != "/v2/").collect()
    }
}

fn manifest(config: &str, layers: &[&str], more: &str) -> String {
    let (kind, layers) = (media_type::OCI_CONFIG, layers.join(","));
    format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"{kind}","digest":"{config}"}},"layers":[{layers}]{more}}}"#
    )
}

fn config(diff_ids: &[&str]) -> String {
    let diff_ids: Vec<String> = diff_ids.iter().map(|id| format!("{id:?}")).collect();
    let diff_ids = diff_ids.join(",");
    format!(r#"{{"os":"linux","architecture":"amd64","rootfs":{{"type":"layers","diff_ids":[{diff_ids}]}}}}"#)
}

/// An archive of nothing.
const fn archive() -> [u8; 1024] {
    [0; 1024]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

async fn connection(
    mut stream: TcpStream,
    content: Arc<Mutex<BTreeMap<String, Content>>>,
    asked: Arc<Mutex<Vec<String>>>,
) {
    let mut head = Vec::new();
    loop {
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                // Somebody who greets by TLS is told that nobody here speaks it.
                Ok(0x16) if head.is_empty() => {
                    let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
                    return;
                }
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let text = String::from_utf8(std::mem::take(&mut head)).unwrap();
        let path = text.split(' ').nth(1).unwrap().to_owned();
        asked.lock().unwrap().push(path.clone());
        let found = content.lock().unwrap().get(&path).cloned();
        let Some(Content { media_type, body, cut }) = found else {
            let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await;
            continue;
        };
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let sent = [head.as_bytes(), &body[..body.len() - cut]].concat();
        if stream.write_all(&sent).await.is_err() || cut > 0 {
            return;
        }
    }
}

fn of_image(said: &str) -> &str {
    let said = said.strip_prefix("unable to pull image or OCI artifact: pull image err: ").unwrap();
    said.split_once(SECOND).unwrap().0
}

#[tokio::test]
async fn all_that_is_attached_to_an_image_is_fetched() {
    let registry = Registry::serve().await;
    let manifest_digest = registry.image("v1", "");
    let tag = format!("{}.sig", manifest_digest.replacen(':', "-", 1));
    let payload = registry.blob(b"a payload");
    let layer =
        format!(r#"{{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","digest":"{payload}"}}"#);
    let text = manifest(&registry.blob(b"{}"), &[&layer], "");
    registry.manifest(&tag, media_type::OCI_MANIFEST, &text);
    let attached =
        ("/etc/containers/registries.d/a.yaml", "default-docker:\n  use-sigstore-attachments: true\n");
    registry.pull(&[attached]).await.unwrap();
    let asked = registry.asked();
    let place = |path: &str| asked.iter().position(|asked| asked.ends_with(path)).unwrap();
    assert_eq!(place(&format!("blobs/{payload}")), place(&tag) + 1, "{asked:?}");

    registry.manifest(&tag, "text/plain", &text);
    let said = registry.pull(&[attached]).await.unwrap_err();
    let name = format!("{}/team/app:{tag}", registry.host);
    assert_eq!(
        of_image(&said),
        format!(
            "reading signatures: unexpected MIME type for sigstore attachment manifest {name}: \"text/plain\""
        )
    );
}

/// As skopeo 1.22.0 does, which has the same library.
#[tokio::test]
async fn a_layer_of_which_the_config_says_nothing_is_not_fetched() {
    let registry = Registry::serve().await;
    let (one, two) = (registry.blob(&gzip(&archive())), registry.blob(&gzip(&[0; 2048])));
    let config = registry.blob(config(&[&Digest::sha256_of(archive()).to_string()]).as_bytes());
    let layers = [&one, &two].map(|layer| format!(r#"{{"mediaType":"{LAYER}","digest":"{layer}"}}"#));
    let text = manifest(&config, &[&layers[0], &layers[1]], "");
    registry.manifest("v1", media_type::OCI_MANIFEST, &text);
    let said = registry.pull(&[]).await.unwrap_err();
    let expected = format!(
        "partial pull of blob {two}: image config has only 1 DiffID values, but a layer with index 1 exists"
    );
    assert_eq!(of_image(&said), expected);
    assert!(!registry.asked().iter().any(|path| path.ends_with(&two)));
}

#[tokio::test]
async fn what_lies_elsewhere_is_not_resumed() {
    let registry = Registry::serve().await;
    let bytes = gzip(&archive());
    let digest = Digest::sha256_of(&bytes).to_string();
    registry.put_at("/elsewhere", "application/octet-stream", &bytes);
    registry.content.lock().unwrap().get_mut("/elsewhere").unwrap().cut = 2;
    let config = registry.blob(config(&[&Digest::sha256_of(archive()).to_string()]).as_bytes());
    let url = format!("http://{}/elsewhere", registry.host);
    let layer = format!(r#"{{"mediaType":"{LAYER}","digest":"{digest}","urls":["{url}"]}}"#);
    registry.manifest("v1", media_type::OCI_MANIFEST, &manifest(&config, &[&layer], ""));
    let said = registry.pull(&[]).await.unwrap_err();
    assert!(of_image(&said).ends_with("happened during read: unexpected EOF"), "{said}");
    assert!(!registry.asked().iter().any(|path| path.ends_with(&digest)));
}

#[tokio::test]
async fn an_artifact_may_be_one_of_a_list() {
    let registry = Registry::serve().await;
    let (layer, config) = (registry.blob(b"hello"), registry.blob(b"{}"));
    let text = format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"application/x","digest":"{config}"}},"layers":[{{"mediaType":"text/plain","digest":"{layer}"}}]}}"#
    );
    let digest = registry.manifest("amd64", media_type::OCI_MANIFEST, &text);
    let entry = format!(
        r#"{{"mediaType":"{}","digest":"{digest}","platform":{{"os":"linux","architecture":"amd64"}}}}"#,
        media_type::OCI_MANIFEST
    );
    let index = format!(r#"{{"schemaVersion":2,"manifests":[{entry}]}}"#);
    registry.manifest("v1", media_type::OCI_INDEX, &index);
    assert_eq!(registry.pull(&[]).await.as_deref().map(str::len), Ok(64));
}

/// As skopeo 1.22.0 does, which has the same library.
#[tokio::test]
async fn what_a_manifest_says_that_it_is_counts_in_the_end() {
    let registry = Registry::serve().await;
    registry.image("v1", &format!(r#","mediaType":"{}""#, media_type::DOCKER_MANIFEST));
    let said = registry.pull(&[]).await.unwrap_err();
    assert_eq!(
        of_image(&said),
        format!(
            "committing the finished image: parsing manifest: unsupported docker v2s2 media type: {LAYER:?}"
        )
    );
}
