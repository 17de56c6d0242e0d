//! The grammar: `[domain/]path[:tag][@digest]`, matched by hand.
//!
//! The library uses one regular expression. Its parts share no separators, so cutting at the first `@`, the last
//! slash and then the first colon finds the only way in which the expression could match.

use super::{Grammar, Reference, ReferenceError};

/// `reference.Parse`.
pub(super) fn parse(text: &str, grammar: Grammar) -> Result<Reference, ReferenceError> {
    let Some(parts) = split(text, grammar) else {
        return Err(if text.is_empty() {
            ReferenceError::Empty
        } else if split(&text.to_lowercase(), grammar).is_some() {
            ReferenceError::ContainsUppercase
        } else {
            ReferenceError::InvalidFormat
        });
    };
    // v2.8.2 reference.go counts the whole name, v0.6.0 the path alone.
    let counted = match grammar {
        Grammar::V2_8_2 if !parts.domain.is_empty() => parts.domain.len() + 1 + parts.path.len(),
        _ => parts.path.len(),
    };
    if counted > 255 {
        return Err(ReferenceError::TooLong);
    }
    Ok(Reference {
        domain: parts.domain.to_owned(),
        path: parts.path.to_owned(),
        tag: parts.tag.map(str::to_owned),
        digest: parts.digest.map(str::parse).transpose()?,
    })
}

struct Parts<'a> {
    domain: &'a str,
    path: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

fn split(text: &str, grammar: Grammar) -> Option<Parts<'_>> {
    let (rest, digest) = cut(text, text.find('@'));
    let last = rest.rfind('/').map_or(0, |slash| slash + 1);
    let (name, tag) = cut(rest, rest[last..].find(':').map(|colon| last + colon));
    if digest.is_some_and(|d| !is_digest(d)) || tag.is_some_and(|t| !is_tag(t)) {
        return None;
    }
    let (domain, path) = match name.split_once('/') {
        Some((domain, path)) if is_domain(domain, grammar) => (domain, path),
        _ => ("", name),
    };
    path.split('/').all(is_component).then_some(Parts { domain, path, tag, digest })
}

/// What stands before and behind the separator at `position`.
fn cut(text: &str, position: Option<usize>) -> (&str, Option<&str>) {
    match position {
        Some(position) => (&text[..position], Some(&text[position + 1..])),
        None => (text, None),
    }
}

/// Labels joined by dots or an IPv6 address in brackets, and perhaps a port.
fn is_domain(text: &str, grammar: Grammar) -> bool {
    let (host, port) = match text.find(']') {
        Some(end) if grammar == Grammar::V0_6_0 => text.split_at(end + 1),
        _ => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let port_fits = match port.strip_prefix(':') {
        Some(digits) => !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()),
        None => port.is_empty(),
    };
    port_fits
        && match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
            Some(address) if grammar == Grammar::V0_6_0 => {
                !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':')
            }
            _ => host.split('.').all(is_label),
        }
}

fn is_label(label: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
}

/// Runs of lower-case letters and digits, separated by a dot, one or two underscores, or any number of hyphens.
fn is_component(component: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !component.starts_with(word) || !component.ends_with(word) {
        return false;
    }
    component
        .split(word)
        .all(|separator| matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|b| b == b'-'))
}

/// `[\w][\w.-]{0,127}`
fn is_tag(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=128).contains(&tag.len())
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|b| word(b) || b == b'.' || b == b'-')
}

/// An algorithm of words, each beginning with a letter, and 32 hexadecimal digits or more.
fn is_digest(digest: &str) -> bool {
    let Some((algorithm, encoded)) = digest.split_once(':') else { return false };
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_alphabetic()) && word.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    algorithm.split(['-', '_', '+', '.']).all(word)
        && encoded.len() >= 32
        && encoded.bytes().all(|b| b.is_ascii_hexdigit())
}
