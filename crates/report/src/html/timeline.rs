//! A pod's course in time, drawn: what kubectl shows, the pulls, and the back-off after each.

use std::time::Duration;

use serde::Serialize;

use crate::words::time_words;
use crate::{Outcome, PodReport};

/// Pixels of the whole drawing.
const WIDTH: f64 = 1000.0;
/// Pixels left of the beginning, for the names.
const LEFT: f64 = 150.0;
/// Pixels right of the end.
const RIGHT: f64 = 20.0;
/// Pixels of a row.
const ROW: f64 = 30.0;
/// Pixels above the first row, for the times.
const TOP: f64 = 24.0;
/// How many times are written above, about.
const TICKS: u32 = 8;

/// The drawing, in pixels.
#[derive(Serialize)]
pub(super) struct Timeline {
    width: f64,
    height: f64,
    ticks: Vec<Tick>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Tick {
    x: f64,
    words: String,
}

#[derive(Serialize)]
struct Row {
    name: String,
    y: f64,
    bars: Vec<Bar>,
    /// Where a pull was tried.
    pulls: Vec<Pull>,
}

#[derive(Serialize)]
struct Bar {
    /// `good`, `bad`, `warning`, `skipped`.
    mark: &'static str,
    x: f64,
    width: f64,
    /// What is written into it, where there is room.
    label: String,
    words: String,
}

#[derive(Serialize)]
struct Pull {
    mark: &'static str,
    x: f64,
    words: String,
}

impl Timeline {
    /// The course of a pod that was looked at for a while; `None` for one that was only synced once.
    pub fn of(pod: &PodReport, lasted: Duration) -> Option<Self> {
        if lasted.is_zero() {
            return None;
        }
        let scale = Scale { lasted };
        let mut rows = vec![states(pod, &scale)];
        for image in &pod.images {
            let (list, name) = (&image.list, &image.name);
            rows.push(pulls(pod, list, name, &scale, rows.len()));
        }
        let height = TOP + ROW * rows.len() as f64 + 8.0;
        Some(Self { width: WIDTH, height, ticks: ticks(&scale), rows })
    }
}

/// From time to place.
struct Scale {
    lasted: Duration,
}

impl Scale {
    fn x(&self, at: Duration) -> f64 {
        let share = at.min(self.lasted).as_secs_f64() / self.lasted.as_secs_f64();
        round(LEFT + share * (WIDTH - LEFT - RIGHT))
    }
}

fn round(pixels: f64) -> f64 {
    (pixels * 10.0).round() / 10.0
}

fn row_y(number: usize) -> f64 {
    let above = number as f64;
    TOP + ROW * above
}

/// The STATUS column of `kubectl get pods` over time.
fn states(pod: &PodReport, scale: &Scale) -> Row {
    let ends = pod.changes.iter().skip(1).map(|change| change.at).chain([scale.lasted]);
    let bar = |(change, end): (&crate::ChangeReport, Duration)| {
        let mark = match change.status.rsplit(':').next().unwrap_or_default() {
            "Running" | "Completed" => "good",
            "ImagePullBackOff" => "warning",
            "ContainerCreating" | "PodInitializing" | "Pending" => "skipped",
            status if status.contains('/') => "skipped",
            _ => "bad",
        };
        bar(mark, &change.status, change.at, end, scale)
    };
    Row {
        name: "status".to_owned(),
        y: row_y(0),
        bars: pod.changes.iter().zip(ends).map(bar).collect(),
        pulls: Vec::new(),
    }
}

/// The pulls of one image, and how long no other is tried after each.
fn pulls(pod: &PodReport, list: &str, name: &str, scale: &Scale, number: usize) -> Row {
    let mine = || pod.attempts.iter().filter(|attempt| attempt.list == list && attempt.name == name);
    let bars = mine().filter(|attempt| !attempt.back_off.is_zero()).map(|attempt| {
        let from = attempt.at + attempt.took;
        let label = format!("back-off {}", time_words(attempt.back_off));
        bar("warning", &label, from, from + attempt.back_off, scale)
    });
    let pull = |attempt: &crate::AttemptReport| {
        let (mark, what) = match (attempt.outcome, &attempt.waiting) {
            (Outcome::Pulled, _) => ("good", "pulled"),
            (Outcome::Failed, Some(waiting)) => ("bad", waiting.reason.as_str()),
            (Outcome::Failed, None) => ("bad", "failed"),
        };
        let words = format!("pull at {}, {}: {what}", time_words(attempt.at), time_words(attempt.took));
        Pull { mark, x: scale.x(attempt.at), words }
    };
    Row { name: name.to_owned(), y: row_y(number), bars: bars.collect(), pulls: mine().map(pull).collect() }
}

fn bar(mark: &'static str, label: &str, from: Duration, to: Duration, scale: &Scale) -> Bar {
    let (x, end) = (scale.x(from), scale.x(to));
    let width = round((end - x).max(1.0));
    let words = format!("{label} from {} to {}", time_words(from), time_words(to.min(scale.lasted)));
    let fits = (label.len() as f64).mul_add(6.7, 8.0) <= width;
    Bar { mark, x, width, label: if fits { label.to_owned() } else { String::new() }, words }
}

fn ticks(scale: &Scale) -> Vec<Tick> {
    let step = step(scale.lasted / TICKS);
    (0..=2 * TICKS)
        .map(|number| step * number)
        .take_while(|at| *at <= scale.lasted)
        .map(|at| Tick { x: scale.x(at), words: clock(at) })
        .collect()
}

/// The next round time that is not shorter.
fn step(at_least: Duration) -> Duration {
    const ROUND: [u64; 14] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 10_800, 21_600];
    let round = ROUND.into_iter().map(Duration::from_secs).find(|round| *round >= at_least);
    round.unwrap_or_else(|| Duration::from_secs(at_least.as_secs().div_ceil(86_400).max(1) * 86_400))
}

fn clock(at: Duration) -> String {
    let seconds = at.as_secs();
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, minutes, seconds) => format!("{minutes}:{seconds:02}"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}
