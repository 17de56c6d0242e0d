//! Text by lines: `kubectl describe pod`, tables of events, logs, a bare error over one line or several.

use super::row::{self, Row};
use super::{About, Input, Statement, is_about_a_pull, record};
use crate::pods_table::PodLine;

/// No record is longer than this, in bytes: what follows is read as another.
const MAX_RECORD: usize = 16 * 1024;
/// What Docker's and Podman's command lines say of a login and a logout (`docker-cli@v28.5.2:cli/command/registry/login.go:335`,
/// `docker-cli@v28.5.2:cli/command/registry/logout.go:73`, `container-libs@9869b8fd:common/pkg/auth/auth.go:217`,
/// `container-libs@9869b8fd:common/pkg/auth/auth.go:373`).
const LOGGED_IN: &str = "Login Succeeded";
const LOGGED_OUT: &str = "login credentials for";
/// A terminal is at least as wide as this.
const NARROWEST: usize = 60;

/// The statements of a text, and the lines of a table of pods.
pub(crate) fn read(text: &str) -> Input {
    let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    let mut reader = Reader { widest, ..Reader::default() };
    for line in text.lines() {
        reader.line(line);
    }
    reader.end_record();
    Input { statements: reader.found, pods: reader.pods }
}

#[derive(Default)]
struct Reader {
    found: Vec<Statement>,
    pods: Vec<PodLine>,
    /// The record that is being read, and what it is about.
    record: Option<Record>,
    /// The width of the widest line: a terminal breaks lines there when they are copied.
    widest: usize,
    /// The pod that is described, and its namespace.
    pod: Option<String>,
    namespace: Option<String>,
    /// Whether a record before told that somebody logged in.
    logged_in: bool,
    /// Where in `kubectl describe pod` the line stands; `None` outside.
    described: Option<Described>,
    seen_rows: bool,
}

/// A record, with what its last line leaves open.
struct Record {
    statement: Statement,
    /// The text with the lines joined that a terminal may have broken.
    joined: String,
    /// Whether the last line is as wide as the terminal.
    is_full: bool,
}

#[derive(Default)]
struct Described {
    container: Option<String>,
    image: Option<String>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if self.describe(line) || self.pod_line(line) {
            return;
        }
        self.scheduled(line);
        let described =
            About { namespace: self.namespace.clone(), pod: self.pod.clone(), ..About::default() };
        match row::read(line, &described) {
            Some(Row::Telling(statement)) => {
                self.seen_rows = true;
                self.begin(statement, line);
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

    /// The lines of `kubectl get pods`. Some of what they say names a cause.
    fn pod_line(&mut self, line: &str) -> bool {
        let Some(pod) = PodLine::read(line) else { return false };
        self.end_record();
        if is_about_a_pull(pod.reason(), "") {
            let about =
                About { namespace: pod.namespace.clone(), pod: Some(pod.pod.clone()), ..About::default() };
            self.found.push(Statement { text: pod.reason().to_owned(), about, ..Statement::default() });
        }
        self.pods.push(pod);
        true
    }

    /// The lines of `kubectl describe pod` above its events.
    fn describe(&mut self, line: &str) -> bool {
        let (key, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.trim();
        if key == "Name" && !value.is_empty() && !value.contains(' ') {
            self.end_record();
            (self.namespace, self.pod) = (None, Some(value.to_owned()));
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
            "Namespace" if depth == 0 && !value.is_empty() => self.namespace = Some(value.to_owned()),
            name if depth == 2 && value.is_empty() && !name.contains(' ') => {
                *described = Described { container: Some(name.to_owned()), image: None };
            }
            "Image" if depth > 2 => described.image = Some(value.to_owned()),
            "Reason" if value != "Failed" && is_about_a_pull(value, "") => {
                let about = About {
                    namespace: self.namespace.clone(),
                    pod: self.pod.clone(),
                    container: described.container.clone(),
                    image: described.image.clone(),
                };
                self.found.push(Statement { text: value.to_owned(), about, ..Statement::default() });
            }
            _ => {}
        }
        true
    }

    /// Of the events alone that `kubectl describe pod` ends with, the scheduler's names the pod.
    fn scheduled(&mut self, line: &str) {
        if let Some((namespace, pod)) = row::scheduled(line) {
            (self.namespace, self.pod) = (Some(namespace), Some(pod));
        }
    }

    /// Heads of tables: words of columns and dashes.
    fn is_head(&self, line: &str) -> bool {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        let columns = ["Type", "LAST", "FirstSeen", "NAMESPACE", "FIRST"];
        let known = ["Reason", "SEEN", "LastSeen", "LAST"];
        line.chars().all(|c| c == '-' || c.is_whitespace())
            || (columns.contains(&first) && words.next().is_some_and(|word| known.contains(&word)))
            || (self.seen_rows && first == "Events:")
    }

    /// A record. What it is about tells that it was written after a login, which is a record of its own.
    fn begin_record(&mut self, line: &str) {
        let about = record::about(line);
        let text = if self.logged_in { format!("{LOGGED_IN}\n{line}") } else { line.to_owned() };
        self.logged_in = (self.logged_in || line.contains(LOGGED_IN)) && !line.contains(LOGGED_OUT);
        self.begin(Statement { text, about, of_log: true, ..Statement::default() }, line);
    }

    fn begin(&mut self, statement: Statement, line: &str) {
        self.end_record();
        let joined = statement.text.clone();
        self.record = Some(Record { statement, joined, is_full: self.is_full(line) });
    }

    fn continue_record(&mut self, line: &str) {
        let is_full = self.is_full(line);
        if self.record.as_ref().is_some_and(|record| record.statement.text.len() > MAX_RECORD) {
            self.end_record();
        }
        let Some(record) = &mut self.record else {
            let (namespace, pod) = (self.namespace.clone(), self.pod.clone());
            let about = About { namespace, pod, ..About::default() };
            return self.begin(Statement { text: line.to_owned(), about, ..Statement::default() }, line);
        };
        record.statement.text.push('\n');
        record.statement.text.push_str(line);
        if !record.is_full {
            record.joined.push('\n');
        }
        record.joined.push_str(line);
        record.is_full = is_full;
    }

    fn is_full(&self, line: &str) -> bool {
        self.widest >= NARROWEST && line.chars().count() == self.widest
    }

    fn end_record(&mut self) {
        if let Some(Record { mut statement, joined, .. }) = self.record.take() {
            statement.joined = Some(joined).filter(|joined| *joined != statement.text);
            self.found.push(statement);
        }
    }
}
