use schemars::JsonSchema;
use serde::Serialize;

use crate::check::{Header, Kind};
use crate::{CheckReport, PodsReport, Search};

/// What came of playing scenarios.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct RunReport {
    /// `pullsim/v1` and `RunReport`.
    #[serde(flatten)]
    pub header: Header<Scenarios>,
    /// Each run of each scenario, in the order of the files.
    pub cases: Vec<Case>,
    /// The messages of files that could not be loaded.
    pub broken: Vec<String>,
}

/// The kind `RunReport`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scenarios;

impl Kind for Scenarios {
    const NAME: &'static str = "RunReport";
}

/// One run of a scenario.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Case {
    /// The scenario's file.
    pub file: String,
    /// What happens in it, in a line.
    pub title: String,
    /// The runtime's profile.
    pub runtime: String,
    /// The kubelet's version.
    pub kubelet: String,
    /// Whether all was as expected.
    pub verdict: Verdict,
    /// What was not.
    pub misses: Vec<Miss>,
    /// All that the node did and said; only where it was asked for. Over time, the sync that tells most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<Box<CheckReport>>,
    /// What was tried where the pull fails; only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what_if: Option<Search>,
    /// Why the pull fails, if it does.
    pub cause: Option<&'static str>,
    /// What became of the pods over time; only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pods: Option<Box<PodsReport>>,
}

/// Whether all was as expected.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was.
    Passed,
    /// It was not.
    Failed,
    /// It was not played, for this reason.
    Skipped(String),
    /// It could not be played; the whole message.
    Broken(String),
}

/// Something that was expected and did not come.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Miss {
    /// The key of the expectation.
    pub key: &'static str,
    /// The file in which it stands.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How many characters are meant.
    pub length: usize,
    /// The line's text; empty where it could hold a secret.
    pub text: String,
    /// What came in its place.
    pub got: String,
}

impl Case {
    /// The run, as people call it.
    pub fn run(&self) -> String {
        format!("{}, kubelet {}", self.runtime, self.kubelet)
    }

    /// Forgets what was missed of this key.
    pub fn forgive(&mut self, key: &str) {
        self.misses.retain(|miss| miss.key != key);
        if self.verdict == Verdict::Failed && self.misses.is_empty() {
            self.verdict = Verdict::Passed;
        }
    }
}

impl RunReport {
    /// How many runs ended so.
    pub fn count(&self, verdict: impl Fn(&Verdict) -> bool) -> usize {
        self.cases.iter().filter(|case| verdict(&case.verdict)).count()
    }

    /// How many scenarios were played.
    pub fn scenarios(&self) -> usize {
        let mut files: Vec<&str> = self.cases.iter().map(|case| case.file.as_str()).collect();
        files.dedup();
        files.len()
    }

    /// Whether each run that was played is as expected, and each file could be read.
    pub fn is_good(&self) -> bool {
        let bad = |verdict: &Verdict| matches!(verdict, Verdict::Failed | Verdict::Broken(_));
        self.broken.is_empty() && self.count(bad) == 0
    }
}

/// Runs of a scenario on which changes were tried, with the same result.
pub(crate) struct SearchedRuns<'a> {
    pub file: &'a str,
    /// The runs, as people call them.
    pub runs: Vec<String>,
    pub cause: Option<&'static str>,
    pub search: &'a Search,
}

/// The runs on which changes were tried, by scenario and result.
pub(crate) fn searched(report: &RunReport) -> Vec<SearchedRuns<'_>> {
    let mut all: Vec<SearchedRuns<'_>> = Vec::new();
    for case in &report.cases {
        let Some(search) = &case.what_if else { continue };
        let same = |known: &&mut SearchedRuns<'_>| {
            (known.file, known.cause, known.search) == (case.file.as_str(), case.cause, search)
        };
        match all.iter_mut().rev().take_while(|known| known.file == case.file).find(same) {
            Some(known) => known.runs.push(case.run()),
            None => {
                all.push(SearchedRuns { file: &case.file, runs: vec![case.run()], cause: case.cause, search })
            }
        }
    }
    all
}
