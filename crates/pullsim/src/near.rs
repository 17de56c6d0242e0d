//! "Did you mean": the known word that is nearest to a mistyped one.

/// How many letters may differ before a guess is worse than none.
const FARTHEST: usize = 4;

/// The nearest of the known words, if one is near.
pub(crate) fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    let rated = known.into_iter().map(|word| (distance(&given, &word.to_lowercase()), word));
    let (distance, word) = rated.min_by_key(|(distance, _)| *distance)?;
    (distance <= FARTHEST.min(given.len().max(1) - 1)).then_some(word)
}

/// Levenshtein's distance, one row at a time.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let changed = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let known = ["linux/amd64", "linux/arm64", "Always"];
        for (given, near) in [
            ("linux/amd46", Some("linux/amd64")),
            ("linux/aarm64", Some("linux/arm64")),
            ("always", Some("Always")),
            ("plan9/mips", None),
            ("", None),
        ] {
            assert_eq!(nearest(given, known), near, "{given}");
        }
    }
}
