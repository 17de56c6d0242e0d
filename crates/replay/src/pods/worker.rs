use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use keyring::PullSecret;
use kubelet::{
    Container, ContainerKind, ContainerState, ContainerWaiting, Event, EventKind, MissingSecret, Pod,
    PodStatus, PullInputs, Surroundings as _, SyncAction, SyncResult, WrittenPolicy,
};
use trace::Trace;

use super::history::{AttemptRecord, Journal};
use super::jitter::Jitter;
use super::node::{AroundPod, SimulatedNode};
use super::{Assigned, Traced};
use crate::answers::Listening;
use crate::sync_report::Synced;

/// After an error a pod is synced again after this time, stretched by chance
/// (`kubernetes v1.28.7 pkg/kubelet/pod_workers.go completeWork`, `kubelet.go backOffPeriod`).
const AFTER_ERROR: Duration = Duration::from_secs(10);
/// Without an error, after this one (`resyncInterval`).
const AFTER_SUCCESS: Duration = Duration::from_secs(60);
/// How long an init container is taken to run.
const INIT_RUNS: Duration = Duration::from_secs(1);

/// The kubelet's worker for one pod: it syncs, waits, and syncs again.
pub(super) struct Worker<S> {
    node: Rc<SimulatedNode<S>>,
    pod: Pod,
    /// When the pod comes to the node.
    assigned: Duration,
    journal: Rc<RefCell<Journal>>,
    jitter: Jitter,
    /// What the containers do; what waits has its reason in `reasons`.
    status: PodStatus,
    /// The kubelet's reason cache: why containers could not be started when it was last tried.
    reasons: HashMap<String, ContainerWaiting>,
    /// When the init container that runs will be done.
    init_done: Option<(String, Duration)>,
    /// When something happened to the sandbox or a container that the kubelet has not noticed yet (PLEG).
    unnoticed: Vec<Duration>,
}

impl<S: Traced> Worker<S> {
    pub fn new(
        node: Rc<SimulatedNode<S>>,
        Assigned { pod, at: assigned }: Assigned,
        journal: Rc<RefCell<Journal>>,
        jitter: Jitter,
    ) -> Self {
        let status = PodStatus::new(&pod);
        // The sandbox, which the first sync makes.
        let unnoticed = vec![assigned];
        let reasons = HashMap::new();
        Self { node, pod, assigned, journal, jitter, status, reasons, init_done: None, unnoticed }
    }

    /// Works until nobody looks any more.
    pub async fn run(mut self) {
        if !self.assigned.is_zero() {
            self.node.sleep_until(self.assigned).await;
        }
        let Pod { namespace, name, .. } = &self.pod;
        let scheduled =
            Event::scheduled(namespace, name, &self.node.simulation.node_name, self.node.elapsed());
        self.journal.borrow_mut().scheduled(scheduled);
        loop {
            self.publish();
            let failed = self.sync().await;
            if self.node.simulation.lasts.is_zero() {
                return self.publish();
            }
            let due = self.due(failed);
            self.node.sleep_until(due).await;
        }
    }

    /// When the next sync is. What a container did is noticed at the next look at the runtime, and has the pod synced at
    /// once; otherwise the pod waits in a queue that is looked at once a second.
    fn due(&mut self, failed: bool) -> Duration {
        let now = self.node.elapsed();
        let wait = self.jitter.stretch(if failed { AFTER_ERROR } else { AFTER_SUCCESS });
        let queued = self.node.next_tick(now + wait);
        let looks = self.unnoticed.iter().map(|at| self.node.next_look(*at).max(now));
        let due = looks.min().map_or(queued, |look| look.min(queued));
        self.unnoticed.retain(|at| self.node.next_look(*at) > due);
        due
    }

    /// Tells the API server how things stand. That is the first thing that a sync does, so that it learns of a failure
    /// only with the sync after it (`kubernetes v1.28.7 pkg/kubelet/kubelet.go syncPod`).
    fn publish(&mut self) {
        let now = self.node.elapsed();
        if let Some((name, _)) = self.init_done.take_if(|(_, done)| *done <= now) {
            self.set_state(&name, ContainerState::Completed);
        }
        let mut status = self.status.clone();
        for (name, reason) in &self.reasons {
            if let Some(container) = status.container_mut(name) {
                container.state = ContainerState::Waiting(reason.clone());
            }
        }
        self.journal.borrow_mut().publish(status, now);
    }

    fn set_state(&mut self, name: &str, state: ContainerState) {
        if let Some(container) = self.status.container_mut(name) {
            container.state = state;
        }
    }

    /// One sync; tells whether anything failed
    /// (`kubernetes v1.28.7 pkg/kubelet/kuberuntime/kuberuntime_manager.go SyncPod`).
    async fn sync(&mut self) -> bool {
        let secrets = self.secrets();
        let volumes = self.image_volumes(&secrets).await;
        let mut failed = false;
        let pod = self.pod.clone();
        for container in &pod.ephemeral_containers {
            failed |= !self.start(ContainerKind::Ephemeral, container, &secrets, &volumes).await;
        }
        for container in &pod.init_containers {
            if self.is_past_init(&container.name) {
                continue;
            }
            let started = self.start(ContainerKind::Init, container, &secrets, &volumes).await;
            if !started || !container.sidecar {
                return failed || !started;
            }
        }
        for container in &pod.containers {
            failed |= !self.start(ContainerKind::Regular, container, &secrets, &volumes).await;
        }
        failed
    }

    fn is_past_init(&self, name: &str) -> bool {
        self.status.init_containers.iter().any(|container| container.name == name && container.is_past_init())
    }

    /// The Secrets that are there; an event tells of those that are not, at every sync.
    fn secrets(&self) -> Vec<PullSecret> {
        let around = self.around();
        let names = &self.pod.image_pull_secrets;
        let (found, missing) =
            self.node.simulation.secrets.find(&self.pod.namespace, names, self.node.elapsed());
        if !missing.is_empty() {
            around.record(&Event::secrets_missing(&missing, around.now()));
        }
        found
    }

    /// The image volumes that are not there, and why. They are seen to at each sync.
    async fn image_volumes(&self, secrets: &[PullSecret]) -> HashMap<String, ContainerWaiting> {
        let mut failures = HashMap::new();
        for volume in &self.pod.image_volumes {
            let inputs = self.inputs(&volume.reference, &volume.policy, String::new(), secrets);
            let result = self.ensure(None, &volume.name, &inputs).await;
            if let Some(waiting) = result.waiting {
                failures.insert(volume.name.clone(), waiting);
            }
        }
        failures
    }

    /// Starts a container, unless it was started; tells whether it is.
    async fn start(
        &mut self,
        kind: ContainerKind,
        container: &Container,
        secrets: &[PullSecret],
        volumes: &HashMap<String, ContainerWaiting>,
    ) -> bool {
        let waits = |status: &kubelet::ContainerStatus| status.waiting().is_some();
        if !self.status.all().any(|status| status.name == container.name && waits(status)) {
            return true;
        }
        let path = kind.field_path(&container.name);
        let broken = container.image_volumes.iter().filter_map(|name| volumes.get(name));
        let mut failure = None;
        for waiting in broken {
            self.event(EventKind::Warning, "Failed", format!("Error: {}", waiting.reason), &path);
            failure = Some(waiting.clone());
        }
        if failure.is_none() {
            let inputs = self.inputs(&container.image, &container.policy, path.clone(), secrets);
            failure = self.ensure(Some(kind), &container.name, &inputs).await.waiting;
        }
        match failure {
            Some(waiting) => {
                self.reasons.insert(container.name.clone(), waiting);
                false
            }
            None => {
                self.started(kind, container, &path);
                true
            }
        }
    }

    fn started(&mut self, kind: ContainerKind, container: &Container, path: &str) {
        let now = self.node.elapsed();
        self.reasons.remove(&container.name);
        self.set_state(&container.name, ContainerState::Running);
        let (created, started) = self.node.simulation.version.start_messages(&container.name);
        self.event(EventKind::Normal, "Created", created, path);
        self.event(EventKind::Normal, "Started", started, path);
        self.unnoticed.push(now);
        if kind == ContainerKind::Init && !container.sidecar {
            let done = now + INIT_RUNS;
            self.unnoticed.push(done);
            self.init_done = Some((container.name.clone(), done));
        }
    }

    fn inputs(
        &self,
        image: &str,
        policy: &WrittenPolicy,
        field_path: String,
        secrets: &[PullSecret],
    ) -> PullInputs {
        PullInputs {
            image: image.to_owned(),
            pod_uid: self.pod.uid.clone(),
            pod: self.node.simulation.accounts.pod(&self.pod),
            policy: policy.known(),
            field_path,
            secrets: secrets.to_vec(),
            missing_secrets: self.missing_secrets(),
            node_keyrings: self.node.simulation.node_keyrings.clone(),
            auth: None,
        }
    }

    /// The Secrets that the pod names and that are not there, and where there are others of their names.
    fn missing_secrets(&self) -> Vec<MissingSecret> {
        let (secrets, now) = (&self.node.simulation.secrets, self.node.elapsed());
        let Pod { namespace, image_pull_secrets, .. } = &self.pod;
        let (_, missing) = secrets.find(namespace, image_pull_secrets, now);
        let elsewhere = |name: &str| {
            let named = secrets.all(now).iter().filter(|secret| secret.name == name);
            named.map(|secret| secret.namespace.clone()).collect()
        };
        let secret =
            |name: &str| MissingSecret { elsewhere: elsewhere(name), ..MissingSecret::new(namespace, name) };
        missing.into_iter().map(secret).collect()
    }

    /// Sees to an image, and writes down what came of it.
    async fn ensure(&self, kind: Option<ContainerKind>, name: &str, inputs: &PullInputs) -> SyncResult {
        let (at, trace) = (self.node.elapsed(), self.node.service.new_trace());
        let around = AroundPod { trace: trace.clone(), ..self.around() };
        let service = Listening::new(self.node.service.traced(trace.clone()), trace.clone());
        let result = self.node.manager.ensure_image_exists(&service, inputs, &around).await;
        let action = result.action;
        if let SyncAction::BackedOff { .. } = action {
            self.journal.borrow_mut().backed_off();
            return result;
        }
        let record = AttemptRecord {
            at,
            ended: self.node.elapsed(),
            kind,
            name: name.to_owned(),
            image: inputs.image.clone(),
            action,
            waiting: result.waiting.clone(),
            answers: result.answers.clone(),
            steps: trace.steps(),
            synced: Synced::new(inputs, &result, service.answers(), around.gave.take()),
        };
        let mut journal = self.journal.borrow_mut();
        match action {
            SyncAction::Found | SyncAction::Refused => journal.without_pull(record),
            _ => journal.attempt(record),
        }
        drop(journal);
        result
    }

    fn event(&self, kind: EventKind, reason: &str, message: String, path: &str) {
        let around = self.around();
        around.record(&Event::new(kind, reason, message, path, around.now()));
    }

    fn around(&self) -> AroundPod<'_, S> {
        AroundPod {
            node: &self.node,
            pod: &self.pod,
            journal: &self.journal,
            trace: Trace::new(),
            gave: RefCell::default(),
        }
    }
}
