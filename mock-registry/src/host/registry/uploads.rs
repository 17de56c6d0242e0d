use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::BytesMut;
use sha2::{Digest as _, Sha256};

use crate::Store;

/// Uploads that may be open at once; beyond, the one that began first is forgotten.
const OPEN: usize = 1_024;

/// The uploads that have begun and not ended.
#[derive(Debug, Default)]
pub(super) struct Uploads(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    begun: u64,
    sessions: BTreeMap<u64, Session>,
}

#[derive(Debug)]
struct Session {
    repository: String,
    came: Came,
}

/// What has come of a blob so far, and the room in the store that it takes until it is dropped.
#[derive(Debug, Default)]
pub(super) struct Came {
    bytes: BytesMut,
    store: Option<Arc<Store>>,
}

impl Came {
    /// The bytes, whose room stays taken.
    pub(super) fn keep(mut self) -> BytesMut {
        self.store = None;
        std::mem::take(&mut self.bytes)
    }
}

impl Drop for Came {
    fn drop(&mut self) {
        if let Some(store) = &self.store {
            store.release(self.bytes.len() as u64);
        }
    }
}

/// An upload that a request goes on with; nobody else finds it meanwhile. Unless it is ended, it goes back when the
/// request is over, however that ends.
pub(super) struct Taken<'a> {
    uploads: &'a Uploads,
    number: u64,
    repository: String,
    came: Option<Came>,
}

impl Taken<'_> {
    /// What has come so far.
    pub(super) fn bytes(&self) -> &[u8] {
        self.came.as_ref().map_or(&[], |came| &came.bytes)
    }

    /// Adds bytes; `false`: the store has no room for them.
    pub(super) fn append(&mut self, bytes: &[u8]) -> bool {
        let Some(came) = &mut self.came else { return false };
        let room = came.store.as_ref().is_some_and(|store| store.reserve(bytes.len() as u64));
        if room {
            came.bytes.extend_from_slice(bytes);
        }
        room
    }

    /// Ends the upload.
    pub(super) fn end(mut self) -> Came {
        self.came.take().unwrap_or_default()
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Some(came) = self.came.take() {
            let session = Session { repository: std::mem::take(&mut self.repository), came };
            self.uploads.lock().sessions.insert(self.number, session);
        }
    }
}

impl Uploads {
    /// Begins one, and tells its id.
    pub(super) fn begin(&self, repository: &str) -> String {
        let mut open = self.lock();
        if open.sessions.len() >= OPEN {
            open.sessions.pop_first();
        }
        open.begun += 1;
        let number = open.begun;
        let session = Session { repository: repository.to_owned(), came: Came::default() };
        open.sessions.insert(number, session);
        id(number)
    }

    /// Takes one out, to go on with it.
    pub(super) fn take(&self, store: &Arc<Store>, repository: &str, id: &str) -> Option<Taken<'_>> {
        let (mut open, number) = (self.lock(), number(id)?);
        open.sessions.get(&number).filter(|session| session.repository == repository)?;
        let Session { repository, mut came } = open.sessions.remove(&number)?;
        came.store.get_or_insert_with(|| store.clone());
        Some(Taken { uploads: self, number, repository, came: Some(came) })
    }

    /// How many bytes of one have come.
    pub(super) fn length(&self, repository: &str, id: &str) -> Option<u64> {
        let (open, number) = (self.lock(), number(id)?);
        let session = open.sessions.get(&number).filter(|session| session.repository == repository)?;
        Some(session.came.bytes.len() as u64)
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The id of the `number`th upload, in the form of a UUID: the number, and what follows from it.
fn id(number: u64) -> String {
    let rest = hex::encode(Sha256::digest(number.to_be_bytes()));
    let number = format!("{number:016x}");
    [&number[..8], &number[8..12], &number[12..], &rest[..4], &rest[4..16]].join("-")
}

fn number(text: &str) -> Option<u64> {
    let digits: String = text.get(..18)?.split('-').collect();
    let number = u64::from_str_radix(&digits, 16).ok()?;
    (id(number) == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_is_found_by_its_own_id_in_its_own_repository() {
        let (uploads, store) = (Uploads::default(), Arc::new(Store::default()));
        let (first, second) = (uploads.begin("a"), uploads.begin("a"));
        assert!(first != second && first.len() == 36);
        assert_eq!((uploads.length("a", &first), uploads.length("b", &first)), (Some(0), None));
        for bad in ["", "x", &first[..35], &first.replace('1', "2"), "é".repeat(18).as_str()] {
            assert!(uploads.take(&store, "a", bad).is_none(), "{bad}");
        }
        let taken = uploads.take(&store, "a", &first).unwrap();
        assert_eq!(uploads.length("a", &first), None);
        drop(taken);
        assert_eq!(uploads.length("a", &first), Some(0));
    }

    #[test]
    fn room_is_given_back() {
        let (uploads, store) = (Uploads::default(), Arc::new(Store::default().capacity(10)));
        let id = uploads.begin("a");
        let mut taken = uploads.take(&store, "a", &id).unwrap();
        assert!(taken.append(b"12345678") && !taken.append(b"123"));
        drop(taken);
        assert!(!store.reserve(3));
        drop(uploads.take(&store, "a", &id).unwrap().end());
        assert!(store.reserve(10));
    }

    #[test]
    fn the_oldest_makes_room() {
        let uploads = Uploads::default();
        let first = uploads.begin("a");
        (0..OPEN).for_each(|_| drop(uploads.begin("a")));
        assert_eq!(uploads.length("a", &first), None);
    }
}
