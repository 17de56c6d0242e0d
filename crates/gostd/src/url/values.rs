//! `url.Values`: the pairs of a query or a form.

use super::{Cause, query_escape, query_unescape};

/// Pairs of keys and values in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(Vec<(String, String)>);

impl Values {
    /// No pairs.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a value to those of `key` (`Values.Add`).
    pub fn add(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.push((key.into(), value.into()));
    }

    /// Puts one value in place of all those of `key` (`Values.Set`).
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        let key = key.into();
        self.0.retain(|(known, _)| *known != key);
        self.0.push((key, value.into()));
    }

    /// The first value of `key` (`Values.Get`, which gives the empty string for none).
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value.as_str())
    }

    /// All pairs.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
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

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Values {
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

fn parse_pair(pair: &str) -> Result<(String, String), Cause> {
    if pair.contains(';') {
        return Err(Cause::Semicolon);
    }
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    Ok((query_unescape(key)?, query_unescape(value)?))
}
