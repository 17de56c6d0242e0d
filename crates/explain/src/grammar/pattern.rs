//! Patterns of words with holes.

use std::ops::Range;

/// How far apart the parts on both sides of a hole may stand, in bytes.
const MAX_HOLE: usize = 200;

/// What stands for something unsaid.
const HOLES: [char; 2] = ['…', '*'];

/// Where `pattern` stands in `text` for the first time at or after `from`. Both are in lower case. In a pattern `…`
/// stands for anything and `*` for anything without white space. The ends of a find are ends of words. A space beside `…`
/// says that a word ends there: programs write `failed to do this: …` as well as `failed to do this (…`.
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
    first_part(pattern).trim_end_matches(beside(pattern))
}

/// Where `pattern` ends, if it stands at `start`, where its head was found.
pub(crate) fn at(text: &str, pattern: &str, start: usize) -> Option<usize> {
    let part = first_part(pattern);
    let head = head(pattern);
    if head.len() < part.len() && !is_open(text, start + head.len()) {
        return None;
    }
    let end = follow(text, start + head.len(), &pattern[part.len()..])?;
    (begins_word(text, start) && ends_word(text, end)).then_some(end)
}

/// The pattern up to its first hole, with the space before it.
fn first_part(pattern: &str) -> &str {
    pattern.split(HOLES).next().unwrap_or(pattern)
}

/// The space that the first hole of a pattern swallows: beside `*` it is one of the words.
fn beside(pattern: &str) -> &'static [char] {
    let hole = pattern.chars().find(|c| HOLES.contains(c));
    if hole == Some('…') { &[' '] } else { &[] }
}

/// The end of what follows a hole, and of all behind it.
fn follow(text: &str, mut end: usize, mut rest: &str) -> Option<usize> {
    while let Some(hole) = rest.chars().next() {
        let behind = &rest[hole.len_utf8()..];
        let part = first_part(behind);
        let tail = part.trim_end_matches(beside(behind));
        let words = if hole == '…' { tail.trim_start_matches(' ') } else { tail };
        let (begins, ends) = (words.len() < tail.len(), tail.len() < part.len());
        let within = reach(&text[end..], hole, words.len());
        let fits = |at: &usize| {
            let (from, to) = (end + at, end + at + words.len());
            (!begins || begins_word(text, from)) && (!ends || is_open(text, to))
        };
        end += within.match_indices(words).map(|(at, _)| at).find(fits)? + words.len();
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

/// Whether a word ends there with more to come: what a quote ends is somebody's name.
fn is_open(text: &str, at: usize) -> bool {
    text[at..].starts_with([' ', ':', '(', ',', ';'])
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
            ("failed to do this: no", "failed to do this … no", Some(0..21)),
            ("failed to do this (no)", "failed to do this … no", Some(0..21)),
            ("pull \"app:tag\": not found", "tag … not found", None),
            ("failed to do thistle: no", "failed to do this … no", None),
            ("failed to do this: nothing", "failed to do this … no", None),
            ("a nothing no b", "a … no … b", Some(0..14)),
        ];
        for (text, pattern, wanted) in cases {
            assert_eq!(find(text, pattern, 0), wanted, "{pattern} in {text}");
        }
    }
}
