//! One line on a terminal that tells what is being waited for.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use trace::Trace;

use crate::output;

/// How often the line moves.
const TICK: Duration = Duration::from_millis(100);

/// A progress line, every step in a line of its own, or nothing where standard error is no terminal.
pub(crate) enum Progress {
    Line(ProgressBar),
    Live,
    Nothing,
}

impl Progress {
    /// Begins: with every step in a line of its own if `live`; otherwise `shown` is false where nobody waits.
    pub fn of(live: bool, shown: bool) -> Self {
        if live {
            return Self::Live;
        }
        if !shown || !io::stderr().is_terminal() {
            return Self::Nothing;
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self::Line(bar)
    }

    /// A trace that moves the line along.
    pub fn trace(&self) -> Trace {
        match self {
            Self::Line(bar) => {
                let bar = bar.clone();
                Trace::observed(move |step| bar.set_message(report::progress(step)))
            }
            Self::Live => Trace::observed(|step| output::write_error(&report::live(step))),
            Self::Nothing => Trace::new(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Self::Line(bar) = self {
            bar.finish_and_clear();
        }
    }
}
