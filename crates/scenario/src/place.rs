use crate::yaml::Location;

/// A place in a scenario file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1; 0 is the file as a whole.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How many characters are meant, at least one.
    pub length: usize,
    /// The line's text; empty where it could hold a secret.
    pub text: String,
}

impl Place {
    pub(crate) fn of(text: &str, at: Location) -> Self {
        let (line, column) = (at.line, at.column);
        let shown = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
        let rest = shown.chars().count().saturating_sub(column.saturating_sub(1));
        let length = match at.length {
            // A value that goes on over several lines, or a place without an extent: the rest of the word is meant.
            0 => shown
                .chars()
                .skip(column.saturating_sub(1))
                .take_while(|c| !c.is_whitespace() && *c != ':')
                .count(),
            length => length.min(rest),
        };
        let text = if may_hold_secret(shown) { String::new() } else { shown.to_owned() };
        Self { line, column, length: length.max(1), text }
    }

    /// The part of the line that is shown, and how many characters of it stand before what is meant.
    pub(crate) fn window(&self) -> (String, usize) {
        let (total, start) = (self.text.chars().count(), self.column.saturating_sub(1));
        if total <= WIDTH {
            return (self.text.clone(), start);
        }
        let from = start.saturating_sub(WIDTH / 2);
        let (head, tail) = (if from > 0 { "…" } else { "" }, if from + WIDTH < total { "…" } else { "" });
        let middle: String = self.text.chars().skip(from).take(WIDTH).collect();
        (format!("{head}{middle}{tail}"), start - from + head.chars().count())
    }
}

/// Of a longer line, so many characters are shown around what is meant.
pub(crate) const WIDTH: usize = 100;

/// A line that could hold a password is not shown, even though those of scenarios are made up.
fn may_hold_secret(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    ["password", "\"auth\"", "token", "dockerconfigjson"].iter().any(|word| line.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_around_what_is_meant() {
        let place = |column: usize| Place {
            line: 1,
            column,
            length: 1,
            text: format!("{}x{}", "a".repeat(300), "b".repeat(300)),
        };
        let (text, before) = place(301).window();
        assert_eq!(text.chars().nth(before), Some('x'), "{text}");
        assert!(text.starts_with('…') && text.ends_with('…') && text.chars().count() == WIDTH + 2, "{text}");
        let (text, before) = place(1).window();
        assert!(text.starts_with('a') && text.ends_with('…') && before == 0, "{text}");
        let (text, before) = place(601).window();
        assert!(text.ends_with('b') && text.chars().nth(before) == Some('b'), "{text}");
        let short = Place { line: 1, column: 3, length: 1, text: "a: b".to_owned() };
        assert_eq!(short.window(), ("a: b".to_owned(), 2));
    }
}
