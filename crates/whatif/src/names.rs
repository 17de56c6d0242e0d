//! Names that are near to one that there is not.

use objects::distance;

/// How many letters may differ, in a name of so many.
const fn farthest(length: usize) -> usize {
    match length {
        0..=2 => 0,
        3..=5 => 1,
        6..=9 => 2,
        _ => 3,
    }
}

/// The tags that were most likely meant, likeliest first: the same but for a `v`, a longer version, a shorter one, a
/// misspelt one, and `latest`. Who wants `latest`, which there is not, wants the newest of all.
pub(crate) fn nearest_tags(wanted: &str, there: &[String]) -> Vec<String> {
    let bare = |tag: &str| tag.trim_start_matches(['v', 'V']).to_ascii_lowercase();
    let goes_on = |long: &str, short: &str| {
        let rest = long.strip_prefix(short).unwrap_or_default();
        !short.is_empty() && rest.starts_with(['.', '-', '_', '+'])
    };
    let wanted_bare = bare(wanted);
    let newest = |tag: &str| wanted == "latest" && tag_is_version(tag);
    let rank = |tag: &&String| {
        let tag_bare = bare(tag);
        if tag_bare == wanted_bare {
            Some((0, 0))
        } else if goes_on(&tag_bare, &wanted_bare) {
            Some((1, 0))
        } else if goes_on(&wanted_bare, &tag_bare) {
            Some((2, wanted_bare.len() - tag_bare.len()))
        } else if is_near(wanted, tag) {
            Some((3, distance(wanted, tag)))
        } else {
            (*tag == "latest" || newest(tag)).then_some((4, 0))
        }
    };
    let mut ranked: Vec<_> = there.iter().filter_map(|tag| Some((rank(&tag)?, tag))).collect();
    // Of several longer versions the greatest.
    ranked.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| version(other).cmp(&version(one))));
    ranked.into_iter().map(|(_, tag)| tag.clone()).collect()
}

/// `v1.2.0`, `1`, `2024-05-01`: not `dev`, nor a commit's hash.
fn tag_is_version(tag: &str) -> bool {
    let bare = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
    bare.starts_with(|c: char| c.is_ascii_digit())
        && bare.chars().all(|c| c.is_ascii_digit() || ".-_".contains(c))
}

/// The repositories that were most likely meant, likeliest first.
pub(crate) fn nearest_repositories(wanted: &str, there: &[String]) -> Vec<String> {
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let rank = |path: &&String| {
        if is_near(wanted, path) {
            Some((0, distance(wanted, path)))
        } else {
            (last(path) == last(wanted)).then_some((1, 0))
        }
    };
    let mut ranked: Vec<_> = there.iter().filter_map(|path| Some((rank(&path)?, path))).collect();
    ranked.sort();
    ranked.into_iter().map(|(_, path)| path.clone()).collect()
}

fn is_near(wanted: &str, there: &str) -> bool {
    let letters = distance(&wanted.to_ascii_lowercase(), &there.to_ascii_lowercase());
    // Another version is no misspelling.
    wanted != there && letters <= farthest(wanted.len()) && version(wanted) == version(there)
}

/// Numbers of a version, to be compared as numbers.
fn version(tag: &str) -> Vec<u64> {
    tag.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_were_meant() {
        let cases: [(&str, &[&str], &[&str]); 6] = [
            ("v1.2", &["v1.1.0", "v1.2.0", "v1.2.10"], &["v1.2.10", "v1.2.0"]),
            ("1.0", &["v1.0", "latest", "2.0"], &["v1.0", "latest"]),
            ("v1.2.0-amd64", &["v1.2.0"], &["v1.2.0"]),
            ("develop", &["develpo", "dev", "main"], &["develpo"]),
            ("latest", &["dev", "v1", "v2", "0c0ffee"], &["v2", "v1"]),
            ("v1", &["v2", "v10"], &[]),
        ];
        for (wanted, there, nearest) in cases {
            let there: Vec<String> = there.iter().map(ToString::to_string).collect();
            assert_eq!(nearest_tags(wanted, &there), nearest, "{wanted}");
        }
    }

    #[test]
    fn repositories_that_were_meant() {
        let there: Vec<String> = ["team/app", "other/app", "team/api"].map(ToOwned::to_owned).into();
        assert_eq!(nearest_repositories("team/aap", &there), ["team/app", "team/api"].map(String::from));
        assert_eq!(nearest_repositories("groups/app", &there), ["other/app", "team/app"].map(String::from));
        assert!(nearest_repositories("nginx", &there).is_empty());
    }
}
