//! `pullsim run`: scenarios found, played, told.

mod list;

use std::path::{Path, PathBuf};

use node::Environment;
use report::{RunReport, TextOptions, Verdict};
use runner::{Batch, Job, Memory, Sockets, Venue};
use tokio::time::Instant;

use crate::error::Failure;
use crate::exit::Exit;
use crate::lowargs::{Format, LowRun};
use crate::{output, render};

/// Where the catalogue is, unless paths are given.
const CATALOGUE: &str = "scenarios";

/// Plays scenarios and writes what came of them.
pub(crate) fn run(low: &LowRun, environment: &Environment) -> Result<Exit, Failure> {
    let text = output::text_options(low.color, environment);
    let paths = if low.paths.is_empty() { vec![PathBuf::from(CATALOGUE)] } else { low.paths.clone() };
    if low.paths.is_empty() && !Path::new(CATALOGUE).exists() {
        return Err(Failure::NoCatalogue(CATALOGUE));
    }
    let mut files = runner::find(&paths)?;
    if low.list || low.filter.is_some() {
        let known = list::read(&files, low.filter.as_deref())?;
        // A misspelt filter is no success of a run that held nothing against anything.
        if let (Some(filter), []) = (&low.filter, known.as_slice()) {
            return Err(Failure::NothingFits { filter: filter.clone() });
        }
        if low.list {
            return list::write(&known, &paths, low.output, environment);
        }
        files = known.into_iter().map(|scenario| PathBuf::from(scenario.file())).collect();
    }
    let threads = low.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, usize::from);
    let threads = at_once(low, threads);
    let job = job(low);
    let start = Instant::now();
    let venue = venue(low);
    let batch = runner::run_all(&files, venue.as_ref(), threads, job);
    let took = start.elapsed();
    update(&batch)?;
    let unreadable = !batch.broken.is_empty();
    let report = report(batch, low);
    output::write(&match low.output {
        Format::Text => report::run_text(&report, low.verbose, took, TextOptions { ..text }),
        Format::Json => report::json(&report),
        Format::Junit => report::junit(&report),
        Format::Tap => report::tap(&report),
        Format::Markdown => report::run_markdown(&report),
        Format::Sarif => report::run_sarif(&report),
        Format::Html | Format::Har => render::pulls(low.output, &report),
    })?;
    Ok(match (unreadable, report.is_good()) {
        (true, _) => Exit::Input,
        (false, true) => Exit::Pulled,
        (false, false) => Exit::NotPulled,
    })
}

const fn job(low: &LowRun) -> Job {
    match (low.update, low.what_if) {
        (true, _) => Job::Update,
        (false, true) => Job::WhatIf,
        (false, false) => Job::Check,
    }
}

/// Where the scenarios are played.
fn venue(low: &LowRun) -> Box<dyn Venue> {
    #[cfg(feature = "live")]
    if let (Some(socket), Some(runtime)) = (&low.cri, &low.runtime) {
        return Box::new(runner::Live {
            socket: socket.clone(),
            runtime: runtime.clone(),
            before: low.cri_before.clone(),
            files: low.cri_files.clone(),
            listen: scenario::Listen::Declared,
            today: crate::check::today(),
        });
    }
    if low.sockets { Box::new(Sockets) } else { Box::new(Memory) }
}

/// A live runtime pulls one image at a time, since its node is pointed at one scenario.
#[cfg(feature = "live")]
const fn at_once(low: &LowRun, threads: usize) -> usize {
    if low.cri.is_some() { 1 } else { threads }
}

#[cfg(not(feature = "live"))]
const fn at_once(_: &LowRun, threads: usize) -> usize {
    threads
}

/// Shows and writes the exact texts that changed. What is shown goes where errors go, so that a report stays whole.
fn update(batch: &Batch) -> Result<(), Failure> {
    for changed in &batch.changed {
        output::write_error(&changed.difference());
        changed.write()?;
    }
    Ok(())
}

fn report(batch: Batch, low: &LowRun) -> RunReport {
    let mut cases = batch.cases;
    let drawn = matches!(low.output, Format::Html | Format::Har);
    for case in cases.iter_mut().filter(|_| !low.verbose) {
        case.pods = None;
        if !(drawn && (case.verdict == Verdict::Failed || case.what_if.is_some())) {
            case.check = None;
        }
    }
    let broken = batch.broken.iter().map(scenario::LoadError::render).collect();
    RunReport { cases, broken, ..RunReport::default() }
}
