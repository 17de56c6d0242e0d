//! One page that stands alone: cause and remedy on top, who said what to whom, where the time went, every request.
//!
//! Nothing is loaded from anywhere, and no script is needed: what opens is `<details>`. All text is escaped by the
//! template engine, since servers write into it.

mod actors;
mod diagram;
mod view;
mod waterfall;

use minijinja::{AutoEscape, Environment};

use crate::CheckReport;
use view::View;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");

/// Checks as a self-contained HTML page.
pub fn html(reports: &[&CheckReport]) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let views: Vec<View> =
        reports.iter().enumerate().map(|(number, report)| View::new(number, report)).collect();
    let context = minijinja::context! {
        style => minijinja::Value::from_safe_string(STYLE.to_owned()),
        version => env!("CARGO_PKG_VERSION"),
        views => minijinja::value::Serde(views),
    };
    // The template is part of the programme, and a test renders all of it.
    environment.render_str(PAGE, context).unwrap_or_else(|error| error.to_string())
}
