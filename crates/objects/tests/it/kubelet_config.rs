//! The kubelet's configuration file.

use kubelet::{KubeletConfig, PullConcurrency, VerificationPolicy, Version};
use objects::{InputError, Source, read_kubelet_config};

fn read(text: &str, version: &str) -> Result<KubeletConfig, InputError> {
    read_kubelet_config(&Source::from_text("config.yaml", text), version.parse().unwrap())
}

#[test]
fn how_many_pulls_at_a_time() {
    use PullConcurrency::{Limited, Serial, Unlimited};
    for (text, wanted) in [
        ("", Serial),
        ("kind: KubeletConfiguration\n", Serial),
        ("serializeImagePulls: true", Serial),
        ("serializeImagePulls: false", Unlimited),
        ("maxParallelImagePulls: 1", Serial),
        ("maxParallelImagePulls: 2", Limited(2)),
        ("serializeImagePulls: false\nmaxParallelImagePulls: 3", Limited(3)),
        ("{\"maxParallelImagePulls\": 4}", Limited(4)),
    ] {
        assert_eq!(read(text, "1.34").unwrap().pulls, wanted, "{text:?}");
    }
}

#[test]
fn limits_and_verification() {
    let config = read("registryPullQPS: 0\nregistryBurst: 3\n", "1.34").unwrap();
    assert_eq!((config.registry_pull_qps, config.registry_burst), (0.0, 3));
    assert_eq!(config.verification, VerificationPolicy::NeverVerifyPreloadedImages);
    let gate = "featureGates: {KubeletEnsureSecretPulledImages: true}";
    for (version, text, wanted) in [
        ("1.28", gate, false),
        ("1.34", "", false),
        ("1.34", gate, true),
        ("1.35", "", true),
        ("1.35", "featureGates: {KubeletEnsureSecretPulledImages: false}", false),
    ] {
        assert_eq!(read(text, version).unwrap().ensure_secret_pulled_images, wanted, "{version} {text}");
    }
    let text = "imagePullCredentialsVerificationPolicy: NeverVerifyAllowlistedImages\n\
                preloadedImagesVerificationAllowlist: [r.test/*, r.example.com/app]\n";
    let policy = read(text, "1.35").unwrap().verification;
    assert!(!policy.requires_verification("r.test/a:1", true));
    assert!(policy.requires_verification("r.example.com/other", true));
    assert_eq!(read("", "1.35").unwrap(), KubeletConfig::defaults(Version::NEWEST));
}

#[test]
fn what_the_kubelet_does_not_start_with() {
    for (text, words, place) in [
        (
            "maxParallelImagePulls: -1",
            "maxParallelImagePulls -1 must be a positive number",
            "config.yaml:1:24",
        ),
        (
            "serializeImagePulls: true\nmaxParallelImagePulls: 5",
            "maxParallelImagePulls cannot be larger than 1 unless SerializeImagePulls (--serialize-image-pulls) is set \
             to false",
            "config.yaml:2:24",
        ),
        ("registryPullQPS: -1", "registryPullQPS -1 must not be a negative number", "config.yaml:1:18"),
        (
            "imagePullCredentialsVerificationPolicy: Sometimes",
            "imagePullCredentialsVerificationPolicy \"Sometimes\" must be one of NeverVerify, ",
            "config.yaml:1:41",
        ),
        (
            "preloadedImagesVerificationAllowlist: [r.test/a:1]",
            "neither tag nor digest is accepted in an image reference: r.test/a:1",
            "config.yaml:1:40",
        ),
    ] {
        let shown = read(text, "1.35").unwrap_err().render();
        assert!(shown.contains(words) && shown.contains(place), "{text:?}: {shown}");
    }
    let shown = read("serializeImagePulls: [", "1.35").unwrap_err().render();
    assert!(shown.starts_with("error: config.yaml is malformed YAML"), "{shown}");
}
