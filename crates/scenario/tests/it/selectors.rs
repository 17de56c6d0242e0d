//! Whom faults are for: each selector, in a world with two images.

use std::sync::Arc;
use std::time::Duration;

use gostd::url::Url;
use net::Request;
use trace::Purpose;

use crate::support::{HEAD, client, parse};

/// The statuses (0: none) of requests for these paths, one after the other, each so many seconds after the last.
fn statuses(faults: &str, pause: u64, paths: &[&'static str]) -> Vec<u16> {
    let text = format!(
        "{HEAD}hosts:\n  r.test:\n    address: 10.20.0.7\n    tls: none\n    images: [{{name: app, tags: [v1, v2], layers: [1KiB]}}, {{name: team/app, tags: [v1]}}]\n    faults: [{faults}]\n"
    );
    let scenario = parse("test.yaml", &text);
    scenario::virtual_time().unwrap().block_on(async {
        let client = client(&scenario, Arc::new(scenario.network()));
        let mut statuses = Vec::new();
        for path in paths {
            let (method, path) = path.split_once(' ').unwrap();
            let url = Url::parse(&format!("http://r.test/v2/{path}")).unwrap();
            let request = Request::new(Purpose::Resolve, method, url);
            statuses.push(client.round_trip(&request).await.map_or(0, |response| response.status));
            tokio::time::sleep(Duration::from_secs(pause)).await;
        }
        statuses
    })
}

const V1: &str = "GET app/manifests/v1";
const V2: &str = "GET app/manifests/v2";
const ASK: &str = "HEAD app/manifests/v1";
const TEAM: &str = "GET team/app/manifests/v1";

#[test]
fn selectors_pick_their_requests() {
    let table: &[(&str, u64, &[&'static str], &[u16])] = &[
        ("manifest-503", 0, &[V1, V2, ASK, "GET "], &[503, 503, 503, 200]),
        ("{fault: manifest-503, tag: v1}", 0, &[V1, V2, TEAM], &[503, 200, 503]),
        ("{fault: manifest-503, repository: team/*}", 0, &[V1, TEAM], &[200, 503]),
        ("{fault: manifest-503, method: HEAD}", 0, &[V1, ASK], &[200, 503]),
        ("{fault: manifest-503, method: [HEAD, GET]}", 0, &[V1, ASK], &[503, 503]),
        ("{fault: outage, path: /v2/app/**}", 0, &[V1, TEAM], &[503, 200]),
        ("{fault: manifest-503, digest: \"sha256:0*\"}", 0, &[V1], &[200]),
        ("{fault: manifest-503, account: ci}", 0, &[V1], &[200]),
        ("{fault: manifest-503, count: first 2}", 0, &[V1, V2, V1, V2], &[503, 503, 200, 200]),
        ("{fault: manifest-503, count: every 2nd}", 0, &[V1, V2, V1, V2], &[200, 503, 200, 503]),
        ("{fault: manifest-503, count: after 1, tag: v1}", 0, &[V1, V2, V1, V2], &[200, 200, 503, 200]),
        ("{fault: manifest-503, attempts: first 1}", 0, &[V1, V1, V2, V2], &[503, 200, 503, 200]),
        ("{fault: manifest-503, from: 10s, until: 25s}", 10, &[V1, V1, V1, V1], &[200, 503, 503, 200]),
        ("{fault: manifest-503, every: 20s for 5s}", 10, &[V1, V1, V1, V1], &[503, 200, 503, 200]),
        ("{fault: manifest-503, probability: 0}", 0, &[V1, V1], &[200, 200]),
        ("{fault: manifest-503, probability: 1}", 0, &[V1, V1], &[503, 503]),
        ("{fault: manifest-503, host: s.test}", 0, &[V1], &[200]),
        ("{fault: manifest-503, host: \"*.test\"}", 0, &[V1], &[503]),
        ("rate-limit-window:20s", 8, &[V1, V1, V1, V1], &[200, 429, 429, 200]),
        ("outage-flapping:10s", 10, &[V1, "GET ", V1], &[0, 200, 0]),
        // The first that answers decides; what comes before it changes the host's own answer.
        ("{fault: manifest-503, tag: v1}, manifest-404", 0, &[V1, V2], &[503, 404]),
        (
            "{fault: manifest-503, count: first 1}, {fault: manifest-404, count: first 1}",
            0,
            &[V1, V1, V1],
            &[503, 404, 200],
        ),
        ("manifest-404:name, outage", 0, &[V1, "GET "], &[404, 503]),
    ];
    for (faults, pause, paths, expected) in table {
        assert_eq!(statuses(faults, *pause, paths), *expected, "{faults}");
    }
}
