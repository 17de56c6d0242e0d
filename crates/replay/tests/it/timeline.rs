//! A pull that never succeeds.

use std::time::Duration;

use kubelet::SyncAction;
use replay::Simulation;

use crate::fake::{app, count, fails, run, run_with, simulation, statuses};

/// The n-th smallest.
fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * part) as usize]
}

/// When attempts begin, over many seeds: least, median and most, in seconds after the first. The table comes from an
/// independent simulation of the kubelet's rules with pulls of 0.3 s.
#[test]
fn attempts_are_where_the_kubelets_are() {
    const TABLE: [(f64, f64, f64); 6] = [
        (11.0, 13.0, 16.0),
        (33.0, 40.0, 47.0),
        (74.0, 88.0, 101.0),
        (156.0, 175.0, 193.0),
        (317.0, 343.0, 364.0),
        (622.0, 650.0, 675.0),
    ];
    let lasts = Duration::from_secs(700);
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); TABLE.len()];
    let mut backed_off = Vec::new();
    for seed in 0..300 {
        let history = &run(Simulation { seed, lasts, ..simulation(vec![app("r.test/a:1")]) }, fails)[0];
        for (number, attempt) in history.attempts.iter().skip(1).enumerate() {
            times[number].push((attempt.at - history.attempts[0].at).as_secs_f64());
        }
        backed_off.push(history.backed_off as f64);
    }
    for (number, (times, (least, median, most))) in times.into_iter().zip(TABLE).enumerate() {
        let attempt = number + 2;
        let got = (quantile(times.clone(), 0.0), quantile(times.clone(), 0.5), quantile(times, 1.0));
        assert!((got.0 - least).abs() <= 0.06 * least + 1.0, "attempt {attempt}: {got:?}");
        assert!((got.1 - median).abs() <= 0.02 * median + 1.0, "attempt {attempt}: {got:?}");
        assert!((got.2 - most).abs() <= 0.06 * most + 1.0, "attempt {attempt}: {got:?}");
    }
}

/// Median counts in the first minutes, from the same simulation: pulls and syncs in back-off.
#[test]
fn as_many_pulls_and_syncs_as_the_kubelets() {
    for (minutes, pulls, waits) in [(2, 4.0, 7.0), (5, 5.0, 19.0), (10, 6.0, 42.0)] {
        let lasts = Duration::from_secs(60 * minutes);
        let runs = (0..101).map(|seed| {
            let history =
                run(Simulation { seed, lasts, ..simulation(vec![app("r.test/a:1")]) }, fails).remove(0);
            (history.attempts.len() as f64, history.backed_off as f64)
        });
        let (attempts, backed_off): (Vec<f64>, Vec<f64>) = runs.unzip();
        assert!((quantile(attempts.clone(), 0.5) - pulls).abs() <= 0.1, "{minutes} min: {attempts:?}");
        assert!((quantile(backed_off.clone(), 0.5) - waits).abs() <= 1.0, "{minutes} min: {backed_off:?}");
    }
}

#[test]
fn back_off_doubles_up_to_five_minutes() {
    let lasts = Duration::from_secs(3600);
    let history = &run(Simulation { lasts, ..simulation(vec![app("r.test/a:1")]) }, fails)[0];
    let windows: Vec<u64> = history
        .attempts
        .iter()
        .map(|attempt| match attempt.action {
            SyncAction::Failed { backoff } => backoff.as_secs(),
            other => unreachable!("{other:?}"),
        })
        .collect();
    assert_eq!(windows[..8], [10, 20, 40, 80, 160, 300, 300, 300]);
    for (one, next) in history.attempts.iter().zip(history.attempts.iter().skip(1)) {
        let SyncAction::Failed { backoff } = one.action else { unreachable!() };
        let gap = next.at - one.ended;
        // The sync after the window has ended: at most one wait of 15 s and a tick later.
        assert!(gap >= backoff && gap < backoff + Duration::from_secs(17), "{gap:?} after {backoff:?}");
    }
}

#[test]
fn what_kubectl_shows_meanwhile() {
    let lasts = Duration::from_secs(100);
    let history = &run(Simulation { lasts, ..simulation(vec![app("r.test/a:1")]) }, fails)[0];
    let got = statuses(history);
    assert_eq!(got[..3], ["ContainerCreating", "ErrImagePull", "ImagePullBackOff"]);
    assert!(got[2..].chunks(2).all(|pair| pair[0] == "ImagePullBackOff"), "{got:?}");
    assert!(got[1..].chunks(2).all(|pair| pair[0] == "ErrImagePull"), "{got:?}");
    // The failure shows as soon as the new sandbox is noticed, its back-off one sync later.
    assert!(history.changes[1].at < Duration::from_secs(2), "{:?}", history.changes[1].at);
    let later = history.changes[2].at.as_secs_f64();
    assert!((10.0..18.0).contains(&later), "{later}");
}

/// The same seed gives the same, to the microsecond; another one does not.
#[test]
fn a_seed_is_a_history() {
    let times = |seed| {
        let history = run(Simulation { seed, ..simulation(vec![app("r.test/a:1")]) }, fails).remove(0);
        history.attempts.iter().map(|attempt| attempt.at).collect::<Vec<_>>()
    };
    assert_eq!(times(7), times(7));
    assert_ne!(times(7), times(8));
}

/// A slow failure adds its duration to each gap, as the window begins when it ends.
#[test]
fn a_pull_that_takes_long_to_fail() {
    let lasts = Duration::from_secs(200);
    let simulation = Simulation { lasts, ..simulation(vec![app("r.test/a:1")]) };
    let (histories, _) = run_with(simulation, Duration::from_secs(30), fails);
    let second = histories[0].attempts[1].at.as_secs_f64();
    assert!((40.0..48.0).contains(&second), "{second}");
}

/// 25 events pass, then one in five minutes: the counts that kubectl shows stand still.
#[test]
fn events_are_dropped_after_a_while() {
    let history = &run(simulation(vec![app("r.test/a:1")]), fails)[0];
    let (pulls, waits) = (history.attempts.len() as u32, history.backed_off as u32);
    assert!(count(history, "Back-off pulling image") < waits, "{waits} {:?}", history.events);
    assert!(count(history, "Pulling image") <= pulls);
    // Whatever is sent is sent with its true count, until it is no more sent.
    assert_eq!(history.events[0].reason, "Scheduled");
    let lasts = Duration::from_secs(60);
    let early = &run(Simulation { lasts, ..simulation(vec![app("r.test/a:1")]) }, fails)[0];
    assert_eq!(count(early, "Back-off pulling image") as usize, early.backed_off);
    assert_eq!(count(early, "Error: ImagePullBackOff") as usize, early.backed_off);
    assert_eq!(count(early, "Error: ErrImagePull") as usize, early.attempts.len());
}

/// An error text that is never the same twice ends as one event.
#[test]
fn texts_that_change_are_combined() {
    let number = std::sync::atomic::AtomicU32::new(0);
    let mood = move |_: &cri::PullImageRequest, _| {
        Err(format!("request {}", number.fetch_add(1, std::sync::atomic::Ordering::Relaxed)))
    };
    let lasts = Duration::from_secs(2 * 3600);
    let history = &run(Simulation { lasts, ..simulation(vec![app("r.test/a:1")]) }, mood)[0];
    assert!(history.attempts.len() > 20);
    let failed = history.events.iter().filter(|event| event.reason == "Failed").count();
    assert!(failed <= 11, "{:#?}", history.events);
}
