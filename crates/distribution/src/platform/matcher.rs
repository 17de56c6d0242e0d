//! Which of an index's platforms a node takes, and which it likes best
//! (`containerd/platforms compare.go`).

use std::cmp::Ordering;

use super::Platform;

/// The platforms that a node can run, the best first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matcher {
    accepted: Vec<Platform>,
}

impl Matcher {
    /// The platform and all that it can run besides: amd64 runs 386, arm64 runs arm, and higher variants run lower
    /// ones (`platforms.Only`; containerd's client pull).
    pub fn only(platform: &Platform) -> Self {
        let platform = platform.normalize();
        let mut accepted = vec![platform.clone()];
        accepted.extend(fallbacks(&platform));
        Self { accepted: accepted.iter().map(Platform::normalize).collect() }
    }

    /// The platform alone (`platforms.OnlyStrict`; containerd's transfer service).
    pub fn only_strict(platform: &Platform) -> Self {
        Self { accepted: vec![platform.normalize()] }
    }

    /// Whether an image for `platform` can run: system, architecture and variant are equal after normalisation.
    pub fn matches(&self, platform: &Platform) -> bool {
        self.rank(platform).is_some()
    }

    /// Whether an image for `a` is to be preferred to one for `b` (`MatchComparer.Less`).
    pub fn less(&self, a: &Platform, b: &Platform) -> bool {
        self.compare(a, b) == Ordering::Less
    }

    /// The order of preference, the best first; what does not match comes last.
    pub fn compare(&self, a: &Platform, b: &Platform) -> Ordering {
        let place = |platform| self.rank(platform).unwrap_or(usize::MAX);
        place(a).cmp(&place(b))
    }

    /// The place of the first accepted platform that equals this one.
    fn rank(&self, platform: &Platform) -> Option<usize> {
        let platform = platform.normalize();
        self.accepted.iter().position(|accepted| {
            accepted.os == platform.os
                && accepted.architecture == platform.architecture
                && accepted.variant == platform.variant
        })
    }
}

/// What a normalised platform can run besides itself, the best first.
fn fallbacks(platform: &Platform) -> Vec<Platform> {
    let with = |architecture: &str, variant: String| Platform {
        architecture: architecture.to_owned(),
        variant,
        ..platform.clone()
    };
    // A byte is enough for any variant there is, and bounds the list.
    let number = |text: &str| text.strip_prefix('v').unwrap_or(text).parse::<u8>().ok();
    match platform.architecture.as_str() {
        "amd64" => {
            let lower = number(&platform.variant).map_or(1, |version| version.max(1));
            let mut found: Vec<_> = (1..lower).rev().map(|v| with("amd64", format!("v{v}"))).collect();
            found.push(with("386", String::new()));
            found
        }
        "arm" => {
            let version = number(&platform.variant).unwrap_or(0);
            (5..version).rev().map(|v| with("arm", format!("v{v}"))).collect()
        }
        "arm64" => {
            let variant = if platform.variant.is_empty() { "v8" } else { &platform.variant };
            let mut found: Vec<_> =
                lower_arm64(variant).into_iter().map(|variant| with("arm64", variant)).collect();
            let minor = variant.starts_with("v8.") || variant.starts_with("v9.");
            let arm = with("arm", if minor { "v8" } else { variant }.to_owned());
            found.push(arm.clone());
            found.extend(fallbacks(&arm));
            found
        }
        _ => Vec::new(),
    }
}

/// The variants of arm64 below one: 9.x runs 9.0 to 9.x and, having split off at 8.5, also 8.0 to 8.(x+5).
fn lower_arm64(variant: &str) -> Vec<String> {
    let (major, minor) = variant.split_once('.').unwrap_or((variant, "0"));
    let Ok(major) = major.strip_prefix('v').unwrap_or(major).parse::<u32>() else { return Vec::new() };
    // Upstream reads a minor of one digit only.
    let minor = if variant.len() == 4 { minor.parse::<u32>().unwrap_or(0) } else { 0 };
    let below = |major: u32, minor: u32| {
        (0..minor).rev().map(move |m| if m == 0 { format!("v{major}") } else { format!("v{major}.{m}") })
    };
    match major {
        ..=7 => Vec::new(),
        9 => below(9, minor).chain([format!("v8.{}", minor + 5)]).chain(below(8, minor + 5)).collect(),
        _ => below(major, minor).collect(),
    }
}
