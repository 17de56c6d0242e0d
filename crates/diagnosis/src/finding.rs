use crate::Cause;

/// A diagnosis in the making: what one rule found.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub cause: Cause,
    pub sentence: String,
    pub evidence: Vec<String>,
    pub remedies: Vec<String>,
    pub alternatives: Vec<Cause>,
    /// Whether a pull secret has nothing to do with it, so that no advice of the catalogue about one helps.
    pub beside_secrets: bool,
    /// Whether nothing heals but what is advised here: the catalogue's commands to find out more are left.
    pub alone: bool,
}

impl Finding {
    pub fn new(cause: Cause, sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        Self {
            cause,
            sentence,
            evidence: Vec::new(),
            remedies: Vec::new(),
            alternatives: Vec::new(),
            beside_secrets: false,
            alone: false,
        }
    }

    pub fn evidence(mut self, line: impl Into<String>) -> Self {
        self.evidence.push(line.into());
        self
    }

    pub fn remedy(mut self, line: impl Into<String>) -> Self {
        self.remedies.push(line.into());
        self
    }

    /// No pull secret heals it.
    pub fn beside_secrets(mut self) -> Self {
        self.beside_secrets = true;
        self
    }

    /// Nothing else heals it.
    pub const fn only(mut self) -> Self {
        self.alone = true;
        self
    }

    /// A command to copy, that belongs to the remedy before.
    pub fn command(self, command: impl AsRef<str>) -> Self {
        self.remedy(format!("  {}", command.as_ref()))
    }

    pub fn or(mut self, alternatives: &[Cause]) -> Self {
        for other in alternatives {
            if *other != self.cause && !self.alternatives.contains(other) {
                self.alternatives.push(*other);
            }
        }
        self
    }
}
