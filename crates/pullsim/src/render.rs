//! From results to the text that is asked for.

use kubelet::ContainerKind;
use objects::PodPlaces;
use report::{CheckReport, Located, PodsReport, RunReport, TextOptions};

use scenario::MADE_UP;

use crate::lowargs::Format;

/// The report of a check in the form that is asked for.
/// `places` are those of the pod that is made up for the image.
pub(crate) fn check(format: Format, report: &CheckReport, places: &PodPlaces, text: TextOptions) -> String {
    match format {
        Format::Text => report::check_text(report, text),
        Format::Json => report::json(report),
        Format::Markdown => report::markdown(&[report]),
        Format::Html => report::html(&[report]),
        _ => {
            let (place, spelled_at) = places.image(Some(ContainerKind::Regular), MADE_UP);
            let secret = places.first_secret();
            located(format, &[Located { place, spelled_at, secret, check: report }])
        }
    }
}

/// The report of pods in the form that is asked for.
pub(crate) fn pods(format: Format, report: &PodsReport, text: TextOptions) -> String {
    match format {
        Format::Text => report::pods_text(report, text),
        Format::Json => report::json(report),
        Format::Markdown => report::pods_markdown(report),
        Format::Html => report::pods_html(report),
        _ => {
            let images = report.pods.iter().flat_map(|pod| pod.images.iter().map(move |image| (pod, image)));
            let all = images.map(|(pod, image)| Located {
                place: &image.place,
                spelled_at: image.spelled_at,
                secret: pod.missing_secrets.first().map_or("", |secret| &secret.place),
                check: &image.check,
            });
            located(format, &all.collect::<Vec<_>>())
        }
    }
}

/// Of scenarios, a page and an archive show the pulls: those of runs that were not as expected, or all.
pub(crate) fn pulls(format: Format, report: &RunReport) -> String {
    let checks = || report.cases.iter().filter_map(|case| case.check.as_deref());
    match format {
        Format::Html => report::run_html(report),
        _ => report::har(&checks().collect::<Vec<_>>()),
    }
}

/// The forms for which an image is an image, whoever asks for it.
fn located(format: Format, checks: &[Located<'_>]) -> String {
    match format {
        Format::Sarif => report::sarif(checks),
        Format::Junit => report::checks_junit(checks),
        Format::Tap => report::checks_tap(checks),
        _ => report::har(&checks.iter().map(|located| located.check).collect::<Vec<_>>()),
    }
}
