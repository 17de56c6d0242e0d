//! One line on a terminal that tells what is being waited for.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use trace::Trace;

/// How often the line moves.
const TICK: Duration = Duration::from_millis(100);

/// A progress line, or nothing where standard error is no terminal.
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// Begins; `shown` is false where nobody waits.
    pub fn begin(shown: bool) -> Self {
        if !shown || !io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(TICK);
        Self(Some(bar))
    }

    /// A trace that moves the line along.
    pub fn trace(&self) -> Trace {
        match self.0.clone() {
            Some(bar) => Trace::observed(move |step| bar.set_message(report::progress(step))),
            None => Trace::new(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
