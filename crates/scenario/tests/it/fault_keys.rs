//! What can be written wrong about faults, and how it is shown.

use scenario::Scenario;

use crate::support::{HEAD, refuse};

#[test]
fn mistakes_are_shown_where_they_are() {
    let host = |faults: &str| format!("hosts:\n  r.test:\n    address: 10.0.0.1\n    faults: [{faults}]\n");
    let table = [
        (host("tls-expird"), "9:14", "there is no fault `tls-expird`: did you mean `tls-expired`?"),
        (
            host("{fault: dns-slow:3}"),
            "9:22",
            "the fault `dns-slow` takes a time (250ms, 30s, 5m, 6h), not `3`",
        ),
        (host("{fault: manifest-404, tga: v1}"), "9:36", "unknown key `tga`"),
        (
            host("{fault: tls-expired, tag: v1}"),
            "9:14",
            "`tag` tells nothing apart for `tls-expired`, which sits in the layer tls",
        ),
        (host("{fault: outage, probability: 2}"), "9:14", "a probability is a number from 0 to 1"),
        (host("{fault: outage, from: 2m, until: 1m}"), "9:14", "`until` comes before `from`"),
        (host("{fault: outage, every: 5s}"), "9:37", "`5s` says no turns: write `60s for 20s`"),
        (
            host("token-401"),
            "9:14",
            "`token-401` is for a host that issues tokens: no host does, r.test does not",
        ),
        (host("proxy-407"), "9:14", "`proxy-407` is for a forward proxy, and r.test has no `proxy:`"),
        ("faults: [outage]\n".to_owned(), "6:10", "no host can play `outage`"),
        (
            "firewall: [{to: 10.0.0.1, action: drop, from: 5}]\n".to_owned(),
            "6:47",
            "`5` is no time: write 250ms, 30s, 5m or 1h",
        ),
    ];
    for (rest, place, words) in table {
        let shown = refuse(&rest).render();
        assert!(shown.starts_with(&format!("error: {words}\n  s.yaml:{place}\n")), "{rest}: {shown}");
        // A line that could hold a secret is not shown.
        assert!(shown.contains('^') || rest.contains("token"), "{shown}");
    }
}

#[test]
fn the_node_knows_its_name_servers() {
    let node =
        "node: {nameserver: 10.0.0.53, moreNameservers: [10.0.0.54], search: [a.test, b.test], ndots: 5}\n";
    let scenario = Scenario::parse("s.yaml", &format!("{HEAD}{node}")).unwrap();
    let resolv_conf = scenario.node().read("/etc/resolv.conf").unwrap();
    assert_eq!(
        String::from_utf8(resolv_conf).unwrap(),
        "nameserver 10.0.0.53\nnameserver 10.0.0.54\nsearch a.test b.test\noptions ndots:5\n"
    );
}
