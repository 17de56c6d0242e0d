//! A configuration file in TOML, with the places of its values.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Table;
use toml::de::{DeTable, DeValue};

use crate::config::{ConfigPlace, place};

/// A file, parsed.
pub(super) struct TomlFile {
    pub(super) path: PathBuf,
    pub(super) table: Table,
    text: String,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) path: PathBuf,
    pub(super) place: Option<ConfigPlace>,
    pub(super) said: String,
}

/// What a value must be.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Text,
    Truth,
    Texts,
}

impl Kind {
    fn fits(self, value: &toml::Value) -> bool {
        match self {
            Self::Text => value.is_str(),
            Self::Truth => value.is_bool(),
            Self::Texts => value.as_array().is_some_and(|list| list.iter().all(toml::Value::is_str)),
        }
    }

    const fn go(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Truth => "boolean",
            Self::Texts => "slice",
        }
    }
}

impl TomlFile {
    /// `toml.DecodeFile`. What is no TOML is told in the words of the reader here, behind the number of the line.
    pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, Flaw> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let table = text.parse::<Table>().map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let place = place(&text, at);
            let reason = error.message().lines().next().unwrap_or_default();
            let said = format!("toml: line {}: {reason} …", place.line);
            Flaw { path: path.to_owned(), place: Some(place), said }
        })?;
        Ok(Self { path: path.to_owned(), table, text })
    }

    /// That a value is of the wrong type.
    pub(super) fn mismatch(&self, at: &[&str], value: &toml::Value, wanted: Kind) -> Flaw {
        let place = self.place_of(at);
        let line = place.as_ref().map_or(0, |place| place.line);
        let found = match value.type_str() {
            "integer" => "integer",
            "table" => "map",
            "array" => "array",
            other => other,
        };
        let said = format!(
            "toml: line {line} (last key {:?}): incompatible types: TOML value has type {found}; destination has type {}",
            at.join("."),
            wanted.go()
        );
        Flaw { path: self.path.clone(), place, said }
    }

    /// A flaw of what stands at a key, in other words.
    pub(super) fn flaw(&self, at: &[&str], said: impl Into<String>) -> Flaw {
        Flaw { path: self.path.clone(), place: self.place_of(at), said: said.into() }
    }

    /// The value of a key below tables, if it is there and of the right type.
    pub(super) fn get(&self, at: &[&str], kind: Kind) -> Result<Option<&toml::Value>, Flaw> {
        let Some((last, tables)) = at.split_last() else { return Ok(None) };
        let mut table = &self.table;
        for name in tables {
            match table.get(*name).and_then(toml::Value::as_table) {
                Some(below) => table = below,
                None => return Ok(None),
            }
        }
        match table.get(*last) {
            Some(value) if !kind.fits(value) => Err(self.mismatch(at, value, kind)),
            found => Ok(found),
        }
    }

    pub(super) fn text(&self, at: &[&str]) -> Result<Option<String>, Flaw> {
        Ok(self.get(at, Kind::Text)?.and_then(toml::Value::as_str).map(str::to_owned))
    }

    pub(super) fn texts(&self, at: &[&str]) -> Result<Option<Vec<String>>, Flaw> {
        let list = self.get(at, Kind::Texts)?.and_then(toml::Value::as_array);
        Ok(list.map(|list| list.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect()))
    }

    /// Where a key is; of lists of tables, in the entry of that number (`registry`, `1`, `location`).
    pub(super) fn place_of(&self, at: &[&str]) -> Option<ConfigPlace> {
        let parsed = DeTable::parse(&self.text).ok()?;
        Some(place(&self.text, span(parsed.get_ref(), at)?.start))
    }
}

fn span(table: &DeTable<'_>, at: &[&str]) -> Option<Range<usize>> {
    let (first, rest) = at.split_first()?;
    let (key, value) = table.iter().find(|(key, _)| key.get_ref() == first)?;
    match (rest, value.get_ref()) {
        ([], _) => Some(key.span()),
        (rest, DeValue::Table(table)) => span(table, rest),
        ([index, rest @ ..], DeValue::Array(list)) => {
            let entry = list.get(index.parse::<usize>().ok()?)?;
            match (rest, entry.get_ref()) {
                ([], _) => Some(entry.span()),
                (rest, DeValue::Table(table)) => span(table, rest).or(Some(entry.span())),
                _ => Some(entry.span()),
            }
        }
        _ => None,
    }
}
