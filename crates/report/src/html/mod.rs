//! One page that stands alone: cause and remedy on top, who said what to whom, where the time went, every request.
//!
//! Nothing is loaded from anywhere, and no script is needed: what opens is `<details>`. All text is escaped by the
//! template engine, since servers write into it.

mod actors;
mod diagram;
mod pod;
mod timeline;
mod view;
mod waterfall;

use minijinja::{AutoEscape, Environment};

use crate::{CheckReport, PodsReport, RunReport};
use pod::PodView;
use view::View;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");

/// Checks as a self-contained HTML page.
pub fn html(checks: &[&CheckReport]) -> String {
    let views = checks.iter().enumerate().map(|(number, check)| View::new(number, check, ""));
    render(&[], views.collect(), &[])
}

/// Pods as a self-contained HTML page: the course of each in time, then every image.
pub fn pods_html(report: &PodsReport) -> String {
    let images = report.pods.iter().flat_map(|pod| &pod.images);
    let views = images.enumerate().map(|(number, image)| View::new(number, &image.check, &image.place));
    let pods = report.pods.iter().enumerate().map(|(number, pod)| PodView::new(number, report, pod));
    let pods: Vec<PodView> = pods.collect();
    render(&pods, views.collect(), &report.notes)
}

/// Pulls of scenarios as a self-contained HTML page: those that the report holds, each by its scenario's title.
pub fn run_html(report: &RunReport) -> String {
    let played = report.cases.iter().filter_map(|case| Some((case, case.check.as_deref()?)));
    let views = played.enumerate().map(|(number, (case, check))| View::of_case(number, check, case));
    render(&[], views.collect(), &report.broken)
}

fn render(pods: &[PodView], views: Vec<View>, notes: &[String]) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let context = minijinja::context! {
        style => minijinja::Value::from_safe_string(STYLE.to_owned()),
        version => env!("CARGO_PKG_VERSION"),
        pods => minijinja::value::Serde(pods),
        views => minijinja::value::Serde(views),
        notes => minijinja::value::Serde(notes),
    };
    // The template is part of the programme, and a test renders all of it.
    environment.render_str(PAGE, context).unwrap_or_else(|error| error.to_string())
}
