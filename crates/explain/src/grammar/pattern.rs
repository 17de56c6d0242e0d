//! Patterns of words with holes.

use std::ops::Range;

/// How far apart the parts on both sides of a hole may stand, in bytes.
const MAX_HOLE: usize = 200;

/// What stands for something unsaid.
const HOLES: [char; 2] = ['…', '*'];

/// Where `pattern` stands in `text` for the first time at or after `from`. Both are in lower case. In a pattern `…`
/// stands for anything and `*` for anything without white space. The ends of a find are ends of words.
pub(crate) fn find(text: &str, pattern: &str, from: usize) -> Option<Range<usize>> {
    let head = head(pattern);
    let mut next = from;
    loop {
        let start = next + text.get(next..)?.find(head)?;
        if let Some(end) = at(text, pattern, start) {
            return Some(start..end);
        }
        next = start + text[start..].chars().next()?.len_utf8();
    }
}

/// The words before the first hole.
pub(crate) fn head(pattern: &str) -> &str {
    pattern.split(HOLES).next().unwrap_or(pattern)
}

/// Where `pattern` ends, if it stands at `start`, where its head was found.
pub(crate) fn at(text: &str, pattern: &str, start: usize) -> Option<usize> {
    let head = head(pattern);
    let end = follow(text, start + head.len(), &pattern[head.len()..])?;
    (begins_word(text, start) && ends_word(text, end)).then_some(end)
}

/// The end of what follows a hole, and of all behind it.
fn follow(text: &str, mut end: usize, mut rest: &str) -> Option<usize> {
    while let Some(hole) = rest.chars().next() {
        let behind = &rest[hole.len_utf8()..];
        let part = behind.split(HOLES).next().unwrap_or(behind);
        let within = reach(&text[end..], hole, part.len());
        end += within.find(part)? + part.len();
        rest = &behind[part.len()..];
    }
    Some(end)
}

/// The begin of `text`, as far as what follows a hole may lie in it, where that is `part` bytes long.
fn reach(text: &str, hole: char, part: usize) -> &str {
    let mut limit = text.len().min(MAX_HOLE + part);
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    let near = &text[..limit];
    let Some(space) = near.find(char::is_whitespace).filter(|_| hole == '*') else { return near };
    // What follows may begin with the white space that ends the hole.
    let mut limit = near.len().min(space + part);
    while !near.is_char_boundary(limit) {
        limit -= 1;
    }
    &near[..limit]
}

fn begins_word(text: &str, at: usize) -> bool {
    let first = text[at..].chars().next();
    let before = text[..at].chars().next_back();
    !(first.is_some_and(char::is_alphanumeric) && before.is_some_and(joins))
}

fn ends_word(text: &str, at: usize) -> bool {
    let last = text[..at].chars().next_back();
    let mut after = text[at..].chars();
    let next = after.next();
    let joined = next.is_some_and(joins)
        || (next.is_some_and(|c| c == '.' || c == ':') && after.next().is_some_and(char::is_alphanumeric));
    !(last.is_some_and(char::is_alphanumeric) && joined)
}

/// What makes one word of two: `team/denied-app` does not say "denied".
fn joins(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '/')
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn words_are_whole_and_holes_are_bridged() {
        let cases = [
            ("head: eof", "eof", Some(6..9)),
            ("unexpected eof", "unexpected eof", Some(0..14)),
            ("team/denied-app: x", "denied", None),
            ("denied-app denied", "denied", Some(11..17)),
            ("denied.example.com", "denied", None),
            ("access denied.", "denied", Some(7..13)),
            ("lookup r.test on 10.0.0.1:53: no such host", "lookup …: no such host", Some(0..42)),
            ("lookup r.test", "lookup …: no such host", None),
            ("get \"https://r/v2/\": forbidden", "https://*\": forbidden", Some(5..30)),
            ("\"https://r/ x\": forbidden", "https://*\": forbidden", None),
            ("é denied", "denied", Some(3..9)),
        ];
        for (text, pattern, wanted) in cases {
            assert_eq!(find(text, pattern, 0), wanted, "{pattern} in {text}");
        }
    }
}
