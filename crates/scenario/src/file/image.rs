//! The images of a registry.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use mock_registry::Platform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::file::{Parsed, Size, Span};
use crate::yaml::Spanned;

/// An image of a registry.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ImageFile {
    /// The repository.
    pub name: Spanned<String>,
    #[serde(default)]
    pub tags: Vec<String>,
    /// From when on it is there, counted from the beginning: somebody pushes it then, and its tags move if they were
    /// elsewhere.
    pub from: Option<Parsed<Span>>,
    /// By default linux/amd64; several make an index. A version of the system stands in parentheses, as in
    /// `windows(10.0.17763.1)/amd64`.
    #[serde(default)]
    pub platforms: Vec<Parsed<Platform>>,
    /// The layers, the lowest first: their sizes, or more about them.
    #[serde(default)]
    pub layers: Vec<LayerFile>,
    #[serde(default)]
    pub format: FormatWord,
    /// Makes an index of one platform, too.
    #[serde(default)]
    pub index: bool,
    /// What stands under the tags, where it is not a manifest or an index of manifests.
    pub shape: Option<ShapeWord>,
    /// Makes something that is no image: a manifest of this artifact type.
    pub artifact: Option<String>,
    /// The config's media type, where it is not that of images or of artifacts without a config.
    pub config: Option<String>,
    /// Makes other content of the same declaration.
    #[serde(default)]
    pub seed: u64,
    /// Adds attestations to the index, of the platform `unknown/unknown`, as build tools do.
    #[serde(default)]
    pub attestations: bool,
    /// What the manifests name and the registry does not have: a platform (its manifest), or `config`.
    #[serde(default)]
    pub missing: Vec<Parsed<Missing>>,
    /// A tag or digest of the same repository, declared before, to which this refers.
    pub subject: Option<String>,
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
    /// Takes all of it from an OCI layout directory, beside this file; `tags` name its first entry.
    pub layout: Option<Spanned<String>>,
}

impl ImageFile {
    /// An image of this name, of which nothing else is said.
    pub(crate) const fn named(name: Spanned<String>) -> Self {
        Self {
            name,
            tags: Vec::new(),
            from: None,
            platforms: Vec::new(),
            layers: Vec::new(),
            format: FormatWord::Oci,
            index: false,
            shape: None,
            artifact: None,
            config: None,
            seed: 0,
            attestations: false,
            missing: Vec::new(),
            subject: None,
            annotations: BTreeMap::new(),
            layout: None,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FormatWord {
    #[default]
    Oci,
    Docker,
}

/// What can stand under an image's tags.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ShapeWord {
    /// An index, even of one platform.
    Index,
    /// An index of which the only entry is the index of the platforms.
    NestedIndex,
    /// An index that says of no entry what it runs on.
    NoPlatforms,
    /// A signed manifest of schema 1.
    #[serde(rename = "schema-1")]
    Schema1,
}

/// What a registry can lack.
#[derive(Clone, Debug)]
pub(crate) enum Missing {
    Config,
    Platform(Platform),
}

impl FromStr for Missing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "config" => Ok(Self::Config),
            platform => platform
                .parse()
                .map(Self::Platform)
                .map_err(|_| format!("`{text}` is neither `config` nor a platform (os/architecture)")),
        }
    }
}

/// A layer: its size, or a mapping.
#[derive(Debug)]
pub(crate) struct LayerFile(pub LayerMapping);

/// A layer in full.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct LayerMapping {
    /// The size of the file that it holds.
    pub size: Parsed<Size>,
    /// The seed of its content; by default its place, from 1.
    pub seed: Option<u64>,
    #[serde(default)]
    pub compression: CompressionWord,
    /// The address at which a layer that may not be distributed lies; the registry does not have it.
    pub foreign: Option<String>,
    /// The registry does not have it.
    #[serde(default)]
    pub missing: bool,
    /// Its media type, where it is not that of an image's layer.
    pub media_type: Option<String>,
}

/// How a layer is packed.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CompressionWord {
    #[default]
    Gzip,
    Zstd,
    None,
}

impl LayerFile {
    /// A layer of this size, of which nothing else is said.
    pub(crate) const fn of_size(size: Size) -> Self {
        Self(LayerMapping {
            size: Parsed(size),
            seed: None,
            compression: CompressionWord::Gzip,
            foreign: None,
            missing: false,
            media_type: None,
        })
    }
}

impl<'de> Deserialize<'de> for LayerFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LayerVisitor).map(Self)
    }
}

struct LayerVisitor;

impl<'de> Visitor<'de> for LayerVisitor {
    type Value = LayerMapping;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a size, or a mapping that has one")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<LayerMapping, E> {
        Ok(LayerMapping {
            size: Parsed(text.parse().map_err(E::custom)?),
            seed: None,
            compression: CompressionWord::Gzip,
            foreign: None,
            missing: false,
            media_type: None,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<LayerMapping, A::Error> {
        LayerMapping::deserialize(MapAccessDeserializer::new(access))
    }
}

impl JsonSchema for LayerFile {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Layer".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mapping = generator.subschema_for::<LayerMapping>();
        json_schema!({"anyOf": [{"type": ["string", "number"]}, mapping]})
    }
}
