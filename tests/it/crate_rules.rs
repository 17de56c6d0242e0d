//! Which crate may use which: the architecture, as a table.

use crate::metadata::{Metadata, Package};

/// Each crate and the crates of the workspace that it may ship with, in the order in which data flows.
///
/// The mock knows nothing of the client, so that an error in one is not hidden by the same error in the other.
/// `scenario` and `pullsim` join everything; `report` renders types and does nothing itself.
const MAY_USE: &[(&str, &[&str])] = &[
    ("secret", &[]),
    ("gostd", &[]),
    ("distribution", &["gostd"]),
    ("node", &[]),
    ("keyring", &["secret", "gostd", "distribution", "node"]),
    ("cri", &["secret"]),
    ("trace", &["gostd", "secret"]),
    ("net", &["gostd", "trace", "node", "secret"]),
    ("runtimes", &["secret", "gostd", "distribution", "node", "cri", "trace", "net"]),
    ("kubelet", &["secret", "gostd", "distribution", "keyring", "cri"]),
    ("objects", &["secret", "gostd", "node", "keyring", "cri", "kubelet"]),
    ("plugins", &["secret", "node", "keyring", "objects", "trace"]),
    ("diagnosis", &["gostd", "distribution", "keyring", "trace", "kubelet", "cri"]),
    ("explain", &["distribution", "trace", "diagnosis"]),
    ("report", &["secret", "gostd", "distribution", "keyring", "cri", "trace", "kubelet", "diagnosis"]),
    (
        "replay",
        &[
            "secret",
            "gostd",
            "distribution",
            "node",
            "keyring",
            "plugins",
            "cri",
            "trace",
            "net",
            "runtimes",
            "kubelet",
            "diagnosis",
            "report",
        ],
    ),
    (
        "whatif",
        &[
            "secret",
            "distribution",
            "node",
            "keyring",
            "cri",
            "trace",
            "net",
            "runtimes",
            "kubelet",
            "objects",
            "diagnosis",
            "report",
            "replay",
        ],
    ),
    ("mock-registry", &["distribution"]),
    (
        "scenario",
        &[
            "secret",
            "gostd",
            "distribution",
            "node",
            "keyring",
            "plugins",
            "cri",
            "trace",
            "net",
            "runtimes",
            "kubelet",
            "objects",
            "diagnosis",
            "report",
            "replay",
            "mock-registry",
        ],
    ),
    (
        "runner",
        &[
            "secret",
            "gostd",
            "distribution",
            "node",
            "keyring",
            "plugins",
            "cri",
            "trace",
            "net",
            "runtimes",
            "kubelet",
            "objects",
            "diagnosis",
            "report",
            "replay",
            "whatif",
            "mock-registry",
            "scenario",
        ],
    ),
    (
        "pullsim",
        &[
            "secret",
            "gostd",
            "distribution",
            "node",
            "keyring",
            "plugins",
            "cri",
            "trace",
            "net",
            "runtimes",
            "kubelet",
            "objects",
            "diagnosis",
            "explain",
            "report",
            "replay",
            "whatif",
            "mock-registry",
            "scenario",
            "runner",
        ],
    ),
    ("pullsim-tests", &[]),
];

/// Crates of pure values: text in, text out, nothing that waits.
const PURE: &[&str] = &["secret", "gostd", "distribution", "node", "keyring", "cri", "trace"];

/// All that a pure crate may use from outside.
const PURE_MAY_USE: &[&str] =
    &["bytes", "hex", "jiff", "schemars", "serde", "serde_json", "sha2", "thiserror"];

/// Crates that look at what happened and make nothing happen.
const OBSERVERS: &[&str] = &["diagnosis", "explain", "report"];

/// What would let an observer make something happen; not even by way of another crate.
const NO_OBSERVER_USES: &[&str] = &["hyper", "rustls", "tokio"];

fn allowed(package: &Package) -> &'static [&'static str] {
    let row = MAY_USE.iter().find(|(name, _)| *name == package.name);
    row.unwrap_or_else(|| panic!("crate {} has no row in MAY_USE: decide what it may use", package.name)).1
}

#[test]
fn each_crate_uses_only_those_named_for_it() {
    let members = Metadata::members();
    let mut broken = Vec::new();
    for package in &members.packages {
        let may = allowed(package);
        for used in package.dependencies.iter().filter(|d| d.ships() && d.path.is_some()) {
            if !may.contains(&used.name.as_str()) {
                broken.push(format!("{} uses {}", package.name, used.name));
            }
        }
    }
    assert!(broken.is_empty(), "not in the table MAY_USE: {broken:#?}");
}

#[test]
fn the_table_itself_points_only_upwards() {
    for (row, (name, may)) in MAY_USE.iter().enumerate() {
        for used in *may {
            let above = MAY_USE[..row].iter().any(|(n, _)| n == used);
            assert!(above, "{name} may use {used}, which does not stand above it");
        }
    }
}

#[test]
fn pure_crates_use_nothing_that_waits() {
    let members = Metadata::members();
    let mut broken = Vec::new();
    for package in members.packages.iter().filter(|p| PURE.contains(&p.name.as_str())) {
        // `cri` has a client of live runtimes behind a feature that is off by default.
        for used in package.dependencies.iter().filter(|d| d.ships() && !d.optional && d.path.is_none()) {
            if !PURE_MAY_USE.contains(&used.name.as_str()) {
                broken.push(format!("{} uses {}", package.name, used.name));
            }
        }
    }
    assert!(broken.is_empty(), "a pure crate may use {PURE_MAY_USE:?}: {broken:#?}");
}

#[test]
fn observers_cannot_reach_the_network() {
    let graph = Metadata::graph();
    let mut broken = Vec::new();
    for observer in OBSERVERS {
        if !graph.packages.iter().any(|p| p.name == *observer) {
            continue;
        }
        let shipped = graph.shipped_with(observer);
        broken.extend(NO_OBSERVER_USES.iter().filter_map(|name| shipped.get(*name)).cloned());
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_graph_is_read_rightly() {
    // The network crate reaches tokio; were that not seen, the rule above could not fail.
    assert!(Metadata::graph().shipped_with("net").contains_key("tokio"));
}
