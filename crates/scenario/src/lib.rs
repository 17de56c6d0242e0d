//! Simulated hosts, described by a file, behind the same door as real ones.
//!
//! ```text
//! scenario.yaml ─▶ Scenario ─┬─ node(), secrets(), image(), now() ──▶ the pull
//!   (+ manifests)              ├─ pods(), secrets_over_time() ─────────▶ pods on the node over time
//!                            └─ network() ─▶ SimulatedNetwork: net::Network
//!                                              dial ─▶ firewall ─▶ in-memory stream ─▶ mock_registry::Host
//!                                              datagram ─▶ firewall ─▶ mock_registry::Zone
//! ```
//!
//! TLS, tokens and HTTP really run, over byte streams in memory. On a current-thread runtime with a paused clock
//! nothing waits on anything real, so that a dial that times out after 30 s takes no wall time.
//!
//! ```
//! use scenario::Scenario;
//!
//! let scenario = Scenario::parse("a.yaml", "
//! apiVersion: pullsim/v1
//! kind: Scenario
//! title: The tag is there
//! now: 2026-03-01T09:00:00Z
//! image: registry.example.com/app:v1
//! hosts:
//!   registry.example.com:
//!     address: 10.20.0.7
//!     images: [{name: app, tags: [v1], layers: [1KiB]}]
//! ").unwrap();
//! assert_eq!(scenario.image(), "registry.example.com/app:v1");
//! assert!(scenario.node().read("/etc/resolv.conf").unwrap().starts_with(b"nameserver 10.96.0.10"));
//!
//! let misspelt = Scenario::parse("b.yaml", "apiVersion: pullsim/v1\nkind: Scenario\ntitel: x\n").unwrap_err();
//! assert!(misspelt.render().starts_with("error: unknown key `titel`\n  b.yaml:3:1\n   3 | titel: x\n     | ^^^^^\n"));
//! assert_eq!(misspelt.hint().unwrap(), "did you mean `title`?");
//! ```

mod auth;
mod cluster;
mod content;
mod error;
mod expect;
mod faults;
mod file;
mod healing;
mod mistake;
mod network;
mod place;
mod plugins;
mod rules;
mod runtime;
mod scenario;
mod schema;
mod sockets;
mod sources;
mod validate;
mod world;
mod yaml;

pub use cluster::ScenarioPod;
pub use error::LoadError;
pub use expect::{
    EventLine, Expected, Heals, InvalidRunPattern, Line, Mend, Placed, RequestLine, Run, StateLine, Subject,
    Text, What,
};
pub use file::{Row, SECTIONS, Section};
pub use mistake::Mistake;
pub use network::SimulatedNetwork;
pub use place::Place;
pub use runtime::virtual_time;
pub use scenario::{MADE_UP, Scenario};
pub use schema::json_schema;
pub use sockets::{
    Listen, Served, ServedFile, SocketNetwork, SocketWorld, TraceDifference, compare_traces, socket_time,
    without_ports,
};
pub use world::HostPlace;
pub use yaml::Location;
