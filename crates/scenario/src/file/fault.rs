//! Faults as the file writes them: by name alone, or with what they are for.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::net::IpAddr;
use std::str::FromStr;

use mock_registry::{Count, Fault, Flapping, Glob, Probability, Selector, Window};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::file::{AccountFile, Parsed, Span};

/// A fault: `tls-expired`, or `{fault: manifest-404, tag: v1, count: first 2}`.
#[derive(Debug)]
pub(crate) struct FaultItem(pub FaultFile);

/// A fault and what it is for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct FaultFile {
    /// Its name, and behind a colon its argument: `blob-truncated:4KiB`.
    pub fault: Parsed<Fault>,
    /// The hosts (or, for a fault of the name server, the names) that it is for; by default all, or that which it is
    /// written at.
    pub host: Option<Parsed<Glob>>,
    /// The methods; by default all.
    #[serde(default)]
    pub method: Many<http::Method>,
    /// The path.
    pub path: Option<Parsed<Glob>>,
    /// The repository.
    pub repository: Option<Parsed<Glob>>,
    /// The tag that a manifest is asked for by.
    pub tag: Option<Parsed<Glob>>,
    /// The digest that a manifest or blob is asked for by.
    pub digest: Option<Parsed<Glob>>,
    /// The account that asks.
    pub account: Option<String>,
    /// The name server that is asked.
    pub server: Option<Parsed<IpAddr>>,
    /// Which attempts at the same thing: `first 2`.
    pub attempts: Option<Parsed<Count>>,
    /// Which of all that fit: `first 2`, `every 3rd`, `after 5`.
    pub count: Option<Parsed<Count>>,
    /// From when on, counted from the beginning; by default from there.
    pub from: Option<Parsed<Span>>,
    /// Until when; by default for ever.
    pub until: Option<Parsed<Span>>,
    /// In turns: `60s for 20s`.
    pub every: Option<Parsed<Every>>,
    /// How likely, from 0 to 1.
    pub probability: Option<f64>,
    /// What the draws follow from.
    #[serde(default)]
    pub seed: u64,
}

impl FaultFile {
    pub(crate) fn selector(&self) -> Selector {
        let count = |count: &Option<Parsed<Count>>| count.as_ref().map(|count| count.0).unwrap_or_default();
        let glob = |glob: &Option<Parsed<Glob>>| glob.as_ref().map(|glob| glob.0.clone());
        Selector {
            host: glob(&self.host),
            methods: self.method.0.clone(),
            path: glob(&self.path),
            repository: glob(&self.repository),
            tag: glob(&self.tag),
            digest: glob(&self.digest),
            account: self.account.clone(),
            server: self.server.as_ref().map(|server| server.0),
            attempts: count(&self.attempts),
            count: count(&self.count),
            window: window(self.from.as_ref(), self.until.as_ref(), self.every.as_ref()),
            probability: self.probability.map(|share| Probability { share, seed: self.seed }),
        }
    }
}

/// A part of the world's time, as `from`, `until` and `every` say it.
pub(crate) fn window(
    from: Option<&Parsed<Span>>,
    until: Option<&Parsed<Span>>,
    every: Option<&Parsed<Every>>,
) -> Window {
    Window {
        from: from.map(|from| from.0.0).unwrap_or_default(),
        until: until.map(|until| until.0.0),
        every: every.map(|every| every.0.0),
    }
}

/// `60s for 20s`: the first 20 seconds of each minute.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Every(pub Flapping);

impl FromStr for Every {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let invalid = || format!("`{text}` says no turns: write `60s for 20s`");
        let (period, lasts) = text.split_once(" for ").ok_or_else(invalid)?;
        let (Span(period), Span(lasts)) = (period.trim().parse()?, lasts.trim().parse()?);
        if period.is_zero() || lasts > period {
            return Err(invalid());
        }
        Ok(Self(Flapping { period, lasts }))
    }
}

/// One, or a list.
#[derive(Debug)]
pub(crate) struct Many<T>(pub Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T> Deserialize<'de> for Many<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ManyVisitor(PhantomData))
    }
}

struct ManyVisitor<T>(PhantomData<T>);

impl<'de, T> Visitor<'de> for ManyVisitor<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    type Value = Many<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word or a list of words")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Many<T>, E> {
        text.parse().map(|one| Many(vec![one])).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Many<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(Parsed(one)) = access.next_element::<Parsed<T>>()? {
            all.push(one);
        }
        Ok(Many(all))
    }
}

impl<T> JsonSchema for Many<T> {
    fn schema_name() -> Cow<'static, str> {
        "Words".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
    }
}

impl<'de> Deserialize<'de> for FaultItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor).map(Self)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = FaultFile;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a fault, or a mapping with the key `fault`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<FaultFile, E> {
        Ok(FaultFile {
            fault: Parsed(text.parse().map_err(E::custom)?),
            host: None,
            method: Many::default(),
            path: None,
            repository: None,
            tag: None,
            digest: None,
            account: None,
            server: None,
            attempts: None,
            count: None,
            from: None,
            until: None,
            every: None,
            probability: None,
            seed: 0,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<FaultFile, A::Error> {
        FaultFile::deserialize(MapAccessDeserializer::new(access))
    }
}

impl JsonSchema for FaultItem {
    fn schema_name() -> Cow<'static, str> {
        "Fault".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let full = FaultFile::json_schema(generator);
        json_schema!({"anyOf": [{"type": "string"}, full]})
    }
}

/// A forward proxy.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ProxyFile {
    /// Whose login it demands; by default it demands none.
    #[serde(default)]
    pub accounts: std::collections::BTreeMap<String, AccountFile>,
    /// Whether it reads along, and shows certificates of its own authority.
    #[serde(default)]
    pub intercepts: bool,
    /// Whether the node trusts its authority.
    #[serde(default)]
    pub trusted: bool,
}
