//! From `host:port` to a connection (Go 1.25 `net/dial.go`).

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gostd::net::{AddressProblem, Ends, Errno, Error, Op};
use tokio::time::{Instant, timeout, timeout_at};
use trace::{Dial, Fault, Lookup, Stage, What};

use crate::network::{Network, Stream};
use crate::recorder::Recorder;
use crate::resolver::Resolver;

/// How long the preferred address family has before the other one is tried too (RFC 8305).
const FALLBACK_DELAY: Duration = Duration::from_millis(300);
/// No address gets less time than this, while there is any (`partialDeadline`).
const SANE_MINIMUM: Duration = Duration::from_secs(2);

/// Opens connections for a client.
pub struct Dialer {
    network: Arc<dyn Network>,
    resolver: Resolver,
    recorder: Recorder,
    opened: AtomicU64,
}

/// How long dialling may take.
#[derive(Clone, Copy)]
struct Deadline {
    /// What the addresses share.
    shared: Instant,
    /// When it ends in any case: whoever waits for the connection does so no longer.
    end: Instant,
}

impl Deadline {
    fn new(limit: Duration, until: Option<Instant>) -> Self {
        let shared = Instant::now() + limit;
        Self { shared, end: until.map_or(shared, |until| until.min(shared)) }
    }
}

/// A connection and its number in the trace.
pub(crate) struct Dialled {
    pub(crate) stream: Box<dyn Stream>,
    pub(crate) number: u64,
}

impl Dialer {
    /// A dialler over `network`, with the node's resolver.
    pub fn new(network: Arc<dyn Network>, resolver: Resolver, recorder: Recorder) -> Self {
        Self { network, resolver, recorder, opened: AtomicU64::new(0) }
    }

    /// The recorder into which it writes.
    pub const fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// The addresses of a host (`net.LookupIP`), for whoever decides by them; none where it has none. It is no step of
    /// a request, and is not recorded.
    pub async fn lookup_ip(&self, host: &str) -> Vec<IpAddr> {
        match host.parse() {
            Ok(address) => vec![address],
            Err(_) => self.resolver.lookup(host).await.result.unwrap_or_default(),
        }
    }

    /// `Dialer.DialContext("tcp", host:port)` within `limit`, and given up at `until`.
    pub(crate) async fn dial(
        &self,
        host: &str,
        port: &str,
        limit: Duration,
        until: Option<Instant>,
    ) -> Result<Dialled, Fault> {
        let deadline = Deadline::new(limit, until);
        let addresses = self.addresses(host, port, deadline.end).await?;
        let first_is_v4 = addresses.first().is_some_and(SocketAddr::is_ipv4);
        let (primaries, fallbacks): (Vec<_>, Vec<_>) =
            addresses.into_iter().partition(|address| address.is_ipv4() == first_is_v4);
        let result = if fallbacks.is_empty() {
            self.dial_serial(host, &primaries, deadline).await
        } else {
            self.dial_parallel(host, &primaries, &fallbacks, deadline).await
        };
        result.map_err(|error| Fault::new(Stage::Dial, error))
    }

    async fn addresses(&self, host: &str, port: &str, deadline: Instant) -> Result<Vec<SocketAddr>, Fault> {
        let dial_error = |error| Error::op(Op::Dial, "tcp", Ends::default(), error);
        let port = parse_port(port).map_err(|error| Fault::new(Stage::Dial, dial_error(error)))?;
        if host.is_empty() {
            // No host is this machine (`internetAddrList`, `TCPAddr.toLocal`).
            return Ok(vec![SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port)]);
        }
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let since = Instant::now();
        let Ok(found) = timeout_at(deadline, self.resolver.lookup(host)).await else {
            return Err(Fault::new(Stage::Lookup, dial_error(Error::DialTimeout)));
        };
        if let Some(name) = &found.below {
            self.recorder
                .decide("search domain", format!("{host} was found as {name}, below a search domain"));
        }
        let fault = |error: &_| Fault::new(Stage::Lookup, dial_error(Error::Dns(Clone::clone(error))));
        let fault = found.result.as_ref().err().map(fault);
        let addresses = found.result.unwrap_or_default();
        let step = Lookup {
            host: host.to_owned(),
            source: found.source,
            servers: found.servers,
            addresses: addresses.clone(),
            fault: fault.clone(),
        };
        self.recorder.record(since, What::Lookup(step));
        match fault {
            Some(fault) => Err(fault),
            None => Ok(addresses.into_iter().map(|address| SocketAddr::new(address, port)).collect()),
        }
    }

    /// `sysDialer.dialParallel`: the second family joins after a delay, or when the first has failed.
    async fn dial_parallel(
        &self,
        host: &str,
        primaries: &[SocketAddr],
        fallbacks: &[SocketAddr],
        deadline: Deadline,
    ) -> Result<Dialled, Error> {
        let primary = self.dial_serial(host, primaries, deadline);
        tokio::pin!(primary);
        let early = timeout(FALLBACK_DELAY, &mut primary).await;
        let fallback = self.dial_serial(host, fallbacks, deadline);
        match early {
            Ok(Ok(dialled)) => Ok(dialled),
            Ok(Err(error)) => fallback.await.or(Err(error)),
            Err(_) => {
                tokio::pin!(fallback);
                tokio::select! {
                    first = &mut primary => match first {
                        Ok(dialled) => Ok(dialled),
                        Err(error) => fallback.await.or(Err(error)),
                    },
                    second = &mut fallback => match second {
                        Ok(dialled) => Ok(dialled),
                        // The error of the preferred family is the one that is told.
                        Err(_) => primary.await,
                    },
                }
            }
        }
    }

    /// `sysDialer.dialSerial`: each address in turn; the first error is the one that is told.
    async fn dial_serial(
        &self,
        host: &str,
        addresses: &[SocketAddr],
        deadline: Deadline,
    ) -> Result<Dialled, Error> {
        let mut first = None;
        for (index, &address) in addresses.iter().enumerate() {
            let now = Instant::now();
            let left = deadline.shared.saturating_duration_since(now);
            if left.is_zero() || deadline.end <= now {
                break;
            }
            let share = left / u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
            let share = share.max(SANE_MINIMUM.min(left)).min(deadline.end - now);
            match self.dial_single(host, address, share).await {
                Ok(dialled) => return Ok(dialled),
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or(Error::op(Op::Dial, "tcp", Ends::default(), Error::DialTimeout)))
    }

    async fn dial_single(&self, host: &str, address: SocketAddr, limit: Duration) -> Result<Dialled, Error> {
        let since = Instant::now();
        let ends = if host.is_empty() { Ends::to_port(address) } else { Ends::to(address) };
        let error = |cause| Error::op(Op::Dial, "tcp", ends, cause);
        let result = match timeout(limit, self.network.dial(address)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(cause)) => Err(error(match cause.raw_os_error() {
                Some(number) => Error::Syscall("connect", Errno(number)),
                None => Error::Syscall("connect", Errno::CONN_REFUSED),
            })),
            Err(_) => Err(error(Error::DialTimeout)),
        };
        let number = result.is_ok().then(|| self.opened.fetch_add(1, Ordering::Relaxed) + 1);
        let fault = result.as_ref().err().map(|error| Fault::new(Stage::Dial, error.clone()));
        let step = Dial { host: host.to_owned(), address, connection: number, fault };
        self.recorder.record(since, What::Dial(step));
        result.map(|stream| Dialled { stream, number: number.unwrap_or_default() })
    }
}

/// `Resolver.LookupPort` for numbers and the two services that URLs can name.
pub(crate) fn parse_port(port: &str) -> Result<u16, Error> {
    let problem = |problem| Error::Address { address: port.to_owned(), problem };
    match port {
        "http" => Ok(80),
        "https" => Ok(443),
        digits if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => {
            digits.parse().map_err(|_| problem(AddressProblem::InvalidPort))
        }
        _ => Err(problem(AddressProblem::UnknownPort)),
    }
}
