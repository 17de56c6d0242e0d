//! How many pulls run at a time.

use std::time::Duration;

use kubelet::ContainerKind::Regular;
use kubelet::{KubeletConfig, PullConcurrency};
use replay::Simulation;
use serde_json::Value;

use crate::fake::{count, pod, run_with, simulation};

/// As many pods, each with an image of its own, which takes 10 s.
fn pods(
    number: usize,
    config: impl Fn(&mut KubeletConfig),
) -> (Vec<replay::PodHistory>, Vec<(Duration, Duration)>) {
    let pods = (0..number).map(|n| pod(&format!("p{n}"), &[(Regular, &format!("r.test/i:{n}"))])).collect();
    let mut simulation = Simulation { lasts: Duration::from_secs(120), ..simulation(pods) };
    config(&mut simulation.config);
    run_with(simulation, Duration::from_secs(10), |_, _| Ok(()))
}

/// How many pulls have begun at a time.
fn begun(pulls: &[(Duration, Duration)], seconds: u64) -> usize {
    pulls.iter().filter(|(began, _)| *began <= Duration::from_secs(seconds)).count()
}

#[test]
fn the_limit_of_the_table() {
    let table: Value =
        serde_json::from_str(include_str!("../../../kubelet/tests/data/image_manager.json")).unwrap();
    for case in table["max_parallel"].as_array().unwrap() {
        let number = |value: &Value| value.as_u64().unwrap() as usize;
        let (limit, start) = (number(&case["max_parallel"]), number(&case["start"]));
        let (_, pulls) = pods(start, |config| {
            config.pulls = PullConcurrency::Limited(limit);
            config.registry_pull_qps = 0.0;
        });
        let stages = case["pulls_in_flight"].as_array().unwrap();
        let (first, last) = (number(&stages[0]), number(&stages[stages.len() - 1]));
        assert_eq!((begun(&pulls, 0), begun(&pulls, 9)), (first, first), "{}", case["name"]);
        assert_eq!(begun(&pulls, 60), last, "{}", case["name"]);
    }
}

/// Each waits for the one before, and says how long; what it took itself is told apart.
#[test]
fn one_at_a_time_unless_told_otherwise() {
    let (histories, pulls) = pods(3, |_| ());
    assert_eq!([begun(&pulls, 0), begun(&pulls, 10), begun(&pulls, 20)], [1, 2, 3]);
    assert_eq!(
        count(&histories[2], "Successfully pulled image \"r.test/i:2\" in 10s (30s including waiting)"),
        1
    );
    // The Pulling event does not wait.
    let pulling = histories[2].events.iter().find(|event| event.reason == "Pulling").unwrap();
    assert_eq!(pulling.first_seen, Duration::ZERO);
}

#[test]
fn all_at_once() {
    let (_, pulls) = pods(8, |config| config.pulls = PullConcurrency::Unlimited);
    assert_eq!(begun(&pulls, 0), 8);
}

#[test]
fn too_many_at_once() {
    let (histories, pulls) = pods(14, |config| config.pulls = PullConcurrency::Unlimited);
    assert_eq!(begun(&pulls, 1), 10);
    assert_eq!(count(&histories[13], "Failed to pull image \"r.test/i:13\": pull QPS exceeded"), 1);
    assert!(histories[13].has_all_images());
}
