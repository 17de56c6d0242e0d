//! Idle connections (Go `net/http/transport.go` `tryPutIdleConn`, `queueForIdleConn`).

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::http1::Connection;

/// `DefaultMaxIdleConnsPerHost`
const MAX_IDLE_PER_HOST: usize = 2;
/// `IdleConnTimeout` of containerd's, CRI-O's and Docker's transports (containerd `registry.go`).
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Where a connection leads (`connectMethodKey`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) proxy: Option<String>,
    pub(crate) https: bool,
    /// `host:port`; empty where requests to all hosts are handed to the proxy.
    pub(crate) address: String,
}

impl Key {
    /// Whether requests are handed to the proxy as they are, in place of a way through it.
    pub(crate) const fn is_handed_over(&self) -> bool {
        self.address.is_empty()
    }
}

#[derive(Default)]
pub(crate) struct Pool {
    places: Mutex<HashMap<Key, Place>>,
}

/// The connections to one place.
#[derive(Default)]
struct Place {
    idle: Vec<Connection>,
    /// Who waits for one, first come, first served.
    waiting: VecDeque<oneshot::Sender<Connection>>,
}

impl Pool {
    /// The connection that became idle last, if it is still alive.
    pub(crate) async fn take(&self, key: &Key) -> Option<Connection> {
        loop {
            let mut connection = self.lock().get_mut(key)?.idle.pop()?;
            let fresh = Instant::now() - connection.idle_since < IDLE_TIMEOUT;
            if fresh && !connection.is_stale().await {
                return Some(connection);
            }
        }
    }

    /// The next connection that becomes idle, once it is the caller's turn.
    pub(crate) fn wait(&self, key: &Key) -> oneshot::Receiver<Connection> {
        let (sender, receiver) = oneshot::channel();
        self.lock().entry(key.clone()).or_default().waiting.push_back(sender);
        receiver
    }

    /// Hands a connection to who waits longest, or keeps it; it counts as used from here on (`markReused`).
    pub(crate) fn put(&self, key: Key, mut connection: Connection) {
        connection.idle_since = Instant::now();
        connection.reused = true;
        let mut places = self.lock();
        let place = places.entry(key).or_default();
        while let Some(waiting) = place.waiting.pop_front() {
            match waiting.send(connection) {
                Ok(()) => return,
                Err(unwanted) => connection = unwanted,
            }
        }
        if place.idle.len() < MAX_IDLE_PER_HOST {
            place.idle.push(connection);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Place>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
