//! All clauses of a text, found in one pass.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::lexicon::{self, Word};
use super::{Clause, pattern};

/// Clauses shorter than this, in bytes, have nothing unsaid in them that could say something else.
const SOLID: usize = 60;

/// No clause is longer, in bytes: what is unsaid in it has a limit, and there are three holes at most.
const LONGEST: usize = 1024;

/// The lexicon, with an automaton that finds where any of its patterns can begin.
struct Matcher {
    patterns: Vec<(Word, &'static str)>,
    /// Finds the words before the first hole of each pattern. `None` would mean that the table is too large for it.
    heads: Option<AhoCorasick>,
}

static MATCHER: LazyLock<Matcher> = LazyLock::new(|| {
    let patterns: Vec<(Word, &str)> = lexicon::entries()
        .flat_map(|(word, list)| list.iter().map(move |pattern| (word, *pattern)))
        .collect();
    let heads = AhoCorasick::new(patterns.iter().map(|(_, pattern)| pattern::head(pattern))).ok();
    Matcher { patterns, heads }
});

/// Words without one of which nothing is about a pull.
const OF_PULLS: [&str; 16] = [
    "pull",
    "http",
    "image",
    "secret",
    "sandbox",
    "token",
    "resolv",
    "manifest",
    "repository",
    "toomany",
    "too many",
    "layer",
    "blob",
    "credential",
    "rate limit",
    "throttl",
];

static PULLS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(OF_PULLS).ok());

/// Whether a text may be about a pull: quickly told, and seldom wrongly so.
pub(crate) fn may_be_about_a_pull(text: &str) -> bool {
    PULLS.as_ref().is_none_or(|words| words.is_match(text))
}

/// The clauses of a text in lower case, from left to right. One that lies within a longer one is not counted.
pub(super) fn clauses(lower: &str) -> Vec<Clause> {
    let mut clauses = longest(all(lower));
    clauses.sort_by_key(|clause| (clause.span.start, clause.span.end, clause.word));
    clauses.dedup_by_key(|clause| (clause.word, clause.span.start));
    clauses
}

fn all(lower: &str) -> Vec<Clause> {
    let matcher = &*MATCHER;
    let Some(heads) = &matcher.heads else { return Vec::new() };
    let mut found = Vec::new();
    // Where each pattern may be found next: its finds do not overlap.
    let mut next = vec![0; matcher.patterns.len()];
    for head in heads.find_overlapping_iter(lower) {
        let index = head.pattern().as_usize();
        let (word, pattern) = matcher.patterns[index];
        if head.start() < next[index] {
            continue;
        }
        if let Some(end) = pattern::at(lower, pattern, head.start()) {
            next[index] = end;
            found.push(Clause { word, span: head.start()..end });
        }
    }
    found
}

/// Fewer bytes of a clause tell nothing.
const SHORTEST: usize = 10;
/// No clause that was cut off begins further before the end, in bytes.
const FROM_END: usize = 80;

/// What the lexicon says up to the first hole of each pattern, sorted.
static BEGINNINGS: LazyLock<Vec<(&str, Word)>> = LazyLock::new(|| {
    let all = MATCHER.patterns.iter().map(|(word, pattern)| (pattern::head(pattern), *word));
    let mut sorted: Vec<_> = all.collect();
    sorted.sort_unstable();
    sorted
});

/// What stands for what was left out, and how many such places are looked at.
const DOTS: [&str; 2] = ["...", "…"];
const CUTS: usize = 64;

/// The clause within which a text breaks off: `certificate signed by unk`, at its end or before dots, as Compose shortens
/// what a service failed by. Only what can be nothing else is completed.
pub(super) fn cut(lower: &str) -> Option<Clause> {
    let behind = |at: usize, dots: &str| lower[at + dots.len()..].chars().next();
    let breaks = DOTS.into_iter().flat_map(|dots| lower.match_indices(dots)).take(CUTS);
    let breaks = breaks.filter(|(at, dots)| behind(*at, dots).is_none_or(char::is_whitespace));
    let ends = std::iter::once(lower.len()).chain(breaks.map(|(at, _)| at));
    ends.into_iter().find_map(|end| cut_at_end(&lower[..end]))
}

fn cut_at_end(lower: &str) -> Option<Clause> {
    let text = lower.trim_end_matches(['.', '…', ' ', '"', '\'', '`', ')']);
    let mut from = text.len().saturating_sub(FROM_END);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let starts = text[from..].char_indices().map(|(at, _)| from + at);
    let begins = |at: &usize| *at == 0 || !text[..*at].ends_with(char::is_alphanumeric);
    let long = |at: &usize| text.len() - at >= SHORTEST;
    let found = starts.filter(begins).filter(long).find_map(|at| Some((at, completed(&text[at..])?)));
    found.map(|(at, word)| Clause { word, span: at..text.len() })
}

/// The only clause that goes on so.
fn completed(begin: &str) -> Option<Word> {
    let from = BEGINNINGS.partition_point(|(head, _)| *head < begin);
    let mut words = BEGINNINGS[from..].iter().take_while(|(head, _)| head.starts_with(begin));
    let (head, first) = words.next()?;
    (head.len() > begin.len() && words.all(|(_, word)| word == first)).then_some(*first)
}

/// Those that are not part of another.
fn longest(mut found: Vec<Clause>) -> Vec<Clause> {
    found.sort_by_key(|clause| (clause.span.start, std::cmp::Reverse(clause.span.end)));
    let is_part = |index: usize, clause: &Clause| {
        // Only what begins not far before it can hold it.
        let near = |other: &&Clause| clause.span.start - other.span.start <= LONGEST;
        let before = found[..index].iter().rev().take_while(near);
        let same = found[index + 1..].iter().take_while(|other| other.span.start == clause.span.start);
        before.chain(same).any(|other| contains(other, clause))
    };
    let kept = found.iter().enumerate().filter(|(index, clause)| !is_part(*index, clause));
    kept.map(|(_, clause)| clause.clone()).collect()
}

/// Whether one clause is part of the words of another, longer one: at its begin or end, or in its midst where the
/// longer one is short enough to be without a hole.
fn contains(outer: &Clause, inner: &Clause) -> bool {
    let longer = outer.span.len() > inner.span.len();
    let within = outer.span.start <= inner.span.start && inner.span.end <= outer.span.end;
    let at_an_end = outer.span.start == inner.span.start || outer.span.end == inner.span.end;
    longer && within && (at_an_end || outer.span.len() < SOLID)
}
