//! Idle connections (Go `net/http/transport.go` `tryPutIdleConn`, `queueForIdleConn`).

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::http1::Connection;

/// `DefaultMaxIdleConnsPerHost`
const MAX_IDLE_PER_HOST: usize = 2;
/// `IdleConnTimeout` of containerd's and Docker's transports (containerd `registry.go`).
pub(crate) const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

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
    /// The connection that became idle last, less than `timeout` ago, if it is still alive.
    pub(crate) async fn take(&self, key: &Key, timeout: Duration) -> Option<Connection> {
        loop {
            let mut connection = self.lock().get_mut(key)?.idle.pop()?;
            let fresh = Instant::now() - connection.idle_since < timeout;
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

#[cfg(test)]
mod tests {
    use gostd::net::Ends;

    use super::*;

    fn key() -> Key {
        Key { proxy: None, https: false, address: "r.test:80".to_owned() }
    }

    fn connection(number: u64) -> Connection {
        Connection::new(Box::new(tokio::io::duplex(1).0), Ends::default(), number, 27)
    }

    #[tokio::test]
    async fn who_waits_longest_gets_what_becomes_idle() {
        let pool = Pool::default();
        let (mut first, mut second, gone) = (pool.wait(&key()), pool.wait(&key()), pool.wait(&key()));
        drop(gone);
        (1..=5).for_each(|number| pool.put(key(), connection(number)));
        let numbers =
            [&mut first, &mut second].map(|waiting| waiting.try_recv().map(|got| (got.number, got.reused)));
        assert_eq!(numbers, [Ok((1, true)), Ok((2, true))]);
        // Two are kept, and one is closed.
        let kept = pool
            .lock()
            .get(&key())
            .map(|place| place.idle.iter().map(|idle| idle.number).collect::<Vec<_>>());
        assert_eq!(kept, Some(vec![3, 4]));
    }
    #[tokio::test(start_paused = true)]
    async fn what_was_idle_for_too_long_is_not_taken() {
        let seconds = Duration::from_secs;
        let (pool, mut peers) = (Pool::default(), Vec::new());
        for (idle, timeout, expected) in
            [(29, 30, Some(1)), (31, 30, None), (31, 90, Some(3)), (91, 90, None)]
        {
            let (io, peer) = tokio::io::duplex(1);
            peers.push(peer);
            let number = peers.len() as u64;
            pool.put(key(), Connection::new(Box::new(io), Ends::default(), number, 27));
            tokio::time::advance(seconds(idle)).await;
            let taken = pool.take(&key(), seconds(timeout)).await.map(|taken| taken.number);
            assert_eq!(taken, expected, "{idle} {timeout}");
        }
    }
}
