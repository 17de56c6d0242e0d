//! One file, parsed, with its places.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Table;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, ConfigProblem, Generation};
use super::syntax::{self, Syntax};
use super::{lenient, types, utf8};
use crate::config::{ConfigPlace, place};
use crate::containerd::profile::ConfigRules;

/// A file of the configuration.
pub(super) struct Document {
    pub(super) path: PathBuf,
    pub(super) table: Table,
    text: String,
}

impl Document {
    /// `loadConfigFile`
    pub(super) fn parse(path: PathBuf, bytes: &[u8], rules: &ConfigRules) -> Result<Self, ConfigError> {
        let (text, found) = utf8::decode(bytes, rules.generation);
        if let Some((found, at)) = found {
            let problem = ConfigProblem::Syntax(found);
            return Err(ConfigError::new(&path, Some(place(&text, at)), problem, rules.generation));
        }
        if rules.generation == Generation::Two && text.starts_with('\u{feff}') {
            // Its first byte is taken for a character.
            let problem = ConfigProblem::Syntax(Syntax::KeyStart('\u{ef}'));
            return Err(ConfigError::new(&path, Some(place(&text, 0)), problem, rules.generation));
        }
        let parsed = match rules.generation {
            Generation::One => lenient::parse(&text),
            Generation::Two => text.parse::<Table>().map(|table| (table, text.clone())),
        };
        let (table, text) = parsed.map_err(|error| {
            let (found, at) = syntax::find(&text, &error, rules.generation);
            ConfigError::new(&path, Some(place(&text, at)), ConfigProblem::Syntax(found), rules.generation)
        })?;
        let document = Self { path, table, text };
        types::check_file(&document, rules.generation)?;
        Ok(document)
    }

    /// The place of a value: that of its key, which go-toml 1 tells of all but tables, or its own.
    pub(super) fn place_of(&self, path: &[&str], generation: Generation) -> Option<ConfigPlace> {
        let parsed = DeTable::parse(&self.text).ok()?;
        let (key, value, is_table) = spans(parsed.get_ref(), path)?;
        let span = if generation == Generation::One && !is_table { key } else { value };
        Some(place(&self.text, span.start))
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// Where key and value are, and whether that is a table.
fn spans(table: &DeTable<'_>, path: &[&str]) -> Option<(Range<usize>, Range<usize>, bool)> {
    let (first, rest) = path.split_first()?;
    let (key, value) = table.iter().find(|(key, _)| key.get_ref() == first)?;
    match (rest, value.get_ref()) {
        ([], found) => Some((key.span(), value.span(), found.is_table())),
        (rest, DeValue::Table(table)) => spans(table, rest),
        _ => None,
    }
}
