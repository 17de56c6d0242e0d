//! From results to the text that is asked for.

use report::{CheckReport, TextOptions};

use crate::lowargs::Format;

/// The report of a check in the form that is asked for.
pub(crate) fn check(format: Format, report: &CheckReport, text: TextOptions) -> String {
    match format {
        Format::Text => report::check_text(report, text),
        Format::Json => report::json(report),
        Format::Markdown => report::markdown(&[report]),
        Format::Har => report::har(&[report]),
        Format::Html => report::html(&[report]),
    }
}
