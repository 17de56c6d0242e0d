//! Idle connections (Go `net/http/transport.go` `tryPutIdleConn`, `queueForIdleConn`).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

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
    idle: Mutex<HashMap<Key, Vec<Connection>>>,
}

impl Pool {
    /// The connection that became idle last, if it is still alive.
    pub(crate) async fn take(&self, key: &Key) -> Option<Connection> {
        loop {
            let mut connection = self.lock().get_mut(key)?.pop()?;
            let fresh = Instant::now() - connection.idle_since < IDLE_TIMEOUT;
            if fresh && !connection.is_stale().await {
                connection.reused = true;
                return Some(connection);
            }
        }
    }

    pub(crate) fn put(&self, key: Key, mut connection: Connection) {
        connection.idle_since = Instant::now();
        let mut idle = self.lock();
        let same = idle.entry(key).or_default();
        if same.len() < MAX_IDLE_PER_HOST {
            same.push(connection);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Vec<Connection>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
