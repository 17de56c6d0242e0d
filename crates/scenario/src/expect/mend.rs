//! What somebody sets right, so that a pull succeeds: one thing by its name, and nothing else with it.

use std::borrow::Cow;
use std::fmt;

use mock_registry::Glob;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

use crate::expect::heals::{NONE, WORLD};
use crate::file::Parsed;
use crate::yaml::{Location, Spanned};

/// What is set right, and where the file says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mend {
    pub(crate) at: Location,
    pub(crate) what: Mended,
}

/// What is set right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mended {
    /// A fault, by its name.
    Fault(String),
    /// A rule of a host, by what it does.
    Rule(String),
    /// What the firewall has for a host.
    Firewall(String),
    /// A host's certificate.
    Certificate(String),
    /// A host at which nothing listens.
    Start(String),
    /// What the name server says of a name.
    Record(String),
    /// An image: `HOST/REPOSITORY:TAG`.
    Push(String),
    /// A right of a user.
    Grant(Grant),
    /// Something of the pod or its node, in the keys of a scenario; of mappings their keys.
    Own { key: &'static str, of: Vec<String> },
}

/// That a user may pull.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Grant {
    /// The registry.
    pub host: String,
    /// The name of one of its accounts.
    pub user: String,
    /// A pattern of repositories.
    pub pull: Parsed<Glob>,
}

impl PartialEq for Grant {
    fn eq(&self, other: &Self) -> bool {
        let parts = |grant: &Self| (grant.host.clone(), grant.user.clone(), grant.pull.0.as_str().to_owned());
        parts(self) == parts(other)
    }
}

impl Eq for Grant {}

/// The keys for what others set right, each with what it means.
const OTHERS: [(&str, &str); 8] = [
    ("removeFault", "A fault of the world's or of a host's is gone: its name, as it is written."),
    (
        "removeRule",
        "The one rule of a host is gone that does this: its status, its `end`, the header that it takes away, `body`, or the \
         fault of a connection.",
    ),
    ("openFirewall", "The firewall lets through to this host."),
    ("renewCertificate", "This host gets a good certificate."),
    ("start", "Something listens at this host."),
    ("correctRecord", "The name server gives the address of this host."),
    ("push", "An image is pushed, anew if it is there, for the node's platform: `HOST/REPOSITORY:TAG`."),
    ("grant", "A user may pull."),
];

/// The keys of a scenario for what a pod and its node are: what the one who deploys sets right.
const OWN: [&str; 7] = ["image", "policy", "present", "secrets", "missingSecrets", "serviceAccount", "node"];

/// All keys of what is set right.
pub(super) fn keys() -> Vec<&'static str> {
    OTHERS.iter().map(|(key, _)| *key).chain(OWN).collect()
}

impl Mend {
    /// The value of such a key; `None`: it is none.
    pub(super) fn read<'de, A: MapAccess<'de>>(key: &str, access: &mut A) -> Result<Option<Self>, A::Error> {
        let wrap: fn(String) -> Mended = match key {
            "removeFault" => Mended::Fault,
            "removeRule" => Mended::Rule,
            "openFirewall" => Mended::Firewall,
            "renewCertificate" => Mended::Certificate,
            "start" => Mended::Start,
            "correctRecord" => Mended::Record,
            "push" => Mended::Push,
            "grant" => {
                let Spanned { value, referenced } = access.next_value()?;
                return Ok(Some(Self { at: referenced, what: Mended::Grant(value) }));
            }
            _ => {
                let Some(key) = OWN.iter().find(|own| **own == key) else { return Ok(None) };
                let Spanned { value: Outline(of), referenced } = access.next_value()?;
                return Ok(Some(Self { at: referenced, what: Mended::Own { key, of } }));
            }
        };
        let Spanned { value, referenced } = access.next_value()?;
        Ok(Some(Self { at: referenced, what: wrap(value) }))
    }

    /// The key of a scenario that is laid over it, if that is what it is.
    pub(crate) const fn own_key(&self) -> Option<&'static str> {
        match self.what {
            Mended::Own { key, .. } => Some(key),
            _ => None,
        }
    }
}

/// As it is written, with what it is about: `removeFault tls-expired`, `node files./etc/hosts`.
impl fmt::Display for Mend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, to) = match &self.what {
            Mended::Fault(name) => ("removeFault", name),
            Mended::Rule(does) => ("removeRule", does),
            Mended::Firewall(host) => ("openFirewall", host),
            Mended::Certificate(host) => ("renewCertificate", host),
            Mended::Start(host) => ("start", host),
            Mended::Record(name) => ("correctRecord", name),
            Mended::Push(image) => ("push", image),
            Mended::Grant(Grant { host, user, pull }) => {
                return write!(f, "grant {user} {host}/{}", pull.0.as_str());
            }
            Mended::Own { key, of } if of.is_empty() => return f.write_str(key),
            Mended::Own { key, of } => return write!(f, "{key} {}", of.join(" ")),
        };
        write!(f, "{key} {to}")
    }
}

/// The keys of a value down to the second mapping: `files./etc/hosts`.
struct Outline(Vec<String>);

impl<'de> Deserialize<'de> for Outline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OutlineVisitor)
    }
}

struct OutlineVisitor;

impl<'de> Visitor<'de> for OutlineVisitor {
    type Value = Outline;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what it is otherwise")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Outline, E> {
        Ok(Outline(Vec::new()))
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<Outline, E> {
        Ok(Outline(Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Outline, A::Error> {
        while access.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Outline(Vec::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Outline, A::Error> {
        let mut all = Vec::new();
        while let Some((key, Outline(below))) = access.next_entry::<String, Outline>()? {
            match below.is_empty() {
                true => all.push(key),
                false => all.extend(below.iter().map(|below| format!("{key}.{below}"))),
            }
        }
        Ok(Outline(all))
    }
}

/// What is set right, as a scenario writes it: for the schema.
pub(super) struct Mends;

impl JsonSchema for Mends {
    fn schema_name() -> Cow<'static, str> {
        "Mends".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let grant = generator.subschema_for::<Grant>();
        let others = OTHERS.iter().map(|(key, means)| {
            let value = match *key {
                "grant" => json!({"description": means, "allOf": [grant]}),
                "removeRule" => json!({"description": means, "type": ["string", "integer"]}),
                _ => json!({"description": means, "type": "string"}),
            };
            ((*key).to_owned(), value)
        });
        let own = OWN.iter().map(|key| {
            let pointer = format!("#/$defs/HealedWorld/properties/{key}");
            ((*key).to_owned(), json!({"$ref": pointer}))
        });
        // A key without a value takes away what an included file says.
        let taken_away = [WORLD, NONE].map(|key| (key.to_owned(), json!({"type": "null"})));
        let properties: Map<String, Value> = others.chain(own).chain(taken_away).collect();
        json_schema!({
            "description": "What is set right, one thing a key and all of it needed: in the world, or of the pod and its node in \
                            the keys of a scenario, which are laid over it.",
            "type": "object",
            "properties": properties,
            "minProperties": 1,
            "additionalProperties": false,
        })
    }
}
