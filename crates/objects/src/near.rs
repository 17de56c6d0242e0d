/// The most letters that may differ: beyond, a guess is worse than none.
const FARTHEST: usize = 4;

/// "Did you mean": the known word that was most likely meant, if one is near enough. Letters that are missing, too
/// many, other ones or swapped with their neighbour count; whether they are capital does not.
///
/// ```
/// assert_eq!(objects::nearest("titel", ["title", "story"]), Some("title"));
/// assert_eq!(objects::nearest("author", ["title", "story"]), None);
/// ```
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    let rated = known.into_iter().map(|word| (distance(&written, &word.to_lowercase()), word));
    let (distance, word) = rated.min_by_key(|(distance, _)| *distance)?;
    let length = word.chars().count();
    (distance <= FARTHEST.min(1 + length / 4) && distance < length.max(1)).then_some(word)
}

/// How many letters are missing, too many, other ones or swapped with their neighbour.
///
/// ```
/// assert_eq!(objects::distance("titel", "title"), 1);
/// ```
pub fn distance(one: &str, other: &str) -> usize {
    strsim::osa_distance(one, other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let known = ["title", "hosts", "image", "images", "linux/amd64", "linux/arm64", "Always", "a"];
        for (written, near) in [
            ("titel", Some("title")),
            ("host", Some("hosts")),
            ("Image", Some("image")),
            ("linux/amd46", Some("linux/amd64")),
            ("linux/aarm64", Some("linux/arm64")),
            ("always", Some("Always")),
            ("A", Some("a")),
            ("plan9/mips", None),
            ("entirely-else", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), near, "{written}");
        }
    }
}
