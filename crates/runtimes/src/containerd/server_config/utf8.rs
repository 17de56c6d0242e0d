//! Bytes that are no UTF-8: go-toml 1 takes each for U+FFFD, and go-toml 2 refuses them in texts and comments. Elsewhere it
//! says of each what it says of any character out of place, by its number (recordings of containerd 2.1.9).

use super::error::Generation;
use super::syntax::Syntax;

/// The text of a file, and what is wrong with its bytes, at an offset of that text.
pub(super) fn decode(bytes: &[u8], generation: Generation) -> (String, Option<(Syntax, usize)>) {
    let Err(error) = std::str::from_utf8(bytes) else { return (lossy(bytes), None) };
    if generation == Generation::One {
        return (lossy(bytes), None);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| char::from(*byte)));
    }
    let at = error.valid_up_to();
    let found = within(&text[..at]).map(|place| (Syntax::Utf8(place), at));
    (text, found)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What is open at the end of a text.
fn within(text: &str) -> Option<&'static str> {
    const OPENED: [(&str, &str); 5] = [
        ("\"\"\"", "multiline basic string"),
        ("'''", "multiline literal string"),
        ("\"", "basic string"),
        ("'", "literal string"),
        ("#", "comment"),
    ];
    let mut rest = text;
    loop {
        let next = rest.find(['"', '\'', '#'])?;
        rest = &rest[next..];
        let (mark, name) = OPENED.into_iter().find(|(mark, _)| rest.starts_with(mark))?;
        rest = &rest[mark.len()..];
        let end = if mark == "#" { rest.find('\n') } else { closing(rest, mark) };
        match end {
            None => return Some(name),
            Some(end) => rest = &rest[end + if mark == "#" { 0 } else { mark.len() }..],
        }
    }
}

/// Where a text ends that was opened by `mark`.
fn closing(text: &str, mark: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().map(|(at, _)| at).find(|at| {
        let skipped = escaped;
        escaped = !skipped && mark.starts_with('"') && text[*at..].starts_with('\\');
        !skipped && text[*at..].starts_with(mark)
    })
}
