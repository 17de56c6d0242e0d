//! Registries, token services, blob hosts and name servers that fail on demand.
//!
//! ```text
//!              ┌──────────────────────────────── Host ─────────────────────────────────┐
//! any stream ─▶│ ConnectionRule ─▶ TLS (Authority) ─┬▶ Rule ─▶ TokenService            │
//! or listener  │        ▲                  ▲        │    ▲  └▶ Guard ▶ Registry ─ Store │──▶ RequestLog
//!              │        └──────────────────┴─ Fault ┴────┘                             │
//!              │                                    └▶ Proxy ─▶ Routes ─▶ other Hosts  │
//!              └───────────────────────────────────────────────────────────────────────┘
//! query bytes ──▶ Zone (Fault) ──▶ answer bytes
//! ```
//!
//! A [`Store`] holds [`Image`]s built from a declaration, the same bytes every time; a [`Registry`] serves them
//! behind a [`Guard`]; a [`Host`] puts it behind a name, with the [`Fault`]s by which it fails: lines of a closed
//! catalogue, each with a [`Selector`] that says whom it meets; and [`Rule`]s for answers in free form. [`Host::serve`] takes any
//! byte stream, [`Host::serve_on`] a listener; [`Host::requests`] tells what came. This crate shares no code with
//! the client that it is there to test, so that an error in one is not hidden by the same error in the other.
//!
//! ```
//! use std::sync::Arc;
//! use mock_registry::{Host, Image, Layer, Registry, Rule, Store};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let mut store = Store::default();
//! let image = Image::new("team/app").tag("v1").layer(Layer::seeded(1, 1024));
//! let added = store.add(&image).unwrap();
//! let host = Host::builder("registry.test").registry(Registry::new(Arc::new(store))).build();
//!
//! let (mut client, server) = tokio::io::duplex(4096);
//! tokio::spawn(host.clone().serve(server, "10.0.0.1:1234".parse().unwrap()));
//! client.write_all(b"HEAD /v2/team/app/manifests/v1 HTTP/1.1\r\nHost: registry.test\r\nConnection: close\r\n\r\n").await.unwrap();
//! let mut answer = String::new();
//! client.read_to_string(&mut answer).await.unwrap();
//! assert!(answer.contains(&format!("Docker-Content-Digest: {}", added.digest)));
//! assert_eq!(host.requests()[0].status, Some(200));
//! # });
//! ```

mod auth;
mod clock;
mod content;
mod digest;
mod fault;
mod glob;
mod host;
mod log;
mod mock_server;
mod personality;
mod pki;
mod proxy;
mod transport;
mod zone;

pub use auth::{Account, Accounts, Guard, RateLimit, TokenService};
pub use clock::Clock;
pub use content::{
    Added, Blob, Compression, Format, GeneratedLayer, Image, InvalidImage, InvalidLayout, InvalidPlatform,
    Layer, Manifest, Platform, Repository, Shape, Store, StoredFile,
};
pub use digest::{Digest, InvalidDigest};
pub use fault::{
    Argument, ConnectionFault, ConnectionRule, Count, DialFault, Dialect, End, Fault, FaultEntry, FaultLayer,
    Flapping, InvalidCount, Probability, Rule, Selector, SelectorKey, TlsIdentity, UnknownFault, Window,
};
pub use glob::Glob;
pub use host::{Host, HostBuilder, Registry, Server};
pub use log::{Request, RequestLog, Who};
pub use mock_server::{Expectation, Mock, MockServer, MountError, StartError, Times, Unmet};
pub use personality::Personality;
pub use pki::{Authority, CertificateError, CertificateKind, Identity};
pub use proxy::{Proxy, Routes};
pub use transport::Transport;
pub use zone::{Answer, NameReply, Via, Zone};
