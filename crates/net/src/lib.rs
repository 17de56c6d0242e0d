//! The one door to the network, and Go's HTTP client behind it.
//!
//! ```text
//! Client ── Redirects
//!   │  round_trip: route (ProxyRules) ─▶ connection ─▶ HTTP/1.1 ─▶ Response, Body
//!   │                                      │
//!   │              Tls (Go's verdicts) ◀───┤
//!   │              Dialer ─ Resolver ◀─────┘
//!   └────────────────▶ Network: dial(address), datagram(server)
//! ```
//!
//! Below [`Network`] stand real sockets ([`SystemNetwork`]) or simulated hosts; everything above it is the same code
//! in both worlds. Each step goes into the trace, each failure is a [`trace::Fault`] made of facts, whose words are
//! Go's.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! use gostd::url::Url;
//! use net::{Client, Clock, Dialer, ProxyRules, Recorder, Request, Resolver, Roots, SystemNetwork, Tls, Transport};
//! use node::{Environment, Node};
//! use trace::{Purpose, Trace};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let (network, node) = (Arc::new(SystemNetwork::new()), Node::memory([]));
//! let roots = Roots::system(node.clone(), Environment::default(), Vec::new());
//! let clock = Clock::new(jiff::Timestamp::UNIX_EPOCH);
//! let resolver = Resolver::new(network.clone(), &node);
//! let dialer = Dialer::new(network, resolver, Recorder::new(Trace::new()));
//! let client = Client::new(Arc::new(dialer), Transport {
//!     tls: Tls::new(Arc::new(roots), clock),
//!     proxy: ProxyRules::default(),
//!     dial_timeout: Duration::from_secs(30),
//!     response_header_timeout: None,
//!     go: 27,
//! });
//! let url = Url::parse("https://127.0.0.1:99999/v2/").unwrap();
//! let fault = client.round_trip(&Request::new(Purpose::Resolve, "HEAD", url)).await.err().unwrap();
//! assert_eq!(fault.to_string(), "dial tcp: address 99999: invalid port");
//! # });
//! ```

mod body;
mod client;
mod clock;
mod connector;
mod dialer;
mod errors;
mod http1;
mod network;
mod pool;
mod proxy;
mod recorder;
mod redirect;
mod resolver;
mod socks;
mod system;
mod tls;
mod tunnel;

pub use body::Body;
pub use client::{Client, Response, Transport};
pub use clock::Clock;
pub use dialer::Dialer;
pub use http1::{Header, Request};
pub use network::{BoxFuture, Datagram, Network, Stream};
pub use proxy::{ProxyRules, Route};
pub use recorder::Recorder;
pub use redirect::Redirects;
pub use resolver::Resolver;
pub use system::SystemNetwork;
pub use tls::{IdentityError, Roots, Tls};
