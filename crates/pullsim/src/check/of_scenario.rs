//! `pullsim check --in SCENARIO`: the scenario's own pods, over the time that it looks at them.

use kubelet::{Admission, Pod, admit};
use node::Environment;
use objects::PodPlaces;
use replay::{
    Accounts, Assigned, FoundImage, FoundPod, PodHistory, Present, SecretsOverTime, Simulation, SyncReports,
    pods_report, run_pods,
};
use report::{MissingSecret, PodsReport};
use runtimes::Runtime;
use scenario::{Scenario, ScenarioPod};
use trace::Trace;

use super::{event_loop, node_keyrings, options, pods, store_failure, tried};
use crate::error::Failure;
use crate::exit::Exit;
use crate::hiargs::HiCheck;
use crate::lowargs::LowCheck;
use crate::node_plugins;

/// Whether the pods of a scenario are meant: it has some, and nothing else is named.
pub(super) fn is_meant(low: &LowCheck, hi: &HiCheck) -> bool {
    low.image.is_none()
        && low.filename.is_empty()
        && hi.scenario.as_ref().is_some_and(Scenario::has_manifests)
}

/// Checks the pods and writes the report.
pub(super) fn run(low: &LowCheck, hi: HiCheck, environment: &Environment) -> Result<Exit, Failure> {
    pods::write(low, &report(low, hi)?, environment)
}

/// What becomes of the pods. Each image is told by the sync that tells most of it.
pub(super) fn report(low: &LowCheck, mut hi: HiCheck) -> Result<PodsReport, Failure> {
    let Some(scenario) = hi.scenario.as_ref() else { return Err(no_pods(low)) };
    let secrets = scenario
        .secrets_over_time()
        .into_iter()
        .fold(SecretsOverTime::default(), |secrets, (at, then)| secrets.then(at, then));
    let mut accounts = Accounts::default();
    for (namespace, name, account) in scenario.accounts() {
        accounts.add(&namespace, &name, account);
    }
    let lasts = low.lasts.or(scenario.lasts()).unwrap_or_default();
    let meant = |pod: &ScenarioPod| {
        let Pod { namespace, name, .. } = &pod.pod;
        low.namespace.as_ref().is_none_or(|wanted| wanted == namespace)
            && low.pod.as_ref().is_none_or(|wanted| wanted == name)
    };
    let all = scenario.pods();
    let names: Vec<String> = all.iter().map(|pod| pod.pod.name.clone()).collect();
    let pods: Vec<ScenarioPod> = all.into_iter().filter(meant).collect();
    if pods.is_empty() {
        return Err(match &low.pod {
            Some(given) if !names.contains(given) => {
                Failure::Unknown { what: "pod", given: given.clone(), known: names }
            }
            _ => no_pods(low),
        });
    }
    let mut found: Vec<FoundPod> = pods.iter().map(|pod| found(pod, low, &hi, &secrets)).collect();
    let assigned = std::iter::zip(&pods, &found)
        .filter_map(|(pod, found)| Some(Assigned { pod: found.admitted.clone().ok()?, at: pod.at }));
    let simulation = Simulation {
        version: hi.kubelet,
        config: hi.node_kubelet.config.clone(),
        records: hi.node_kubelet.records.clone(),
        node_name: low.node_name.clone(),
        pods: assigned.collect(),
        secrets,
        accounts,
        node_keyrings: node_keyrings(&mut hi),
        plugins: Default::default(),
        lasts,
        seed: low.seed,
    };
    let known = simulation.secrets.clone();
    let (histories, reports) = simulate(&mut hi, simulation)?;
    let mut lives = histories.iter();
    let places = pods.iter().map(|pod| &pod.places);
    for (pod, places) in std::iter::zip(&mut found, places).filter(|(pod, _)| pod.admitted.is_ok()) {
        if let Some(history) = lives.next() {
            pod.images = told(history, &reports, places);
            let images = pod.images.iter_mut().filter_map(|image| image.check.diagnosis.as_mut());
            images.filter(|_| pod.kind == pods::POD).for_each(|told| told.name_pod(&history.pod.name));
        }
    }
    let lives = if low.what_if { histories.clone() } else { Vec::new() };
    let mut report = pods_report(pods::setting(&hi, low, Vec::new(), lasts), found, histories);
    tried::try_changes(&mut report, &hi, &lives, &known)?;
    Ok(report)
}

fn simulate(hi: &mut HiCheck, simulation: Simulation) -> Result<(Vec<PodHistory>, SyncReports), Failure> {
    let runtime = event_loop(true).map_err(Failure::EventLoop)?;
    runtime.block_on(async {
        let simulation = Simulation { plugins: node_plugins::of_node(hi), ..simulation };
        let options = options(hi, Trace::new());
        let reports = SyncReports::new(&options, hi.kubelet);
        let simulated = Runtime::new(options).map_err(|error| store_failure(hi, error))?;
        let histories = run_pods(Present::new(simulated, hi.present.clone()), simulation).await;
        Ok((histories, reports))
    })
}

fn found(pod: &ScenarioPod, low: &LowCheck, hi: &HiCheck, secrets: &SecretsOverTime) -> FoundPod {
    let admission = Admission { always_pull_images: low.always_pull_images, ..Admission::default() };
    let admitted = admit(pod.pod.clone(), pod.account.as_ref(), admission, hi.kubelet);
    let missing_secrets = match &admitted {
        Ok(stored) => missing(stored, pod, secrets),
        Err(_) => Vec::new(),
    };
    let (kind, written) = (pod.kind.clone(), pod.pod.clone());
    let place = pod.places.object().to_owned();
    FoundPod { kind, place, written, admitted, missing_secrets, images: Vec::new() }
}

/// The Secrets that the pod names and that are not there when it comes to the node.
fn missing(stored: &Pod, pod: &ScenarioPod, secrets: &SecretsOverTime) -> Vec<MissingSecret> {
    let (_, missing) = secrets.find(&stored.namespace, &stored.image_pull_secrets, pod.at);
    let elsewhere = |name: &str| {
        let named = secrets.all(pod.at).iter().filter(|secret| secret.name == name);
        named.map(|secret| secret.namespace.clone()).collect()
    };
    let told = |name: &str| MissingSecret {
        name: name.to_owned(),
        place: pod.places.secret(name).to_owned(),
        elsewhere: elsewhere(name),
    };
    missing.into_iter().map(told).collect()
}

/// The images that the kubelet came to.
fn told(history: &PodHistory, reports: &SyncReports, places: &PodPlaces) -> Vec<FoundImage> {
    let image =
        |(kind, name, ..): (Option<kubelet::ContainerKind>, String, String, kubelet::WrittenPolicy)| {
            let check = reports.report(history.telling(Some(&name))?);
            let (place, spelled_at) = places.image(kind, &name);
            let place = place.to_owned();
            Some(FoundImage { kind, name, place, spelled_at, check })
        };
    pods::images(&history.pod).into_iter().filter_map(image).collect()
}

/// The scenario's file.
fn file(low: &LowCheck) -> String {
    low.scenario.as_ref().map(|path| path.display().to_string()).unwrap_or_default()
}

/// It has none, or none that is meant.
pub(super) fn no_pods(low: &LowCheck) -> Failure {
    let files = vec![file(low)];
    Failure::NoPods {
        files,
        namespace: low.namespace.clone(),
        kinds: Vec::new(),
        elsewhere: Vec::new(),
        in_scenario: true,
    }
}
