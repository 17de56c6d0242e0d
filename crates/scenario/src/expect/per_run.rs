use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::expect::{Run, RunPattern};
use crate::file::Parsed;
use crate::yaml::{PER_RUN, Spanned};

/// A value for all runs, or values by patterns of runs, of which the first that fits counts.
#[derive(Clone, Debug)]
pub(crate) enum PerRun<T> {
    All(Spanned<T>),
    Some(Vec<(RunPattern, Spanned<T>)>),
}

impl<T> PerRun<T> {
    /// The value for a run; none where no pattern fits.
    pub(crate) fn of(&self, run: &Run) -> Option<&Spanned<T>> {
        match self {
            Self::All(value) => Some(value),
            Self::Some(values) => {
                values.iter().find(|(pattern, _)| pattern.fits(run)).map(|(_, value)| value)
            }
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for PerRun<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(PER_RUN, PerRunVisitor(PhantomData))
    }
}

struct PerRunVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PerRunVisitor<T> {
    type Value = PerRun<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, or a mapping from runs to values")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<PerRun<T>, D::Error> {
        Spanned::deserialize(deserializer).map(PerRun::All)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<PerRun<T>, A::Error> {
        let mut values = Vec::new();
        while let Some((Parsed(pattern), value)) = access.next_entry()? {
            values.push((pattern, value));
        }
        Ok(PerRun::Some(values))
    }
}

impl<T: JsonSchema> JsonSchema for PerRun<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("PerRun_{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({"anyOf": [value, {"type": "object", "additionalProperties": value}]})
    }
}
