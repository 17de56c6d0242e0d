use anstyle::{AnsiColor, Style};

/// How a stage went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Good,
    Warning,
    Bad,
    Skipped,
}

impl Mark {
    pub const fn sign(self, unicode: bool) -> &'static str {
        match (self, unicode) {
            (Self::Good, true) => "✓",
            (Self::Bad, true) => "✗",
            (Self::Skipped, true) => "·",
            (Self::Good, false) => "+",
            (Self::Bad, false) => "x",
            (Self::Skipped, false) => "-",
            (Self::Warning, _) => "!",
        }
    }

    pub const fn style(self) -> Style {
        match self {
            Self::Good => AnsiColor::Green.on_default(),
            Self::Warning => AnsiColor::Yellow.on_default().bold(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
            Self::Skipped => Style::new().dimmed(),
        }
    }
}

/// A heading such as `Cause`.
pub(super) const HEADING: Style = Style::new().bold();
/// What matters less: times, servers.
pub(super) const FAINT: Style = Style::new().dimmed();
