//! The one place that knows the YAML library. JSON is read by it too, being YAML.

use std::fmt;

use secret::Secret;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::{DuplicateKeyPolicy, Error, Location, NonFiniteFloatPolicy, Spanned};

use crate::tree::{Member, Span, Tree, Value};

/// What is wrong with a text that is no YAML. The message never quotes the text.
#[derive(Debug)]
pub(crate) struct YamlError {
    pub span: Span,
    pub message: String,
}

/// What is said of a text that has more values or documents than are accepted.
pub(crate) const TOO_MUCH: &str = "more values or documents than are accepted";

/// How many values there may be: a pod of a cluster has three hundred, and a value takes some hundred bytes of memory.
const VALUES: usize = 1_000_000;
/// How many documents.
const DOCUMENTS: usize = 20_000;

/// Reads all documents of a text. `no`, `on` and their like stay texts.
pub(crate) fn parse(text: &str) -> Result<Vec<Tree>, YamlError> {
    let options = serde_saphyr::options! {
        with_snippet: false,
        strict_booleans: true,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        budget: serde_saphyr::budget! {
            max_nodes: VALUES,
            max_events: 3 * VALUES,
            max_documents: DOCUMENTS,
        },
    };
    serde_saphyr::from_multiple_with_options::<Tree>(text, options).map_err(|error| YamlError {
        span: error.location().map(span).unwrap_or_default(),
        message: message(&error),
    })
}

/// The library's words where they are known to be fixed; its other messages may quote the text.
fn message(error: &Error) -> String {
    match error.without_snippet() {
        Error::ExternalMessage { msg, .. } => msg.clone(),
        Error::Unexpected { expected, .. } => format!("expected {expected}"),
        Error::UnknownAnchor { .. } => "alias of an unknown anchor".to_owned(),
        Error::Eof { .. } => "unexpected end".to_owned(),
        Error::Budget {
            breach:
                BudgetBreach::Nodes { .. }
                | BudgetBreach::Events { .. }
                | BudgetBreach::Documents { .. }
                | BudgetBreach::ScalarBytes { .. },
            ..
        } => TOO_MUCH.to_owned(),
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            "more nesting or aliases than are accepted".to_owned()
        }
        Error::InvalidBinaryBase64 { .. } => "!!binary that is no base64".to_owned(),
        _ => "malformed YAML".to_owned(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "an input has at most 8 MiB")]
pub(crate) fn span(location: Location) -> Span {
    Span {
        line: location.line() as usize,
        column: location.column() as usize,
        length: location.span().len() as usize,
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self { span: span(spanned.referenced), value: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(Self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Value, E> {
        Ok(Value::Number)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Value, E> {
        Ok(Value::Number)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Value, E> {
        Ok(Value::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(Secret::from(text)))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Value, E> {
        Ok(Value::Text(Secret::new(String::from_utf8_lossy(bytes).into_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = access.next_element()? {
            list.push(element);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Vec::new();
        while let Some((key, value)) = access.next_entry::<Spanned<String>, Tree>()? {
            members.push(Member { key_span: span(key.referenced), key: Secret::new(key.value), value });
        }
        Ok(Value::Map(members))
    }
}
