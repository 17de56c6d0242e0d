use std::fmt::Write as _;

use serde::Serialize;

use crate::lint::{LintCode, LintOptions};
use crate::{Place, Source};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is.
    pub code: LintCode,
    /// Where it stands: in the file, or in the document that a value of the file holds.
    pub place: Place,
    /// Which value of the file the place is in, when that had to be decoded first.
    pub within: Option<Within>,
    /// What is wrong here. Never holds what may be secret.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// A value of a file that holds a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Within {
    /// Where the value stands in the file.
    pub place: Place,
    /// The field, `data[.dockerconfigjson]`.
    pub field: String,
    /// Whether the value is base64, so that lines and columns are those of the decoded text.
    pub base64: bool,
}

impl Finding {
    /// The whole message: code, place, the line with carets, and what to do.
    pub fn render(&self) -> String {
        let mut out = format!("{}[{}]: {}\n", self.code.severity(), self.code.code(), self.message);
        // Writing to a String cannot fail.
        let _ = match &self.within {
            Some(within) => {
                let decoded = if within.base64 { " (decoded)" } else { "" };
                let (line, column) = (self.place.line, self.place.column);
                writeln!(out, "  {}, in {}{decoded} {line}:{column}", within.place, within.field)
            }
            None => writeln!(out, "  {}", self.place),
        };
        if let Some(excerpt) = &self.place.excerpt {
            let number = format!("{:>4}", self.place.line);
            let carets = format!("{}{}", " ".repeat(excerpt.start), "^".repeat(excerpt.length));
            let _ = writeln!(out, "{number} | {}", excerpt.text);
            let _ = writeln!(out, "{} | {carets} {}", " ".repeat(number.len()), self.code.name());
        }
        let _ = writeln!(out, "help: {}", self.help);
        out
    }
}

/// The findings so far, and where the lint stands.
pub(super) struct Findings<'a> {
    /// The file.
    pub source: &'a Source,
    pub options: &'a LintOptions,
    /// The value whose document is being looked at.
    pub within: Option<Within>,
    found: Vec<Finding>,
}

impl<'a> Findings<'a> {
    pub fn new(source: &'a Source, options: &'a LintOptions) -> Self {
        Self { source, options, within: None, found: Vec::new() }
    }

    pub fn add(&mut self, code: LintCode, place: Place, message: impl Into<String>, help: impl Into<String>) {
        let (message, help) = (message.into(), help.into());
        self.found.push(Finding { code, place, within: self.within.clone(), message, help });
    }

    /// The findings, in the order of the text.
    pub fn finish(mut self) -> Vec<Finding> {
        let at = |place: &Place| (place.line, place.column);
        self.found.sort_by_key(|finding| match &finding.within {
            Some(within) => (at(&within.place), at(&finding.place)),
            None => (at(&finding.place), (0, 0)),
        });
        self.found
    }
}
