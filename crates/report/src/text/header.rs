use super::layout::Page;
use crate::ladder::{Mark, Rung, credentials, name};
use crate::{CheckReport, PlanReport};

/// The image and the node that it is checked for.
pub(super) fn headline(page: &mut Page, report: &CheckReport) {
    let node = &report.node;
    let rest =
        format!("node {} · {} · kubelet {}", node.platform, node.runtime.replacen('-', " ", 1), node.kubelet);
    let image = &report.image;
    page.heading(&if image.trim().is_empty() { format!("{image:?}") } else { image.clone() }, &rest);
    page.blank();
}

/// The rungs that a plan and a check have in common: name and credentials.
pub(super) fn plan(page: &mut Page, report: &PlanReport) {
    page.heading(report.image.as_deref().unwrap_or("plan"), "");
    page.blank();
    match (&report.reference, &report.error) {
        (Some(reference), None) => {
            page.rung(&name(reference, report.pull_policy.as_deref().unwrap_or_default()));
        }
        (_, Some(error)) => {
            page.rung(&Rung::new(Mark::Bad, "name", format!("{}: {}", error.reason, error.message)))
        }
        (None, None) => {}
    }
    for rung in credentials(&report.credentials, &report.unmatched, &report.skipped, true) {
        page.rung(&rung);
    }
}
