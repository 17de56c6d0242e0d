//! What kubectl prints of a pod.

use std::time::Duration;

use kubelet::{
    Container, ContainerState, ContainerWaiting, Pod, PodLine, PodStatus, describe_containers, watch_pods,
};

fn pod(init: &[(&str, bool)], regular: &[&str]) -> PodStatus {
    let mut pod = Pod::new("shop", "web");
    let made = |name: &str| Container::new(name, format!("{name}:v1"));
    pod.init_containers = init.iter().map(|&(name, sidecar)| Container { sidecar, ..made(name) }).collect();
    pod.containers = regular.iter().map(|name| made(name)).collect();
    PodStatus::new(&pod)
}

fn waiting(reason: &str) -> ContainerState {
    ContainerState::Waiting(ContainerWaiting { reason: reason.to_owned(), message: "m".to_owned() })
}

#[test]
fn lines() {
    use ContainerState::{Completed, Running};
    let plain: &[(&str, bool)] = &[];
    let (one, sidecar) = (&[("i", false)][..], &[("i", false), ("s", true)][..]);
    for (init, regular, states, ready, status) in [
        (plain, &["a"][..], vec![], "0/1", "ContainerCreating"),
        (plain, &["a"], vec![("a", waiting("ErrImagePull"))], "0/1", "ErrImagePull"),
        (
            plain,
            &["a", "b"],
            vec![("a", Running), ("b", waiting("ImagePullBackOff"))],
            "1/2",
            "ImagePullBackOff",
        ),
        (plain, &["a", "b"], vec![("a", waiting("E1")), ("b", waiting("E2"))], "0/2", "E1"),
        (plain, &["a", "b"], vec![("a", Running), ("b", Running)], "2/2", "Running"),
        (one, &["a"], vec![], "0/1", "Init:0/1"),
        (one, &["a"], vec![("i", waiting("ImagePullBackOff"))], "0/1", "Init:ImagePullBackOff"),
        (one, &["a"], vec![("i", Running)], "0/1", "Init:0/1"),
        (one, &["a"], vec![("i", Completed)], "0/1", "PodInitializing"),
        (one, &["a"], vec![("i", Completed), ("a", waiting("ErrImagePull"))], "0/1", "ErrImagePull"),
        (sidecar, &["a"], vec![("i", Completed)], "0/2", "Init:1/2"),
        (sidecar, &["a"], vec![("i", Completed), ("s", Running)], "1/2", "PodInitializing"),
        (sidecar, &["a"], vec![("i", Completed), ("s", Running), ("a", Running)], "2/2", "Running"),
    ] {
        let mut pod = pod(init, regular);
        for (name, state) in &states {
            pod.container_mut(name).unwrap().state = state.clone();
        }
        let wanted = PodLine { ready: ready.to_owned(), status: status.to_owned(), restarts: 0 };
        assert_eq!(PodLine::new(&pod), wanted, "{states:?}");
        assert_eq!(pod.phase(), if status == "Running" { "Running" } else { "Pending" }, "{states:?}");
    }
}

#[test]
fn a_watch() {
    let mut pod = pod(&[], &["a"]);
    let first = PodLine::new(&pod);
    pod.container_mut("a").unwrap().state = waiting("ErrImagePull");
    let second = PodLine::new(&pod);
    let at = Duration::from_secs;
    let lines = [("web", &first, at(0)), ("web", &second, at(1)), ("a-longer-name", &first, at(130))];
    let wanted = "\
NAME   READY   STATUS              RESTARTS   AGE
web    0/1     ContainerCreating   0          0s
web    0/1     ErrImagePull        0          1s
a-longer-name   0/1     ContainerCreating   0          2m10s
";
    assert_eq!(watch_pods(lines), wanted);
    assert_eq!(watch_pods([]), "NAME   READY   STATUS   RESTARTS   AGE\n");
}

#[test]
fn containers_as_described() {
    let mut pod = pod(&[("migrate", false)], &["web", "log"]);
    pod.container_mut("migrate").unwrap().state = ContainerState::Completed;
    pod.container_mut("web").unwrap().state = waiting("ImagePullBackOff");
    pod.container_mut("log").unwrap().state = ContainerState::Running;
    let wanted = "\
Init Containers:
  migrate:
    Image:          migrate:v1
    State:          Terminated
      Reason:       Completed
      Exit Code:    0
    Ready:          True
    Restart Count:  0
Containers:
  web:
    Image:          web:v1
    State:          Waiting
      Reason:       ImagePullBackOff
    Ready:          False
    Restart Count:  0
  log:
    Image:          log:v1
    State:          Running
    Ready:          True
    Restart Count:  0
";
    assert_eq!(describe_containers(&pod), wanted);
}
