//! `URL.String` and its relatives.

use std::fmt;

use super::escape::{Part, escape, should_escape, unescape};
use super::parse::is_optional_port;
use super::{Url, Userinfo, Values, parse_query};

impl Url {
    /// The path, encoded: as it was written when that decodes to [`Url::path`] (`URL.EscapedPath`).
    pub fn escaped_path(&self) -> String {
        if let Some(raw) = kept(&self.raw_path, &self.path, Part::Path) {
            return raw;
        }
        if self.path == "*" { self.path.clone() } else { escape(self.path.as_bytes(), Part::Path) }
    }

    /// The fragment, encoded (`URL.EscapedFragment`).
    pub fn escaped_fragment(&self) -> String {
        kept(&self.raw_fragment, &self.fragment, Part::Fragment)
            .unwrap_or_else(|| escape(self.fragment.as_bytes(), Part::Fragment))
    }

    /// What stands in the request line: path and query, or the opaque part (`URL.RequestURI`).
    pub fn request_uri(&self) -> String {
        let mut uri = match self.opaque.as_str() {
            "" => self.escaped_path(),
            opaque if opaque.starts_with("//") => format!("{}:{opaque}", self.scheme),
            opaque => opaque.to_owned(),
        };
        if uri.is_empty() {
            uri.push('/');
        }
        if self.force_query || !self.raw_query.is_empty() {
            uri.push('?');
            uri.push_str(&self.raw_query);
        }
        uri
    }

    /// The host without port and brackets (`URL.Hostname`).
    pub fn hostname(&self) -> &str {
        let host = self.split_port().0;
        host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host)
    }

    /// The port, empty when there is none (`URL.Port`).
    pub fn port(&self) -> &str {
        self.split_port().1
    }

    /// Whether there is a scheme (`URL.IsAbs`).
    pub const fn is_abs(&self) -> bool {
        !self.scheme.is_empty()
    }

    /// The query's pairs; malformed ones are dropped (`URL.Query`).
    pub fn query(&self) -> Values {
        parse_query(&self.raw_query).0
    }

    /// The text with `xxxxx` in place of the password (`URL.Redacted`).
    pub fn redacted(&self) -> String {
        let mut url = self.clone();
        if let Some(password) = url.user.as_mut().and_then(|user| user.password.as_mut()) {
            *password = "xxxxx".to_owned();
        }
        url.to_string()
    }

    fn split_port(&self) -> (&str, &str) {
        match self.host.rfind(':') {
            Some(colon) if is_optional_port(&self.host[colon..]) => {
                (&self.host[..colon], &self.host[colon + 1..])
            }
            _ => (&self.host, ""),
        }
    }
}

/// `URL.String`. The password is written: this is what goes on the wire, see [`Url::redacted`].
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        if !self.scheme.is_empty() {
            out.push_str(&self.scheme);
            out.push(':');
        }
        if self.opaque.is_empty() {
            self.write_authority(&mut out);
            let path = self.escaped_path();
            if !path.is_empty() && !path.starts_with('/') && !self.host.is_empty() {
                out.push('/');
            }
            // A first segment with a colon would be read as a scheme.
            if out.is_empty() && path.split('/').next().is_some_and(|segment| segment.contains(':')) {
                out.push_str("./");
            }
            out.push_str(&path);
        } else {
            out.push_str(&self.opaque);
        }
        if self.force_query || !self.raw_query.is_empty() {
            out.push('?');
            out.push_str(&self.raw_query);
        }
        if !self.fragment.is_empty() {
            out.push('#');
            out.push_str(&self.escaped_fragment());
        }
        f.write_str(&out)
    }
}

impl Url {
    fn write_authority(&self, out: &mut String) {
        let bare = self.host.is_empty() && self.user.is_none();
        if bare && (self.scheme.is_empty() || self.omit_host || self.path.is_empty()) {
            return;
        }
        out.push_str("//");
        if let Some(user) = &self.user {
            out.push_str(&user.to_string());
            out.push('@');
        }
        out.push_str(&escape(self.host.as_bytes(), Part::Host));
    }
}

/// `Userinfo.String`: name and password, encoded.
impl fmt::Display for Userinfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&escape(self.username.as_bytes(), Part::UserPassword))?;
        match &self.password {
            Some(password) => write!(f, ":{}", escape(password.as_bytes(), Part::UserPassword)),
            None => Ok(()),
        }
    }
}

/// The raw form, when it is well formed and decodes to the decoded one.
fn kept(raw: &str, decoded: &str, part: Part) -> Option<String> {
    let well_formed =
        raw.bytes().all(|b| b"!$&'()*+,;=:@[]%".contains(&b) || !should_escape(b, part)) && !raw.is_empty();
    let same = well_formed && unescape(raw, part).is_ok_and(|text| text == decoded);
    same.then(|| raw.to_owned())
}
