//! The time that a complete pull takes in memory: token, index, manifest, config and three small layers, each with
//! all that belongs to it (two challenges, two tokens, digests, unpacking). The registry is in the same thread, so
//! its share is measured too; nothing waits, so the time is CPU time.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

mod wire;

use std::io::Write as _;
use std::sync::Arc;

use cri::{ImageService as _, PullImageRequest};
use criterion::Criterion;
use distribution::Digest;
use runtimes::Runtime;
use serde_json::{Value, json};

use wire::{Answers, HOST, answer, head, options};

const OCI: &str = "application/vnd.oci.image.";

/// Adds content at a path, behind a challenge; its descriptor.
fn publish(answers: &mut Answers, folder: &str, media_type: &str, data: &[u8], tag: Option<&str>) -> Value {
    let digest = Digest::sha256_of(data).to_string();
    let realm = format!("Bearer realm=\"http://{HOST}/token\",service=\"bench\"");
    let challenge = answer("401 Unauthorized", &[("WWW-Authenticate", &realm)], b"");
    let fields = [("Content-Type", media_type), ("Docker-Content-Digest", digest.as_str())];
    let content = answer("200 OK", &fields, data);
    answers.insert(format!("GET /v2/team/app/{folder}/{digest}"), [challenge.clone(), content]);
    if let Some(tag) = tag {
        let only_head: Arc<[u8]> = head("200 OK", &fields, data.len()).into_bytes().into();
        answers.insert(format!("HEAD /v2/team/app/{folder}/{tag}"), [challenge, only_head]);
    }
    json!({"mediaType": media_type, "digest": digest, "size": data.len()})
}

fn tar(name: &str) -> Vec<u8> {
    let content = name.repeat(200);
    let mut header = tar::Header::new_ustar();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_data(&mut header, name, content.as_bytes()).unwrap();
    archive.into_inner().unwrap()
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// An index of one image with three layers.
fn registry() -> Answers {
    let mut answers = Answers::new();
    let token = answer("200 OK", &[], br#"{"token":"t"}"#);
    let target = "GET /token?scope=repository%3Ateam%2Fapp%3Apull&service=bench".to_owned();
    answers.insert(target, [token.clone(), token]);
    let tars = ["one", "two", "three"].map(tar);
    let ids: Vec<String> = tars.iter().map(|tar| Digest::sha256_of(tar).to_string()).collect();
    let layer = |tar: &Vec<u8>| {
        let media_type = format!("{OCI}layer.v1.tar+gzip");
        publish(&mut answers, "blobs", &media_type, &gzip(tar), None)
    };
    let layers: Vec<Value> = tars.iter().map(layer).collect();
    let config =
        json!({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": ids}});
    let config_type = format!("{OCI}config.v1+json");
    let config = publish(&mut answers, "blobs", &config_type, config.to_string().as_bytes(), None);
    let manifest_type = format!("{OCI}manifest.v1+json");
    let manifest =
        json!({"schemaVersion": 2, "mediaType": manifest_type, "config": config, "layers": layers});
    let mut manifest =
        publish(&mut answers, "manifests", &manifest_type, manifest.to_string().as_bytes(), None);
    manifest["platform"] = json!({"architecture": "amd64", "os": "linux"});
    let index_type = format!("{OCI}index.v1+json");
    let index = json!({"schemaVersion": 2, "mediaType": index_type, "manifests": [manifest]});
    publish(&mut answers, "manifests", &index_type, index.to_string().as_bytes(), Some("v1"));
    answers
}

fn pull(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let answers = Arc::new(registry());
    c.bench_function("pull", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                let runtime = Runtime::new(options(answers.clone())).unwrap();
                let request = PullImageRequest { image: format!("{HOST}/team/app:v1"), auth: None };
                runtime.pull_image(request).await.unwrap()
            })
        });
    });
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    pull(&mut criterion);
    criterion.final_summary();
}
