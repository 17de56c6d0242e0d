//! Texts that are no report, in lines of the reader's width. Only spaces are broken at, so that a word that somebody copies
//! stays whole.

/// With fewer columns than this beside it, a text goes below its head.
const NARROW: usize = 24;
/// How far it is indented there.
const BELOW: usize = 4;

/// A text in the making.
pub(crate) struct Lines {
    /// `None`: each row is a line, however long, for whoever reads with `grep`.
    width: Option<usize>,
    out: String,
}

impl Lines {
    pub fn new(width: Option<usize>) -> Self {
        Self { width, out: String::new() }
    }

    /// A head that is never broken, and at `column` the text, which goes on below itself.
    pub fn row(&mut self, head: &str, column: usize, text: &str) {
        let used = head.chars().count();
        let beside = if used == 0 { column } else { column.max(used + 1) };
        let Some(width) = self.width.filter(|_| !text.is_empty()) else {
            return self.line(&format!("{head:<beside$}{text}"));
        };
        if beside + NARROW.min(text.chars().count()) > width {
            self.line(head);
            return self.indented(BELOW, &" ".repeat(BELOW), text, width);
        }
        self.indented(if beside > column { BELOW } else { column }, &format!("{head:<beside$}"), text, width);
    }

    /// A line as it is: a command to copy.
    pub fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    pub fn finish(self) -> String {
        self.out
    }

    /// The words behind `head`, and in the lines below it behind so many columns.
    fn indented(&mut self, indent: usize, head: &str, text: &str, width: usize) {
        let (mut line, mut fresh) = (head.to_owned(), true);
        for word in text.split(' ') {
            if !fresh && line.chars().count() + 1 + word.chars().count() > width {
                self.line(&line);
                (line, fresh) = (" ".repeat(indent), true);
            }
            if !fresh {
                line.push(' ');
            }
            line.push_str(word);
            fresh = false;
        }
        self.line(&line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(width: Option<usize>, head: &str, column: usize, text: &str) -> String {
        let mut lines = Lines::new(width);
        lines.row(head, column, text);
        lines.finish()
    }

    #[test]
    fn a_text_goes_on_below_itself_or_below_its_head() {
        let text = "one two three four five six seven";
        assert_eq!(row(None, "head", 6, text), format!("head  {text}\n"));
        assert_eq!(row(Some(40), "head", 6, text), "head  one two three four five six seven\n");
        assert_eq!(row(Some(30), "head", 6, text), "head  one two three four five\n      six seven\n");
        assert_eq!(
            row(Some(30), "a head that is not short", 6, text),
            "a head that is not short\n    one two three four five\n    six seven\n"
        );
        assert_eq!(row(Some(30), "", 2, text), "  one two three four five six\n  seven\n");
        assert_eq!(row(Some(30), "a long head", 6, "short"), "a long head short\n");
    }

    #[test]
    fn words_stay_whole() {
        let digest = format!("sha256:{}", "0".repeat(64));
        assert_eq!(
            row(Some(20), "a", 2, &format!("see {digest} now")),
            format!("a\n    see\n    {digest}\n    now\n")
        );
        assert_eq!(row(Some(10), "a/long/path.yaml", 4, ""), "a/long/path.yaml\n");
    }
}
