use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::{CheckReport, Outcome};

/// A change that was tried on a pull that fails, and what came of it.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The kind of change: `secret-key`, `nearby-tag` … The names are stable.
    pub change: &'static str,
    /// The change, as something to do.
    pub text: String,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialOutcome {
    /// The image is pulled.
    Pulled,
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
            TrialOutcome::Further => format!("gets further, then {cause}{login}"),
            TrialOutcome::Failed => format!("{cause}{login}"),
        }
    }

    /// All that has to be done for it, in order.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.after.iter().chain([&self.text]).map(String::as_str)
    }
}

/// The smallest of the changes that heals, if one does.
pub fn healing(trials: &[Trial]) -> Option<&Trial> {
    trials.iter().filter(|trial| trial.heals()).min_by_key(|trial| trial.after.len())
}

impl Serialize for Trial {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = &self.report;
        let mut out = serializer.serialize_struct("Trial", 9)?;
        out.serialize_field("change", self.change)?;
        out.serialize_field("text", &self.text)?;
        out.serialize_field("after", &self.after)?;
        out.serialize_field("outcome", &self.outcome)?;
        out.serialize_field("without_login", &self.without_login)?;
        out.serialize_field("image", &report.image)?;
        out.serialize_field("cause", &report.diagnosis.as_ref().map(|diagnosis| diagnosis.cause.name()))?;
        out.serialize_field("cri", &report.cri)?;
        out.serialize_field("trace", &report.trace)?;
        out.end()
    }
}

/// The change that shows what is wrong, and is no remedy.
const NO_VERIFY: &str = "no-verify";

/// How a report says that a change heals.
pub(crate) fn proven(trial: &Trial) -> String {
    let pulled = trial.report.outcome == Outcome::Pulled;
    let login = if trial.without_login { ", even without the login" } else { "" };
    let steps: Vec<&str> = trial.steps().map(|step| step.trim_end_matches('.')).collect();
    if pulled && trial.change == NO_VERIFY {
        return format!(
            "Nothing but the certificate is in the way: unverified, the same pull succeeds{login}. Mend the \
             certificate or the trust; do not leave the check off."
        );
    }
    match (pulled, steps.as_slice()) {
        (true, [_]) => format!("Proven: with this change the same pull succeeds{login}: {}.", steps[0]),
        (true, steps) => {
            format!("Proven: with these changes the same pull succeeds{login}: {}.", steps.join("; then: "))
        }
        (false, _) => String::new(),
    }
}
