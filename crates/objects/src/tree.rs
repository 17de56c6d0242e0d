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

    fn shift(&mut self, lines: usize, columns: usize) {
        self.column += if self.line == 1 { columns } else { 0 };
        self.line += lines;
    }

    /// The place without the line's text.
    pub fn plain_place(self, source: &Source) -> Place {
        let file = source.shown_name().to_owned();
        Place { file, line: self.line, column: self.column, excerpt: None }
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
    Bool(bool),
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
    /// The same document as part of a longer text, whose lines and first column begin that much later.
    pub fn shift(&mut self, lines: usize, columns: usize) {
        self.span.shift(lines, columns);
        match &mut self.value {
            Value::List(list) => list.iter_mut().for_each(|tree| tree.shift(lines, columns)),
            Value::Map(members) => {
                for member in members {
                    member.key_span.shift(lines, columns);
                    member.value.shift(lines, columns);
                }
            }
            _ => {}
        }
    }

    /// The member of this key; the last one where there are several.
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.members().iter().rev().find(|member| member.key.expose() == key)
    }

    /// The value of the member of this key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.member(key).map(|member| &member.value)
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

    pub fn is_list(&self) -> bool {
        matches!(self.value, Value::List(_))
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

    pub fn list(&self) -> &[Self] {
        match &self.value {
            Value::List(list) => list,
            _ => &[],
        }
    }

    /// The member of this key, unless it is absent or `null`.
    pub fn set(&self, key: &str) -> Option<&Self> {
        self.get(key).filter(|tree| !tree.is_null())
    }

    /// The text of a field that holds nothing secret: a kind, a name, a type.
    pub fn plain(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Self::text).map(|text| text.expose().as_str())
    }

    /// What it is, for a person.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Number => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }
}
