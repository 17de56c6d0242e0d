use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::Method;
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use crate::Who;

/// Sources that are remembered at most; beyond, those whose window is over and then all are forgotten.
const REMEMBERED: usize = 65_536;

/// How many manifests may be pulled in a while: by everybody behind an address, and by an account. Each GET of a
/// manifest counts, so that an image out of an index counts twice; HEAD is free unless [`RateLimit::count_head`]
/// says otherwise.
#[derive(Clone, Debug)]
pub struct RateLimit {
    window: Duration,
    anonymous: Option<u64>,
    accounts: Option<u64>,
    named: HashMap<String, u64>,
    counts_head: bool,
}

/// Where somebody stands within their limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
    pub(crate) window: Duration,
    /// What is counted: an address, or an account's id.
    pub(crate) source: String,
    /// How long until it starts afresh, where nothing is left for this request.
    pub(crate) exceeded: Option<Duration>,
}

/// A limit and what was counted.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: RateLimit,
    seen: Mutex<HashMap<String, Window>>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    began: Instant,
    used: u64,
}

impl RateLimit {
    /// No limit as yet; what is counted is forgotten so long after the first request, on tokio's clock.
    pub fn new(window: Duration) -> Self {
        Self { window, anonymous: None, accounts: None, named: HashMap::new(), counts_head: false }
    }

    /// Limits those without an account, by their address.
    pub const fn anonymous(mut self, manifests: u64) -> Self {
        self.anonymous = Some(manifests);
        self
    }

    /// Limits each account.
    pub const fn accounts(mut self, manifests: u64) -> Self {
        self.accounts = Some(manifests);
        self
    }

    /// Limits this account, in place of what holds for all.
    pub fn account(mut self, name: impl Into<String>, manifests: u64) -> Self {
        self.named.insert(name.into(), manifests);
        self
    }

    /// Counts HEAD as well.
    pub const fn count_head(mut self) -> Self {
        self.counts_head = true;
        self
    }

    fn limit_of(&self, who: &Who) -> Option<u64> {
        match who {
            Who::Anonymous => self.anonymous,
            Who::Account(name) => self.named.get(name).copied().or(self.accounts),
        }
    }
}

impl Limiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, seen: Mutex::default() }
    }

    /// Counts a request for a manifest; `None` where there is no limit.
    pub(crate) fn count(&self, who: &Who, peer: IpAddr, method: &Method) -> Option<Standing> {
        let (limit, window, now) = (self.limit.limit_of(who)?, self.limit.window, Instant::now());
        let costs = *method == Method::GET || self.limit.counts_head;
        let source = source(who, peer);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED && !seen.contains_key(&source) {
            seen.retain(|_, entry| now - entry.began < window);
            if seen.len() >= REMEMBERED {
                seen.clear();
            }
        }
        let entry = seen.entry(source.clone()).or_insert(Window { began: now, used: 0 });
        if now - entry.began >= window {
            *entry = Window { began: now, used: 0 };
        }
        let exceeded = (costs && entry.used >= limit).then(|| window.saturating_sub(now - entry.began));
        if costs && exceeded.is_none() {
            entry.used += 1;
        }
        Some(Standing { limit, remaining: limit.saturating_sub(entry.used), window, source, exceeded })
    }
}

/// What is counted: of IPv6 the network of 64 bits, of an account something like an id (the header
/// `docker-ratelimit-source`: github docker/hub-feedback 2464, docker/docs 13499).
fn source(who: &Who, peer: IpAddr) -> String {
    match (who, peer) {
        (Who::Account(name), _) => {
            let id = hex::encode(Sha256::digest(name));
            [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..32]].join("-")
        }
        (Who::Anonymous, IpAddr::V4(address)) => address.to_string(),
        (Who::Anonymous, IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_counted_is_forgotten_with_the_window() {
        let limiter = Limiter::new(RateLimit::new(Duration::from_secs(60)).anonymous(2).account("ci", 1));
        let peers: [IpAddr; 2] = ["10.0.0.1".parse().unwrap(), "2001:db8:1:2:3::4".parse().unwrap()];
        let ask = |who: &Who, peer, method| limiter.count(who, peer, &method);
        let anonymous = |method| ask(&Who::Anonymous, peers[0], method).unwrap();
        assert_eq!((anonymous(Method::HEAD).remaining, anonymous(Method::GET).remaining), (2, 1));
        assert_eq!(anonymous(Method::GET).exceeded, None);
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(anonymous(Method::GET).exceeded, Some(Duration::from_secs(40)));
        assert_eq!(anonymous(Method::HEAD).exceeded, None);
        let other = ask(&Who::Anonymous, peers[1], Method::GET).unwrap();
        assert_eq!((other.source.as_str(), other.remaining), ("2001:db8:1:2::", 1));
        let account = ask(&Who::Account("ci".into()), peers[0], Method::GET).unwrap();
        assert_eq!((account.limit, account.remaining, account.source.len()), (1, 0, 36));
        assert_eq!(ask(&Who::Account("other".into()), peers[0], Method::GET), None);
        tokio::time::advance(Duration::from_secs(40)).await;
        assert_eq!(anonymous(Method::GET).remaining, 1);
    }
}
