use crate::Source;
use crate::tree::{Tree, Value};

/// What a field must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    /// A duration as Go writes it.
    Duration,
    Bool,
    Int32,
    Int64,
    Uint32,
    Float,
    Texts,
    TextMap,
    BoolMap,
    /// A mapping with fields of its own.
    Object,
    /// A list of mappings with fields of their own.
    Objects,
    /// What is not looked into.
    Any,
}

/// A value that is not what its field must be.
pub(super) struct Misfit<'t> {
    /// The value, or the element of it.
    pub tree: &'t Tree,
    /// What Go's JSON decoder calls it.
    pub got: String,
    /// What Go calls what it must be.
    pub wanted: &'static str,
    /// The same for a person.
    pub remedy: &'static str,
}

impl Shape {
    /// The first part of a value that does not fit; `null` fits everything.
    pub fn misfit<'t>(self, tree: &'t Tree, source: &Source) -> Option<Misfit<'t>> {
        let scalar = Scalar::of(tree, source);
        let fits = match self {
            _ if tree.is_null() => true,
            Self::Any => true,
            Self::Text | Self::Duration => matches!(scalar, Scalar::Text),
            Self::Bool => matches!(scalar, Scalar::Bool(_)),
            Self::Int32 => scalar.integer().is_some_and(|value| i32::try_from(value).is_ok()),
            Self::Int64 => scalar.integer().is_some(),
            Self::Uint32 => scalar.integer().is_some_and(|value| u32::try_from(value).is_ok()),
            Self::Float => matches!(scalar, Scalar::Number(_)),
            Self::Object => tree.is_map(),
            Self::Objects => tree.is_list() && tree.list().iter().all(Tree::is_map),
            Self::Texts if tree.is_list() => {
                return tree.list().iter().find_map(|tree| Self::Text.misfit(tree, source));
            }
            Self::TextMap | Self::BoolMap if tree.is_map() => {
                let element = if self == Self::BoolMap { Self::Bool } else { Self::Text };
                return tree.members().iter().find_map(|member| element.misfit(&member.value, source));
            }
            Self::Texts | Self::TextMap | Self::BoolMap => false,
        };
        let (wanted, remedy) = self.words();
        (!fits).then(|| Misfit { tree, got: scalar.words(tree), wanted, remedy })
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("string", "a text"),
            Self::Duration => ("string", "a duration such as 30s, in quotation marks or not"),
            Self::Bool => ("bool", "true or false"),
            Self::Int32 => ("int32", "a whole number without quotation marks"),
            Self::Int64 => ("int64", "a whole number without quotation marks"),
            Self::Uint32 => ("uint32", "a whole number without a sign"),
            Self::Float => ("float64", "a number without quotation marks"),
            Self::Texts => ("[]string", "a list of texts"),
            Self::TextMap => ("map[string]string", "a mapping to texts"),
            Self::BoolMap => ("map[string]bool", "a mapping to true or false"),
            Self::Object | Self::Any => ("struct", "a mapping"),
            Self::Objects => ("slice", "a list of mappings"),
        }
    }
}

/// A value as the kubelet's reader, which follows YAML 1.1, takes it.
pub(super) enum Scalar {
    Bool(bool),
    /// A number as it is written.
    Number(String),
    Text,
    Other,
}

impl Scalar {
    pub fn of(tree: &Tree, source: &Source) -> Self {
        match &tree.value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Number => Self::Number(written(tree, source)),
            Value::Text(text) => match yaml_1_1(text.expose()) {
                Some(value) if !written(tree, source).starts_with(['"', '\'', '|', '>']) => Self::Bool(value),
                _ => Self::Text,
            },
            Value::Null | Value::List(_) | Value::Map(_) => Self::Other,
        }
    }

    /// A whole number, also as `5.0`, which becomes 5 on the way through JSON.
    pub fn integer(&self) -> Option<i64> {
        let Self::Number(text) = self else { return None };
        let whole = text.strip_suffix(".0").unwrap_or(text);
        whole.replace('_', "").parse().ok()
    }

    /// How Go's JSON decoder calls it.
    fn words(&self, tree: &Tree) -> String {
        match self {
            Self::Bool(_) => "bool".to_owned(),
            Self::Number(text) if text.contains(['.', 'e', 'E']) || text.len() > 9 => {
                format!("number {text}")
            }
            Self::Number(_) => "number".to_owned(),
            Self::Text => "string".to_owned(),
            Self::Other if tree.is_map() => "object".to_owned(),
            Self::Other => "array".to_owned(),
        }
    }
}

/// The words that YAML 1.1 takes for true and false (`sigs.k8s.io/yaml goyaml.v2 resolve.go`).
fn yaml_1_1(text: &str) -> Option<bool> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// A scalar as it stands in the text.
fn written(tree: &Tree, source: &Source) -> String {
    let line = source.line(tree.span.line).unwrap_or_default();
    line.chars().skip(tree.span.column.saturating_sub(1)).take(tree.span.length.max(1)).collect()
}
