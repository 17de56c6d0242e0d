//! A value that must never be printed.
//!
//! Passwords and tokens are wrapped in [`Secret`] at the moment they are parsed. `Debug` and serde show a
//! placeholder, there is no `Display`, and the only way to the value is [`Secret::expose`], so that each place
//! where a secret leaves the programme can be found by searching for that word.
//!
//! ```
//! let password = secret::Secret::from("hunter2");
//! assert_eq!(format!("{password:?}"), "[redacted]");
//! assert_eq!(password.expose(), "hunter2");
//! ```

use std::fmt;

/// What is shown in place of a secret.
pub const PLACEHOLDER: &str = "[redacted]";

/// A secret value; see the crate's documentation.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Secret<T = String>(T);

impl<T> Secret<T> {
    /// Takes `value` into custody.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself: for the wire, never for a person.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Applies `f` to the value without showing it.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Secret<U> {
        Secret(f(self.0))
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PLACEHOLDER)
    }
}

impl<T> serde::Serialize for Secret<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(PLACEHOLDER)
    }
}

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Secret<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}
