use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde_json::json;

use crate::Digest;
use crate::content::documents::{
    ConfigDocument, Descriptor, EMPTY, EMPTY_CONTENT, IndexDocument, ManifestDocument,
};
use crate::content::{
    Added, Blob, Format, GeneratedLayer, Image, InvalidImage, Layer, Manifest, Platform, Repository, Shape,
    schema1,
};

/// Makes one image in a repository.
pub(super) struct Build<'a> {
    image: &'a Image,
    repository: &'a mut Repository,
    /// Bytes of layers that may still be kept in memory.
    keepable: &'a mut u64,
    subject: Option<Descriptor>,
    added: Added,
}

/// The layers of one manifest: their descriptors, and the digests of their tars.
type Layers = (Vec<Descriptor>, Vec<Digest>);

impl<'a> Build<'a> {
    /// Makes the image and puts it under its tags.
    pub(super) fn run(
        image: &'a Image,
        repository: &'a mut Repository,
        keepable: &'a mut u64,
    ) -> Result<Added, InvalidImage> {
        if let Some(missing) = image.missing_platforms.iter().find(|m| !image.platforms.contains(m)) {
            return Err(InvalidImage::MissingPlatform(missing.to_string()));
        }
        let subject = match &image.subject {
            None => None,
            Some(reference) => {
                let found = repository.manifest(reference);
                let (digest, manifest) = found.ok_or_else(|| InvalidImage::Subject(reference.clone()))?;
                let size = manifest.bytes.len() as u64;
                Some(Descriptor::new(manifest.media_type.clone(), digest.clone(), size))
            }
        };
        let added =
            Added { digest: Digest::of(b""), manifests: Vec::new(), configs: Vec::new(), layers: Vec::new() };
        let mut build = Self { image, repository, keepable, subject, added };
        let digest = match &image.shape {
            Shape::Artifact(artifact_type) => build.artifact(artifact_type),
            Shape::Schema1 => build.schema1(),
            _ => build.image(),
        };
        build.added.digest = digest.clone();
        for tag in &image.tags {
            build.repository.tag(tag, digest.clone());
        }
        Ok(build.added)
    }

    /// A manifest, or an index of several.
    fn image(&mut self) -> Digest {
        let image = self.image;
        let default = [Platform::new("linux", "amd64")];
        let platforms = if image.platforms.is_empty() { &default[..] } else { &image.platforms };
        let mut entries: Vec<Descriptor> = platforms.iter().map(|platform| self.platform(platform)).collect();
        if image.attestations {
            let attested: Vec<Descriptor> = entries.iter().map(|entry| self.attestation(entry)).collect();
            entries.extend(attested);
        }
        match (image.shape == Shape::Auto, entries.as_slice()) {
            (true, [single]) => single.digest.clone(),
            _ => self.index(entries),
        }
    }

    fn index(&mut self, mut entries: Vec<Descriptor>) -> Digest {
        if self.image.shape == Shape::NoPlatforms {
            entries.iter_mut().for_each(|entry| entry.platform = None);
        }
        let inner = self.put_index(entries);
        if self.image.shape == Shape::NestedIndex {
            return self.put_index(vec![inner]).digest;
        }
        inner.digest
    }

    fn put_index(&mut self, manifests: Vec<Descriptor>) -> Descriptor {
        let media_type = self.image.format.index();
        let index = document(&IndexDocument { schema_version: 2, media_type, manifests }, media_type);
        let size = index.bytes.len() as u64;
        Descriptor::new(media_type, self.repository.put_manifest(index, None), size)
    }

    /// One platform's manifest, as an entry of an index.
    fn platform(&mut self, platform: &Platform) -> Descriptor {
        let image = self.image;
        let (layers, diff_ids) = self.layers(Some(platform));
        let config = to_json(&ConfigDocument::new(platform, diff_ids));
        let media_type = config_type(image, image.format.config());
        let config = Descriptor::new(media_type, Digest::of(&config), self.put_config(config));
        self.added.configs.push(config.digest.clone());
        let manifest = self.manifest(image.format, None, config, layers);
        let (digest, size) = (Digest::of(&manifest.bytes), manifest.bytes.len() as u64);
        if !image.missing_platforms.contains(platform) {
            self.repository.put_manifest(manifest, None);
        }
        self.added.manifests.push((platform.clone(), digest.clone()));
        Descriptor {
            platform: Some(platform.clone()),
            ..Descriptor::new(image.format.manifest(), digest, size)
        }
    }

    fn put_config(&mut self, config: Bytes) -> u64 {
        let size = config.len() as u64;
        if !self.image.missing_config {
            self.repository.put_blob(Blob::Held(config));
        }
        size
    }

    fn manifest(
        &self,
        format: Format,
        artifact_type: Option<String>,
        config: Descriptor,
        layers: Vec<Descriptor>,
    ) -> Manifest {
        let media_type = format.manifest();
        let annotations = self.image.annotations.iter().cloned().collect();
        let subject = self.subject.clone();
        let written = ManifestDocument {
            schema_version: 2,
            media_type,
            artifact_type,
            config,
            layers,
            subject,
            annotations,
        };
        document(&written, media_type)
    }

    fn layers(&mut self, platform: Option<&Platform>) -> Layers {
        let image = self.image;
        image.layers.iter().map(|declared| self.layer(declared, platform)).unzip()
    }

    fn layer(&mut self, declared: &Layer, platform: Option<&Platform>) -> (Descriptor, Digest) {
        let image = self.image;
        let moved = declared.seed ^ image.seed.rotate_left(32);
        let seed = platform.map_or(moved, |platform| seed_for(moved, platform));
        let mut made = GeneratedLayer::new(Layer { seed, ..declared.clone() });
        let format = image.format;
        let media_type = match &declared.media_type {
            Some(media_type) => Cow::Owned(media_type.clone()),
            None if declared.urls.is_empty() => format.layer(made.compression()).into(),
            None => format.foreign_layer(made.compression()).into(),
        };
        let diff_id = made.diff_id().clone();
        let mut descriptor = Descriptor::new(media_type, made.digest().clone(), made.len());
        descriptor.urls.clone_from(&declared.urls);
        self.added.layers.push(descriptor.digest.clone());
        if !declared.missing {
            if let Some(left) = self.keepable.checked_sub(made.len()) {
                *self.keepable = left;
                made = made.keep();
            }
            self.repository.put_blob(Blob::Generated(Arc::new(made)));
        }
        (descriptor, diff_id)
    }

    /// What BuildKit adds to an index for a platform's manifest (moby/buildkit `docs/attestations/attestation-storage.md`).
    fn attestation(&mut self, attested: &Descriptor) -> Descriptor {
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v0.1",
            "predicateType": "https://slsa.dev/provenance/v0.2",
            "subject": [{"name": self.image.repository, "digest": {"sha256": attested.digest.encoded()}}],
            "predicate": {"builder": {"id": ""}, "buildType": "https://mobyproject.org/buildkit@v1"},
        });
        let statement = to_json(&statement);
        let mut layer =
            Descriptor::new("application/vnd.in-toto+json", Digest::of(&statement), statement.len() as u64);
        layer
            .annotations
            .insert("in-toto.io/predicate-type".into(), "https://slsa.dev/provenance/v0.2".into());
        self.repository.put_blob(Blob::Held(statement));
        let nowhere = Platform::new("unknown", "unknown");
        let config = to_json(&ConfigDocument::new(&nowhere, vec![layer.digest.clone()]));
        let size = config.len() as u64;
        let config =
            Descriptor::new(Format::Oci.config(), self.repository.put_blob(Blob::Held(config)), size);
        let manifest = self.manifest(Format::Oci, None, config, vec![layer]);
        let size = manifest.bytes.len() as u64;
        let digest = self.repository.put_manifest(manifest, None);
        let mut entry = Descriptor::new(Format::Oci.manifest(), digest, size);
        entry.platform = Some(nowhere);
        entry.annotations.insert("vnd.docker.reference.digest".into(), attested.digest.to_string());
        entry.annotations.insert("vnd.docker.reference.type".into(), "attestation-manifest".into());
        entry
    }

    /// A manifest that is no image (image specification 1.1, "Guidelines for Artifact Usage").
    fn artifact(&mut self, artifact_type: &str) -> Digest {
        let (mut layers, _) = self.layers(None);
        let empty = Bytes::from_static(EMPTY_CONTENT);
        let media_type = config_type(self.image, EMPTY);
        let config = Descriptor::new(media_type, Digest::of(&empty), self.put_config(empty.clone()));
        self.added.configs.push(config.digest.clone());
        if layers.is_empty() {
            layers.push(Descriptor::new(EMPTY, Digest::of(&empty), empty.len() as u64));
            self.repository.put_blob(Blob::Held(empty));
        }
        let manifest = self.manifest(Format::Oci, Some(artifact_type.to_owned()), config, layers);
        self.repository.put_manifest(manifest, None)
    }

    fn schema1(&mut self) -> Digest {
        let image = self.image;
        let default = Platform::new("linux", "amd64");
        let platform = image.platforms.first().unwrap_or(&default);
        let (layers, _) = self.layers(Some(platform));
        let layers: Vec<Digest> = layers.into_iter().map(|layer| layer.digest).collect();
        let tag = image.tags.first().map_or("latest", String::as_str);
        let (digest, manifest) = schema1::signed(&image.repository, tag, platform, &layers);
        self.repository.put_manifest_as(digest.clone(), manifest);
        self.added.manifests.push((platform.clone(), digest.clone()));
        digest
    }
}

fn config_type(image: &Image, usual: &'static str) -> Cow<'static, str> {
    image.config_type.clone().map_or(Cow::Borrowed(usual), Cow::Owned)
}

fn document(document: &impl Serialize, media_type: &str) -> Manifest {
    Manifest::new(media_type, to_json(document))
}

fn to_json(document: &impl Serialize) -> Bytes {
    // Serialising own structs of strings and numbers cannot fail; an empty document would show up as a bad digest.
    serde_json::to_vec(document).unwrap_or_default().into()
}

/// Each platform has layers of its own: its name (by FNV-1a) moves the seed.
fn seed_for(seed: u64, platform: &Platform) -> u64 {
    let hash = platform.to_string().bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    seed ^ hash
}
