//! `path/filepath`: shell patterns as on Unix.
//!
//! ```
//! use gostd::filepath::path_match;
//! assert_eq!(path_match("*.example.com", "eu.example.com"), Ok(true));
//! assert_eq!(path_match("a/*", "a/b/c"), Ok(false));
//! assert_eq!(path_match("[", "a").unwrap_err().to_string(), "syntax error in pattern");
//! ```

/// The pattern is malformed (`filepath.ErrBadPattern`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("syntax error in pattern")]
pub struct BadPattern;

/// Whether `pattern` matches the whole of `name`: `*` and `?` do not match a slash, `[a-z]` and `[^a-z]` are
/// classes, a backslash takes the next character as it is (`go1.25 path/filepath/match.go Match`, Unix).
///
/// # Errors
/// [`BadPattern`], whether the name would match so far or not.
pub fn path_match(pattern: &str, name: &str) -> Result<bool, BadPattern> {
    Ok(matches(&chunks(pattern)?, name))
}

/// What matches one character.
enum Unit {
    Literal(char),
    /// `?`
    Any,
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

/// The units up to the next star, and whether a star stands before them.
#[derive(Default)]
struct Chunk {
    star: bool,
    units: Vec<Unit>,
}

fn chunks(pattern: &str) -> Result<Vec<Chunk>, BadPattern> {
    let mut chunks = Vec::new();
    let mut current = Chunk::default();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '*' => {
                if !current.units.is_empty() {
                    chunks.push(std::mem::take(&mut current));
                }
                current.star = true;
            }
            '?' => current.units.push(Unit::Any),
            '[' => current.units.push(class(&mut rest)?),
            '\\' => current.units.push(Unit::Literal(rest.next().ok_or(BadPattern)?)),
            _ => current.units.push(Unit::Literal(c)),
        }
    }
    if current.star || !current.units.is_empty() {
        chunks.push(current);
    }
    Ok(chunks)
}

fn class(rest: &mut std::str::Chars<'_>) -> Result<Unit, BadPattern> {
    let mut ranges = Vec::new();
    let negated = rest.as_str().starts_with('^');
    if negated {
        rest.next();
    }
    loop {
        if rest.as_str().starts_with(']') && !ranges.is_empty() {
            rest.next();
            return Ok(Unit::Class { negated, ranges });
        }
        let low = member(rest)?;
        let mut high = low;
        if rest.as_str().starts_with('-') {
            rest.next();
            high = member(rest)?;
        }
        ranges.push((low, high));
    }
}

/// One character of a class; something must follow it, at least the closing bracket.
fn member(rest: &mut std::str::Chars<'_>) -> Result<char, BadPattern> {
    let c = match rest.next() {
        None | Some('-' | ']') => return Err(BadPattern),
        Some('\\') => rest.next().ok_or(BadPattern)?,
        Some(c) => c,
    };
    if rest.as_str().is_empty() { Err(BadPattern) } else { Ok(c) }
}

/// A star takes as little as makes the next chunk match, and what it took is never given back, as in Go.
fn matches(chunks: &[Chunk], mut name: &str) -> bool {
    for (i, chunk) in chunks.iter().enumerate() {
        let last = i + 1 == chunks.len();
        if chunk.star && chunk.units.is_empty() {
            return !name.contains('/');
        }
        let mut start = name;
        name = loop {
            match prefix(&chunk.units, start) {
                Some(after) if after.is_empty() || !last => break after,
                _ => {}
            }
            let mut skipped = start.chars();
            match skipped.next() {
                Some(c) if chunk.star && c != '/' => start = skipped.as_str(),
                _ => return false,
            }
        };
    }
    name.is_empty()
}

/// What is left of `name` when its beginning matches the units.
fn prefix<'a>(units: &[Unit], name: &'a str) -> Option<&'a str> {
    let mut rest = name.chars();
    for unit in units {
        let c = rest.next()?;
        let fits = match unit {
            Unit::Literal(literal) => c == *literal,
            Unit::Any => c != '/',
            Unit::Class { negated, ranges } => {
                ranges.iter().any(|&(low, high)| (low..=high).contains(&c)) != *negated
            }
        };
        if !fits {
            return None;
        }
    }
    Some(rest.as_str())
}
