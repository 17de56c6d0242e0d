//! Sizes, times and digests in few letters.

use std::time::Duration;

/// Characters of a digest that are shown.
const DIGEST_SHOWN: usize = 12;

/// `sha256:0123456789ab…` in place of the whole digest.
pub(crate) fn short_digest(text: &str) -> String {
    let Some(at) = text.find("sha256:").map(|at| at + "sha256:".len()) else { return text.to_owned() };
    match text.get(at..at + DIGEST_SHOWN) {
        Some(shown) if text.len() > at + DIGEST_SHOWN => format!("{}{shown}…", &text[..at]),
        _ => text.to_owned(),
    }
}

pub(crate) fn size_words(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match UNITS.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None => format!("{bytes} B"),
    }
}

/// `4 ms`, `12.3 s`; what took less than a millisecond still took time.
pub(crate) fn time_words(took: Duration) -> String {
    match took.as_secs_f64() {
        seconds if seconds >= 10.0 => format!("{seconds:.0} s"),
        seconds if seconds >= 1.0 => format!("{seconds:.1} s"),
        seconds if seconds >= 0.001 => format!("{:.0} ms", seconds * 1e3),
        _ => "<1 ms".to_owned(),
    }
}

/// `cri-o 1.37.0` of `cri-o-1.37.0`.
pub(crate) fn runtime(profile: &str) -> String {
    let dash = profile
        .match_indices('-')
        .find(|(at, _)| profile[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    match dash {
        Some((at, _)) => format!("{} {}", &profile[..at], &profile[at + 1..]),
        None => profile.to_owned(),
    }
}

/// `1 image`, `3 images`
pub(crate) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runtimes() {
        assert_eq!(runtime("containerd-2.1.9"), "containerd 2.1.9");
        assert_eq!(runtime("cri-o-1.37.0"), "cri-o 1.37.0");
    }

    #[test]
    fn times() {
        let words = |micros| time_words(Duration::from_micros(micros));
        assert_eq!(
            [words(12), words(1_499), words(30_000_000), words(1_230_000)],
            ["<1 ms", "1 ms", "30 s", "1.2 s"]
        );
    }
}
