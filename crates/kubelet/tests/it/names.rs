use kubelet::{Plan, PullInputs, PullPolicy, Version, apply_default_image_tag, default_pull_policy};

use crate::{cases, table, text};

const TABLE: &str = include_str!("../data/parse_image_name.json");

const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

#[test]
fn default_tags_and_policies() {
    use PullPolicy::{Always, IfNotPresent};
    let digest = format!("@sha256:{HEX}");
    for (image, for_cri, policy) in [
        ("busybox", "busybox:latest", Always),
        ("busybox:latest", "busybox:latest", Always),
        ("busybox:1.36", "busybox:1.36", IfNotPresent),
        ("localhost:5000", "localhost:5000", IfNotPresent),
        ("localhost:5000/app", "localhost:5000/app:latest", Always),
        (&format!("busybox{digest}"), &format!("busybox{digest}"), IfNotPresent),
        (&format!("busybox:latest{digest}"), &format!("busybox:latest{digest}"), Always),
        (&format!("busybox:1{digest}"), &format!("busybox:1{digest}"), IfNotPresent),
    ] {
        let name = apply_default_image_tag(image, Version::NEWEST).unwrap();
        assert_eq!(name.for_cri, for_cri, "{image}");
        assert_eq!(default_pull_policy(image, Version::NEWEST), policy, "{image}");
    }
    assert_eq!(default_pull_policy("Not A Name", Version::NEWEST), IfNotPresent);
}

#[test]
fn bad_names_in_the_words_of_the_version() {
    for (version, words) in [
        ("1.28", "invalid reference format: repository name must be lowercase"),
        ("1.35", "invalid reference format: repository name (library/Nginx) must be lowercase"),
    ] {
        let error = apply_default_image_tag("Nginx", version.parse().unwrap()).unwrap_err();
        assert_eq!(error.to_string(), format!("couldn't parse image name \"Nginx\": {words}"));
    }
}

#[test]
fn names_of_the_table() {
    let table = table(TABLE);
    for case in cases(&table, "apply_default_image_tag") {
        let name = apply_default_image_tag(text(case, "input"), Version::NEWEST).unwrap();
        assert_eq!(name.for_cri, text(case, "output"), "{}", case["name"]);
    }
    for case in cases(&table, "derived") {
        let (name, image) = (text(case, "name"), text(case, "input"));
        if let Some(policy) = case["default_pull_policy"].as_str() {
            assert_eq!(default_pull_policy(image, Version::NEWEST).to_string(), policy, "{name}");
        }
        let planned = Plan::new(&PullInputs::new(image), Version::NEWEST);
        match case["inspect_failed_message"].as_str() {
            Some(message) => assert_eq!(planned.unwrap_err().message(), message, "{name}"),
            None => assert_eq!(planned.unwrap().name.for_cri, text(case, "cri_image"), "{name}"),
        }
        let older = case.get("expect_1_28").unwrap_or(&case["expect"]);
        let got = apply_default_image_tag(image, Version::OLDEST);
        match older["error"].as_str() {
            Some(message) => assert_eq!(got.unwrap_err().to_string(), message, "{name}"),
            None => assert_eq!(got.unwrap().repository(), text(older, "repo"), "{name}"),
        }
    }
}
