/// `<name>` of the distribution specification 1.1, "Pulling manifests".
pub(crate) fn is_repository(name: &str) -> bool {
    name.len() <= 255 && name.split('/').all(is_path_component)
}

fn is_path_component(part: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends_are_words =
        part.bytes().next().is_some_and(is_word) && part.bytes().next_back().is_some_and(is_word);
    // What is left when the words are taken away are the separators.
    let separators = part.split(|c: char| c.is_ascii() && is_word(c as u8)).filter(|s| !s.is_empty());
    ends_are_words
        && separators.into_iter().all(|s| matches!(s, "." | "_" | "__") || s.bytes().all(|b| b == b'-'))
}

/// `<reference>` of the distribution specification 1.1, as a tag.
pub(crate) fn is_tag(tag: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=128).contains(&tag.len())
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|b| is_word(b) || b == b'.' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_specification() {
        for good in ["app", "team/app", "a.b/c_d/e__f/g--h", "0"] {
            assert!(is_repository(good), "{good}");
        }
        for bad in ["", "/a", "a/", "a//b", "A", "a..b", "a___b", "-a", "a-", "../etc", "a/../b", "é"] {
            assert!(!is_repository(bad), "{bad}");
        }
        assert!(is_tag("v1.2-3_x") && !is_tag(".v1") && !is_tag("") && !is_tag(&"a".repeat(129)));
    }
}
