use scenario::{Line, Placed};

/// Where what came parts from what was expected.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parting {
    /// The number of the expected line that is not met; `None`: there is more than expected.
    pub(crate) line: Option<usize>,
    /// The number of what came in its place; the number of all: nothing more came.
    pub(crate) got: usize,
}

/// Holds a list against the lines that are expected. `fits` tells whether an element is what a line means, and how
/// many an element stands for.
pub(crate) fn part<T, G>(
    lines: &[Placed<Line<T>>],
    got: &[G],
    fits: impl Fn(&T, &G) -> bool,
) -> Option<Parting> {
    let mut at = 0;
    let mut segment: Vec<(usize, &T)> = Vec::new();
    let mut anchored = true;
    for (number, line) in lines.iter().enumerate() {
        match &line.value {
            Line::Never(what) => {
                if let Some(place) = got.iter().position(|one| fits(what, one)) {
                    return Some(Parting { line: Some(number), got: place });
                }
            }
            Line::One(what) => segment.push((number, what)),
            Line::Times(what, times) => segment.extend(std::iter::repeat_n((number, what), *times)),
            Line::Anything => {
                at = match place(&segment, got, at, anchored, &fits) {
                    Ok(after) => after,
                    Err(parting) => return Some(parting),
                };
                segment.clear();
                anchored = false;
            }
        }
    }
    let ends_open = lines.iter().rev().find(|line| !matches!(line.value, Line::Never(_)));
    let ends_open = ends_open.is_none_or(|line| matches!(line.value, Line::Anything));
    finish(&segment, got, at, anchored, ends_open, &fits)
}

/// The last segment: it must reach the end, unless an ellipsis follows (or nothing was listed but what must not come).
fn finish<T, G>(
    segment: &[(usize, &T)],
    got: &[G],
    at: usize,
    anchored: bool,
    ends_open: bool,
    fits: &impl Fn(&T, &G) -> bool,
) -> Option<Parting> {
    if ends_open {
        return None;
    }
    if anchored {
        return match place(segment, got, at, true, fits) {
            Err(parting) => Some(parting),
            Ok(after) if after < got.len() => Some(Parting { line: None, got: after }),
            Ok(_) => None,
        };
    }
    let start = got.len().saturating_sub(segment.len()).max(at);
    place(segment, got, start, true, fits).err()
}

/// Finds the first place from `at` on where the whole segment fits, and returns what follows it.
fn place<T, G>(
    segment: &[(usize, &T)],
    got: &[G],
    at: usize,
    anchored: bool,
    fits: &impl Fn(&T, &G) -> bool,
) -> Result<usize, Parting> {
    let last = if anchored { at } else { got.len().max(at) };
    let mut best: Option<(usize, Parting)> = None;
    for start in at..=last {
        let met = segment
            .iter()
            .enumerate()
            .take_while(|(offset, (_, what))| got.get(start + offset).is_some_and(|one| fits(what, one)))
            .count();
        if met == segment.len() {
            return Ok(start + met);
        }
        if best.as_ref().is_none_or(|(most, _)| met > *most) {
            let line = segment.get(met).map(|(number, _)| *number);
            best = Some((met, Parting { line, got: start + met }));
        }
    }
    Err(best.map_or(Parting { line: None, got: at }, |(_, parting)| parting))
}

#[cfg(test)]
mod tests {
    use scenario::Location;

    use super::*;

    fn parted(expected: &str, got: &str) -> Option<(Option<usize>, usize)> {
        let line = |word: &str| match (word, word.split_once('*'), word.strip_prefix('!')) {
            ("…", ..) => Line::Anything,
            (_, Some((what, times)), _) => Line::Times(what.to_owned(), times.parse().unwrap()),
            (.., Some(what)) => Line::Never(what.to_owned()),
            (what, ..) => Line::One(what.to_owned()),
        };
        let lines: Vec<Placed<Line<String>>> = expected
            .split_whitespace()
            .map(|word| Placed { value: line(word), at: Location::default() })
            .collect();
        let got: Vec<&str> = got.split_whitespace().collect();
        part(&lines, &got, |what, one| what == one).map(|parting| (parting.line, parting.got))
    }

    #[test]
    fn lists_are_held_against_lines() {
        for (expected, got) in [
            ("a b c", "a b c"),
            ("", ""),
            ("…", "a b"),
            ("a …", "a b c"),
            ("a …", "a"),
            ("… c", "a b c"),
            ("a … c", "a b b c c"),
            ("… b c …", "a b b c d"),
            ("a*3 b", "a a a b"),
            ("!d a b", "a b"),
            ("!d", "a b c"),
            ("… !d", "a"),
        ] {
            // An empty list means that there is nothing at all; the caller never asks with one that is not written.
            if !expected.is_empty() {
                assert_eq!(parted(expected, got), None, "{expected} / {got}");
            }
        }
        for (expected, got, parting) in [
            ("a b c", "a b d", (Some(2), 2)),
            ("a b", "a", (Some(1), 1)),
            ("a", "a b", (None, 1)),
            ("… c", "a b", (Some(1), 1)),
            ("a … c", "b c", (Some(0), 0)),
            ("… a b …", "a c a d", (Some(2), 1)),
            ("a*3", "a a", (Some(0), 2)),
            ("!b a …", "a b", (Some(0), 1)),
        ] {
            assert_eq!(parted(expected, got), Some(parting), "{expected} / {got}");
        }
    }
}
