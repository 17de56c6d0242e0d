//! Every fault of the catalogue, played against the simulated node: what containerd 2.1.9 says of it.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use cri::{AuthConfig, ImageService as _, PullImageRequest};
use mock_registry::{Fault, FaultEntry, FaultLayer};
use net::Clock;
use trace::Trace;

use crate::support::{containerd, parse};

const IMAGE: &str = "registry.example.com/team/app:v1";
/// Who waits longer waits for ever.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);
/// Faults that a node overcomes without a trace in time or in the log of requests: it asks again over TCP; and Go
/// takes an authority's certificate for a server's.
const UNNOTICED: [&str; 2] = ["dns-truncated", "tls-authority-as-leaf"];

struct Played {
    /// What the node says, and after how many seconds.
    said: String,
    seconds: f32,
    fired: bool,
}

/// What the node has besides: a way through the proxy, and a search list where that matters.
fn node(fault: &str, host: &str) -> &'static str {
    if host == "proxy.example.com" {
        "  files:\n    /etc/systemd/system/containerd.service.d/proxy.conf: \"[Service]\\nEnvironment=HTTPS_PROXY=http://proxy.example.com:3128\\n\"\n"
    } else if fault.starts_with("dns-search") {
        "  search: [corp.example]\n"
    } else {
        ""
    }
}

pub(crate) fn world(fault: &str, host: &str) -> String {
    let node = node(fault, host);
    format!(
        "apiVersion: pullsim/v1
kind: Scenario
title: A fault
now: 2031-05-04T12:00:00Z
image: {IMAGE}
node:
  ndots: 5
{node}hosts:
  registry.example.com:
    address: 10.20.0.7
    images: [{{name: team/app, tags: [v1], platforms: [linux/amd64, linux/arm64], layers: [200KiB, 1KiB]}}]
    auth:
      bearer:
        tokenHost: auth.example.com
        anonymous: [\"**\"]
        accounts: {{ci: {{password: p, pull: [\"**\"]}}}}
  auth.example.com: {{address: 10.20.0.8}}
  proxy.example.com: {{address: 10.20.0.9, port: 3128, tls: none, proxy: {{}}}}
faults: [{{fault: \"{fault}\", host: {host}}}]
"
    )
}

fn play(text: &str, login: bool) -> Played {
    let scenario = parse("fault.yaml", text);
    scenario::virtual_time().unwrap().block_on(async {
        let network = Arc::new(scenario.network());
        let clock = Clock::new(scenario.now());
        let containerd = containerd(&scenario, network.clone(), clock, Trace::new());
        let auth = login.then(|| AuthConfig {
            username: "ci".into(),
            password: "p".into(),
            ..AuthConfig::default()
        });
        let request = PullImageRequest { image: IMAGE.to_owned(), auth };
        let said = match tokio::time::timeout(LONG, containerd.pull_image(request)).await {
            Ok(Ok(_)) => "pulled".to_owned(),
            Ok(Err(error)) => format!("{}: {}", error.code, error.message),
            Err(_) => "waits for ever".to_owned(),
        };
        let fired = network.requests().iter().any(|request| !request.faults.is_empty());
        Played { said, seconds: clock.elapsed().as_secs_f32(), fired }
    })
}

/// The host that plays a fault.
pub(crate) fn host(entry: &FaultEntry) -> &'static str {
    match entry.layer {
        FaultLayer::Token => "auth.example.com",
        FaultLayer::Proxy => "proxy.example.com",
        _ => "registry.example.com",
    }
}

fn play_entry(entry: &'static FaultEntry) -> Played {
    let text = world(&entry.example(), host(entry));
    play(&text, entry.name == "rate-limit-account")
}

#[test]
fn what_a_node_says_of_each_fault() {
    let (mut table, mut unplayed) = (String::new(), Vec::<&str>::new());
    for entry in Fault::all() {
        let played = play_entry(entry);
        let harmless = played.said == "pulled" && played.seconds < 0.5;
        if harmless && !played.fired {
            unplayed.push(entry.name);
        }
        writeln!(table, "{} ({:.1} s)\n    {}", entry.example(), played.seconds, played.said).unwrap();
    }
    assert_eq!(unplayed, UNNOTICED);
    insta::with_settings!({filters => vec![("sha256:[0-9a-f]{64}", "sha256:…")]}, {
        insta::assert_snapshot!("containerd-2.1.9", table);
    });
}

#[test]
fn without_a_fault_the_image_is_pulled() {
    for host in ["registry.example.com", "proxy.example.com"] {
        // A fault that begins when all is over.
        let text = world("tcp-refused", host).replace("host:", "from: 1h, host:");
        let played = play(&text, false);
        assert_eq!((played.said.as_str(), played.fired), ("pulled", false));
    }
}

#[test]
fn every_run_is_the_same() {
    let chance =
        world("manifest-503", "registry.example.com").replace("host:", "probability: 0.5, seed: 7, host:");
    assert_eq!(play(&chance, false).said, play(&chance, false).said);
}
