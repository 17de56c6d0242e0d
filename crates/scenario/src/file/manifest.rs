//! The cluster's objects, and what somebody changes about them.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use crate::file::{Parsed, SecretFile, Span};
use crate::yaml::Spanned;

/// Something that somebody changes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ChangeFile {
    /// When, since the beginning.
    pub at: Parsed<Span>,
    /// The `secrets` that there are from then on, in place of those before.
    pub secrets: Option<Vec<SecretFile>>,
    /// What is applied then: pods come to the node, Secrets and ServiceAccounts take the place of those of their names.
    #[serde(default)]
    pub manifests: Vec<Spanned<ManifestItem>>,
}

/// A Kubernetes object in full, or where one or more stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ManifestItem {
    /// A file or a directory.
    Path(String),
    /// An object. It is read by those who know objects, from the same text.
    Object,
}

impl<'de> Deserialize<'de> for ManifestItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ManifestVisitor)
    }
}

struct ManifestVisitor;

impl<'de> Visitor<'de> for ManifestVisitor {
    type Value = ManifestItem;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Kubernetes object, or the path of a file or directory of manifests")
    }

    fn visit_str<E: Error>(self, path: &str) -> Result<ManifestItem, E> {
        Ok(ManifestItem::Path(path.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<ManifestItem, A::Error> {
        while access.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(ManifestItem::Object)
    }
}

impl JsonSchema for ManifestItem {
    fn schema_name() -> Cow<'static, str> {
        "Manifest".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A Kubernetes object in full, or the path of a file or directory of manifests.",
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {"apiVersion": {"type": "string"}, "kind": {"type": "string"}},
                    "required": ["kind"],
                },
            ],
        })
    }
}
