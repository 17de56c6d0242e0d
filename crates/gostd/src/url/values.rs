//! `url.Values`: the pairs of a query or a form.

use super::escape::{Part, unescape_bytes};
use super::{Cause, query_escape};

/// Pairs of keys and values in the order in which they came: bytes, as Go's strings are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(Vec<(Vec<u8>, Vec<u8>)>);

impl Values {
    /// No pairs.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a value to those of `key` (`Values.Add`).
    pub fn add(&mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.0.push((key.into(), value.into()));
    }

    /// Puts one value in place of all those of `key` (`Values.Set`).
    pub fn set(&mut self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        let key = key.into();
        self.0.retain(|(known, _)| *known != key);
        self.0.push((key, value.into()));
    }

    /// The first value of `key` (`Values.Get`, which gives the empty string for none).
    pub fn get(&self, key: &str) -> Option<&[u8]> {
        self.0.iter().find(|(known, _)| known == key.as_bytes()).map(|(_, value)| value.as_slice())
    }

    /// All pairs.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.0.iter().map(|(key, value)| (key.as_slice(), value.as_slice()))
    }

    /// Whether there are no pairs.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The pairs encoded, sorted by key, a key's values in their order (`Values.Encode`).
    pub fn encode(&self) -> String {
        let mut pairs: Vec<_> = self.iter().collect();
        pairs.sort_by_key(|&(key, _)| key);
        let encoded =
            pairs.iter().map(|(key, value)| format!("{}={}", query_escape(key), query_escape(value)));
        encoded.collect::<Vec<_>>().join("&")
    }
}

impl<K: Into<Vec<u8>>, V: Into<Vec<u8>>> FromIterator<(K, V)> for Values {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

/// Takes a query apart. Malformed pairs are dropped; the first of their errors is returned beside the rest, as
/// `url.ParseQuery` does.
pub fn parse_query(query: &str) -> (Values, Option<Cause>) {
    let mut values = Values::new();
    let mut first = None;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match parse_pair(pair) {
            Ok((key, value)) => values.add(key, value),
            // Go lets a later semicolon overwrite an earlier error.
            Err(Cause::Semicolon) => first = Some(Cause::Semicolon),
            Err(cause) => {
                first.get_or_insert(cause);
            }
        }
    }
    (values, first)
}

fn parse_pair(pair: &str) -> Result<(Vec<u8>, Vec<u8>), Cause> {
    if pair.contains(';') {
        return Err(Cause::Semicolon);
    }
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    let decoded = |text| unescape_bytes(text, Part::QueryComponent);
    Ok((decoded(key)?, decoded(value)?))
}
