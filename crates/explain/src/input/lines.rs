//! Text by lines: `kubectl describe pod`, tables of events, logs, a bare error over one line or several.

use super::row::{self, Row};
use super::{About, Statement, is_about_a_pull, record};

/// The statements of a text.
pub(crate) fn read(text: &str) -> Vec<Statement> {
    let mut reader = Reader::default();
    for line in text.lines() {
        reader.line(line);
    }
    reader.end_record();
    reader.found
}

#[derive(Default)]
struct Reader {
    found: Vec<Statement>,
    /// The record that is being read, and what it is about.
    record: Option<Statement>,
    pod: Option<String>,
    /// Where in `kubectl describe pod` the line stands; `None` outside.
    described: Option<Described>,
    seen_rows: bool,
}

#[derive(Default)]
struct Described {
    container: Option<String>,
    image: Option<String>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if self.describe(line) {
            return;
        }
        match row::read(line, self.pod.as_deref()) {
            Some(Row::Telling(statement)) => {
                self.end_record();
                self.seen_rows = true;
                self.record = Some(statement);
            }
            Some(Row::Other) => {
                self.end_record();
                self.seen_rows = true;
            }
            None if line.trim().is_empty() => self.end_record(),
            None if self.is_head(line) => self.end_record(),
            None if record::begins(line) => self.begin_record(line),
            None => self.continue_record(line),
        }
    }

    /// The lines of `kubectl describe pod` above its events.
    fn describe(&mut self, line: &str) -> bool {
        let (key, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.trim();
        if key == "Name" && !value.is_empty() && !value.contains(' ') {
            self.end_record();
            self.pod = Some(value.to_owned());
            self.described = Some(Described::default());
            return true;
        }
        let Some(described) = &mut self.described else { return false };
        if key == "Events" {
            self.described = None;
            return true;
        }
        let depth = line.len() - line.trim_start().len();
        match key.trim() {
            name if depth == 2 && value.is_empty() && !name.contains(' ') => {
                *described = Described { container: Some(name.to_owned()), image: None };
            }
            "Image" if depth > 2 => described.image = Some(value.to_owned()),
            "Reason" if value != "Failed" && is_about_a_pull(value, "") => {
                let about = About {
                    pod: self.pod.clone(),
                    container: described.container.clone(),
                    image: described.image.clone(),
                };
                self.found.push(Statement { text: value.to_owned(), about, of_log: false });
            }
            _ => {}
        }
        true
    }

    /// Heads of tables: words of columns and dashes.
    fn is_head(&self, line: &str) -> bool {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        let columns = ["Type", "LAST", "FirstSeen", "NAMESPACE", "FIRST"];
        let known = ["Reason", "SEEN", "LastSeen", "LAST"];
        first.chars().all(|c| c == '-')
            || (columns.contains(&first) && words.next().is_some_and(|word| known.contains(&word)))
            || (self.seen_rows && first == "Events:")
    }

    fn begin_record(&mut self, line: &str) {
        self.end_record();
        self.record = Some(Statement { text: line.to_owned(), about: record::about(line), of_log: true });
    }

    fn continue_record(&mut self, line: &str) {
        let about = About { pod: self.pod.clone(), ..About::default() };
        let record =
            self.record.get_or_insert_with(|| Statement { text: String::new(), about, of_log: false });
        if !record.text.is_empty() {
            record.text.push('\n');
        }
        record.text.push_str(line);
    }

    fn end_record(&mut self) {
        self.found.extend(self.record.take());
    }
}
