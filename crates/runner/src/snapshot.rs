//! The exact texts of a scenario, kept in a file beside it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use objects::FileError;
use report::{Case, CheckReport, Miss, PodReport, PodsReport};
use scenario::Scenario;

/// The key that asks for a snapshot.
pub(crate) const KEY: &str = "snapshot";

/// A file of exact texts that is no more, or not yet, what happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The file.
    pub path: PathBuf,
    /// What it holds; `None`: it is not there.
    pub before: Option<String>,
    /// What happens.
    pub after: String,
}

impl Snapshot {
    /// Writes what happens.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self) -> Result<(), FileError> {
        std::fs::write(&self.path, &self.after).map_err(|error| FileError::write(&self.path, error))
    }

    /// The lines that go and come, as `-` and `+`.
    pub fn difference(&self) -> String {
        let before: Vec<&str> = self.before.iter().flat_map(|text| text.lines()).collect();
        let after: Vec<&str> = self.after.lines().collect();
        let same = before.iter().zip(&after).take_while(|(one, other)| one == other).count();
        let (before, after) = (&before[same..], &after[same..]);
        let tail =
            before.iter().rev().zip(after.iter().rev()).take_while(|(one, other)| one == other).count();
        let mut shown = format!("{}:{}\n", self.path.display(), same + 1);
        for (sign, lines) in [('-', &before[..before.len() - tail]), ('+', &after[..after.len() - tail])] {
            for line in lines {
                // Writing to a String cannot fail.
                let _ = writeln!(shown, "{sign} {line}");
            }
        }
        shown
    }
}

/// What a scenario's file of exact texts misses, for scenarios that have one.
pub(crate) fn compare(scenario: &Scenario, cases: &[Case]) -> Vec<Miss> {
    if !scenario.has_snapshot() {
        return Vec::new();
    }
    let after = whole(cases);
    let path = Path::new(scenario.file()).with_extension("txt");
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    if after.is_empty() || before == after {
        return Vec::new();
    }
    let lines = before.lines().map(Some).chain(std::iter::repeat(None));
    let differs = lines.zip(after.lines().map(Some).chain(std::iter::repeat(None))).enumerate();
    let first = differs
        .take(before.lines().count().max(after.lines().count()))
        .find(|(_, (one, other))| one != other);
    let (number, (expected, got)) = first.unwrap_or((0, (None, None)));
    let text = expected.unwrap_or_default().to_owned();
    vec![Miss {
        key: KEY,
        file: path.display().to_string(),
        line: number + 1,
        column: 1,
        length: text.chars().count().max(1),
        text,
        got: got.unwrap_or("nothing more").to_owned(),
    }]
}

/// The file of exact texts, where it is not what happens.
pub(crate) fn changed(scenario: &Scenario, cases: &[Case]) -> Option<Snapshot> {
    if !scenario.has_snapshot() {
        return None;
    }
    let after = whole(cases);
    let path = Path::new(scenario.file()).with_extension("txt");
    let before = std::fs::read_to_string(&path).ok();
    (!after.is_empty() && before.as_ref() != Some(&after)).then_some(Snapshot { path, before, after })
}

/// The texts of all runs; those that say the same stand together.
fn whole(cases: &[Case]) -> String {
    let mut groups: Vec<(Vec<String>, String)> = Vec::new();
    for case in cases {
        let text = match (&case.pods, &case.check) {
            (Some(pods), _) => of_pods(pods),
            (None, Some(check)) => texts(check),
            (None, None) => continue,
        };
        match groups.iter_mut().find(|(_, known)| *known == text) {
            Some((runs, _)) => runs.push(case.run()),
            None => groups.push((vec![case.run()], text)),
        }
    }
    let group = |(runs, text): (Vec<String>, String)| {
        let heads: String = runs.iter().map(|run| format!("# {run}\n")).collect();
        format!("{heads}{text}")
    };
    groups.into_iter().map(group).collect::<Vec<_>>().join("\n")
}

/// What kubectl shows of each pod.
fn of_pods(report: &PodsReport) -> String {
    let pod = |pod: &PodReport| {
        let PodReport { namespace, name, rejected, kubectl_get, kubectl_describe, .. } = pod;
        let shown = match rejected {
            Some(words) => format!("{words}\n"),
            None => {
                format!("$ kubectl get pods --watch\n{kubectl_get}$ kubectl describe pod\n{kubectl_describe}")
            }
        };
        format!("## {namespace}/{name}\n{shown}")
    };
    report.pods.iter().map(pod).collect::<Vec<_>>().join("\n")
}

/// The words of a node, one a line.
fn texts(check: &CheckReport) -> String {
    let mut lines =
        vec![("code".to_owned(), check.cri.code.clone()), ("message".to_owned(), check.cri.message.clone())];
    for event in &check.events {
        lines.push((format!("{} {}", event.kind, event.reason), event.message.clone()));
    }
    if let Some(waiting) = &check.waiting {
        lines.push(("waiting".to_owned(), waiting.reason.clone()));
        lines.push(("waiting message".to_owned(), waiting.message.clone()));
    }
    let line = |(name, text): (String, String)| format!("{name}: {}\n", text.replace('\n', "\n  "));
    lines.into_iter().filter(|(_, text)| !text.is_empty()).map(line).collect()
}
