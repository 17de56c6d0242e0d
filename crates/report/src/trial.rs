use std::borrow::Cow;

use diagnosis::Cause;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use trace::Step;

use crate::{Answer, Change, CheckReport, NamedChange};

/// A change that was tried on a pull that fails, and what came of it.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The kind of change.
    pub change: Change,
    /// To what: the tag, the host, the file … Empty where the change says it all.
    pub argument: String,
    /// The change, as something to do.
    pub text: String,
    /// The command for it, where there is one to copy.
    pub command: Option<String>,
    /// The changes on top of which it was tried, as they were told; usually none.
    pub after: Vec<String>,
    /// What came of it.
    pub outcome: TrialOutcome,
    /// Whether the pod's login was left out, since with this change it would go where the pull does not send it.
    pub without_login: bool,
    /// The whole pull with the change.
    pub report: Box<CheckReport>,
}

/// What came of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialOutcome {
    /// The image is pulled.
    Pulled,
    /// The image is pulled, because nothing is verified: that shows what is wrong, and is no remedy.
    #[serde(rename = "pulled_unverified")]
    Unverified,
    /// The pull fails later, and for another reason.
    Further,
    /// The pull fails as before, or earlier.
    Failed,
}

impl Trial {
    /// Whether the change heals the pull.
    pub fn heals(&self) -> bool {
        self.outcome == TrialOutcome::Pulled
    }

    /// What came of it, in a few words.
    pub fn came_of_it(&self) -> String {
        let cause = self.report.diagnosis.as_ref().map_or("no cause is known", |d| d.cause.name());
        let login = if self.without_login { " (tried without the login)" } else { "" };
        match self.outcome {
            TrialOutcome::Pulled => format!("the image is pulled{login}"),
            TrialOutcome::Unverified => {
                format!("the image is pulled{login}: no remedy, but nothing else is wrong")
            }
            TrialOutcome::Further => format!("gets further, then {cause}{login}"),
            TrialOutcome::Failed => format!("{cause}{login}"),
        }
    }

    /// Its name, and to what.
    pub fn named(&self) -> NamedChange {
        let argument = Some(self.argument.clone()).filter(|argument| !argument.is_empty());
        NamedChange { change: self.change, argument }
    }

    /// What came of it, without the pull itself.
    pub fn tried(&self) -> TriedChange {
        TriedChange {
            change: self.change,
            argument: self.argument.clone(),
            text: self.text.clone(),
            command: self.command.clone(),
            after: self.after.clone(),
            outcome: self.outcome,
            came_of_it: self.came_of_it(),
            cause: self.report.diagnosis.as_ref().map(|diagnosis| diagnosis.cause.name()),
        }
    }

    /// All that has to be done for it, in order.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.after.iter().chain([&self.text]).map(String::as_str)
    }
}

/// What was tried on a pull that fails, without the pulls themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Search {
    /// The changes, in the order in which they were tried.
    pub changes: Vec<TriedChange>,
    /// In a sentence, what that proves; `None` where nothing heals.
    pub proven: Option<String>,
    /// What else the registry has that may have been meant.
    pub hints: Vec<String>,
}

/// A change that was tried, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct TriedChange {
    /// The kind of change.
    pub change: Change,
    /// To what.
    pub argument: String,
    /// The change, as something to do.
    pub text: String,
    /// The command for it, where there is one to copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The changes on top of which it was tried.
    pub after: Vec<String>,
    /// What came of it.
    pub outcome: TrialOutcome,
    /// What came of it, in a few words.
    pub came_of_it: String,
    /// The cause that is left; `None` where the image is pulled.
    pub cause: Option<&'static str>,
}

impl Search {
    /// What trials come to.
    pub fn of(trials: &[Trial], hints: Vec<String>) -> Self {
        Self { changes: trials.iter().map(Trial::tried).collect(), proven: proven(trials), hints }
    }
}

/// The smallest of the changes that heals, if one does.
pub fn healing(trials: &[Trial]) -> Option<&Trial> {
    trials.iter().filter(|trial| trial.heals()).min_by_key(|trial| trial.after.len())
}

/// A trial as it is written: of the whole pull what tells it from the one that failed.
#[derive(JsonSchema, Serialize)]
#[schemars(rename = "Trial")]
struct Written<'a> {
    /// The kind of change.
    change: Change,
    /// To what; empty where the change says it all.
    argument: &'a str,
    /// The change, as something to do.
    text: &'a str,
    /// The command for it, where there is one to copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'a str>,
    /// The changes on top of which it was tried; usually none.
    after: &'a [String],
    /// What came of it.
    outcome: TrialOutcome,
    /// Whether the pod's login was left out, since with this change it would go where the pull does not send it.
    without_login: bool,
    /// The image that was pulled.
    image: &'a str,
    /// Why that fails, if it does.
    cause: Option<Cause>,
    /// The last answer of the runtime.
    cri: &'a Answer,
    /// Every step, secrets redacted.
    trace: &'a [Step],
}

impl Serialize for Trial {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = &self.report;
        Written {
            change: self.change,
            argument: &self.argument,
            text: &self.text,
            command: self.command.as_deref(),
            after: &self.after,
            outcome: self.outcome,
            without_login: self.without_login,
            image: &report.image,
            cause: report.diagnosis.as_ref().map(|diagnosis| diagnosis.cause),
            cri: &report.cri,
            trace: &report.trace,
        }
        .serialize(serializer)
    }
}

impl JsonSchema for Trial {
    fn schema_name() -> Cow<'static, str> {
        Written::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Written::json_schema(generator)
    }
}

/// What the trials say of a remedy: the smallest change that heals; where none does, that nothing but a certificate is
/// in the way, if that is so.
pub(crate) fn proven(trials: &[Trial]) -> Option<String> {
    if let Some(trial) = healing(trials) {
        return Some(healed(trial));
    }
    let unverified = trials.iter().find(|trial| trial.outcome == TrialOutcome::Unverified)?;
    let login = even_without_login(unverified);
    Some(format!(
        "Nothing but the certificate is in the way: unverified, the same pull succeeds{login}. Mend the certificate \
         or the trust; do not leave the check off."
    ))
}

/// What helps: the change that is proven to heal comes first, and what tells to try changes goes once they were tried.
pub(crate) fn remedies(report: &CheckReport) -> Vec<String> {
    let written = report.diagnosis.iter().flat_map(|diagnosis| &diagnosis.remedies).cloned();
    let Some(trials) = &report.what_if else { return written.collect() };
    let mut remedies: Vec<String> = Vec::new();
    for line in written {
        if is_command(&line) && line.ends_with(" --what-if") {
            // With the sentence before it.
            remedies.pop_if(|sentence| !is_command(sentence));
        } else {
            remedies.push(line);
        }
    }
    let healing = healing(trials);
    let command = healing.and_then(|trial| Some(format!("  {}", trial.command.as_ref()?)));
    if let Some(at) = remedies.iter().position(|line| Some(line) == command.as_ref()) {
        // What is proven says it already, with the sentence that the command belongs to.
        let above = at.checked_sub(1).filter(|above| !is_command(&remedies[*above]));
        remedies.drain(above.unwrap_or(at)..=at);
    }
    let at = if healing.is_some() { 0 } else { remedies.len() };
    remedies.splice(at..at, proven(trials).into_iter().chain(command));
    remedies
}

/// A command is indented, below the sentence that it belongs to.
fn is_command(line: &str) -> bool {
    line.starts_with("  ")
}

fn healed(trial: &Trial) -> String {
    let login = even_without_login(trial);
    let steps: Vec<&str> = trial.steps().map(|step| step.trim_end_matches('.')).collect();
    match steps.as_slice() {
        [step] => format!("Proven: with this change the same pull succeeds{login}: {step}."),
        steps => {
            format!("Proven: with these changes the same pull succeeds{login}: {}.", steps.join("; then: "))
        }
    }
}

const fn even_without_login(trial: &Trial) -> &'static str {
    if trial.without_login { ", even without the login" } else { "" }
}
