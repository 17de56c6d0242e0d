//! From results to the text that is asked for.

use report::{CheckReport, Located, PodsReport, TextOptions};

use crate::lowargs::Format;

/// The report of a check in the form that is asked for.
pub(crate) fn check(format: Format, report: &CheckReport, text: TextOptions) -> String {
    match format {
        Format::Text => report::check_text(report, text),
        Format::Json => report::json(report),
        Format::Markdown => report::markdown(&[report]),
        Format::Har => report::har(&[report]),
        Format::Html => report::html(&[report]),
        Format::Sarif => report::sarif(&[Located::from(report)]),
    }
}

/// The report of pods in the form that is asked for.
pub(crate) fn pods(format: Format, report: &PodsReport, text: TextOptions) -> String {
    let images = || report.pods.iter().flat_map(|pod| &pod.images);
    match format {
        Format::Text => report::pods_text(report, text),
        Format::Json => report::json(report),
        Format::Markdown => report::pods_markdown(report),
        Format::Har => report::har(&images().map(|image| &image.check).collect::<Vec<_>>()),
        Format::Html => report::pods_html(report),
        Format::Sarif => {
            let located = images().map(|image| Located { place: &image.place, check: &image.check });
            report::sarif(&located.collect::<Vec<_>>())
        }
    }
}
