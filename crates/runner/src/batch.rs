use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use report::Case;
use scenario::{LoadError, Scenario};

use crate::play::play_job;
use crate::{Snapshot, Venue, snapshot};

/// What is to be done with the exact texts that stand beside scenarios.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// They are held against what happens.
    Check,
    /// What happens becomes what is expected.
    Update,
    /// They are held, and changes are tried on each pull that fails, until one heals it.
    WhatIf,
}

/// What came of many scenarios.
#[derive(Debug, Default)]
pub struct Batch {
    /// The runs, in the order of the files.
    pub cases: Vec<Case>,
    /// The files that could not be loaded.
    pub broken: Vec<LoadError>,
    /// The exact texts that changed, when updating.
    pub changed: Vec<Snapshot>,
}

/// Plays scenarios, `threads` at a time, each on its own clock.
pub fn run_all(files: &[PathBuf], venue: &dyn Venue, threads: usize, job: Job) -> Batch {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Batch)>> = Mutex::new(Vec::new());
    let work = || {
        while let Some((number, file)) = {
            let number = next.fetch_add(1, Ordering::Relaxed);
            files.get(number).map(|file| (number, file))
        } {
            let batch = run_one(file, venue, job);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((number, batch));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(files.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().fold(Batch::default(), |mut whole, (_, mut batch)| {
        whole.cases.append(&mut batch.cases);
        whole.broken.append(&mut batch.broken);
        whole.changed.append(&mut batch.changed);
        whole
    })
}

fn run_one(file: &PathBuf, venue: &dyn Venue, job: Job) -> Batch {
    let scenario = match Scenario::load(file) {
        Ok(scenario) => scenario,
        Err(error) => return Batch { broken: vec![error], ..Batch::default() },
    };
    let mut cases = play_job(&scenario, venue, job);
    let mut changed = Vec::new();
    if job == Job::Update {
        changed.extend(snapshot::changed(&scenario, &cases));
        for case in &mut cases {
            case.forgive(snapshot::KEY);
        }
    }
    Batch { cases, changed, ..Batch::default() }
}
