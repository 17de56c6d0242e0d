//! A table of patterns of which the first that a text says is wanted.

use aho_corasick::AhoCorasick;

use super::{Dissection, pattern};

/// Patterns, most telling first, found in one pass over a text.
pub(crate) struct Phrases {
    patterns: Vec<&'static str>,
    /// Finds the words before the first hole of each. `None` would mean that the table is too large for it.
    heads: Option<AhoCorasick>,
}

impl Phrases {
    /// The table of `patterns`, in lower case.
    pub fn new(patterns: impl Iterator<Item = &'static str>) -> Self {
        let patterns: Vec<&str> = patterns.collect();
        let heads = AhoCorasick::new(patterns.iter().map(|pattern| pattern::head(pattern))).ok();
        Self { patterns, heads }
    }

    /// The number of the first pattern of the table that `dissection` says, wherever it stands.
    pub fn first_of(&self, dissection: &Dissection) -> Option<usize> {
        let lower = &dissection.lower;
        let heads = self.heads.as_ref()?.find_overlapping_iter(lower);
        let said = heads.filter_map(|head| {
            let index = head.pattern().as_usize();
            pattern::at(lower, self.patterns[index], head.start()).map(|_| index)
        });
        said.min()
    }
}
