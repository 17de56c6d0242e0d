//! `url.Parse`.

use super::address::check_ip_literal;
use super::escape::{Part, escape, unescape};
use super::{Cause, Error, Url, Userinfo};

impl Url {
    /// Takes a URL, or a reference relative to one, apart.
    ///
    /// # Errors
    /// [`Error`] with the text and Go's reason.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (main, fragment) = text.split_once('#').unwrap_or((text, ""));
        let mut url = parse(main).map_err(|cause| Error { url: main.to_owned(), cause })?;
        if !fragment.is_empty() {
            url.set_fragment(fragment).map_err(|cause| Error { url: text.to_owned(), cause })?;
        }
        Ok(url)
    }

    /// Sets path and raw path from an encoded path.
    pub(super) fn set_path(&mut self, encoded: &str) -> Result<(), Cause> {
        self.path = unescape(encoded, Part::Path)?;
        let usual = escape(self.path.as_bytes(), Part::Path) == encoded;
        self.raw_path = if usual { String::new() } else { encoded.to_owned() };
        Ok(())
    }

    fn set_fragment(&mut self, encoded: &str) -> Result<(), Cause> {
        self.fragment = unescape(encoded, Part::Fragment)?;
        let usual = escape(self.fragment.as_bytes(), Part::Fragment) == encoded;
        self.raw_fragment = if usual { String::new() } else { encoded.to_owned() };
        Ok(())
    }
}

fn parse(text: &str) -> Result<Url, Cause> {
    if text.bytes().any(|b| b < b' ' || b == 0x7f) {
        return Err(Cause::ControlCharacter);
    }
    let mut url = Url::default();
    if text == "*" {
        url.path = "*".to_owned();
        return Ok(url);
    }
    let (scheme, mut rest) = split_scheme(text)?;
    url.scheme = scheme.to_ascii_lowercase();
    if rest.ends_with('?') && rest.matches('?').count() == 1 {
        url.force_query = true;
        rest = &rest[..rest.len() - 1];
    } else if let Some((before, query)) = rest.split_once('?') {
        rest = before;
        url.raw_query = query.to_owned();
    }
    if !rest.starts_with('/') {
        if !url.scheme.is_empty() {
            url.opaque = rest.to_owned();
            return Ok(url);
        }
        if rest.split('/').next().is_some_and(|segment| segment.contains(':')) {
            return Err(Cause::ColonInFirstSegment);
        }
    }
    if rest.starts_with("//") && (!url.scheme.is_empty() || !rest.starts_with("///")) {
        let after = &rest[2..];
        let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
        (url.user, url.host) = parse_authority(authority)?;
        rest = path;
    } else if !url.scheme.is_empty() && rest.starts_with('/') {
        url.omit_host = true;
    }
    url.set_path(rest)?;
    Ok(url)
}

/// The scheme and what follows its colon; an empty scheme when the text does not begin like one.
fn split_scheme(text: &str) -> Result<(&str, &str), Cause> {
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if i > 0 => {}
            b':' if i == 0 => return Err(Cause::MissingScheme),
            b':' => return Ok((&text[..i], &text[i + 1..])),
            _ => break,
        }
    }
    Ok(("", text))
}

fn parse_authority(authority: &str) -> Result<(Option<Userinfo>, String), Cause> {
    let Some((userinfo, host)) = authority.rsplit_once('@') else {
        return Ok((None, parse_host(authority)?));
    };
    let host = parse_host(host)?;
    if !userinfo.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&b)) {
        return Err(Cause::Userinfo);
    }
    let (username, password) = match userinfo.split_once(':') {
        Some((username, password)) => (username, Some(password)),
        None => (userinfo, None),
    };
    let username = unescape(username, Part::UserPassword)?;
    let password = password.map(|p| unescape(p, Part::UserPassword)).transpose()?;
    Ok((Some(Userinfo { username, password }), host))
}

fn parse_host(host: &str) -> Result<String, Cause> {
    match host.rfind('[') {
        // Since Go 1.25.2 only an IPv6 address may stand in brackets (CVE-2025-47912).
        Some(0) => bracketed(host),
        Some(_) => Err(Cause::IpLiteral),
        None => {
            if let Some(colon) = host.rfind(':') {
                check_port(&host[colon..])?;
            }
            unescape(host, Part::Host)
        }
    }
}

fn bracketed(host: &str) -> Result<String, Cause> {
    let close = host.rfind(']').ok_or(Cause::MissingBracket)?;
    let port = &host[close + 1..];
    check_port(port)?;
    let inside = &host[1..close];
    let address = match inside.find("%25") {
        Some(zone) => unescape(&inside[..zone], Part::Host)? + &unescape(&inside[zone..], Part::Zone)?,
        None => unescape(inside, Part::Host)?,
    };
    check_ip_literal(&address)?;
    Ok(format!("[{address}]{port}"))
}

fn check_port(port: &str) -> Result<(), Cause> {
    if is_optional_port(port) { Ok(()) } else { Err(Cause::Port { port: port.to_owned() }) }
}

/// Whether the text is empty, or a colon and digits, perhaps none.
pub(super) fn is_optional_port(port: &str) -> bool {
    port.is_empty() || port.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
}
