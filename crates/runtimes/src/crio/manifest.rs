//! Manifests and lists of them, and what is refused in them
//! (cri-o@f954a17:vendor/go.podman.io/image/v5/internal/manifest, manifest, internal/image).

use distribution::media_type::{
    DOCKER_CONFIG, DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED, OCI_CONFIG,
    OCI_INDEX, OCI_MANIFEST,
};
use distribution::{Descriptor, Digest, Index, Manifest, Platform};
use gostd::json;
use gostd::strconv;

use super::error::{Error, Result};
use super::platform;

use self::schema1::Schema1;

mod schema1;
mod words;

/// What is accepted, in this order (`DefaultRequestedManifestMIMETypes`).
pub(super) const ACCEPTED: [&str; 6] =
    [OCI_MANIFEST, DOCKER_MANIFEST, DOCKER_SCHEMA1_SIGNED, DOCKER_SCHEMA1, DOCKER_MANIFEST_LIST, OCI_INDEX];

/// An annotation of an entry whose layers are compressed by zstd, which is preferred.
const ZSTD: &str = "io.github.containers.compression.zstd";

/// Layers that schema 2 may have (`SupportedSchema2MediaType`).
const SCHEMA2_TYPES: [&str; 10] = [
    DOCKER_SCHEMA1,
    DOCKER_SCHEMA1_SIGNED,
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "application/vnd.docker.image.rootfs.diff.tar.zstd",
    "application/vnd.docker.image.rootfs.foreign.diff.tar",
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
];

/// A manifest as it came, and the type that the registry gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) bytes: Vec<u8>,
    pub(super) media_type: String,
}

/// What a manifest is taken for (`NormalizedMIMEType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Oci,
    Schema2,
    Schema1,
    OciIndex,
    DockerList,
}

impl Kind {
    /// Whatever is not known is taken for schema 1, as old registries served it.
    pub(super) fn of(media_type: &str) -> Self {
        match media_type {
            OCI_MANIFEST => Self::Oci,
            DOCKER_MANIFEST => Self::Schema2,
            OCI_INDEX => Self::OciIndex,
            DOCKER_MANIFEST_LIST => Self::DockerList,
            _ => Self::Schema1,
        }
    }

    /// `MIMETypeIsMultiImage`
    pub(super) const fn is_list(self) -> bool {
        matches!(self, Self::OciIndex | Self::DockerList)
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Oci => OCI_MANIFEST,
            Self::Schema2 => DOCKER_MANIFEST,
            Self::Schema1 => DOCKER_SCHEMA1_SIGNED,
            Self::OciIndex => OCI_INDEX,
            Self::DockerList => DOCKER_MANIFEST_LIST,
        }
    }

    /// The members that such a document may have, of those that tell its kind.
    const fn allowed(self) -> &'static [&'static str] {
        match self {
            Self::Oci | Self::Schema2 => &["config", "layers"],
            Self::Schema1 => &["fsLayers", "history"],
            Self::OciIndex | Self::DockerList => &["manifests"],
        }
    }
}

/// A manifest of one image, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Single {
    pub(super) kind: Kind,
    /// The config; none in schema 1.
    pub(super) config: Option<Descriptor>,
    /// Lowest first; sizes are -1 in schema 1.
    pub(super) layers: Vec<Descriptor>,
    pub(super) artifact_type: String,
}

impl Blob {
    pub(super) fn kind(&self) -> Kind {
        Kind::of(&self.media_type)
    }

    /// `manifest.Digest`; the signatures of schema 1 do not count.
    pub(super) fn digest(&self) -> Digest {
        Digest::sha256_of(schema1::signed_payload(&self.bytes).as_ref().unwrap_or(&self.bytes))
    }

    /// `manifest.FromBlob`, `manifestInstanceFromBlob`
    pub(super) fn single(&self) -> Result<Single> {
        let kind = self.kind();
        match kind {
            Kind::Oci => self.oci(),
            Kind::Schema2 => self.schema2(),
            Kind::Schema1 => self.schema1(),
            Kind::OciIndex | Kind::DockerList => {
                Err(Error::plain("Treating manifest lists as individual manifests is not implemented"))
            }
        }
    }

    fn oci(&self) -> Result<Single> {
        let manifest =
            Manifest::decode(&self.bytes[..]).map_err(|error| words::oci("Manifest", "OCI1", error))?;
        self.check_fields(Kind::Oci)?;
        let Manifest { config, layers, artifact_type, .. } = manifest;
        Ok(Single { kind: Kind::Oci, config: Some(config), layers, artifact_type })
    }

    fn schema2(&self) -> Result<Single> {
        let manifest = Manifest::decode(&self.bytes[..]).map_err(words::schema2)?;
        self.check_fields(Kind::Schema2)?;
        for media_type in
            [&manifest.media_type].into_iter().chain(manifest.layers.iter().map(|layer| &layer.media_type))
        {
            if !SCHEMA2_TYPES.contains(&media_type.as_str()) {
                let quoted = strconv::quote(media_type);
                return Err(Error::plain(format!("unsupported docker v2s2 media type: {quoted}")));
            }
        }
        let Manifest { config, layers, .. } = manifest;
        Ok(Single { kind: Kind::Schema2, config: Some(config), layers, artifact_type: String::new() })
    }

    /// `Schema1FromManifest`
    fn schema1(&self) -> Result<Single> {
        let manifest = Schema1::decode(&self.bytes)?;
        if manifest.version != 1 {
            return Err(Error::plain(format!("unsupported schema version {}", manifest.version)));
        }
        self.check_fields(Kind::Schema1)?;
        let layers = manifest.layers()?;
        Ok(Single { kind: Kind::Schema1, config: None, layers, artifact_type: String::new() })
    }

    /// The config that an image of schema 1 is given (`Schema1::config`).
    pub(super) fn schema1_config(&self, diff_id: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        Schema1::decode(&self.bytes).ok()?.config(diff_id)
    }

    /// As it is known once it is in the storage: what it says that it is counts there (`GuessMIMEType`).
    pub(super) fn stored(&self) -> Self {
        let known = [DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, OCI_MANIFEST, OCI_INDEX];
        let said = json::parse(&self.bytes).ok().and_then(|document| {
            document.field("mediaType")?.as_str().filter(|said| known.contains(said)).map(str::to_owned)
        });
        Self { bytes: self.bytes.clone(), media_type: said.unwrap_or_else(|| self.media_type.clone()) }
    }

    /// `ValidateUnambiguousManifestFormat`
    fn check_fields(&self, kind: Kind) -> Result<()> {
        let document = json::parse(&self.bytes).map_err(told)?;
        let is_there = |name: &&&str| document.field(name).is_some_and(|value| !value.is_null());
        let telling = ["config", "fsLayers", "history", "layers", "manifests"];
        let unexpected: Vec<String> = telling
            .iter()
            .filter(is_there)
            .filter(|name| !kind.allowed().contains(name))
            .map(strconv::quote)
            .collect();
        if unexpected.is_empty() {
            return Ok(());
        }
        let (fields, media_type) = (unexpected.join(", "), kind.media_type());
        let said = format!(
            "rejecting ambiguous manifest, unexpected fields []string{{{fields}}} in supposedly {media_type}"
        );
        Err(Error::plain(said))
    }

    /// `ListFromBlob`
    pub(super) fn list(&self) -> Result<List> {
        let kind = self.kind();
        let name = match kind {
            Kind::OciIndex => "OCI1Index",
            Kind::DockerList => "Schema2List",
            _ => return Err(Error::plain("Treating single images as manifest lists is not implemented")),
        };
        let index = Index::decode(&self.bytes[..]).map_err(|error| {
            let said = match kind {
                Kind::OciIndex => words::oci("Index", "OCI1IndexPublic", error),
                _ => words::list(error),
            };
            said.context(format!("unmarshaling {name} {}", strconv::quote(&self.bytes)))
        })?;
        self.check_fields(kind)?;
        Ok(List { kind, entries: index.manifests })
    }
}

fn told(error: json::Error) -> Error {
    Error::plain(error.to_string())
}

/// A list of manifests, by platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct List {
    kind: Kind,
    pub(super) entries: Vec<Descriptor>,
}

impl List {
    /// `ChooseInstance`: the digest of the entry for a node.
    pub(super) fn choose(&self, node: &Platform) -> Result<String> {
        let wanted = platform::wanted(node);
        let chosen = match self.kind {
            Kind::OciIndex => self.best(&wanted),
            _ => self.first(&wanted),
        };
        chosen.map(|entry| entry.digest.clone()).ok_or_else(|| {
            let what = if self.kind == Kind::OciIndex { "image index" } else { "manifest list" };
            let Platform { architecture, variant, os, .. } = wanted.first().unwrap_or(node);
            Error::plain(format!(
                "no image found in {what} for architecture {}, variant {}, OS {}",
                strconv::quote(architecture),
                strconv::quote(variant),
                strconv::quote(os)
            ))
        })
    }

    /// Of a Docker list: the first entry for the best platform.
    fn first(&self, wanted: &[Platform]) -> Option<&Descriptor> {
        let default = Platform::default();
        wanted.iter().find_map(|wanted| {
            let fits =
                |entry: &&Descriptor| platform::matches(entry.platform.as_ref().unwrap_or(&default), wanted);
            self.entries.iter().find(fits)
        })
    }

    /// Of an OCI index: by platform, those without one last, then zstd before others, then the earlier one.
    fn best(&self, wanted: &[Platform]) -> Option<&Descriptor> {
        let rank = |entry: &Descriptor| match &entry.platform {
            None => Some(usize::MAX),
            Some(own) => wanted.iter().position(|wanted| platform::matches(own, wanted)),
        };
        let candidates = self.entries.iter().filter_map(|entry| Some((rank(entry)?, entry)));
        let ranked = candidates.map(|(rank, entry)| ((rank, entry.annotation(ZSTD) != Some("true")), entry));
        ranked.min_by_key(|(rank, _)| *rank).map(|(_, entry)| entry)
    }
}

impl Single {
    /// Whether the config may be read as that of an image (`manifestOCI1.OCIConfig`).
    pub(super) fn check_is_image(&self) -> Result<()> {
        let Some(config) = self.config.as_ref().filter(|_| self.kind == Kind::Oci) else { return Ok(()) };
        if config.media_type == OCI_CONFIG {
            return Ok(());
        }
        let kind = if self.artifact_type.is_empty() { &config.media_type } else { &self.artifact_type };
        let quoted = strconv::quote(kind);
        Err(Error::plain(match kind.as_str() {
            DOCKER_CONFIG => format!("invalid mixed OCI image with Docker v2s2 config ({quoted})"),
            _ => format!("unsupported image-specific operation on artifact with type {quoted}"),
        }))
    }
}

/// `simplifyContentType`: without parameters; nothing where it is malformed.
pub(super) fn simplify(content_type: &str) -> String {
    let mut parts = content_type.split(';');
    let media_type = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_token = |text: &str| {
        let fits = |byte: u8| byte.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]".contains(&byte);
        !text.is_empty() && text.bytes().all(fits)
    };
    let is_whole = media_type.split('/').all(is_token) && media_type.matches('/').count() <= 1;
    let are_parameters = parts.map(str::trim).filter(|part| !part.is_empty()).all(|part| {
        part.split_once('=')
            .is_some_and(|(name, value)| is_token(name) && (value.starts_with('"') || is_token(value)))
    });
    if is_whole && are_parameters { media_type } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(media_type: &str, text: &str) -> Blob {
        Blob { bytes: text.as_bytes().to_vec(), media_type: media_type.to_owned() }
    }

    #[test]
    fn what_cannot_be_read() {
        let said = |media_type: &str, text: &str| blob(media_type, text).single().unwrap_err().to_string();
        let cases = [
            ("text/html", "<html>", "invalid character '<' looking for beginning of value"),
            ("", r#"{"schemaVersion":2}"#, "unsupported schema version 2"),
            (DOCKER_SCHEMA1, r#"{"schemaVersion":1}"#, "no FSLayers in manifest"),
            (
                DOCKER_SCHEMA1,
                r#"{"schemaVersion":1,"fsLayers":[{"blobSum":"x"}],"history":[{"v1Compatibility":"{\"id\":\"aaaa\"}"}]}"#,
                "image ID \"aaaa\" is invalid",
            ),
            (
                OCI_MANIFEST,
                r#"{"config":{},"layers":[],"manifests":[]}"#,
                "rejecting ambiguous manifest, unexpected fields []string{\"manifests\"} in supposedly \
                 application/vnd.oci.image.manifest.v1+json",
            ),
            (
                DOCKER_MANIFEST,
                r#"{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","layers":[{"mediaType":"text/x"}]}"#,
                "unsupported docker v2s2 media type: \"text/x\"",
            ),
            (DOCKER_MANIFEST, "{}", "unsupported docker v2s2 media type: \"\""),
        ];
        for (media_type, text, expected) in cases {
            assert_eq!(said(media_type, text), expected, "{media_type} {text}");
        }
    }

    #[test]
    fn what_is_stored_is_what_it_says() {
        let stored = |media_type: &str, text: &str| blob(media_type, text).stored().media_type;
        assert_eq!(stored(OCI_MANIFEST, &format!(r#"{{"mediaType":"{DOCKER_MANIFEST}"}}"#)), DOCKER_MANIFEST);
        assert_eq!(stored(OCI_MANIFEST, r#"{"mediaType":"text/x"}"#), OCI_MANIFEST);
        assert_eq!(stored(OCI_MANIFEST, "{}"), OCI_MANIFEST);
    }

    #[test]
    fn entries_are_chosen() {
        let entry = |digest: &str, architecture: &str, more: &str| {
            let platform = match architecture {
                "" => String::new(),
                name => format!(",\"platform\":{{\"os\":\"linux\",\"architecture\":\"{name}\"{more}}}"),
            };
            format!("{{\"digest\":\"{digest}\"{platform}}}")
        };
        let chosen = |media_type: &str, entries: &[String], node: &Platform| {
            let list =
                blob(media_type, &format!("{{\"manifests\":[{}]}}", entries.join(","))).list().unwrap();
            list.choose(node).map_err(|error| error.to_string())
        };
        let amd64 = Platform::linux("amd64", "");
        let zstd = "{\"digest\":\"z\",\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"},\
                    \"annotations\":{\"io.github.containers.compression.zstd\":\"true\"}}"
            .to_owned();
        let both = [entry("n", "", ""), entry("a", "amd64", ""), entry("b", "amd64", ""), zstd];
        assert_eq!(chosen(OCI_INDEX, &both, &amd64), Ok("z".into()));
        assert_eq!(chosen(OCI_INDEX, &both[..3], &amd64), Ok("a".into()));
        assert_eq!(chosen(OCI_INDEX, &both[..1], &amd64), Ok("n".into()));
        assert_eq!(
            chosen(DOCKER_MANIFEST_LIST, &both[..1], &amd64),
            Err("no image found in manifest list for architecture \"amd64\", variant \"\", OS \"linux\""
                .into())
        );
        let arms = [entry("old", "arm64", ""), entry("v8", "arm64", ",\"variant\":\"v8\"")];
        assert_eq!(chosen(DOCKER_MANIFEST_LIST, &arms, &Platform::linux("arm64", "")), Ok("v8".into()));
    }

    #[test]
    fn content_types() {
        let cases = [
            ("application/json; charset=utf-8", "application/json"),
            ("Text/HTML", "text/html"),
            ("text/html; charset", ""),
            ("a/b/c", ""),
            ("", ""),
        ];
        for (given, expected) in cases {
            assert_eq!(simplify(given), expected, "{given}");
        }
    }
}
