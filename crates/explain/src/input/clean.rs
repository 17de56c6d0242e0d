//! What terminals, web pages and word processors did to a text is undone.

/// How a page writes the characters that mean something to it (HTML's named and numbered references).
const ENTITIES: [(&str, &str); 12] = [
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#x22;", "\""),
    ("&apos;", "'"),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&lt;", "<"),
    ("&#60;", "<"),
    ("&gt;", ">"),
    ("&#62;", ">"),
    ("&nbsp;", " "),
    ("&amp;", "&"),
];

/// What Markdown writes for the characters that mean something to it.
const MARKS: [&str; 4] = ["\\_", "\\*", "\\<", "\\>"];

/// The text as the program wrote it.
pub(crate) fn clean(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}');
    let text = without_escapes(text);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut text: String = text.chars().filter_map(plain).collect();
    if text.contains('&') {
        for (reference, character) in ENTITIES {
            text = text.replace(reference, character);
        }
    }
    if text.contains("\\_") || text.contains("\\*") || text.contains("\\<") {
        for mark in MARKS {
            text = text.replace(mark, &mark[1..]);
        }
    }
    if text.lines().any(is_timed) {
        text = text.lines().map(without_time).collect::<Vec<_>>().join("\n");
    }
    if text.lines().any(is_marked) {
        text.lines().filter_map(without_mark).collect::<Vec<_>>().join("\n")
    } else {
        text
    }
}

/// Whether the console of a build stamped the line: with .NET's ticks, as GitHub's and Azure's runners do, or with the
/// number of a stream, as GitLab's does. No log of a runtime has either.
fn is_timed(line: &str) -> bool {
    time(line).is_some()
}

/// How long such a stamp is.
fn time(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let dated = bytes.len() > 28
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && (bytes[10], bytes[19]) == (b'T', b'.');
    if !dated {
        return None;
    }
    let digits = bytes[20..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = line.get(20 + digits..)?.strip_prefix("Z ")?;
    let stream = rest.len() > 3
        && rest.as_bytes()[..2].iter().all(u8::is_ascii_digit)
        && matches!(rest.as_bytes()[2], b'O' | b'E');
    match (digits, stream) {
        (7, _) => Some(29),
        (6, true) => Some(32.min(line.len())),
        _ => None,
    }
}

/// The line without such a stamp and without what the runner marks it with: `##[error]`.
fn without_time(line: &str) -> &str {
    let rest = time(line).and_then(|length| line.get(length..)).unwrap_or(line);
    rest.strip_prefix("##[").and_then(|mark| mark.split_once(']')).map_or(rest, |(_, rest)| rest)
}

/// Without the colours and movements of a terminal: `ESC [ … letter`, `ESC ] … BEL`, also as `cat -v` shows them.
fn without_escapes(text: &str) -> String {
    if !text.contains(['\u{1b}', '^']) {
        return text.to_owned();
    }
    let text = text.replace("^[[", "\u{1b}[");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, behind)) = rest.split_once('\u{1b}') {
        out.push_str(before);
        rest = behind_escape(behind);
    }
    out.push_str(rest);
    out
}

fn behind_escape(text: &str) -> &str {
    let (end, body) = match text.chars().next() {
        Some('[') => (text[1..].find(|c: char| ('@'..='~').contains(&c)), 1),
        Some(']') => (text[1..].find(['\u{7}', '\\']), 1),
        _ => (text.find(|c: char| !c.is_control()), 0),
    };
    end.and_then(|end| text.get(body + end + 1..)).unwrap_or_default()
}

/// A character as it is typed. Marks without width and control characters say nothing.
fn plain(c: char) -> Option<char> {
    match c {
        '“' | '”' | '„' | '‟' | '″' | '＂' => Some('"'),
        '‘' | '’' | '‚' | '‛' => Some('\''),
        '\u{a0}' | '\u{2007}' | '\u{202f}' => Some(' '),
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => None,
        '\n' | '\t' => Some(c),
        _ if c.is_control() => Some(' '),
        _ => Some(c),
    }
}

/// Whether a line is quoted or fenced, as in letters and Markdown.
fn is_marked(line: &str) -> bool {
    line.starts_with("> ") || is_fence(line)
}

fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~")
}

/// A fence ends what stands before it, as an empty line does.
fn without_mark(line: &str) -> Option<&str> {
    if is_fence(line) {
        Some("")
    } else {
        Some(line.strip_prefix("> ").or(line.strip_prefix('>')).unwrap_or(line))
    }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn what_was_done_to_a_text_is_undone() {
        let cases = [
            ("plain \"text\"\n  two", "plain \"text\"\n  two"),
            ("\u{feff}a\r\nb\r\n", "a\nb\n"),
            ("\u{1b}[31mFailed\u{1b}[0m to \u{1b}[1;33mpull\u{1b}[K", "Failed to pull"),
            ("^[[31mFailed^[[0m", "Failed"),
            ("\u{1b}]0;title\u{7}x", "x"),
            ("pull “r.test/a” ‘b’", "pull \"r.test/a\" 'b'"),
            ("Get &quot;https://r.test/?a=1&amp;b=2&quot;", "Get \"https://r.test/?a=1&b=2\""),
            ("> one\n> two\n```\nthree\n```", "one\ntwo\n\nthree\n"),
            ("a\u{a0}b\u{200b}c", "a bc"),
            ("2025-11-30T17:54:32.4308630Z ##[error]one\n2025-11-30T17:54:32.4308631Z two", "one\ntwo"),
            ("2025-11-30T17:54:32.430863Z 01O one\n2025-11-30T17:54:32.430863Z 01E two", "one\ntwo"),
            ("2025-11-30T17:54:32.430863Z error", "2025-11-30T17:54:32.430863Z error"),
            ("no\\_name \\<host\\>", "no_name <host>"),
            ("ends in \u{1b}[", "ends in "),
            ("", ""),
        ];
        for (text, wanted) in cases {
            assert_eq!(clean(text), wanted, "{text:?}");
        }
    }
}
