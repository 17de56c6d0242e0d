//! `pullsim explain`: causes from pasted text.

use explain::{Explanation, TextStyle};
use node::Environment;
use objects::{InputError, Source};
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Failure;
use crate::exit::Exit;
use crate::lowargs::{LowExplain, Output};
use crate::{output, stdin};

/// The most bytes that a text may have, a day's log of a busy node: 64 MiB.
const MAX_LOG: u64 = 64 * 1024 * 1024;

/// What somebody is told whose text tells of no failed pull.
const NOTHING: &str = "help: give the events (kubectl describe pod NAME), the pod's status (kubectl get pod NAME -o yaml), \
                       or the kubelet's or the runtime's log (journalctl -u kubelet -u containerd)\n";

/// The document that `-o json` prints.
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document<'a> {
    #[schemars(extend("const" = "pullsim/v1"))]
    api_version: &'static str,
    #[schemars(extend("const" = "Explanation"))]
    kind: &'static str,
    findings: &'a [explain::Finding],
    unexplained: &'a [explain::Unexplained],
    waiting: &'a [explain::WaitingPod],
}

/// Explains a text. That nothing was found is told, and is no success.
pub(crate) fn run(low: &LowExplain, environment: &Environment) -> Result<Exit, Failure> {
    stdin::once(&[("what is to be explained", low.file.as_str())])?;
    let source = Source::open_lossy_up_to(&low.file, MAX_LOG)?;
    if source.text().trim().is_empty() {
        return Err(InputError::Empty { file: source.shown_name().to_owned() }.into());
    }
    let explanation = explain::explain(source.text());
    let text = match low.output {
        Output::Text => text(low, &explanation, environment),
        Output::Json => json(&explanation)?,
    };
    output::write(&text)?;
    let Explanation { findings, unexplained, waiting } = &explanation;
    if findings.is_empty() && unexplained.is_empty() && waiting.is_empty() {
        output::write_error(NOTHING);
    }
    Ok(if explanation.findings.is_empty() { Exit::NotPulled } else { Exit::Pulled })
}

fn text(low: &LowExplain, explanation: &Explanation, environment: &Environment) -> String {
    let options = output::text_options(low.color, environment);
    let text = explanation.to_text(TextStyle { width: options.width, colour: options.colour });
    if options.unicode { text } else { output::ascii(&text) }
}

fn json(explanation: &Explanation) -> Result<String, Failure> {
    output::json(&Document {
        api_version: "pullsim/v1",
        kind: "Explanation",
        findings: &explanation.findings,
        unexplained: &explanation.unexplained,
        waiting: &explanation.waiting,
    })
}
