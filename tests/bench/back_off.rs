//! The time that a pod in back-off takes to simulate, with a whole HTTP exchange in memory at each attempt: the registry does not
//! have the tag. Virtual time, so that all of it is CPU time.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

mod wire;

use std::sync::Arc;
use std::time::Duration;

use criterion::Criterion;
use kubelet::{Container, KubeletConfig, Pod, PullRecords, Version};
use replay::{Accounts, NodePlugins, SecretsOverTime, Simulation, run_pods};
use runtimes::Runtime;

use wire::{Answers, HOST, options};

/// How many attempts there are in that time.
fn simulate(lasts: Duration) -> usize {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let mut pod = Pod::new("default", "app");
    pod.containers.push(Container::new("app", format!("{HOST}/team/app:v2")));
    let version = Version::NEWEST;
    let simulation = Simulation {
        version,
        config: KubeletConfig::defaults(version),
        records: PullRecords::default(),
        node_name: "node-1".to_owned(),
        pods: vec![pod.into()],
        secrets: SecretsOverTime::default(),
        accounts: Accounts::default(),
        node_keyrings: Vec::new(),
        plugins: NodePlugins::default(),
        lasts,
        seed: 1,
    };
    runtime.block_on(async {
        let runtime = Runtime::new(options(Arc::new(Answers::new()))).unwrap();
        run_pods(runtime, simulation).await.pop().unwrap().attempts.len()
    })
}

fn back_off(c: &mut Criterion) {
    let (minutes, day) = (Duration::from_secs(600), Duration::from_secs(24 * 3600));
    // 0, 10, 30, 70, 150, 310 and 610 s, and what the sync loop adds; then one in 300 s.
    assert_eq!(simulate(minutes), 6);
    assert!((270..290).contains(&simulate(day)));
    c.bench_function("back-off for 10 minutes", |bencher| bencher.iter(|| simulate(minutes)));
    c.bench_function("back-off for 24 hours", |bencher| bencher.iter(|| simulate(day)));
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    back_off(&mut criterion);
    criterion.final_summary();
}
