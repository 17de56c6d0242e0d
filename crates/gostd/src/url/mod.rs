//! `net/url` of Go 1.25: parsing with its rules and words, and writing.
//!
//! ```
//! use gostd::url::Url;
//! let base = Url::parse("https://registry.test/v2/app/blobs/x")?;
//! let target = base.resolve_reference(&Url::parse("/cdn/x?sig=1")?);
//! assert_eq!(target.to_string(), "https://registry.test/cdn/x?sig=1");
//! let said = Url::parse("10.0.0.1:5000/app").unwrap_err().to_string();
//! assert_eq!(said, r#"parse "10.0.0.1:5000/app": first path segment in URL cannot contain colon"#);
//! # Ok::<(), gostd::url::Error>(())
//! ```

mod address;
mod error;
mod escape;
mod parse;
mod resolve;
mod values;
mod write;

pub use error::{Cause, Error};
pub use escape::{path_escape, path_unescape, query_escape, query_unescape};
pub use values::{Values, parse_query};

use std::fmt;

/// A URL as Go takes it apart. What was percent-encoded is decoded in [`Url::path`], [`Url::fragment`] and
/// [`Url::user`]; the `raw_` fields keep the encoding where it is not the usual one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Url {
    /// The scheme in lower case, empty when there is none.
    pub scheme: String,
    /// What follows the scheme when that is no slash, still encoded: `1234` in `host:1234`.
    pub opaque: String,
    /// User name and password.
    pub user: Option<Userinfo>,
    /// Host, with its port when there is one.
    pub host: String,
    /// The path, decoded.
    pub path: String,
    /// The path as it was written, when [`Url::path`] would be encoded in another way.
    pub raw_path: String,
    /// The URL had a scheme and a path but no `//`.
    pub omit_host: bool,
    /// The URL ended in a question mark without a query.
    pub force_query: bool,
    /// The query, still encoded.
    pub raw_query: String,
    /// The fragment, decoded.
    pub fragment: String,
    /// The fragment as it was written, when [`Url::fragment`] would be encoded in another way.
    pub raw_fragment: String,
}

/// The part of a URL before the `@`. The password is not shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Userinfo {
    /// The user's name, decoded.
    pub username: String,
    /// The password, decoded; None when there was no colon.
    pub password: Option<String>,
}

impl fmt::Debug for Userinfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let password = self.password.as_ref().map(|_| "[redacted]");
        f.debug_struct("Userinfo").field("username", &self.username).field("password", &password).finish()
    }
}
