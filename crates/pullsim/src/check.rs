//! `pullsim check`: plan, pull, report.

mod cluster;
mod limit;
mod of_scenario;
mod pods;
mod tried;

pub(crate) use self::pods::report as pods_report;

use std::sync::Arc;

use jiff::Timestamp;
use keyring::{Keyring, KubeletPaths, NodeFileOutcome, NodeFiles};
use kubelet::{Plan, PullInputs};
use net::{Clock, Network, SystemNetwork};
use node::Environment;
use replay::{Kubelet, NodePlugins};
use report::{CheckReport, Outcome, TextOptions};
use runtimes::{Options, StoreError};
use scenario::Scenario;
use tokio::runtime::{Builder, Runtime};
use trace::Trace;

use crate::error::Failure;
use crate::exit::Exit;
use crate::hiargs::HiCheck;
use crate::lowargs::{Format, LowCheck};
use crate::progress::Progress;
use crate::{compare, node_plugins, output, render, stdin, what_if};

/// Checks an image and writes the report.
pub(crate) fn run(low: &LowCheck, environment: &Environment) -> Result<Exit, Failure> {
    stdin::once(&stdin::files_of(low))?;
    if !low.filename.is_empty() || low.lasts.is_some() {
        return pods::run(low, environment);
    }
    let mut hi = HiCheck::read(low, environment)?;
    if of_scenario::is_meant(low, &hi) {
        if low.rate_limit {
            return Err(Failure::LimitOfPods);
        }
        return of_scenario::run(low, hi, environment);
    }
    if low.pod.is_some() || low.namespace.is_some() {
        return Err(of_scenario::no_pods(low));
    }
    let inputs = inputs(&mut hi);
    let text = output::text_options(low.color, environment);
    if low.plan {
        return show_plan(&hi, &inputs, low, text);
    }
    if low.rate_limit {
        return limit::run(&hi, &inputs, low, text);
    }
    // The image that the user names in place of the scenario's stands in no file.
    let own = hi.scenario.as_ref().filter(|_| low.image.is_none());
    let places = own.map(Scenario::places).unwrap_or_default();
    let mut report = simulate(hi, &inputs, low.what_if, low.verbose > 1)?;
    if let Some(given) = &low.compare_login {
        compare_login(&mut report, given, low, environment)?;
    }
    let form = match low.quiet {
        true => report::verdict(&report),
        false => render::check(low.output, &report, &places, text),
    };
    output::write(&form)?;
    if low.verbose > 0 && low.output == Format::Text {
        output::write(&report::decisions_text(&report, text))?;
    }
    Ok(if report.outcome == Outcome::Pulled { Exit::Pulled } else { Exit::NotPulled })
}

/// Pulls once more with what a Docker client on this machine would send; where the two part joins the notes.
fn compare_login(
    report: &mut CheckReport,
    given: &str,
    low: &LowCheck,
    environment: &Environment,
) -> Result<(), Failure> {
    let Some(reference) = &report.reference else { return Ok(()) };
    let login = compare::docker_login(given, &reference.domain, environment)?;
    // Without secrets and with an empty store: standard input is read already, and the image may be there by now.
    let mut hi = HiCheck::read(
        &LowCheck { secret: Vec::new(), store: None, service_account_token: None, ..low.clone() },
        environment,
    )?;
    hi.own_files = false;
    let mut inputs = PullInputs::new(hi.image.clone());
    inputs.policy = hi.policy;
    inputs.auth.clone_from(&login.auth);
    let docker = simulate(hi, &inputs, false, false)?;
    report.notes.extend(compare::compared(&login, report, &docker));
    Ok(())
}

fn show_plan(hi: &HiCheck, inputs: &PullInputs, low: &LowCheck, text: TextOptions) -> Result<Exit, Failure> {
    let plan = Plan::new(inputs, hi.kubelet);
    let mut report = replay::plan(&plan, inputs.auth.as_ref());
    if let (Ok(plan), None) = (&plan, &inputs.auth) {
        // What plugins would be asked depends on no clock, but they keep one.
        let runtime = event_loop(true).map_err(Failure::EventLoop)?;
        let prospects =
            runtime.block_on(async { node_plugins::prospects(hi, &plan.name.repository(), &inputs.pod) });
        report.plugins = prospects.iter().map(replay::plugin_summary).collect();
    }
    output::write(&match low.output {
        Format::Json => report::json(&report),
        Format::Text => report::plan_text(&report, text),
        _ => return Err(Failure::PlanFormat),
    })?;
    Ok(if plan.is_ok() { Exit::Pulled } else { Exit::NotPulled })
}

/// What the kubelet starts from.
fn inputs(hi: &mut HiCheck) -> PullInputs {
    let mut inputs = PullInputs::new(hi.image.clone());
    inputs.policy = hi.policy;
    inputs.pod = node_plugins::made_up_pod(hi);
    inputs.secrets.clone_from(&hi.secrets);
    inputs.missing_secrets.clone_from(&hi.missing_secrets);
    inputs.auth.clone_from(&hi.auth);
    inputs.node_keyrings = node_keyrings(hi);
    inputs
}

/// The kubelet's own credentials. What is to be told about its files joins the notes.
fn node_keyrings(hi: &mut HiCheck) -> Vec<Keyring> {
    let mut keyrings = Vec::new();
    if hi.own_files {
        let files = NodeFiles::read(&hi.node, &KubeletPaths::of(&hi.node));
        for file in &files.tried {
            if matches!(file.outcome, NodeFileOutcome::Malformed(_)) {
                hi.notes.push(format!(
                    "the node's file {} does not parse: the kubelet passes it over",
                    file.path
                ));
            }
        }
        keyrings.push(files.keyring);
    }
    keyrings
}

/// Pulls once; and where that fails and it is wanted, again with changes.
fn simulate(hi: HiCheck, inputs: &PullInputs, what_if: bool, live: bool) -> Result<CheckReport, Failure> {
    let progress = Progress::of(live, hi.scenario.is_none());
    let runtime = event_loop(hi.scenario.is_some()).map_err(Failure::EventLoop)?;
    let trace = progress.trace();
    let checked = runtime.block_on(async {
        let plugins = node_plugins::of_node(&hi);
        let kubelet = Kubelet { plugins, ..kubelet(&hi) };
        let checked = replay::check_by(options(&hi, trace), &kubelet, inputs, hi.notes.clone()).await?;
        let mut report = checked.report;
        node_plugins::explain_not_run(&mut report.notes);
        if what_if {
            let mut inputs = inputs.clone();
            inputs.node_keyrings.push(checked.of_plugins);
            what_if::try_changes(&mut report, &hi, inputs, &hi.secrets).await?;
        }
        Ok(report)
    });
    checked.map_err(|error| store_failure(&hi, error))
}

/// The kubelet that is meant, without plugins.
pub(crate) fn kubelet(hi: &HiCheck) -> Kubelet {
    Kubelet {
        version: hi.kubelet,
        config: hi.node_kubelet.config.clone(),
        records: hi.node_kubelet.records.clone(),
        present: hi.present.clone(),
        plugins: NodePlugins::default(),
    }
}

/// One thread is enough. In simulated hosts the clock stands still while there is something to do, and leaps to the
/// next time-out when there is not.
fn event_loop(simulated: bool) -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_io().enable_time().start_paused(simulated).build()
}

/// What the runtime stands on. To be made within a tokio runtime, on whose clock the node's date runs.
fn options(hi: &HiCheck, trace: Trace) -> Options {
    let (network, clock) = network(hi);
    Options {
        network,
        node: hi.node.clone(),
        profile: hi.profile,
        platform: hi.platform.clone(),
        layers: hi.layers,
        store: hi.store.clone(),
        extra_roots: hi.extra_roots.clone(),
        trace,
        clock,
    }
}

/// The network as it is at the beginning, and the node's date.
pub(crate) fn network(hi: &HiCheck) -> (Arc<dyn Network>, Clock) {
    match &hi.scenario {
        Some(scenario) => (Arc::new(scenario.network()), Clock::new(scenario.node_now())),
        None => (Arc::new(SystemNetwork::new()), Clock::new(today())),
    }
}

fn store_failure(hi: &HiCheck, error: StoreError) -> Failure {
    Failure::Store { directory: hi.store.clone().unwrap_or_default(), error }
}

/// The one place where the machine's date comes in.
pub(crate) fn today() -> Timestamp {
    Timestamp::now()
}
