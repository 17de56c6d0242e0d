//! Measures `explain` on a corpus of real failures: `cargo run -p explain --example corpus -- FILE [--misses]`.
//!
//! Each line of the corpus is a JSON object with `text`, `cause`, `stage`, `also` (other causes that the same words are
//! known to have) and `established` (`thread`: somebody confirmed the cause; `text-implied`: it was read from the text).
//! Strict counts the cause, lenient the cause or one of `also`, stage where the pull breaks. A line for each confidence
//! tells whether it is deserved.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::ExitCode;

use explain::Confidence;
use serde::Deserialize;

const DEFAULT: &str = "../shared/corpus/dev.jsonl";

#[derive(Deserialize)]
struct Case {
    id: String,
    text: String,
    cause: String,
    stage: String,
    established: String,
    #[serde(default)]
    also: Vec<String>,
}

#[derive(Default)]
struct Score {
    strict: usize,
    lenient: usize,
    stage: usize,
    all: usize,
}

impl Score {
    fn add(&mut self, case: &Case, found: Option<(&str, &str)>) {
        let (cause, stage) = found.unwrap_or_default();
        self.all += 1;
        self.strict += usize::from(cause == case.cause);
        self.lenient += usize::from(cause == case.cause || case.also.iter().any(|also| also == cause));
        self.stage += usize::from(stage == case.stage);
    }

    fn line(&self, name: &str) -> String {
        #[expect(clippy::cast_precision_loss, reason = "a corpus has some hundred cases")]
        let percent = |part: usize| 100.0 * part as f64 / self.all.max(1) as f64;
        format!(
            "{name:8} {:4} cases   strict {:5.1} %   lenient {:5.1} %   stage {:5.1} %\n",
            self.all,
            percent(self.strict),
            percent(self.lenient),
            percent(self.stage)
        )
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let misses = arguments.iter().any(|argument| argument == "--misses");
    let path = arguments.iter().find(|argument| !argument.starts_with("--")).map_or(DEFAULT, String::as_str);
    let (report, exit) = match std::fs::read_to_string(path) {
        Ok(corpus) => (measure(&corpus, misses), ExitCode::SUCCESS),
        Err(error) => (format!("no corpus at {path} ({error}); nothing was measured\n"), ExitCode::from(2)),
    };
    let _ = std::io::stdout().write_all(report.as_bytes());
    exit
}

fn measure(corpus: &str, misses: bool) -> String {
    let (mut all, mut thread, mut out) = (Score::default(), Score::default(), String::new());
    let mut by_confidence: BTreeMap<Confidence, Score> = BTreeMap::new();
    for line in corpus.lines().filter(|line| !line.trim().is_empty()) {
        let case: Case = match serde_json::from_str(line) {
            Ok(case) => case,
            Err(error) => {
                out.push_str(&format!("not a case: {error}\n"));
                continue;
            }
        };
        let explanation = explain::explain(&case.text);
        let found = explanation.findings.first().map(|finding| (finding.cause.name(), finding.stage.name()));
        all.add(&case, found);
        if let Some(finding) = explanation.findings.first() {
            by_confidence.entry(finding.confidence).or_default().add(&case, found);
        }
        if case.established == "thread" {
            thread.add(&case, found);
        }
        let (cause, _) = found.unwrap_or(("nothing", ""));
        if misses && cause != case.cause {
            let kind = if case.also.iter().any(|also| also == cause) { "lenient" } else { "WRONG" };
            out.push_str(&format!(
                "{kind:7} {} wanted {}, found {cause} ({})\n        {}\n",
                case.id, case.cause, case.established, case.text
            ));
        }
    }
    out.push_str(&all.line("all"));
    out.push_str(&thread.line("thread"));
    for (confidence, score) in by_confidence.iter().rev() {
        out.push_str(&score.line(confidence.name()));
    }
    out
}
