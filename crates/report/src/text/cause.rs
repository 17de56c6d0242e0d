use diagnosis::Persistence;

use super::layout::Page;
use crate::advice;
use crate::trial::remedies;
use crate::{CheckReport, Outcome};

/// Cause and fix, or what was pulled.
pub(super) fn write(page: &mut Page, report: &CheckReport) {
    page.blank();
    if let Some(diagnosis) = &report.diagnosis {
        let cause = diagnosis.cause;
        let heals = match cause.persistence() {
            Persistence::Transient => " It may go by itself.",
            Persistence::Permanent => "",
        };
        page.section("Cause", &[format!("{} {cause}: {}{heals}", cause.code(), diagnosis.sentence)]);
        page.section("Proof", &diagnosis.evidence);
        page.section("Fix", &remedies(report));
        page.section("Or", &advice::alternatives(report));
        if advice::broke_on_the_way(report) {
            page.section("Needs", &advice::needed(report));
        }
    } else if report.outcome == Outcome::Pulled {
        let image = &report.cri.image_ref;
        let what = if image.is_empty() { "the image is on the node".to_owned() } else { image.clone() };
        page.section("Pulled", &[what]);
    }
    for note in &report.notes {
        page.section("Note", std::slice::from_ref(note));
    }
}
