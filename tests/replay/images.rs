//! The images themselves: good ones, and each kind of bad one.

use serde_json::{Value, json};

use crate::content::{Content, gzip, noise, sha256, tar};

const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const OCI_LAYER_ZSTD: &str = "application/vnd.oci.image.layer.v1.tar+zstd";
const OCI_LAYER_TAR: &str = "application/vnd.oci.image.layer.v1.tar";
const OCI_NONDIST: &str = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
const DOCKER_FOREIGN: &str = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
const DOCKER_SCHEMA1: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";
const FOREIGN_URL: &str = "https://foreign.test/layers/layer2.tar.gz";

/// The uncompressed layers.
struct Tars {
    numbered: Vec<Vec<u8>>,
    big: Vec<u8>,
}

const NOT_TAR: &[u8] = b"gzip, but the content is not a tar archive\n";

pub(crate) fn build() -> Content {
    let mut content = Content::default();
    let numbered = (1..=6)
        .map(|n| tar(&format!("file{n}.txt"), format!("content of layer {n}\n").repeat(20).as_bytes()));
    let tars = Tars { numbered: numbered.collect(), big: tar("big.bin", &noise(3 << 20, "big")) };
    layers(&mut content, &tars);
    configs(&mut content, &tars);
    manifests(&mut content);
    lies(&mut content);
    attestation(&mut content);
    indexes(&mut content);
    other_platforms(&mut content, &tars);
    artifacts(&mut content, &tars);
    oddities(&mut content);
    content
}

fn layers(content: &mut Content, tars: &Tars) {
    for (n, tar) in (1..).zip(&tars.numbered) {
        content.add(&format!("layer{n}"), gzip(tar, 6), OCI_LAYER);
        content.add(&format!("layer{n}-docker"), gzip(tar, 6), DOCKER_LAYER);
    }
    // Noise does not get smaller, and some compressors make it bigger: it is stored as it is.
    content.add("layerbig", gzip(&tars.big, 0), OCI_LAYER);
    content.add("layer-zstd", zstd::encode_all(tars.numbered[0].as_slice(), 3).unwrap(), OCI_LAYER_ZSTD);
    content.add("layer-tar", tars.numbered[0].clone(), OCI_LAYER_TAR);
    content.add("layer-notgzip", b"this is not a gzip stream at all\n".repeat(8), OCI_LAYER);
    content.add("layer-nottar", gzip(&NOT_TAR.repeat(40), 6), OCI_LAYER);
    content.add("layer-foreign", gzip(&tars.numbered[1], 6), DOCKER_FOREIGN);
    content.add("layer-nondist", gzip(&tars.numbered[1], 6), OCI_NONDIST);
}

fn config(
    content: &mut Content,
    name: &str,
    layers: &[&[u8]],
    (architecture, os, variant): (&str, &str, &str),
    media_type: &str,
) {
    let ids: Vec<String> = layers.iter().map(|layer| sha256(layer)).collect();
    let history: Vec<Value> = (0..layers.len())
        .map(|n| json!({"created": "2024-01-01T00:00:00Z", "created_by": format!("layer {n}")}))
        .collect();
    let mut value = json!({
        "architecture": architecture, "os": os, "created": "2024-01-01T00:00:00Z",
        "config": {"Env": ["PATH=/bin"], "Cmd": ["/bin/true"]},
        "rootfs": {"type": "layers", "diff_ids": ids}, "history": history,
    });
    if !variant.is_empty() {
        value["variant"] = variant.into();
    }
    content.add_json(name, &value, media_type);
}

const AMD64: (&str, &str, &str) = ("amd64", "linux", "");
const ARM64: (&str, &str, &str) = ("arm64", "linux", "v8");

fn configs(content: &mut Content, tars: &Tars) {
    let layer: Vec<&[u8]> = tars.numbered.iter().map(Vec::as_slice).collect();
    let two = &layer[..2];
    config(content, "config", two, AMD64, OCI_CONFIG);
    config(content, "config-arm64", two, ARM64, OCI_CONFIG);
    config(content, "config-docker", two, AMD64, DOCKER_CONFIG);
    config(content, "config-arm64-docker", two, ARM64, DOCKER_CONFIG);
    config(content, "config-six", &layer, AMD64, OCI_CONFIG);
    config(content, "config-one", &layer[..1], AMD64, OCI_CONFIG);
    config(content, "config-big", &[layer[0], &tars.big], AMD64, OCI_CONFIG);
    config(content, "config-wrongdiff", &[layer[0], layer[2]], AMD64, OCI_CONFIG);
    config(content, "config-shortdiff", &layer[..1], AMD64, OCI_CONFIG);
    let not_gzip = content.by_name["layer-notgzip"].data.clone();
    config(content, "config-notgzip", &[layer[0], &not_gzip], AMD64, OCI_CONFIG);
    config(content, "config-nottar", &[layer[0], &NOT_TAR.repeat(40)], AMD64, OCI_CONFIG);
    config(content, "config-samelayer", &[layer[0], layer[0]], AMD64, OCI_CONFIG);
    content.add("config-invalid", b"this is not json".to_vec(), OCI_CONFIG);
}

/// A manifest as JSON, without the media type's field if it is empty.
fn manifest_of(content: &Content, config: &str, layers: Vec<Value>, media_type: &str) -> Value {
    let mut value = json!({"schemaVersion": 2, "config": content.descriptor(config), "layers": layers});
    if !media_type.is_empty() {
        value["mediaType"] = media_type.into();
    }
    value
}

fn manifest(content: &mut Content, name: &str, config: &str, layers: &[&str], media_type: &str) {
    let layers = layers.iter().map(|layer| content.descriptor(layer)).collect();
    let value = manifest_of(content, config, layers, media_type);
    content.add_json(name, &value, media_type);
}

fn manifests(content: &mut Content) {
    let (two, docker) = (["layer1", "layer2"], ["layer1-docker", "layer2-docker"]);
    let layers = two.iter().map(|layer| content.descriptor(layer)).collect();
    manifest(content, "manifest", "config", &two, OCI_MANIFEST);
    let bare = manifest_of(content, "config", layers, "");
    content.add_json("manifest-nomt", &bare, OCI_MANIFEST);
    manifest(content, "manifest-arm64", "config-arm64", &two, OCI_MANIFEST);
    manifest(content, "manifest-docker", "config-docker", &docker, DOCKER_MANIFEST);
    manifest(content, "manifest-arm64-docker", "config-arm64-docker", &docker, DOCKER_MANIFEST);
    let six = ["layer1", "layer2", "layer3", "layer4", "layer5", "layer6"];
    for (name, config, layers) in [
        ("manifest-six", "config-six", six.as_slice()),
        ("manifest-zstd", "config-one", &["layer-zstd"]),
        ("manifest-tar", "config-one", &["layer-tar"]),
        ("manifest-big", "config-big", &["layer1", "layerbig"]),
        ("manifest-wrongdiff", "config-wrongdiff", &two),
        ("manifest-shortdiff", "config-shortdiff", &two),
        ("manifest-notgzip", "config-notgzip", &["layer1", "layer-notgzip"]),
        ("manifest-nottar", "config-nottar", &["layer1", "layer-nottar"]),
        ("manifest-samelayer", "config-samelayer", &["layer1", "layer1"]),
        ("manifest-badconfig", "config-invalid", &two),
    ] {
        manifest(content, name, config, layers, OCI_MANIFEST);
    }
    for (name, config, first, foreign, media_type) in [
        ("manifest-foreign", "config-docker", "layer1-docker", "layer-foreign", DOCKER_MANIFEST),
        ("manifest-nondist", "config", "layer1", "layer-nondist", OCI_MANIFEST),
    ] {
        let mut elsewhere = content.descriptor(foreign);
        elsewhere["urls"] = json!([FOREIGN_URL]);
        let value = manifest_of(content, config, vec![content.descriptor(first), elsewhere], media_type);
        content.add_json(name, &value, media_type);
    }
    for (name, mebibytes) in [("manifest-huge9m", 9), ("manifest-huge3m", 3)] {
        let mut value: Value = serde_json::from_slice(&content.by_name["manifest"].data).unwrap();
        value["annotations"] = json!({"pad": "x".repeat(mebibytes << 20)});
        content.add_json(name, &value, OCI_MANIFEST);
    }
}

/// Manifests that say a wrong size.
fn lies(content: &mut Content) {
    let mut value: Value = serde_json::from_slice(&content.by_name["manifest"].data).unwrap();
    let truth = value.clone();
    value["layers"][1]["size"] = (truth["layers"][1]["size"].as_u64().unwrap() + 10).into();
    content.add_json("manifest-sizelie", &value, OCI_MANIFEST);
    let mut value = truth.clone();
    value["config"]["size"] = (truth["config"]["size"].as_u64().unwrap() + 5).into();
    content.add_json("manifest-cfgsizelie", &value, OCI_MANIFEST);
}

/// An attestation as buildx adds it to an index.
fn attestation(content: &mut Content) {
    let statement = json!({"_type": "https://in-toto.io/Statement/v0.1", "predicate": {}});
    content.add_json("attest-blob", &statement, "application/vnd.in-toto+json");
    let ids = json!({"type": "layers", "diff_ids": [content.digest("attest-blob")]});
    let config = json!({"architecture": "unknown", "os": "unknown", "config": {}, "rootfs": ids});
    content.add_json("config-attest", &config, OCI_CONFIG);
    manifest(content, "attest", "config-attest", &["attest-blob"], OCI_MANIFEST);
}

fn index(content: &mut Content, name: &str, entries: &[(&str, &str)], media_type: &str) {
    let mut manifests = Vec::new();
    let mut previous = "";
    for (manifest, platform) in entries {
        let mut entry = content.descriptor(manifest);
        let mut parts = platform.split('/');
        if let (Some(os), Some(architecture)) = (parts.next(), parts.next()) {
            entry["platform"] = json!({"architecture": architecture, "os": os});
            if let Some(variant) = parts.next() {
                entry["platform"]["variant"] = variant.into();
            }
            if os == "windows" {
                entry["platform"]["os.version"] = "10.0.20348.2227".into();
            }
        }
        if *manifest == "attest" {
            // It is about the manifest of the first entry with this platform's layers.
            entry["annotations"] = json!({
                "vnd.docker.reference.digest": content.digest(previous),
                "vnd.docker.reference.type": "attestation-manifest",
            });
        }
        if previous.is_empty() {
            previous = manifest;
        }
        manifests.push(entry);
    }
    let value = json!({"schemaVersion": 2, "mediaType": media_type, "manifests": manifests});
    content.add_json(name, &value, media_type);
}

fn indexes(content: &mut Content) {
    let (amd, arm) = (("manifest", "linux/amd64"), ("manifest-arm64", "linux/arm64/v8"));
    let attest = ("attest", "unknown/unknown");
    index(content, "index", &[amd, arm, attest], OCI_INDEX);
    index(content, "index-armfirst", &[arm, amd], OCI_INDEX);
    let arm_docker = ("manifest-arm64-docker", "linux/arm64/v8");
    index(content, "list-docker", &[("manifest-docker", "linux/amd64"), arm_docker], DOCKER_LIST);
    index(content, "index-armonly", &[arm, attest], OCI_INDEX);
    index(content, "list-armonly-docker", &[arm_docker], DOCKER_LIST);
    index(content, "index-noplatform", &[("manifest-arm64", ""), ("manifest", "")], OCI_INDEX);
    index(content, "index-empty", &[], OCI_INDEX);
    index(content, "index-nested", &[("index", "")], OCI_INDEX);
    index(content, "index-dup", &[("manifest-six", "linux/amd64"), amd], OCI_INDEX);
    index(content, "index-missingchild", &[amd, arm], OCI_INDEX);
}

fn other_platforms(content: &mut Content, tars: &Tars) {
    let two: Vec<&[u8]> = tars.numbered[..2].iter().map(Vec::as_slice).collect();
    for (stem, platform) in [
        ("386", ("386", "linux", "")),
        ("win", ("amd64", "windows", "")),
        ("amd64v3", ("amd64", "linux", "v3")),
    ] {
        config(content, &format!("config-{stem}"), &two, platform, OCI_CONFIG);
        let name = format!("manifest-{stem}");
        manifest(content, &name, &format!("config-{stem}"), &["layer1", "layer2"], OCI_MANIFEST);
    }
    let v3 = ("manifest-amd64v3", "linux/amd64/v3");
    index(content, "index-386only", &[("manifest-386", "linux/386")], OCI_INDEX);
    index(content, "index-winonly", &[("manifest-win", "windows/amd64")], OCI_INDEX);
    index(content, "index-amd64v3", &[v3], OCI_INDEX);
    index(content, "index-amd64v3-and-base", &[v3, ("manifest", "linux/amd64")], OCI_INDEX);
}

/// What is no container image.
fn artifacts(content: &mut Content, tars: &Tars) {
    let chart = json!({"name": "chart", "version": "1.0.0", "apiVersion": "v2"});
    content.add_json("helm-config", &chart, "application/vnd.cncf.helm.config.v1+json");
    let chart_type = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    content.add("helm-chart", gzip(&tars.numbered[0], 6), chart_type);
    manifest(content, "manifest-helm", "helm-config", &["helm-chart"], OCI_MANIFEST);
    manifest(content, "manifest-helm-layer", "config-one", &["helm-chart"], OCI_MANIFEST);
    let payload = json!({"critical": {"type": "cosign container image signature"}});
    content.add_json("cosign-payload", &payload, "application/vnd.dev.cosign.simplesigning.v1+json");
    let ids = json!({"type": "layers", "diff_ids": [content.digest("cosign-payload")]});
    let config = json!({"architecture": "", "os": "", "config": {}, "rootfs": ids});
    content.add_json("config-cosign", &config, OCI_CONFIG);
    manifest(content, "manifest-cosign", "config-cosign", &["cosign-payload"], OCI_MANIFEST);
    content.add("empty-config", b"{}".to_vec(), "application/vnd.oci.empty.v1+json");
    let payload = vec![content.descriptor("cosign-payload")];
    let mut value = manifest_of(content, "empty-config", payload, OCI_MANIFEST);
    value["artifactType"] = "application/vnd.example.thing".into();
    content.add_json("manifest-artifact", &value, OCI_MANIFEST);
    let encrypted = "application/vnd.oci.image.layer.v1.tar+gzip+encrypted";
    content.add("layer-encrypted", b"not really encrypted".to_vec(), encrypted);
    manifest(content, "manifest-encrypted", "config-one", &["layer-encrypted"], OCI_MANIFEST);
    manifest(content, "manifest-nolayers", "config", &[], OCI_MANIFEST);
}

fn oddities(content: &mut Content) {
    let history =
        json!({"id": "0".repeat(64), "os": "linux", "architecture": "amd64", "config": {}}).to_string();
    let schema1 = json!({
        "schemaVersion": 1, "name": "team/app", "tag": "v1", "architecture": "amd64",
        "fsLayers": [{"blobSum": content.digest("layer1")}],
        "history": [{"v1Compatibility": history}],
        "signatures": [{"header": {"alg": "ES256"}, "signature": "x", "protected": "e30"}],
    });
    content.add("schema1", serde_json::to_vec_pretty(&schema1).unwrap(), DOCKER_SCHEMA1);
    content.add("not-json", b"this is not json".to_vec(), OCI_MANIFEST);
    content.add("empty", Vec::new(), OCI_MANIFEST);
    let login = "<html><head><title>Wi-Fi login</title></head><body>Please sign in</body></html>\n";
    content.add("html", login.as_bytes().to_vec(), "text/html; charset=utf-8");
    content.add("json-empty-object", b"{}".to_vec(), OCI_MANIFEST);
    let layers = vec![content.descriptor("layer1")];
    let mut both = manifest_of(content, "config", layers, OCI_MANIFEST);
    both["manifests"] = json!([content.descriptor("manifest")]);
    content.add_json("manifest-and-index", &both, OCI_MANIFEST);
}
