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
}

/// A line that could hold a password is not shown, even though those of scenarios are made up.
fn may_hold_secret(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    ["password", "\"auth\"", "token", "dockerconfigjson"].iter().any(|word| line.contains(word))
}
