use std::io::Read;

use flate2::read::GzDecoder;
use mock_registry::{Blob, Compression, Digest, GeneratedLayer, Image, InvalidImage, Layer, Store};

use crate::support::content;

fn all_bytes(layer: &GeneratedLayer) -> Vec<u8> {
    let mut bytes = vec![0; layer.len() as usize];
    layer.read(0, &mut bytes);
    bytes
}

#[test]
fn layers_are_gzipped_tars_with_the_digests_they_state() {
    for size in [0, 1, 511, 512, 513, 63_999, 65_535, 65_536, 200_000] {
        let layer = GeneratedLayer::new(Layer::seeded(7, size));
        let bytes = all_bytes(&layer);
        assert_eq!(Digest::of(&bytes), *layer.digest(), "{size}");
        let mut tar_bytes = Vec::new();
        GzDecoder::new(&bytes[..]).read_to_end(&mut tar_bytes).unwrap();
        assert_eq!(Digest::of(&tar_bytes), *layer.diff_id(), "{size}");
        let mut archive = tar::Archive::new(&tar_bytes[..]);
        let entries: Vec<_> = archive.entries().unwrap().map(|entry| entry.unwrap().size()).collect();
        assert_eq!(entries, [size]);
    }
}

#[test]
fn an_uncompressed_layer_is_its_tar() {
    let layer = GeneratedLayer::new(Layer::seeded(7, 1000).compression(Compression::None));
    assert_eq!(layer.digest(), layer.diff_id());
    assert_eq!(Digest::of(&all_bytes(&layer)), *layer.digest());
}

#[test]
fn any_part_of_a_layer_is_the_same_as_in_the_whole() {
    let layer = GeneratedLayer::new(Layer::seeded(3, 140_000));
    let whole = all_bytes(&layer);
    for start in
        [0, 1, 9, 10, 14, 15, 16, 500, 530, 65_549, 65_550, 65_555, 131_090, whole.len() - 9, whole.len() - 1]
    {
        for length in [1, 2, 7, 70_000] {
            let end = (start + length).min(whole.len());
            let mut part = vec![0; end - start];
            layer.read(start as u64, &mut part);
            assert_eq!(part, whole[start..end], "{start}..{end}");
        }
    }
}

#[test]
fn a_large_layer_is_made_in_small_pieces() {
    const SIZE: u64 = 64 << 20;
    let mut store = Store::default();
    let added = store.add(&Image::new("big").layer(Layer::seeded(1, SIZE))).unwrap();
    let digest = &added.layers[0];
    let Some(blob @ Blob::Generated(_)) = store.find_blob(digest) else { panic!("a large layer is held") };
    let mut range = 0..blob.len();
    let mut hasher = sha2::Sha256::default();
    while !range.is_empty() {
        let chunk = blob.next_chunk(&mut range, 64 * 1024);
        assert!((1..=64 * 1024).contains(&chunk.len()));
        sha2::Digest::update(&mut hasher, &chunk);
    }
    assert!(blob.len() > SIZE);
    assert_eq!(format!("sha256:{}", hex::encode(sha2::Digest::finalize(hasher))), digest.as_str());
}

#[test]
fn the_same_declaration_makes_the_same_digests() {
    let (_, added) = content();
    assert_eq!(added.digest, content().1.digest);
    assert_eq!(added.manifests.len(), 2);
    assert_ne!(added.configs[0], added.configs[1]);
    // The digest is also the same from one version to the next, unless the way images are made changes.
    assert_eq!(
        added.digest.as_str(),
        "sha256:7e857f3bf5ffa2da8951fdfb2b0d8addd74894ed3d3e50f8b4806b9e5289b595"
    );
}

#[test]
fn names_that_no_registry_allows_are_refused() {
    let mut store = Store::default();
    let bad = store.add(&Image::new("../etc"));
    assert_eq!(bad.unwrap_err(), InvalidImage::Repository("../etc".to_owned()));
    let bad = store.add(&Image::new("app").tag("-v1"));
    assert_eq!(bad.unwrap_err(), InvalidImage::Tag("-v1".to_owned()));
}
