use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cri::{Code, CriError, ImageService, PullImageRequest, PulledImage, StoredImage};
use kubelet::{Container, ContainerKind, KubeletConfig, Pod, Version};
use replay::{PodHistory, SecretsOverTime, Simulation, Traced, run_pods};
use tokio::time::Instant;
use trace::Trace;

/// A registry's mood: what a pull of an image leads to at a time.
type Mood = dyn Fn(&PullImageRequest, Duration) -> Result<(), String> + Send + Sync;

/// A runtime whose pulls take a while and end as they are told to.
#[derive(Clone)]
pub struct Fake {
    mood: Arc<Mood>,
    takes: Duration,
    start: Instant,
    present: Arc<Mutex<HashSet<String>>>,
    /// When pulls began and ended.
    pub pulls: Arc<Mutex<Vec<(Duration, Duration)>>>,
}

impl ImageService for Fake {
    async fn pull_image(&self, request: PullImageRequest) -> Result<PulledImage, CriError> {
        let began = self.start.elapsed();
        tokio::time::sleep(self.takes).await;
        self.pulls.lock().unwrap().push((began, self.start.elapsed()));
        (self.mood)(&request, began).map_err(|error| CriError::new(Code::Unknown, error))?;
        self.present.lock().unwrap().insert(request.image.clone());
        Ok(PulledImage { image_ref: request.image })
    }

    async fn image_status(&self, image: &str) -> Result<Option<StoredImage>, CriError> {
        let present = self.present.lock().unwrap().contains(image);
        Ok(present.then(|| StoredImage { id: image.to_owned(), size: 1 }))
    }
}

impl Traced for Fake {
    fn traced(&self, _: Trace) -> Self {
        self.clone()
    }
}

/// A simulation of pods, of version 1.34, over ten minutes.
pub fn simulation(pods: Vec<Pod>) -> Simulation {
    let version: Version = "1.34".parse().unwrap();
    Simulation {
        version,
        config: KubeletConfig::defaults(version),
        records: Default::default(),
        node_name: "node-1".to_owned(),
        pods: pods.into_iter().map(Into::into).collect(),
        secrets: SecretsOverTime::default(),
        accounts: Default::default(),
        node_keyrings: Vec::new(),
        plugins: Default::default(),
        lasts: Duration::from_secs(600),
        seed: 1,
    }
}

pub fn pod(name: &str, images: &[(ContainerKind, &str)]) -> Pod {
    let mut pod = Pod::new("default", name);
    for (number, (kind, image)) in images.iter().enumerate() {
        let container = Container::new(format!("c{number}"), *image);
        match kind {
            ContainerKind::Init => pod.init_containers.push(container),
            ContainerKind::Regular => pod.containers.push(container),
            ContainerKind::Ephemeral => pod.ephemeral_containers.push(container),
        }
    }
    pod
}

pub fn app(image: &str) -> Pod {
    pod("app", &[(ContainerKind::Regular, image)])
}

/// Runs it; each pull takes 0.3 s.
pub fn run(
    simulation: Simulation,
    mood: impl Fn(&PullImageRequest, Duration) -> Result<(), String> + Send + Sync + 'static,
) -> Vec<PodHistory> {
    run_with(simulation, Duration::from_millis(300), mood).0
}

/// Runs it; also tells when pulls began and ended.
pub fn run_with(
    simulation: Simulation,
    takes: Duration,
    mood: impl Fn(&PullImageRequest, Duration) -> Result<(), String> + Send + Sync + 'static,
) -> (Vec<PodHistory>, Vec<(Duration, Duration)>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(async move {
        let (present, pulls) = (Arc::default(), Arc::default());
        let fake = Fake { mood: Arc::new(mood), takes, start: Instant::now(), present, pulls };
        let pulls = Arc::clone(&fake.pulls);
        let histories = run_pods(fake, simulation).await;
        let pulls = pulls.lock().unwrap().clone();
        (histories, pulls)
    })
}

pub fn fails(_: &PullImageRequest, _: Duration) -> Result<(), String> {
    Err("no".to_owned())
}

/// The statuses that `kubectl get pods` showed, in order.
pub fn statuses(history: &PodHistory) -> Vec<&str> {
    history.changes.iter().map(|change| change.line.status.as_str()).collect()
}

/// The counts of the events, by the beginning of their message.
pub fn count(history: &PodHistory, message: &str) -> u32 {
    history.events.iter().filter(|event| event.message.starts_with(message)).map(|event| event.count).sum()
}
