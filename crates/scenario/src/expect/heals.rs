use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use objects::nearest;
use report::{Change, NamedChange};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::expect::mend::{self, Mend, Mends};
use crate::file::Parsed;

/// What heals a pull that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heals {
    /// Changes of the node, the pod or the image's name that `--what-if` tries, one on top of the other.
    Changes(Vec<NamedChange>),
    /// What somebody sets right, by name: all of it is needed.
    Mends(Vec<Mend>),
    /// Something else in the world, which is said in the keys of the world.
    World,
    /// Nothing that a pull could show, for this reason.
    None(String),
}

/// The key of the world in which it is healed.
pub(crate) const WORLD: &str = "world";
/// The key of the reason for which nothing can be shown.
pub(super) const NONE: &str = "none";
/// What may be said of the world in which it is healed: the keys of a scenario that make its world.
pub(crate) const WORLD_KEYS: &[&str] = &[
    "now",
    "image",
    "policy",
    "present",
    "missingSecrets",
    "node",
    "hosts",
    "dns",
    "firewall",
    "faults",
    "secrets",
    "serviceAccount",
    "manifests",
    "changes",
];

impl<'de> Deserialize<'de> for Heals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HealsVisitor)
    }
}

struct HealsVisitor;

impl<'de> Visitor<'de> for HealsVisitor {
    type Value = Heals;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a change (`tag v1.2.0`), a list of changes, what is set right (`removeFault: tls-expired`), or a mapping with \
             `{WORLD}` or `{NONE}`"
        )
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Heals, E> {
        let written: Written = text.parse().map_err(E::custom)?;
        Ok(Heals::Changes(vec![written.0]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Heals, A::Error> {
        let mut changes = Vec::new();
        while let Some(Parsed(Written(change))) = access.next_element()? {
            changes.push(change);
        }
        match changes.as_slice() {
            [] => Err(de::Error::custom(format!("name a change, or say why there is none: {{{NONE}: …}}"))),
            _ => Ok(Heals::Changes(changes)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Heals, A::Error> {
        let (mut whole, mut mends) = (None, Vec::new());
        while let Some(key) = access.next_key::<String>()? {
            let value = match key.as_str() {
                // What it says was laid over the scenario before.
                WORLD => access.next_value::<IgnoredAny>().map(|_| Heals::World)?,
                NONE => Heals::None(access.next_value()?),
                _ => {
                    let mend = Mend::read(&key, &mut access)?;
                    mends.push(mend.ok_or_else(|| unknown(&key))?);
                    continue;
                }
            };
            if whole.replace(value).is_some() {
                return Err(de::Error::custom(ONE_OF_THEM));
            }
        }
        match (whole, mends.as_slice()) {
            (Some(whole), []) => Ok(whole),
            (Some(_), _) => Err(de::Error::custom(ONE_OF_THEM)),
            (None, []) => Err(de::Error::custom("say what is set right, as in `removeFault: tls-expired`")),
            (None, _) => Ok(Heals::Mends(mends)),
        }
    }
}

/// What is wrong with a mapping that says several things.
const ONE_OF_THEM: &str = "it heals by `world`, by `none`, or by what is set right: by one of the three";

fn unknown<E: de::Error>(key: &str) -> E {
    let known: Vec<&str> = mend::keys().into_iter().chain([WORLD, NONE]).collect();
    E::custom(match nearest(key, known.iter().copied()) {
        Some(meant) => format!("nothing heals by `{key}`: did you mean `{meant}`?"),
        None => format!("nothing heals by `{key}`: {}", known.join(", ")),
    })
}

/// A change as it is written.
struct Written(NamedChange);

impl FromStr for Written {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, argument) = match text.trim().split_once(' ') {
            Some((name, argument)) => (name, Some(argument.trim().to_owned())),
            None => (text.trim(), None),
        };
        let Some(change) = Change::named(name) else {
            let known = remedies();
            return Err(match nearest(name, known.iter().copied()) {
                Some(meant) => format!("there is no change `{name}`: did you mean `{meant}`?"),
                None => format!("there is no change `{name}`: {}", known.join(", ")),
            });
        };
        match change.is_remedy() {
            true => Ok(Self(NamedChange { change, argument })),
            false => Err(format!("`{name}` shows what is wrong, and is no remedy")),
        }
    }
}

fn remedies() -> Vec<&'static str> {
    Change::ALL.iter().filter(|change| change.is_remedy()).map(|change| change.name()).collect()
}

impl JsonSchema for Heals {
    fn schema_name() -> Cow<'static, str> {
        "Heals".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mends = generator.subschema_for::<Mends>();
        let names: Vec<String> = remedies().iter().map(|name| name.replace('.', "\\.")).collect();
        let change =
            serde_json::json!({"type": "string", "pattern": format!("^({})( .+)?$", names.join("|"))});
        json_schema!({
            "description": "A change that heals, several on top of each other, what somebody sets right, the world in which \
                            it is healed (the same keys, laid over), or why no pull can show it.",
            "anyOf": [
                change,
                {"type": "array", "items": change, "minItems": 1},
                mends,
                {"type": "object", "properties": {WORLD: {"$ref": "#/$defs/HealedWorld"}}, "required": [WORLD],
                 "additionalProperties": false},
                {"type": "object", "properties": {NONE: {"type": "string"}}, "required": [NONE],
                 "additionalProperties": false},
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_named_and_may_say_to_what() {
        let read = |text: &str| text.parse::<Written>().map(|written| written.0.to_string());
        for text in ["anonymous", "tag v1.2.0", "docker.io docker.io/library/nginx:1.27", "again 5m"] {
            assert_eq!(read(text).as_deref(), Ok(text));
        }
        assert_eq!(read("tga v1").unwrap_err(), "there is no change `tga`: did you mean `tag`?");
        assert_eq!(read("no-verify").unwrap_err(), "`no-verify` shows what is wrong, and is no remedy");
        assert!(read("pray").unwrap_err().starts_with("there is no change `pray`: name, key, "));
    }
}
