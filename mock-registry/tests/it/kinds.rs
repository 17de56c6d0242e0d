//! Content that is not just an image of gzipped layers.

use std::io::Read as _;

use mock_registry::{
    Blob, Compression, Digest, Format, GeneratedLayer, Image, InvalidImage, InvalidLayout, Layer, Repository,
    Shape, Store,
};
use serde_json::Value;

fn bytes(blob: &Blob) -> Vec<u8> {
    let (mut range, mut all) = (0..blob.len(), Vec::new());
    while !range.is_empty() {
        all.extend_from_slice(&blob.next_chunk(&mut range, 10_000));
    }
    all
}

fn document(repository: &Repository, reference: &str) -> (String, Value) {
    let (_, manifest) = repository.manifest(reference).unwrap();
    (manifest.media_type.clone(), serde_json::from_slice(&manifest.bytes).unwrap())
}

fn two_platforms() -> Image {
    Image::new("app")
        .tag("v1")
        .platform("linux/amd64".parse().unwrap())
        .platform("windows(10.0.17763.1)/amd64".parse().unwrap())
        .layer(Layer::seeded(1, 100))
}

#[test]
fn zstd_layers_decompress_to_their_tars() {
    for size in [0, 1, 64_000, 65_536, 200_000] {
        let layer = GeneratedLayer::new(Layer::seeded(7, size).compression(Compression::Zstd));
        let mut packed = vec![0; layer.len() as usize];
        layer.read(0, &mut packed);
        assert_eq!(Digest::of(&packed), *layer.digest());
        let mut tar = Vec::new();
        zstd::stream::Decoder::new(&packed[..]).unwrap().read_to_end(&mut tar).unwrap();
        assert_eq!(Digest::of(&tar), *layer.diff_id(), "{size}");
        let start = packed.len() / 2;
        let mut part = vec![0; packed.len() - start];
        layer.read(start as u64, &mut part);
        assert_eq!(part, packed[start..]);
    }
}

#[test]
fn media_types_follow_format_packing_and_origin() {
    let oci = "application/vnd.oci.image.layer";
    let docker = "application/vnd.docker.image.rootfs";
    let layer = || Layer::seeded(1, 1);
    let table = [
        (Format::Oci, layer(), format!("{oci}.v1.tar+gzip")),
        (Format::Oci, layer().compression(Compression::Zstd), format!("{oci}.v1.tar+zstd")),
        (Format::Oci, layer().compression(Compression::None), format!("{oci}.v1.tar")),
        (Format::Oci, layer().foreign("https://a.test/l"), format!("{oci}.nondistributable.v1.tar+gzip")),
        (Format::Docker, layer(), format!("{docker}.diff.tar.gzip")),
        (Format::Docker, layer().foreign("https://a.test/l"), format!("{docker}.foreign.diff.tar.gzip")),
        (Format::Oci, layer().media_type("text/x"), "text/x".to_owned()),
    ];
    for (format, layer, media_type) in table {
        let mut store = Store::default();
        let foreign = layer.clone() == Layer::seeded(1, 1).foreign("https://a.test/l");
        let added = store.add(&Image::new("app").tag("v1").format(format).layer(layer)).unwrap();
        let repository = store.repository("app").unwrap();
        let (_, manifest) = document(&repository, "v1");
        assert_eq!(manifest["layers"][0]["mediaType"], media_type);
        assert_eq!(manifest["layers"][0]["urls"][0].as_str(), foreign.then_some("https://a.test/l"));
        assert_eq!(repository.blob(&added.layers[0]).is_none(), foreign);
    }
}

#[test]
fn an_index_may_lie_in_another_name_no_platform_or_attest() {
    let mut store = Store::default();
    let nested = store.add(&two_platforms().shape(Shape::NestedIndex)).unwrap();
    let repository = store.repository("app").unwrap();
    let (outer_type, outer) = document(&repository, "v1");
    assert_eq!(outer["manifests"][0]["mediaType"], outer_type);
    let (_, inner) = document(&repository, outer["manifests"][0]["digest"].as_str().unwrap());
    assert_eq!(inner["manifests"][1]["platform"]["os.version"], "10.0.17763.1");
    assert_eq!(inner["manifests"][1]["digest"], nested.manifests[1].1.as_str());

    store.add(&two_platforms().shape(Shape::NoPlatforms)).unwrap();
    let (_, index) = document(&store.repository("app").unwrap(), "v1");
    assert!(index["manifests"].as_array().unwrap().iter().all(|entry| entry.get("platform").is_none()));

    store.add(&two_platforms().attestations()).unwrap();
    let repository = store.repository("app").unwrap();
    let (_, index) = document(&repository, "v1");
    assert_eq!(index["manifests"].as_array().unwrap().len(), 4);
    let attestation = &index["manifests"][3];
    assert_eq!(attestation["platform"]["os"], "unknown");
    assert_eq!(attestation["annotations"]["vnd.docker.reference.digest"], index["manifests"][1]["digest"]);
    let (_, manifest) = document(&repository, attestation["digest"].as_str().unwrap());
    let statement = manifest["layers"][0]["digest"].as_str().unwrap().parse().unwrap();
    assert!(String::from_utf8(bytes(repository.blob(&statement).unwrap())).unwrap().contains("in-toto"));
}

#[test]
fn what_is_to_be_missing_is_missing() {
    let mut store = Store::default();
    let image = two_platforms().missing_platform("linux/amd64".parse().unwrap()).missing_config();
    let added = store.add(&image.layer(Layer::seeded(2, 1).missing())).unwrap();
    let repository = store.repository("app").unwrap();
    let there = |digest: &Digest| repository.manifest(digest.as_str()).is_some();
    assert_eq!((there(&added.manifests[0].1), there(&added.manifests[1].1)), (false, true));
    assert!(added.configs.iter().all(|config| repository.blob(config).is_none()));
    let layers: Vec<bool> = added.layers.iter().map(|layer| repository.blob(layer).is_some()).collect();
    assert_eq!(layers, [true, false, true, false]);
    let wrong = Image::new("app").missing_platform("linux/arm64".parse().unwrap());
    assert_eq!(store.add(&wrong).unwrap_err(), InvalidImage::MissingPlatform("linux/arm64".into()));
}

#[test]
fn artifacts_and_their_subjects() {
    let mut store = Store::default();
    store.add(&two_platforms()).unwrap();
    let signature =
        Image::new("app").shape(Shape::Artifact("text/x".into())).subject("v1").annotation("a", "b");
    let added = store.add(&signature).unwrap();
    let repository = store.repository("app").unwrap();
    let (_, manifest) = document(&repository, added.digest.as_str());
    assert_eq!((&manifest["artifactType"], &manifest["annotations"]["a"]), (&"text/x".into(), &"b".into()));
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.oci.empty.v1+json");
    assert_eq!(manifest["subject"]["digest"], repository.manifest("v1").unwrap().0.as_str());
    assert_eq!(bytes(repository.blob(&added.configs[0]).unwrap()), b"{}");
    let chart =
        Image::new("chart").tag("1").shape(Shape::Artifact("text/chart".into())).config_type("text/config");
    store.add(&chart.layer(Layer::seeded(1, 9).media_type("text/content"))).unwrap();
    let (_, manifest) = document(&store.repository("chart").unwrap(), "1");
    assert_eq!(
        (&manifest["config"]["mediaType"], &manifest["layers"][0]["mediaType"]),
        (&"text/config".into(), &"text/content".into())
    );
    let early = Image::new("other").shape(Shape::Artifact("text/x".into())).subject("v1");
    assert_eq!(store.add(&early).unwrap_err(), InvalidImage::Subject("v1".into()));
}

#[test]
fn seeds_make_other_content() {
    let mut store = Store::default();
    let [a, b, c] = [0, 0, 1].map(|seed| store.add(&two_platforms().seed(seed)).unwrap());
    assert_eq!(a.layers, b.layers);
    assert!(a.layers.iter().all(|layer| !c.layers.contains(layer)));
}

#[test]
fn schema_1_is_known_by_the_digest_of_its_payload() {
    let mut store = Store::default();
    let added = store.add(&two_platforms().shape(Shape::Schema1)).unwrap();
    let repository = store.repository("app").unwrap();
    let (media_type, manifest) = document(&repository, added.digest.as_str());
    assert_eq!(media_type, "application/vnd.docker.distribution.manifest.v1+prettyjws");
    assert_eq!(
        (&manifest["name"], &manifest["tag"], &manifest["schemaVersion"]),
        (&"app".into(), &"v1".into(), &1.into())
    );
    assert_eq!(manifest["fsLayers"][0]["blobSum"], added.layers[0].as_str());
}

#[test]
fn a_layout_directory_is_taken_over() {
    let directory = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("layout");
    let blobs = directory.join("blobs/sha256");
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir_all(&blobs).unwrap();
    let put = |bytes: &[u8]| {
        let digest = Digest::of(bytes);
        std::fs::write(blobs.join(digest.encoded()), bytes).unwrap();
        digest
    };
    let (config, layer) = (put(b"{}"), put(&vec![7; 100_000]));
    let missing = Digest::of(b"missing");
    let oci = "application/vnd.oci.image";
    let manifest = put(format!(r#"{{"schemaVersion":2,"config":{{"digest":"{config}"}},"layers":[{{"digest":"{layer}"}},{{"digest":"{missing}"}}]}}"#).as_bytes());
    let index =
        put(format!(r#"{{"manifests":[{{"mediaType":"{oci}.manifest.v1+json","digest":"{manifest}"}}]}}"#)
            .as_bytes());
    let list = format!(
        r#"{{"schemaVersion":2,"manifests":[{{"mediaType":"{oci}.index.v1+json","digest":"{index}","annotations":{{"org.opencontainers.image.ref.name":"v1"}}}}]}}"#
    );
    std::fs::write(directory.join("index.json"), list).unwrap();

    let mut store = Store::default();
    assert_eq!(store.add_layout("app", &[], &directory).unwrap(), std::slice::from_ref(&index));
    store.add_layout("app", &["latest".to_owned()], &directory).unwrap();
    let repository = store.repository("app").unwrap();
    assert_eq!(repository.tags().collect::<Vec<_>>(), ["latest", "v1"]);
    assert_eq!(document(&repository, "v1").0, "application/vnd.oci.image.index.v1+json");
    assert_eq!(document(&repository, manifest.as_str()).0, "application/vnd.oci.image.manifest.v1+json");
    let blob = repository.blob(&layer).unwrap();
    assert!(matches!(blob, Blob::Stored(_)) && repository.blob(&missing).is_none());
    assert_eq!(Digest::of(&bytes(blob)), layer);

    std::fs::write(blobs.join(layer.encoded()), b"other").unwrap();
    let error = Store::default().add_layout("app", &[], &directory).unwrap_err();
    assert!(
        matches!(&error, InvalidLayout::Digest { actual, .. } if *actual == Digest::of(b"other")),
        "{error}"
    );
    std::fs::write(directory.join("index.json"), "{").unwrap();
    let error = Store::default().add_layout("app", &[], &directory).unwrap_err();
    assert!(error.to_string().contains("is no layout index: EOF while parsing"), "{error}");
    let error = Store::default().add_layout("app", &[], &directory.join("no")).unwrap_err();
    assert!(matches!(error, InvalidLayout::Unreadable { .. }), "{error}");
}
