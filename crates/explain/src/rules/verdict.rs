use diagnosis::Cause;
use schemars::JsonSchema;
use serde::Serialize;

use crate::grammar::{Clause, Dissection, Word};

/// Words that are said of much else.
const GENERAL: [&str; 14] = [
    "denied",
    "access denied",
    "permission denied",
    "forbidden",
    "unauthorized",
    "not authorized",
    "not found",
    "does not exist",
    "eof",
    "revoked",
    "panic",
    "selinux",
    "overlayfs",
    "mtu",
];

/// How sure the text makes of a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// The words leave room for several causes, and this is the most frequent.
    Possible,
    /// The words point here, and have another cause now and then.
    Likely,
    /// The words say this and nothing else.
    Certain,
}

impl Confidence {
    /// The next lower one.
    const fn lower(self) -> Self {
        match self {
            Self::Certain => Self::Likely,
            Self::Likely | Self::Possible => Self::Possible,
        }
    }

    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// What a rule says.
#[derive(Clone, Debug)]
pub(crate) struct Verdict {
    pub cause: Cause,
    pub confidence: Confidence,
    pub alternatives: Vec<Cause>,
    pub because: Vec<Word>,
}

impl Verdict {
    /// A cause that the words name outright.
    pub fn certain(cause: Cause) -> Self {
        Self { cause, confidence: Confidence::Certain, alternatives: Vec::new(), because: Vec::new() }
    }

    /// A cause that the words point to.
    pub fn likely(cause: Cause) -> Self {
        Self { confidence: Confidence::Likely, ..Self::certain(cause) }
    }

    /// The most frequent of several causes.
    pub fn possible(cause: Cause) -> Self {
        Self { confidence: Confidence::Possible, ..Self::certain(cause) }
    }

    /// What else it may be, likeliest first.
    pub fn or(mut self, others: &[Cause]) -> Self {
        for other in others {
            if *other != self.cause && !self.alternatives.contains(other) {
                self.alternatives.push(*other);
            }
        }
        self
    }

    /// The clauses that prove it.
    pub fn because(mut self, words: &[Word]) -> Self {
        self.because.extend(words);
        self
    }

    /// For a rule's end.
    pub fn some_if(self, holds: bool) -> Option<Self> {
        holds.then_some(self)
    }

    /// The verdict, if any of its clauses stands in the text.
    pub fn if_said(self, dissection: &Dissection) -> Option<Self> {
        let said = dissection.any(&self.because);
        self.some_if(said)
    }

    /// The verdict, less sure where little proves it: where nothing speaks of images, or general words alone.
    pub fn weighed(mut self, dissection: &Dissection) -> Self {
        let mut proofs =
            dissection.clauses.iter().filter(|clause| self.because.contains(&clause.word)).peekable();
        let is_general = |clause: &Clause| {
            let quote = dissection.quote(clause);
            GENERAL.iter().any(|word| quote.eq_ignore_ascii_case(word))
        };
        let general = proofs.peek().is_some() && proofs.all(is_general);
        let bare = dissection.statuses.is_empty() && dissection.step().is_none();
        if !dissection.is_about_images() || (general && bare) {
            self.confidence = self.confidence.lower();
        }
        self
    }
}
