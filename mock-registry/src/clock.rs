use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::HeaderValue;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::time::Instant;

/// The date of the hosts: a given date, moved on by tokio's clock, so that it stands still where that is paused.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Timestamp,
    /// `None` outside a runtime: then the date stands still.
    origin: Option<Instant>,
}

impl Clock {
    /// A clock that shows `now`, and runs from here on.
    pub fn starting_at(now: Timestamp) -> Self {
        let inside_runtime = tokio::runtime::Handle::try_current().is_ok();
        Self { started: now, origin: inside_runtime.then(Instant::now) }
    }

    /// A clock that always shows `now`.
    pub const fn standing_at(now: Timestamp) -> Self {
        Self { started: now, origin: None }
    }

    /// How long it has run.
    pub fn elapsed(&self) -> Duration {
        self.origin.map_or(Duration::ZERO, |origin| origin.elapsed())
    }

    /// The date.
    pub fn now(&self) -> Timestamp {
        self.started.checked_add(self.elapsed()).unwrap_or(self.started)
    }
}

/// The `Date` header of a host's answers (RFC 9110, 5.6.7), which is written anew once a second.
#[derive(Debug, Default)]
pub(crate) struct HttpDate(Mutex<Option<(i64, HeaderValue)>>);

impl HttpDate {
    /// The date that the clock shows.
    pub(crate) fn at(&self, clock: &Clock) -> HeaderValue {
        let now = clock.now();
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*written {
            Some((second, value)) if *second == now.as_second() => value.clone(),
            _ => {
                let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).unwrap_or_default();
                let value = HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""));
                *written = Some((now.as_second(), value.clone()));
                value
            }
        }
    }
}

impl rustls::time_provider::TimeProvider for Clock {
    fn current_time(&self) -> Option<rustls_pki_types::UnixTime> {
        let seconds = u64::try_from(self.now().as_second()).ok()?;
        Some(rustls_pki_types::UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}
