//! A layer unpacked beside its download, in a thread of its own once it is large enough to be worth one: the digest of
//! what comes and the diff id of what it unpacks to are each as much work as the rest together.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use bytes::Bytes;

use crate::archive::{Applied, Archive};

/// What is smaller is unpacked as it comes.
const SMALL: usize = 4 << 20;
/// So many pieces may wait: whoever sends faster than unpacking goes has to wait.
const WAITING: usize = 16;

/// A layer on its way.
pub(crate) struct Unpacking {
    seen: usize,
    way: Way,
}

enum Way {
    Here(Archive),
    Beside {
        pieces: SyncSender<Bytes>,
        thread: JoinHandle<Archive>,
    },
    /// The thread is gone, or none was to be had.
    Lost,
}

impl Unpacking {
    pub(crate) const fn new() -> Self {
        Self { seen: 0, way: Way::Here(Archive::new()) }
    }

    /// As [`Archive::reading_on`].
    pub(crate) const fn reading_on() -> Self {
        Self { seen: 0, way: Way::Here(Archive::reading_on()) }
    }

    pub(crate) fn push(&mut self, piece: &Bytes) {
        self.seen = self.seen.saturating_add(piece.len());
        if self.seen > SMALL && matches!(self.way, Way::Here(_)) {
            self.move_away();
        }
        match &mut self.way {
            Way::Here(archive) => archive.push(piece),
            // A thread that is gone has panicked, which the end tells.
            Way::Beside { pieces, .. } => drop(pieces.send(piece.clone())),
            Way::Lost => {}
        }
    }

    fn move_away(&mut self) {
        let Way::Here(mut archive) = std::mem::replace(&mut self.way, Way::Lost) else { return };
        let (pieces, waiting) = sync_channel::<Bytes>(WAITING);
        let unpack = move || {
            for piece in waiting {
                archive.push(&piece);
            }
            archive
        };
        if let Ok(thread) = std::thread::Builder::new().name("unpack".to_owned()).spawn(unpack) {
            self.way = Way::Beside { pieces, thread };
        }
    }

    /// The end of the layer.
    pub(crate) fn finish(self) -> Applied {
        self.finish_both().0
    }

    /// As [`Archive::finish_both`].
    pub(crate) fn finish_both(self) -> (Applied, Option<String>) {
        let archive = match self.way {
            Way::Here(archive) => Some(archive),
            Way::Beside { pieces, thread } => {
                drop(pieces);
                thread.join().ok()
            }
            Way::Lost => None,
        };
        let lost = || (Applied::Failed("the layer could not be unpacked".into()), None);
        archive.map_or_else(lost, Archive::finish_both)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_layers_come_to_the_same() {
        // A tar archive of zeros is empty, however long it is.
        let piece = Bytes::from(vec![0; 1 << 20]);
        for pieces in [1, 4, 9] {
            let (mut unpacking, mut archive) = (Unpacking::new(), Archive::new());
            for _ in 0..pieces {
                unpacking.push(&piece);
                archive.push(&piece);
            }
            assert_eq!(matches!(unpacking.way, Way::Beside { .. }), pieces > 4);
            assert_eq!(unpacking.finish(), archive.finish(), "{pieces}");
        }
    }
}
