//! Header fields in wire order.

use std::fmt;

use trace::redact;

/// Header fields, in order. Names keep the case in which they were set: Go writes them so.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Header(Vec<(String, String)>);

impl Header {
    /// No fields.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The first value of a field; names are compared without case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All values of a field, in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Adds a value.
    pub fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Sets the only value of a field.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.add(name, value);
    }

    /// Removes a field.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// As it may be shown.
    pub(crate) fn redacted(&self) -> Vec<trace::Header> {
        let field = |(name, value): (&str, &str)| trace::Header {
            name: name.to_owned().into(),
            value: redact::header(name, value),
        };
        self.iter().map(field).collect()
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, value)| (name, redact::header(name, value)))).finish()
    }
}
