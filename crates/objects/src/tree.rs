use secret::Secret;

use crate::Source;
use crate::excerpt::{Place, Reveal};

/// Where a node stands in the text. Lines and columns count from 1, columns and lengths in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub line: usize,
    pub column: usize,
    pub length: usize,
}

impl Span {
    /// The place for a message. The line is masked; `reveal` says whether the spanned text itself may be shown.
    pub fn place(self, source: &Source, reveal: Reveal) -> Place {
        Place::new(source, self, reveal)
    }
}

/// A document of YAML or JSON. Texts are secret until somebody who knows better asks.
#[derive(Debug)]
pub(crate) struct Tree {
    pub span: Span,
    pub value: Value,
}

#[derive(Debug)]
pub(crate) enum Value {
    Null,
    Bool,
    Number,
    Text(Secret),
    List(Vec<Tree>),
    Map(Vec<Member>),
}

#[derive(Debug)]
pub(crate) struct Member {
    pub key: Secret,
    pub key_span: Span,
    pub value: Tree,
}

impl Tree {
    /// The member of this key; the last one where there are several.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.members().iter().rev().find(|member| member.key.expose() == key).map(|member| &member.value)
    }

    pub fn members(&self) -> &[Member] {
        match &self.value {
            Value::Map(members) => members,
            _ => &[],
        }
    }

    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    pub fn text(&self) -> Option<&Secret> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a field that holds nothing secret: a kind, a name, a type.
    pub fn plain(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Self::text).map(|text| text.expose().as_str())
    }

    /// What it is, for a person.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool => "a boolean",
            Value::Number => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}
