use std::borrow::Cow;
use std::str::FromStr;

use diagnosis::Cause;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use crate::file::Parsed;

/// Whether an image is pulled in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum OutcomeWord {
    Pulled,
    Failed,
}

/// The name or code of a cause.
#[derive(Clone, Copy, Debug)]
pub(super) struct CauseWord(pub Cause);

impl<'de> Deserialize<'de> for CauseWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Parsed(cause) = Parsed::<CauseName>::deserialize(deserializer)?;
        Ok(Self(cause.0))
    }
}

struct CauseName(Cause);

impl FromStr for CauseName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = Cause::ALL.iter().map(|cause| cause.name());
        Cause::named(text).map(Self).ok_or_else(|| match objects::nearest(text, names) {
            Some(meant) => format!("there is no cause `{text}`: did you mean `{meant}`?"),
            None => format!("there is no cause `{text}`: `pullsim causes` lists them"),
        })
    }
}

impl JsonSchema for CauseWord {
    fn schema_name() -> Cow<'static, str> {
        "Cause".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Cause::ALL.iter().flat_map(|cause| [cause.name(), cause.code()]).collect();
        json_schema!({"enum": names})
    }
}
