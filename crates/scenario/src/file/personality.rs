use std::borrow::Cow;
use std::fmt;

use mock_registry::Personality;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// The product as which a registry answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PersonalityWord(pub &'static Personality);

impl Default for PersonalityWord {
    fn default() -> Self {
        Self(Personality::plain())
    }
}

impl<'de> Deserialize<'de> for PersonalityWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(WordVisitor).map(Self)
    }
}

struct WordVisitor;

impl Visitor<'_> for WordVisitor {
    type Value = &'static Personality;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "one of {}", Personality::NAMES.join(", "))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<&'static Personality, E> {
        Personality::named(text).ok_or_else(|| E::unknown_variant(text, Personality::NAMES))
    }
}

impl JsonSchema for PersonalityWord {
    fn schema_name() -> Cow<'static, str> {
        "Personality".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "enum": Personality::NAMES})
    }
}
