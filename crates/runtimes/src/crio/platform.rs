//! Which platforms a node takes, the best first
//! (cri-o@f954a17:vendor/go.podman.io/image/v5/internal/pkg/platform/platform_matcher.go).

use distribution::Platform;

/// The variants of an architecture, the most capable first (`compatibility`).
const fn variants(architecture: &str) -> &'static [&'static str] {
    match architecture.as_bytes() {
        b"arm" => &["v8", "v7", "v6", "v5"],
        b"arm64" => &["v8"],
        _ => &[],
    }
}

/// `WantedPlatforms`. The node's variant is what upstream reads from its processor, which every arm64 has as `v8`.
pub(super) fn wanted(node: &Platform) -> Vec<Platform> {
    let known = variants(&node.architecture);
    let own = match (node.architecture.as_str(), node.variant.as_str()) {
        ("arm64", "") => "v8",
        (_, variant) => variant,
    };
    let listed: Vec<&str> = match known.iter().position(|variant| *variant == own) {
        Some(at) => known[at..].iter().copied().chain([""]).collect(),
        None if own.is_empty() => [""].into_iter().chain(known.iter().copied()).collect(),
        None => vec![own, ""],
    };
    let with = |variant: &str| Platform { variant: variant.to_owned(), ..node.clone() };
    listed.into_iter().map(with).collect()
}

/// `MatchesPlatform`
pub(super) fn matches(image: &Platform, wanted: &Platform) -> bool {
    image.architecture == wanted.architecture && image.os == wanted.os && image.variant == wanted.variant
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_go_down() {
        let cases = [
            (Platform::linux("amd64", ""), vec![""]),
            (Platform::linux("arm64", ""), vec!["v8", ""]),
            (Platform::linux("arm", "v6"), vec!["v6", "v5", ""]),
            (Platform { variant: "v9".into(), ..Platform::linux("arm64", "") }, vec!["v9", ""]),
        ];
        for (node, expected) in cases {
            let got: Vec<String> = wanted(&node).into_iter().map(|platform| platform.variant).collect();
            assert_eq!(got, expected, "{node}");
        }
    }
}
