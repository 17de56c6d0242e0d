//! Forward proxies: tunnels (`CONNECT`, RFC 9110, 9.3.6) and requests in absolute form (RFC 9112, 3.2.2).

mod head;
mod pipe;
mod routes;
mod tunnel;

use std::sync::Arc;

use crate::{Accounts, Authority};

pub use routes::Routes;

/// What a host needs to be a forward proxy.
#[derive(Clone, Debug)]
pub struct Proxy {
    routes: Arc<Routes>,
    accounts: Option<Arc<Accounts>>,
    authority: Option<Arc<Authority>>,
    intercepts: bool,
}

impl Proxy {
    /// A proxy that everybody may use, to whatever the routes lead to.
    pub const fn new(routes: Arc<Routes>) -> Self {
        Self { routes, accounts: None, authority: None, intercepts: false }
    }

    /// Demands the login of one of these accounts, as Basic.
    pub fn accounts(mut self, accounts: Arc<Accounts>) -> Self {
        self.accounts = Some(accounts);
        self
    }

    /// Knows this authority: what it reads along when a fault says so, it shows certificates of.
    pub fn authority(mut self, authority: Arc<Authority>) -> Self {
        self.authority = Some(authority);
        self
    }

    /// Reads along always, and shows certificates of this authority in the hosts' names.
    pub fn intercepting(mut self, authority: Arc<Authority>) -> Self {
        self.intercepts = true;
        self.authority(authority)
    }
}
