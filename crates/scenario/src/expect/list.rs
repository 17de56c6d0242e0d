use diagnosis::Cause;

use crate::expect::words::{CauseWord, OutcomeWord};
use crate::expect::{Expected, PerRun, Placed, Run, Subject, Text, What};
use crate::file::Parsed;
use crate::yaml::Spanned;

/// What is expected of a run, in the making.
pub(super) struct List<'a> {
    run: &'a Run,
    of: Subject,
    all: Vec<Expected>,
}

/// Lines of a list, each with its place.
pub(super) type Lines<T> = Vec<Spanned<Parsed<T>>>;

impl<'a> List<'a> {
    pub fn new(run: &'a Run, of: Subject) -> Self {
        Self { run, of, all: Vec::new() }
    }

    pub fn finish(self) -> Vec<Expected> {
        self.all
    }

    /// Adds a value, if one is written that applies to the run.
    pub fn add<T>(
        &mut self,
        key: &'static str,
        value: Option<&PerRun<T>>,
        what: impl Fn(&T) -> What,
    ) -> &mut Self {
        if let Some(value) = value.and_then(|value| value.of(self.run)) {
            let of = self.of.clone();
            self.all.push(Expected { key, at: value.referenced, of, what: what(&value.value) });
        }
        self
    }

    pub fn text(
        &mut self,
        key: &'static str,
        value: Option<&PerRun<Parsed<Text>>>,
        what: fn(Text) -> What,
    ) -> &mut Self {
        self.add(key, value, |text| what(text.0.clone()))
    }

    pub fn outcome(&mut self, value: Option<&PerRun<OutcomeWord>>) -> &mut Self {
        self.add("outcome", value, |word| What::Pulled(*word == OutcomeWord::Pulled))
    }

    pub fn cause(&mut self, value: Option<&PerRun<CauseWord>>) -> &mut Self {
        self.add("cause", value, |cause| What::Cause(cause.0))
    }

    pub fn logins(&mut self, value: Option<&PerRun<Lines<Text>>>) -> &mut Self {
        self.add("logins", value, |logins| What::Logins(placed(logins)))
    }

    pub fn attempts(&mut self, value: Option<&PerRun<u16>>) -> &mut Self {
        self.add("attempts", value, |number| What::Attempts(usize::from(*number)))
    }
}

pub(super) fn placed<T: Clone>(lines: &[Spanned<Parsed<T>>]) -> Vec<Placed<T>> {
    let placed = |line: &Spanned<Parsed<T>>| Placed { value: line.value.0.clone(), at: line.referenced };
    lines.iter().map(placed).collect()
}

/// The cause that is expected, for a catalogue: that of the first run where several are.
pub(super) fn first_cause(cause: Option<&PerRun<CauseWord>>) -> Option<Cause> {
    match cause? {
        PerRun::All(cause) => Some(cause.value.0),
        PerRun::Some(causes) => causes.first().map(|(_, cause)| cause.value.0),
    }
}
