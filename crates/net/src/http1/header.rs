//! Header fields in wire order.

use std::fmt;

use trace::redact;

/// Header fields, in order. Names keep the case in which they were set: Go writes them so.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Header(Vec<Field>);

#[derive(Clone, PartialEq, Eq)]
struct Field {
    name: String,
    value: String,
    /// The value as it came, where that is no UTF-8: Go hands its bytes on.
    bytes: Option<Box<[u8]>>,
}

impl Field {
    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

impl Header {
    /// No fields.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The first value of a field; names are compared without case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|field| field.is(name)).map(|field| field.value.as_str())
    }

    /// All values of a field, in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |field| field.is(name)).map(|field| field.value.as_str())
    }

    /// All values of a field as they were sent, in order.
    pub fn get_all_bytes<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let bytes = |field: &'a Field| field.bytes.as_deref().unwrap_or(field.value.as_bytes());
        self.0.iter().filter(move |field| field.is(name)).map(bytes)
    }

    /// Adds a value.
    pub fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push(Field { name: name.into(), value: value.into(), bytes: None });
    }

    /// Adds a value as it was sent.
    pub(crate) fn add_bytes(&mut self, name: impl Into<String>, value: &[u8]) {
        match std::str::from_utf8(value) {
            Ok(text) => self.add(name, text),
            Err(_) => self.0.push(Field {
                name: name.into(),
                value: String::from_utf8_lossy(value).into_owned(),
                bytes: Some(value.into()),
            }),
        }
    }

    /// Whether there is a field of exactly this name, case included, as a key of Go's map.
    pub fn has_key(&self, name: &str) -> bool {
        self.0.iter().any(|field| field.name == name)
    }

    /// Sets the only value of a field. One of the same name in other case stays beside it, as in Go, where it has a
    /// key of its own.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.retain(|field| field.name != name);
        self.add(name, value);
    }

    /// Removes a field.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|field| !field.is(name));
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|field| (field.name.as_str(), field.value.as_str()))
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
