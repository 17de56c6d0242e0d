use anstyle::{AnsiColor, Style};

use crate::ladder::Mark;

pub(super) const fn sign(mark: Mark, unicode: bool) -> &'static str {
    match (mark, unicode) {
        (_, true) => mark.sign(),
        (Mark::Good, false) => "+",
        (Mark::Bad, false) => "x",
        (Mark::Skipped, false) => "-",
        (Mark::Warning, false) => "!",
    }
}

pub(super) const fn style(mark: Mark) -> Style {
    match mark {
        Mark::Good => AnsiColor::Green.on_default(),
        Mark::Warning => AnsiColor::Yellow.on_default().bold(),
        Mark::Bad => AnsiColor::Red.on_default().bold(),
        Mark::Skipped => Style::new().dimmed(),
    }
}

/// A heading such as `Cause`.
pub(super) const HEADING: Style = Style::new().bold();
/// What matters less: times, servers.
pub(super) const FAINT: Style = Style::new().dimmed();
