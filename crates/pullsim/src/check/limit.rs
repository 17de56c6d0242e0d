//! `pullsim check --rate-limit`: how many pulls a registry has left, asked without spending one.

use cri::PullImageRequest;
use kubelet::{Plan, PullInputs};
use report::{LimitReport, TextOptions};
use runtimes::{Runtime, StoreError};
use trace::Trace;

use super::{event_loop, options, store_failure};
use crate::error::Failure;
use crate::exit::Exit;
use crate::hiargs::HiCheck;
use crate::lowargs::{Format, LowCheck};
use crate::output;

/// Asks, and writes what the answer tells.
pub(super) fn run(
    hi: &HiCheck,
    inputs: &PullInputs,
    low: &LowCheck,
    text: TextOptions,
) -> Result<Exit, Failure> {
    let runtime = event_loop(hi.scenario.is_some()).map_err(Failure::EventLoop)?;
    let asked = runtime.block_on(ask(hi, inputs));
    let report = asked.map_err(|error| store_failure(hi, error))?;
    output::write(&match low.output {
        Format::Json => report::json(&report),
        Format::Text => report::limit_text(&report, text),
        _ => return Err(Failure::LimitFormat),
    })?;
    Ok(if report.found || report.rate_limit.is_some() { Exit::Pulled } else { Exit::NotPulled })
}

/// Asks with one login after the other, as the kubelet does, until one may read the manifest.
async fn ask(hi: &HiCheck, inputs: &PullInputs) -> Result<LimitReport, StoreError> {
    let mut report = LimitReport { image: hi.image.clone(), ..LimitReport::default() };
    let Ok(plan) = Plan::new(inputs, hi.kubelet) else { return Ok(report) };
    for attempt in &plan.attempts {
        let trace = Trace::new();
        let simulated = Runtime::new(options(hi, trace.clone()))?;
        let request = PullImageRequest { image: plan.name.for_cri.clone(), auth: attempt.auth.clone() };
        report.found = simulated.ask_for_manifest(&request).await;
        let login = attempt.auth.as_ref().map(|auth| auth.username.clone());
        report.username = login.clone().filter(|name| !name.is_empty());
        report.trace = trace.steps();
        report.rate_limit = diagnosis::rate_limit(&report.trace, |_| login.clone());
        if report.found {
            break;
        }
    }
    Ok(report)
}
