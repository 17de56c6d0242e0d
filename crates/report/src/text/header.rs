use super::layout::Page;
use crate::ladder::{Mark, Rung, credentials, name};
use crate::words;
use crate::{CheckReport, PlanReport, PluginSummary};

/// The image and the node that it is checked for.
pub(super) fn headline(page: &mut Page, report: &CheckReport) {
    let node = &report.node;
    let rest =
        format!("node {} · {} · kubelet {}", node.platform, words::runtime(&node.runtime), node.kubelet);
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
    let known = [report.credentials.len(), report.unmatched.len(), report.skipped.len()];
    if report.plugins.is_empty() || known != [0; 3] {
        for rung in credentials(&report.credentials, &report.unmatched, &report.skipped, true) {
            page.rung(&rung);
        }
    }
    for plugin in &report.plugins {
        page.rung(&prospect(plugin));
    }
}

/// A plugin that would be asked, or passed over.
fn prospect(plugin: &PluginSummary) -> Rung {
    let name = &plugin.name;
    if let Some(why) = &plugin.passed_over {
        return Rung::new(Mark::Warning, "credentials", format!("plugin {name} would not be asked: {why}"));
    }
    let mut text = format!("plugin {name} would be asked");
    if let (Some(account), Some(audience)) = (&plugin.service_account, &plugin.audience) {
        text.push_str(&format!(", with a token of service account {account} for {audience:?}"));
    }
    if !plugin.annotations.is_empty() {
        text.push_str(&format!(" and its annotations {}", plugin.annotations.join(", ")));
    }
    Rung::new(Mark::Skipped, "credentials", text)
}
