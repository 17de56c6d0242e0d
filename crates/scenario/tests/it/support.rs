//! What many tests need: scenarios out of texts, a client of their hosts, a node that pulls.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use distribution::Platform;
use net::{Client, Clock, Dialer, Network, ProxyRules, Recorder, Resolver, Roots, Tls, Transport};
use node::Environment;
use runtimes::{Layers, Options, Profile, Runtime};
use scenario::{LoadError, Scenario, SimulatedNetwork};
use trace::Trace;

/// What each scenario needs, in five lines; the image is of `r.test`.
pub(crate) const HEAD: &str =
    "apiVersion: pullsim/v1\nkind: Scenario\ntitle: t\nnow: 2031-05-04T12:00:00Z\nimage: r.test/app:v1\n";

/// A scenario that is right.
pub(crate) fn parse(name: &str, text: &str) -> Scenario {
    Scenario::parse(name, text).map_err(|error| error.render()).unwrap()
}

/// Why a scenario with these lines after its head is refused.
pub(crate) fn refuse(rest: &str) -> LoadError {
    Scenario::parse("s.yaml", &format!("{HEAD}{rest}")).unwrap_err()
}

/// The text of a scenario that is shipped.
pub(crate) fn shipped_text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios").join(file);
    std::fs::read_to_string(path).unwrap()
}

/// Somebody on the node who asks hosts by HTTP.
pub(crate) fn client(scenario: &Scenario, network: Arc<SimulatedNetwork>) -> Client {
    let node = scenario.node();
    let roots = Roots::system(node.clone(), Environment::default(), Vec::new());
    let resolver = Resolver::new(network.clone(), &node);
    let dialer = Dialer::new(network, resolver, Recorder::new(Trace::new()));
    let transport = Transport {
        tls: Tls::new(Arc::new(roots), Clock::new(scenario.now())),
        proxy: ProxyRules::default(),
        dial_timeout: Duration::from_secs(30),
        response_header_timeout: None,
        go: 27,
    };
    Client::new(Arc::new(dialer), transport)
}

/// containerd 2.1.9 on the scenario's node, which writes its steps to this trace.
pub(crate) fn containerd(
    scenario: &Scenario,
    network: Arc<dyn Network>,
    clock: Clock,
    trace: Trace,
) -> Runtime {
    let options = Options {
        network,
        node: scenario.node(),
        profile: Profile::named("containerd-2.1.9").unwrap(),
        platform: Platform::linux("amd64", ""),
        layers: Layers::Get,
        store: None,
        extra_roots: Vec::new(),
        trace,
        clock,
    };
    Runtime::new(options).unwrap()
}
