//! Which container is started when, and what the others show.

use std::time::Duration;

use cri::PullImageRequest;
use kubelet::ContainerKind::{Ephemeral, Init, Regular};
use kubelet::{ImageVolume, SyncAction, WrittenPolicy};
use replay::{Assigned, Simulation};

use crate::fake::{app, count, pod, run, simulation, statuses};

fn only_good(request: &PullImageRequest, _: Duration) -> Result<(), String> {
    if request.image.contains("good") { Ok(()) } else { Err("no".to_owned()) }
}

#[test]
fn init_containers_come_one_after_another() {
    let images = [(Init, "r/good:1"), (Init, "r/bad:1"), (Regular, "r/good:2")];
    let history = &run(simulation(vec![pod("app", &images)]), only_good)[0];
    let tried: Vec<&str> = history.attempts.iter().map(|attempt| attempt.image.as_str()).collect();
    assert_eq!(tried[..2], ["r/good:1", "r/bad:1"]);
    assert!(tried[1..].iter().all(|image| *image == "r/bad:1"), "{tried:?}");
    assert_eq!(
        statuses(history)[..4],
        ["Init:0/2", "Init:1/2", "Init:ErrImagePull", "Init:ImagePullBackOff"]
    );
    let shown = history.status.containers[0].waiting().unwrap();
    assert_eq!(shown.reason, "PodInitializing");
    assert_eq!(count(history, "Pulling image \"r/good:2\""), 0);
}

#[test]
fn init_containers_that_end_let_the_others_start() {
    let images = [(Init, "r/good:1"), (Regular, "r/good:2"), (Regular, "r/good:2")];
    let history = &run(simulation(vec![pod("app", &images)]), only_good)[0];
    assert_eq!(statuses(history), ["Init:0/1", "PodInitializing", "Running"]);
    // The second container finds the image that the first has pulled.
    assert_eq!(history.attempts.len(), 2);
    assert_eq!(count(history, "Container image \"r/good:2\" already present on machine"), 1);
    assert!(history.changes.last().unwrap().at < Duration::from_secs(6), "{:?}", history.changes);
}

#[test]
fn a_sidecar_is_not_waited_for() {
    let mut sidecar = pod("app", &[(Init, "r/good:1"), (Regular, "r/good:2")]);
    sidecar.init_containers[0].sidecar = true;
    let history = &run(simulation(vec![sidecar]), only_good)[0];
    assert_eq!(history.changes.last().unwrap().line.ready, "2/2");
    assert!(history.changes.last().unwrap().at < Duration::from_secs(3), "{:?}", history.changes);
}

/// One that fails does not keep the next from starting, nor the pod from being tried again; the first that waits is shown.
#[test]
fn regular_containers_are_tried_in_order() {
    let images = [(Regular, "r/bad:1"), (Regular, "r/good:1"), (Ephemeral, "r/good:3")];
    let history = &run(simulation(vec![pod("app", &images)]), only_good)[0];
    let tried: Vec<&str> = history.attempts.iter().map(|attempt| attempt.image.as_str()).collect();
    assert_eq!(tried[..3], ["r/good:3", "r/bad:1", "r/good:1"]);
    let line = &history.changes[1].line;
    assert_eq!((line.ready.as_str(), line.status.as_str()), ("1/2", "ErrImagePull"));
    assert!(history.events.iter().any(|event| {
        event.field_path.as_deref() == Some("spec.ephemeralContainers{c2}") && event.reason == "Pulled"
    }));
}

/// A volume's events are the pod's; the container that mounts it tells the reason, and the other one runs.
#[test]
fn image_volumes() {
    let mut pod = pod("app", &[(Regular, "r/good:1"), (Regular, "r/good:2")]);
    let (name, reference) = ("model".to_owned(), "r/bad:1".to_owned());
    pod.image_volumes = vec![ImageVolume { name, index: 0, reference, policy: WrittenPolicy::Unset }];
    pod.containers[0].image_volumes = vec!["model".to_owned()];
    let history = &run(simulation(vec![pod]), only_good)[0];
    assert_eq!(history.attempts[0].kind, None);
    let pulling = history.events.iter().find(|event| event.message == "Pulling image \"r/bad:1\"").unwrap();
    assert_eq!(pulling.field_path, None);
    let failed = history.events.iter().find(|event| event.message == "Error: ErrImagePull").unwrap();
    assert_eq!(failed.field_path.as_deref(), Some("spec.containers{c0}"));
    assert_eq!(history.changes[1].line.ready, "1/2");
    assert_eq!(history.changes[1].line.status, "ErrImagePull");
    assert_eq!(count(history, "Pulling image \"r/good:1\""), 0);
}

/// Without a time the pod is looked at until it was synced once.
#[test]
fn one_sync() {
    let history =
        &run(Simulation { lasts: Duration::ZERO, ..simulation(vec![app("r/bad:1")]) }, only_good)[0];
    assert_eq!(statuses(history), ["ContainerCreating", "ErrImagePull"]);
    assert_eq!(history.attempts.len(), 1);
}

#[test]
fn a_pod_comes_when_it_is_assigned() {
    let mut simulation = simulation(vec![app("r.test/a:1")]);
    let (late, at) = (pod("late", &[(Regular, "r.test/a:1")]), Duration::from_secs(30));
    simulation.pods.push(Assigned { pod: late, at });
    let histories = run(simulation, |_, _| Ok(()));
    let late = &histories[1];
    assert!(late.has_all_images());
    assert_eq!((late.events[0].reason.as_str(), late.events[0].first_seen), ("Scheduled", at));
    assert_eq!((late.assigned, late.changes[0].at), (at, at));
    // The first pod had it pulled.
    assert_eq!((histories[0].attempts.len(), late.attempts.len()), (1, 0));
    assert_eq!(late.telling(None).unwrap().action, SyncAction::Found);
}

#[test]
fn the_last_failure_tells_most() {
    let from = |at: u64| {
        move |_: &PullImageRequest, now: Duration| match now.as_secs() {
            now if now >= at => Ok(()),
            now if now >= 5 => Err("later".to_owned()),
            _ => Err("first".to_owned()),
        }
    };
    let told = |at: u64| {
        let history = run(simulation(vec![app("r.test/a:1")]), from(at)).remove(0);
        history.telling(Some("c0")).unwrap().error().map(|error| error.message.clone())
    };
    assert_eq!([told(0), told(5), told(60)], [None, Some("first".to_owned()), Some("later".to_owned())]);
}
