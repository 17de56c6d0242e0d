//! Which manifests of an index are for a machine (moby@v28.5.2 distribution/pull_v2_unix.go:20 `filterManifests`;
//! moby@v20.10.24 the same file).

use distribution::{Descriptor, Index, Matcher, Platform};

/// Those for this platform, the best first; those without a platform last. `strictly`: as 20.10 does, where an entry must be of
/// the very platform, and one without a platform is none.
pub(super) fn filter<'a>(index: &'a Index, platform: &Platform, strictly: bool) -> Vec<&'a Descriptor> {
    if strictly {
        return filter_strictly(index, platform);
    }
    let matcher = Matcher::only(platform);
    let fits = |entry: &&Descriptor| {
        known(entry).is_none_or(|of_entry| matcher.matches(of_entry) && has_features(platform, of_entry))
    };
    let mut chosen: Vec<&Descriptor> = index.manifests.iter().filter(fits).collect();
    chosen.sort_by(|a, b| match (known(a), known(b)) {
        (Some(a), Some(b)) => matcher.compare(a, b),
        (a, b) => a.is_none().cmp(&b.is_none()),
    });
    chosen
}

/// The machine has what the entry needs of the system (containerd/platforms v1.0.0 platforms.go `matcher.Match`). Recording
/// `index-osfeatures`.
fn has_features(machine: &Platform, wanted: &Platform) -> bool {
    wanted.os_features.iter().all(|feature| machine.os_features.contains(feature))
}

fn filter_strictly<'a>(index: &'a Index, platform: &Platform) -> Vec<&'a Descriptor> {
    let (matcher, none) = (Matcher::only_strict(platform), Platform::default());
    let of = |entry: &'a Descriptor| entry.platform.as_ref().unwrap_or(&none);
    let all = || index.manifests.iter();
    let chosen: Vec<&Descriptor> = all().filter(|entry| matcher.matches(of(entry))).collect();
    let normalized = platform.normalize();
    if !chosen.is_empty() || normalized.architecture != "arm" {
        return chosen;
    }
    // Before there were variants.
    let same = |other: &Platform| other.os == normalized.os && other.architecture == normalized.architecture;
    all().filter(|entry| same(of(entry))).collect()
}

/// `toOCIPlatform`: an empty platform is none.
fn known(entry: &Descriptor) -> Option<&Platform> {
    entry.platform.as_ref().filter(|platform| **platform != Platform::default())
}

/// `platforms.FormatAll(platforms.DefaultSpec())`: variants are told where a machine of the kind always has one.
pub(super) fn shown_platform(platform: &Platform) -> String {
    let variant = match (platform.architecture.as_str(), platform.variant.as_str()) {
        ("arm64", "") => "v8",
        ("arm", "") => "v7",
        ("amd64", _) => "",
        (_, variant) => variant,
    };
    let base = format!("{}/{}", platform.os, platform.architecture);
    if variant.is_empty() { base } else { format!("{base}/{variant}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_as_they_are_told() {
        let shown = |architecture, variant| shown_platform(&Platform::linux(architecture, variant));
        assert_eq!(
            [shown("amd64", ""), shown("arm64", ""), shown("s390x", "")],
            ["linux/amd64", "linux/arm64/v8", "linux/s390x"]
        );
    }

    #[test]
    fn the_very_platform_or_what_it_can_run() {
        let entries = [
            r#""digest":"none""#,
            r#""digest":"386","platform":{"os":"linux","architecture":"386"}"#,
            r#""digest":"amd64","platform":{"os":"linux","architecture":"amd64"}"#,
            r#""digest":"needy","platform":{"os":"linux","architecture":"amd64","os.features":["x"]}"#,
            r#""digest":"arm","platform":{"os":"linux","architecture":"arm","variant":"v5"}"#,
        ];
        let list: Vec<String> = entries.iter().map(|entry| format!("{{{entry}}}")).collect();
        let index = Index::decode(format!(r#"{{"manifests":[{}]}}"#, list.join(","))).unwrap();
        let chosen = |architecture, variant, strictly| -> Vec<String> {
            let platform = Platform::linux(architecture, variant);
            filter(&index, &platform, strictly).into_iter().map(|entry| entry.digest.clone()).collect()
        };
        assert_eq!(chosen("amd64", "", false), ["amd64", "386", "none"]);
        assert_eq!(chosen("amd64", "", true), ["amd64", "needy"]);
        assert_eq!(chosen("arm", "v7", false), ["arm", "none"]);
        assert_eq!(chosen("arm", "v7", true), ["arm"]);
        assert!(chosen("s390x", "", true).is_empty());
    }
}
