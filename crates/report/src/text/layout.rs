use anstyle::Style;

use super::TextOptions;
use super::style::{FAINT, HEADING, sign, style};
use crate::ladder::Rung;
use crate::words::time_words;

/// Columns before the text of a rung: `  ✓ credentials  `.
const TEXT_COLUMN: usize = 17;
/// Columns for the longest name of a rung.
const NAME_WIDTH: usize = 11;
/// Columns for a time at the right.
const TIME_WIDTH: usize = 8;
/// Narrower than this nothing is laid out; the terminal wraps.
const NARROWEST: usize = 48;
/// Wider than this the times are too far from what they belong to.
const WIDEST: usize = 120;

/// Text in the making.
pub(super) struct Page {
    options: TextOptions,
    width: usize,
    out: String,
}

impl Page {
    pub fn new(options: TextOptions) -> Self {
        Self { options, width: options.width.clamp(NARROWEST, WIDEST), out: String::new() }
    }

    pub fn finish(self) -> String {
        self.out
    }

    pub fn blank(&mut self) {
        self.out.push('\n');
    }

    /// A line of our own words that may be wrapped, with `indent` columns before the following lines.
    pub fn paragraph(&mut self, text: &str, indent: usize) {
        let text = self.plain(text);
        let width = self.width.saturating_sub(indent);
        for (number, line) in wrap(&text, width).into_iter().enumerate() {
            let indent = if number == 0 { 0 } else { indent };
            self.line(&format!("{:indent$}{line}", ""));
        }
    }

    /// `Cause  text`, the text wrapped beside the heading.
    pub fn section(&mut self, heading: &str, lines: &[String]) {
        let indent = (heading.len() + 1).max(7);
        let mut heading = Some(heading);
        for text in lines {
            let text = self.plain(text);
            let command = text.starts_with("  ");
            let wrapped = if command { vec![text] } else { wrap(&text, self.width - indent) };
            for line in wrapped {
                let head = heading.take().unwrap_or_default();
                let styled = self.styled(HEADING, head);
                self.line(&format!("{styled}{:pad$}{line}", "", pad = indent - head.len().min(indent)));
            }
        }
    }

    /// What the node says, word for word and never wrapped.
    pub fn verbatim(&mut self, text: &str) {
        for line in text.lines() {
            self.line(line);
        }
    }

    pub fn heading(&mut self, text: &str, rest: &str) {
        let (text, rest) = (self.plain(text), self.plain(rest));
        let gap = if rest.is_empty() { "" } else { "   " };
        let line = format!("{}{gap}{}", self.styled(HEADING, &text), self.styled(FAINT, &rest));
        self.line(&line);
    }

    pub fn rung(&mut self, rung: &Rung) {
        let time = rung.took.map(time_words).unwrap_or_default();
        let right = right_side(&self.plain(&rung.side), &time);
        let room = self.width.saturating_sub(TEXT_COLUMN);
        let lines = wrap(&self.plain(&rung.text), room.saturating_sub(TIME_WIDTH + 1).max(20));
        let sign = self.styled(style(rung.mark), sign(rung.mark, self.options.unicode));
        for (number, line) in lines.iter().enumerate() {
            let head = if number == 0 {
                format!("  {sign} {:<NAME_WIDTH$}  ", rung.name)
            } else {
                " ".repeat(TEXT_COLUMN)
            };
            // What stands at the right goes to the first line, when there is room for it.
            let right = if number == 0 { fitting(&right, &time, room, columns(line)) } else { "" };
            let gap = if right.is_empty() { 0 } else { room - columns(line) - columns(right) };
            let right = self.styled(FAINT, right);
            self.line(&format!("{head}{line}{:gap$}{right}", ""));
        }
        for detail in &rung.details {
            let detail = self.plain(detail);
            for line in wrap(&detail, room.saturating_sub(2)) {
                self.line(&format!("{:indent$}{line}", "", indent = TEXT_COLUMN + 2));
            }
        }
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if self.options.colour && !text.is_empty() {
            format!("{}{text}{}", style.render(), style.render_reset())
        } else {
            text.to_owned()
        }
    }

    /// Servers write into these texts: nothing in them may steer the terminal.
    fn plain(&self, text: &str) -> String {
        let shown = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c });
        if self.options.unicode {
            return shown.collect();
        }
        shown.collect::<String>().replace('→', "->").replace('·', "-").replace('…', "...").replace('×', "x")
    }
}

fn right_side(side: &str, time: &str) -> String {
    if side.is_empty() && time.is_empty() { String::new() } else { format!("{side}{time:>TIME_WIDTH$}") }
}

fn fitting<'a>(both: &'a str, time: &'a str, room: usize, used: usize) -> &'a str {
    [both, time].into_iter().find(|right| columns(right) + used < room).unwrap_or_default()
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

/// Breaks at spaces; a word that is longer than a line stays whole, so that it can be copied.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let indent = text.len() - text.trim_start().len();
    let mut lines = vec![text[..indent].to_owned()];
    for word in text[indent..].split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if columns(line) > indent && columns(line) + 1 + columns(word) > width {
            lines.push(format!("{:indent$}{word}", ""));
        } else {
            if columns(line) > indent {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_keeps_indent_and_long_words() {
        assert_eq!(wrap("a bb ccc", 4), ["a bb", "ccc"]);
        assert_eq!(wrap("  aaa bbb", 6), ["  aaa", "  bbb"]);
        assert_eq!(wrap("sha256:0123456789 x", 4), ["sha256:0123456789", "x"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
