//! `pullsim check -f`, `--for`: pods on a node, each image checked, and their course in time.

use std::collections::HashSet;
use std::time::Duration;

use diagnosis::RateLimit;
use keyring::Keyring;
use kubelet::{ContainerKind, MissingSecret, Pod, PullInputs, apply_default_image_tag};
use node::Environment;
use objects::{Source, open_manifests};
use plugins::{LastAnswer, Providers};
use replay::{
    Accounts, Checked, FoundImage, KnownLogins, Kubelet, NodePlugins, PodHistory, PodsSetting, Present,
    PresentImages, Recorded, Recording, SecretsOverTime, Simulation, pods_report, run_pods,
};
use report::{NodeSummary, Outcome, PodsReport};
use runtimes::Runtime;
use trace::Trace;

use super::cluster::{Cluster, ClusterPod};
use super::{event_loop, kubelet, node_keyrings, of_scenario, options, store_failure};
use crate::error::Failure;
use crate::exit::Exit;
use crate::hiargs::HiCheck;
use crate::lowargs::{Format, LowCheck};
use crate::progress::Progress;
use crate::{node_plugins, output, render, what_if};

/// The kind whose name is that of a pod; others make pods of longer names.
pub(super) const POD: &str = "Pod";

/// How notes of plugins begin, which are of the node rather than of an image.
const PLUGIN_NOTE: &str = "credential provider plugin ";

/// Checks pods and writes the report.
pub(super) fn run(low: &LowCheck, environment: &Environment) -> Result<Exit, Failure> {
    write(low, &report(low, &open_manifests(&low.filename)?, environment)?, environment)
}

/// Writes the report of pods as it is asked for.
pub(super) fn write(low: &LowCheck, report: &PodsReport, environment: &Environment) -> Result<Exit, Failure> {
    let text = output::text_options(low.color, environment);
    output::write(&match low.quiet {
        true => report::pods_verdict(report),
        false => render::pods(low.output, report, text),
    })?;
    if low.verbose > 0 && low.output == Format::Text {
        output::write(&report::pods_decisions_text(report, text))?;
    }
    Ok(if report.outcome == Outcome::Pulled { Exit::Pulled } else { Exit::NotPulled })
}

/// Checks the pods of manifests; without manifests, the one that is made up for an image.
pub(crate) fn report(
    low: &LowCheck,
    manifests: &[Source],
    environment: &Environment,
) -> Result<PodsReport, Failure> {
    let mut hi = HiCheck::read(low, environment)?;
    if manifests.is_empty() && of_scenario::is_meant(low, &hi) {
        return of_scenario::report(low, hi);
    }
    let keyrings = node_keyrings(&mut hi);
    let mut cluster = Cluster::read(low, manifests, &hi)?;
    let secrets = SecretsOverTime::fixed(std::mem::take(&mut cluster.secrets));
    let of_plugins = KnownLogins::new(hi.plugins.tell_accounts_apart());
    let mut checks = Checks {
        hi: &mut hi,
        keyrings: &keyrings,
        secrets: &secrets,
        accounts: &cluster.accounts,
        done: Vec::new(),
        what_if: low.what_if,
        live: low.verbose > 1,
        of_plugins,
        last_answers: Vec::new(),
    };
    for pod in &mut cluster.pods {
        checks.pod(pod)?;
    }
    let recording = checks.recording();
    let present = checks.present();
    let limits = checks.rate_limits();
    let plugins = NodePlugins::Known(std::mem::take(&mut checks.of_plugins));
    let lasts = low.lasts.unwrap_or_default();
    let repeated = node_plugins::repeated(&checks.last_answers, lasts);
    let simulation = Simulation {
        version: hi.kubelet,
        config: hi.node_kubelet.config.clone(),
        records: hi.node_kubelet.records.clone(),
        node_name: low.node_name.clone(),
        pods: cluster.pods.iter().filter_map(|pod| Some(pod.found.admitted.clone().ok()?.into())).collect(),
        secrets: secrets.clone(),
        accounts: cluster.accounts.clone(),
        node_keyrings: keyrings.clone(),
        plugins,
        lasts,
        seed: low.seed,
    };
    if hi.scenario.is_none() {
        cluster.notes.extend(repeated);
    }
    cluster.notes.extend(limits);
    let histories = histories(&hi, simulation, recording, present)?;
    let setting = setting(&hi, low, cluster.notes, lasts);
    let found = cluster.pods.into_iter().map(|pod| pod.found).collect();
    Ok(pods_report(setting, found, histories))
}

pub(super) fn setting(hi: &HiCheck, low: &LowCheck, notes: Vec<String>, lasted: Duration) -> PodsSetting {
    let assumes_nothing_changes = hi.scenario.is_none() && !lasted.is_zero();
    let mut notes = [hi.notes.clone(), notes].concat();
    node_plugins::explain_not_run(&mut notes);
    // Each image asks the same plugins, and they say the same.
    let mut told = HashSet::new();
    notes.retain(|note| told.insert(note.clone()));
    if assumes_nothing_changes {
        notes.push(
            "each pull was made once; what follows in time repeats its answer, as if nothing changes"
                .to_owned(),
        );
    }
    let node = NodeSummary {
        platform: hi.platform.to_string(),
        runtime: hi.profile.name().to_owned(),
        kubelet: hi.kubelet.to_string(),
    };
    PodsSetting { node, version: hi.kubelet, lasted, seed: low.seed, assumes_nothing_changes, notes }
}

/// What becomes of the pods. In simulated hosts every attempt is an exchange with them; on a real network what was
/// answered once is answered again.
fn histories(
    hi: &HiCheck,
    simulation: Simulation,
    recording: Recording,
    present: PresentImages,
) -> Result<Vec<PodHistory>, Failure> {
    // Nothing waits on anything real in either case.
    let runtime = event_loop(true).map_err(Failure::EventLoop)?;
    runtime.block_on(async {
        if hi.scenario.is_some() {
            let simulated =
                Runtime::new(options(hi, Trace::new())).map_err(|error| store_failure(hi, error))?;
            // These plugins are young again, as is all in this world.
            let simulation = Simulation { plugins: node_plugins::of_node(hi), ..simulation };
            Ok(run_pods(Present::new(simulated, present), simulation).await)
        } else {
            Ok(run_pods(Present::new(Recorded::new(recording), present), simulation).await)
        }
    })
}

/// The Secrets that a pod lacks, for the kubelet.
fn missing(pod: &Pod, found: &[report::MissingSecret]) -> Vec<MissingSecret> {
    let missing = |secret: &report::MissingSecret| MissingSecret {
        namespace: pod.namespace.clone(),
        name: secret.name.clone(),
        elsewhere: secret.elsewhere.clone(),
    };
    found.iter().map(missing).collect()
}

/// Each image checked once, however many containers want it.
struct Checks<'a> {
    hi: &'a mut HiCheck,
    keyrings: &'a [Keyring],
    secrets: &'a SecretsOverTime,
    accounts: &'a Accounts,
    done: Vec<(PullInputs, Checked)>,
    /// Whether changes are tried on a pull that fails.
    what_if: bool,
    /// Whether each step is told as it is made.
    live: bool,
    /// What the node's plugins gave.
    of_plugins: KnownLogins,
    /// What they said last.
    last_answers: Vec<LastAnswer>,
}

impl Checks<'_> {
    /// Checks the images of a pod that the API server takes.
    fn pod(&mut self, pod: &mut ClusterPod) -> Result<(), Failure> {
        let Ok(admitted) = pod.found.admitted.clone() else { return Ok(()) };
        let (secrets, _) =
            self.secrets.find(&admitted.namespace, &admitted.image_pull_secrets, Duration::ZERO);
        for (kind, name, image, policy) in images(&admitted) {
            let inputs = PullInputs {
                image,
                pod_uid: admitted.uid.clone(),
                pod: self.accounts.pod(&admitted),
                policy: policy.known(),
                field_path: kind.map(|kind| kind.field_path(&name)).unwrap_or_default(),
                secrets: secrets.clone(),
                missing_secrets: missing(&admitted, &pod.found.missing_secrets),
                node_keyrings: self.keyrings.to_vec(),
                auth: None,
            };
            let mut check = self.check(inputs)?.report;
            if let Some(diagnosis) = check.diagnosis.as_mut().filter(|_| pod.found.kind == POD) {
                diagnosis.name_pod(&admitted.name);
            }
            let (place, spelled_at) = pod.places.image(kind, &name);
            let place = place.to_owned();
            pod.found.images.push(FoundImage { kind, name, place, spelled_at, check });
        }
        Ok(())
    }

    fn check(&mut self, inputs: PullInputs) -> Result<Checked, Failure> {
        let accounts_matter = self.hi.plugins.tell_accounts_apart();
        let account =
            |inputs: &PullInputs| (inputs.pod.namespace.clone(), inputs.pod.service_account_name.clone());
        let same = |done: &PullInputs| {
            (&done.image, done.policy, &done.secrets, &done.missing_secrets)
                == (&inputs.image, inputs.policy, &inputs.secrets, &inputs.missing_secrets)
                && (!accounts_matter || account(done) == account(&inputs))
                // What is tried depends on the Secrets of the pod's namespace, and may name its account.
                && (!self.what_if || account(done) == account(&inputs))
        };
        if let Some((done, checked)) = self.done.iter().find(|(done, _)| same(done)) {
            let mut checked = checked.clone();
            if let Some(diagnosis) = &mut checked.report.diagnosis {
                diagnosis.move_to_namespace(&done.pod.namespace, &inputs.pod.namespace);
            }
            for event in &mut checked.report.events {
                event.field_path = Some(inputs.field_path.clone()).filter(|path| !path.is_empty());
            }
            return Ok(checked);
        }
        let hi = &mut *self.hi;
        let progress = Progress::of(self.live, hi.scenario.is_none());
        let runtime = event_loop(hi.scenario.is_some()).map_err(Failure::EventLoop)?;
        let mut last_answers = Vec::new();
        let checked = runtime
            .block_on(async {
                let kubelet = Kubelet { plugins: node_plugins::of_node(hi), ..kubelet(hi) };
                let options = options(hi, progress.trace());
                let mut checked = replay::check_by(options, &kubelet, &inputs, Vec::new()).await?;
                last_answers.extend(kubelet.plugins.asked().into_iter().flat_map(Providers::last_answers));
                if self.what_if && checked.report.outcome == Outcome::Failed {
                    let mut inputs = inputs.clone();
                    inputs.node_keyrings.push(checked.of_plugins.clone());
                    let cluster = self.secrets.all(Duration::ZERO);
                    what_if::try_changes(&mut checked.report, hi, inputs, cluster).await?;
                }
                Ok(checked)
            })
            .map_err(|error| store_failure(hi, error))?;
        self.last_answers.extend(last_answers);
        hi.notes.extend(checked.report.notes.iter().filter(|note| note.starts_with(PLUGIN_NOTE)).cloned());
        if let Ok(name) = apply_default_image_tag(&inputs.image, hi.kubelet) {
            self.of_plugins.add(name.repository(), &inputs.pod, checked.of_plugins.clone());
        }
        self.done.push((inputs, checked.clone()));
        Ok(checked)
    }

    /// All answers that came.
    fn recording(&self) -> Recording {
        let mut all = Recording::default();
        self.done.iter().for_each(|(_, checked)| all.extend(&checked.recording));
        all
    }

    /// What is left of each limit after the last pull that it counted.
    fn rate_limits(&self) -> Vec<String> {
        let told = self.done.iter().rev().filter_map(|(_, checked)| checked.report.rate_limit.as_ref());
        let mut last: Vec<&RateLimit> = Vec::new();
        for limit in told {
            if !last.iter().any(|later| later.is_of_the_same(limit)) {
                last.push(limit);
            }
        }
        last.into_iter().map(RateLimit::sentence).collect()
    }

    /// The images that are on the node: those that were said to be, and those in its store.
    fn present(&self) -> PresentImages {
        let found = |(_, checked): &&(PullInputs, Checked)| {
            checked.report.outcome == Outcome::Pulled && checked.report.answers.is_empty()
        };
        self.done.iter().filter(found).fold(self.hi.present.clone(), |present, (inputs, checked)| {
            let id = checked.report.on_node.as_ref().map(|found| found.image_id.as_str());
            present.with(&inputs.image, id)
        })
    }
}

/// The images of a pod in the order in which the kubelet comes to them: the list, the name, the image, the policy.
pub(super) fn images(pod: &Pod) -> Vec<(Option<ContainerKind>, String, String, kubelet::WrittenPolicy)> {
    let volumes = pod
        .image_volumes
        .iter()
        .map(|volume| (None, volume.name.clone(), volume.reference.clone(), volume.policy.clone()));
    let containers = pod.all_containers().map(|(kind, container)| {
        (Some(kind), container.name.clone(), container.image.clone(), container.policy.clone())
    });
    volumes.chain(containers).collect()
}
