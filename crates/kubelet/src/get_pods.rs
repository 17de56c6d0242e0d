use std::time::Duration;

use crate::{ContainerState, PodStatus, human_duration};

/// The least width of a column, and the space after it
/// (`k8s.io/cli-runtime/pkg/printers/tabwriter.go GetNewTabWriter`).
const MIN_WIDTH: usize = 6;
const PADDING: usize = 3;

/// A pod's line in `kubectl get pods`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodLine {
    /// READY: containers that are, of those that should be.
    pub ready: String,
    /// STATUS
    pub status: String,
    /// RESTARTS
    pub restarts: u32,
}

impl PodLine {
    /// The line for a pod in this state (`kubernetes v1.28.7 pkg/printers/internalversion/printers.go printPod`): the
    /// first init container that is not done decides, then the first container that waits, then the phase.
    pub fn new(pod: &PodStatus) -> Self {
        let sidecars = pod.init_containers.iter().filter(|container| container.sidecar);
        let running = |state: &ContainerState| *state == ContainerState::Running;
        let ready_sidecars = sidecars.clone().filter(|container| running(&container.state)).count();
        let total = pod.containers.len() + sidecars.count();
        let pending = pod.init_containers.iter().position(|container| !container.is_past_init());
        let (status, ready) = match pending {
            Some(index) => (init_status(pod, index), ready_sidecars),
            None => {
                let waits = pod.containers.iter().find_map(|container| container.waiting());
                let status = waits.map_or_else(|| pod.phase().to_owned(), |waiting| waiting.reason.clone());
                let ready = pod.containers.iter().filter(|container| running(&container.state)).count();
                (status, ready + ready_sidecars)
            }
        };
        Self { ready: format!("{ready}/{total}"), status, restarts: 0 }
    }
}

fn init_status(pod: &PodStatus, index: usize) -> String {
    let waiting = pod.init_containers.get(index).and_then(|container| container.waiting());
    match waiting {
        Some(waiting) if waiting.reason != "PodInitializing" => format!("Init:{}", waiting.reason),
        _ => format!("Init:{index}/{}", pod.init_containers.len()),
    }
}

/// What `kubectl get pods --watch` prints: each line as it comes, with the name of its pod and the pod's age then.
/// Columns never get narrower, and a line that needs more moves only those after it.
pub fn watch_pods<'a>(lines: impl IntoIterator<Item = (&'a str, &'a PodLine, Duration)>) -> String {
    let header = ["NAME", "READY", "STATUS", "RESTARTS", "AGE"].map(str::to_owned);
    let rows = lines.into_iter().map(|(name, line, age)| {
        let restarts = line.restarts.to_string();
        [name.to_owned(), line.ready.clone(), line.status.clone(), restarts, human_duration(age)]
    });
    // The header and the pods that are there at first come in one piece.
    let mut widths = [MIN_WIDTH; 5];
    let mut first = vec![header];
    let mut out = String::new();
    let mut flush = |rows: &[[String; 5]]| {
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count() + PADDING);
            }
        }
        for row in rows {
            let cells = row.iter().zip(widths).take(4).map(|(cell, width)| format!("{cell:<width$}"));
            out.push_str(&cells.collect::<String>());
            out.push_str(&row[4]);
            out.push('\n');
        }
    };
    for row in rows {
        first.push(row);
        flush(&std::mem::take(&mut first));
    }
    if !first.is_empty() {
        flush(&first);
    }
    out
}
