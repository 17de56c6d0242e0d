//! A scenario's pods on a simulated node, and what became of them.

use std::sync::Arc;

use kubelet::{Admission, ContainerKind, Pod, Rejection, admit, default_pull_policies};
use net::{Clock, Network};
use objects::{NodeKubelet, PodPlaces};
use replay::{
    Accounts, Assigned, FoundImage, FoundPod, PodHistory, PodsSetting, Present, SecretsOverTime, Simulation,
    SyncReports, run_pods,
};
use report::{Answer, CheckReport, NodeSummary, PodsReport};
use runtimes::Runtime;
use scenario::{Run, Scenario, ScenarioPod};

use crate::PlayError;
use crate::venue::{inputs, node_kubelet, node_plugins, present, setting};

/// The node's name.
const NODE: &str = "node-1";
/// What the jitter of the kubelet's timers follows from.
const SEED: u64 = 1;

/// What became of a pod.
#[derive(Clone, Debug)]
pub struct PodSeen {
    /// `Pod`, `Deployment` …; empty for the one that is made up for an image.
    pub kind: String,
    /// Where its images and Secrets are named.
    pub places: PodPlaces,
    /// The pod as it was sent to the API server.
    pub written: Pod,
    /// What became of it; of one that the API server refuses, why.
    pub became: Result<Box<PodHistory>, Rejection>,
    /// The sync that tells most about the whole, in full.
    pub telling: Option<Box<CheckReport>>,
    /// The sync that tells most about each of its containers and image volumes.
    pub parts: Vec<PartSeen>,
}

/// What a container or an image volume of a pod went through.
#[derive(Clone, Debug)]
pub struct PartSeen {
    /// The container's kind; none for an image volume.
    pub kind: Option<ContainerKind>,
    /// Its name.
    pub name: String,
    /// The sync that tells most about it, in full: the last that failed; where none did, the last.
    pub telling: CheckReport,
}

impl PodSeen {
    /// Whether a scenario that calls a pod so means this one.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        match name.split_once('/') {
            Some((namespace, name)) => self.written.namespace == namespace && self.written.name == name,
            None => self.written.name == name,
        }
    }

    /// What became of it, unless it was refused.
    pub fn history(&self) -> Option<&PodHistory> {
        self.became.as_deref().ok()
    }

    /// Whether all its images are on the node in the end, or that of one container or image volume.
    pub fn has_images(&self, part: Option<&str>) -> bool {
        let Some(history) = self.history() else { return false };
        let Some(name) = part else { return history.has_all_images() };
        match history.status.all().find(|status| status.name == name) {
            Some(status) => status.waiting().is_none(),
            None => history.telling(part).is_some_and(|sync| !sync.failed()),
        }
    }

    /// The runtime's last answer to a pull for it.
    pub fn answer(&self, part: Option<&str>) -> Answer {
        let attempts = self.history().map(|history| history.attempts.as_slice()).unwrap_or_default();
        let own = attempts.iter().filter(|attempt| part.is_none_or(|part| attempt.name == part));
        let last = own.max_by_key(|attempt| attempt.ended).and_then(|attempt| attempt.answers.last());
        let Some(last) = last else { return Answer::default() };
        match &last.result {
            Ok(pulled) => {
                Answer { code: "OK".to_owned(), image_ref: pulled.image_ref.clone(), ..Answer::default() }
            }
            Err(error) => Answer {
                code: error.code.name().to_owned(),
                message: error.message.clone(),
                ..Answer::default()
            },
        }
    }

    /// The report of the sync that tells most.
    pub fn told(&self, part: Option<&str>) -> Option<&CheckReport> {
        match part {
            None => self.telling.as_deref(),
            Some(name) => self.parts.iter().find(|part| part.name == name).map(|part| &part.telling),
        }
    }
}

/// Looks at the scenario's pods for as long as it says, on the simulated node of the run.
///
/// # Errors
/// When runtime, kubelet or platform of the run are not known.
pub async fn watch(
    scenario: &Scenario,
    run: &Run,
    network: Arc<dyn Network>,
    clock: Clock,
) -> Result<Vec<PodSeen>, PlayError> {
    let (options, version) = setting(scenario, run, network, clock)?;
    let reports = SyncReports::new(&options, version);
    let pods: Vec<(ScenarioPod, Result<Pod, Rejection>)> = scenario
        .pods()
        .into_iter()
        .map(|pod| {
            let stored = stored(&pod, version);
            (pod, stored)
        })
        .collect();
    let assigned = pods.iter().filter_map(|(pod, stored)| {
        let stored = stored.as_ref().ok()?;
        Some(Assigned { pod: stored.clone(), at: pod.at })
    });
    let secrets = scenario
        .secrets_over_time()
        .into_iter()
        .fold(SecretsOverTime::default(), |secrets, (at, then)| secrets.then(at, then));
    let mut accounts = Accounts::default();
    for (namespace, name, account) in scenario.accounts() {
        accounts.add(&namespace, &name, account);
    }
    let NodeKubelet { config, records, .. } = node_kubelet(scenario, version)?;
    let simulation = Simulation {
        version,
        plugins: node_plugins(scenario, &config),
        config,
        records,
        node_name: NODE.to_owned(),
        pods: assigned.collect(),
        secrets,
        accounts,
        node_keyrings: inputs(scenario).node_keyrings,
        lasts: scenario.lasts().unwrap_or_default(),
        seed: SEED,
    };
    let service = Present::new(Runtime::new(options)?, present(scenario));
    let mut histories = run_pods(service, simulation).await.into_iter();
    let mut became = |stored: Result<Pod, Rejection>| match stored {
        Ok(_) => histories.next().map(|history| Ok(Box::new(history))),
        Err(rejection) => Some(Err(rejection)),
    };
    let seen = pods.into_iter().filter_map(|(pod, stored)| Some(seen(pod, became(stored)?, &reports)));
    Ok(seen.collect())
}

/// The pod as the API server stores it. That for an image alone is taken as it is: what is wrong with it is the
/// kubelet's to find.
fn stored(pod: &ScenarioPod, version: kubelet::Version) -> Result<Pod, Rejection> {
    let mut written = pod.pod.clone();
    if pod.kind.is_empty() {
        default_pull_policies(&mut written, version);
        return Ok(written);
    }
    admit(written, pod.account.as_ref(), Admission::default(), version)
}

fn seen(pod: ScenarioPod, became: Result<Box<PodHistory>, Rejection>, reports: &SyncReports) -> PodSeen {
    let history = became.as_deref().ok();
    let telling = history.and_then(|history| history.telling(None));
    let of_part = |(kind, name): (Option<ContainerKind>, String)| {
        let sync = history?.telling(Some(&name))?;
        Some(PartSeen { kind, telling: reports.report(sync), name })
    };
    let parts = parts(&pod.pod).filter_map(of_part).collect();
    let telling = telling.map(|sync| Box::new(reports.report(sync)));
    PodSeen { kind: pod.kind, places: pod.places, written: pod.pod, became, telling, parts }
}

/// The image volumes and containers of a pod, in the order in which the kubelet comes to them.
fn parts(pod: &Pod) -> impl Iterator<Item = (Option<ContainerKind>, String)> {
    let volumes = pod.image_volumes.iter().map(|volume| (None, volume.name.clone()));
    volumes.chain(pod.all_containers().map(|(kind, container)| (Some(kind), container.name.clone())))
}

/// The report of the pods, as `pullsim check -f` makes it; none of a single pull.
pub(crate) fn report(scenario: &Scenario, run: &Run, seen: &[PodSeen]) -> Option<PodsReport> {
    if seen.is_empty() {
        return None;
    }
    let version = run.kubelet.parse().ok()?;
    let node = NodeSummary {
        platform: crate::venue::platform(scenario, run).ok()?.to_string(),
        runtime: run.runtime.clone(),
        kubelet: run.kubelet.clone(),
    };
    let setting = PodsSetting {
        node,
        version,
        lasted: scenario.lasts().unwrap_or_default(),
        seed: SEED,
        assumes_nothing_changes: false,
        notes: Vec::new(),
    };
    let histories = seen.iter().filter_map(|pod| pod.history().cloned()).collect();
    Some(replay::pods_report(setting, seen.iter().map(found).collect(), histories))
}

fn found(pod: &PodSeen) -> FoundPod {
    let image = |part: &PartSeen| {
        let (place, spelled_at) = pod.places.image(part.kind, &part.name);
        let (place, name) = (place.to_owned(), part.name.clone());
        FoundImage { kind: part.kind, name, place, spelled_at, check: part.telling.clone() }
    };
    FoundPod {
        kind: pod.kind.clone(),
        place: pod.places.object().to_owned(),
        written: pod.written.clone(),
        admitted: pod.became.as_ref().map(|history| history.pod.clone()).map_err(Clone::clone),
        missing_secrets: Vec::new(),
        images: pod.parts.iter().map(image).collect(),
    }
}
