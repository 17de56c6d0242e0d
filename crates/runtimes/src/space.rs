//! The room on a simulated node's disk.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gostd::net::Errno;

/// How many bytes there is room for; without a limit, for all.
#[derive(Default)]
pub(crate) struct Space(Mutex<Option<u64>>);

impl Space {
    fn left(&self) -> MutexGuard<'_, Option<u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves room for so many bytes.
    pub(crate) fn limit(&self, bytes: u64) {
        *self.left() = Some(bytes);
    }

    /// Takes room, as a write to the node's disk does.
    pub(crate) fn take(&self, bytes: u64) -> io::Result<()> {
        match &mut *self.left() {
            Some(left) if *left < bytes => Err(io::Error::from_raw_os_error(Errno::NO_SPACE.0)),
            Some(left) => {
                *left -= bytes;
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// What was written is gone again.
    pub(crate) fn give_back(&self, bytes: u64) {
        if let Some(left) = &mut *self.left() {
            *left = left.saturating_add(bytes);
        }
    }
}
