//! containerd's platforms.

use distribution::{Matcher, Platform};

fn platform(text: &str) -> Platform {
    let mut parts = text.split('/').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_default();
    Platform { os: next(), architecture: next(), variant: next(), ..Platform::default() }
}

#[test]
fn specifiers() {
    let host = Platform::host();
    for (text, wanted) in [
        ("linux/amd64", "linux/amd64"),
        ("linux/x86_64", "linux/amd64"),
        ("linux/amd64/v1", "linux/amd64"),
        ("linux/amd64/v3", "linux/amd64/v3"),
        ("linux/aarch64", "linux/arm64"),
        ("linux/arm64/v8", "linux/arm64/v8"),
        ("linux/arm64", "linux/arm64"),
        ("linux/arm", "linux/arm"),
        ("linux/arm/v7", "linux/arm/v7"),
        ("linux/arm/6", "linux/arm/v6"),
        ("linux/armhf", "linux/arm"),
        ("linux/armel", "linux/arm/v6"),
        ("Linux/I386", "linux/386"),
        ("macOS/arm64", "darwin/arm64"),
        ("windows(10.0.17763)/amd64", "windows/amd64"),
        ("linux/nonsense", "linux/nonsense"),
        ("s390x", "linux/s390x"),
        ("arm", "linux/arm"),
        ("linux", &format!("linux/{}", host.architecture)),
    ] {
        assert_eq!(text.parse::<Platform>().map(|p| p.to_string()), Ok(wanted.to_owned()), "{text}");
    }
    assert_eq!("windows(10.0.17763)/amd64".parse::<Platform>().unwrap().os_version, "10.0.17763");
    assert_eq!(Platform::default().to_string(), "unknown");
}

#[test]
fn refused_in_containerds_words() {
    let os =
        r#"OSAndVersion specifier component must match "^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.-]*)\\))?$""#;
    for (text, wanted) in [
        ("linux/*", r#""linux/*": wildcards not yet supported: invalid argument"#.to_owned()),
        ("", format!(r#""" is an invalid OS component of "": {os}: invalid argument"#)),
        ("li nux/amd64", format!(r#""li nux" is an invalid OS component of "li nux/amd64": {os}: invalid argument"#)),
        (
            "linux/&arm",
            r#""&arm" is an invalid component of "linux/&arm": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument"#.to_owned(),
        ),
        ("linux/arm/v7/x", r#""linux/arm/v7/x": cannot parse platform specifier: invalid argument"#.to_owned()),
        ("nonsense", r#""nonsense": unknown operating system or architecture: invalid argument"#.to_owned()),
        (
            "linux/",
            r#""" is an invalid component of "linux/": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument"#.to_owned(),
        ),
    ] {
        assert_eq!(text.parse::<Platform>().unwrap_err().to_string(), wanted, "{text}");
    }
}

#[test]
fn normalisation() {
    for (text, wanted) in [
        ("linux/amd64/v1", "linux/amd64"),
        ("linux/arm64/v8", "linux/arm64"),
        ("linux/arm64/8", "linux/arm64"),
        ("linux/arm", "linux/arm/v7"),
        ("/x86-64", "linux/amd64"),
        ("linux/i386/v9", "linux/386"),
    ] {
        assert_eq!(platform(text).normalize().to_string(), wanted, "{text}");
    }
}

/// What a node takes, by `platforms.Only` and by the transfer service's exact match.
#[test]
fn matching() {
    for (node, image, only, strict) in [
        ("linux/amd64", "linux/amd64", true, true),
        ("linux/amd64", "linux/x86_64/v1", true, true),
        ("linux/amd64", "linux/386", true, false),
        ("linux/amd64", "linux/amd64/v2", false, false),
        ("linux/amd64", "linux/amd64/v3", false, false),
        ("linux/amd64", "linux/arm64", false, false),
        ("linux/amd64", "windows/amd64", false, false),
        ("linux/amd64", "unknown/unknown", false, false),
        ("linux/amd64", "/amd64", true, true),
        ("linux/amd64/v3", "linux/amd64/v2", true, false),
        ("linux/amd64/v3", "linux/amd64", true, false),
        ("linux/arm64", "linux/arm64/v8", true, true),
        ("linux/arm64", "linux/arm", true, false),
        ("linux/arm64", "linux/arm/v8", true, false),
        ("linux/arm64", "linux/arm/v5", true, false),
        ("linux/arm64", "linux/arm64/v9", false, false),
        ("linux/arm64/v9", "linux/arm64/v8.5", true, false),
        ("linux/arm64/v9", "linux/arm64", true, false),
        ("linux/arm64/v8.2", "linux/arm64/v8.1", true, false),
        ("linux/arm/v7", "linux/arm", true, true),
        ("linux/arm/v7", "linux/arm/v6", true, false),
        ("linux/arm/v6", "linux/arm/v7", false, false),
        ("linux/arm", "linux/arm64", false, false),
    ] {
        let (node, image) = (platform(node), platform(image));
        assert_eq!(Matcher::only(&node).matches(&image), only, "Only({node}) {image}");
        assert_eq!(Matcher::only_strict(&node).matches(&image), strict, "OnlyStrict({node}) {image}");
    }
}

#[test]
fn preference() {
    for (node, wanted) in [
        ("linux/amd64", &["linux/amd64", "linux/386", "linux/arm64"][..]),
        ("linux/arm64", &["linux/arm64/v8", "linux/arm/v8", "linux/arm/v7", "linux/arm/v6", "linux/arm/v5"]),
        ("linux/amd64/v3", &["linux/amd64/v3", "linux/amd64/v2", "linux/amd64", "linux/386"]),
        ("linux/arm64/v9.1", &["linux/arm64/v9.1", "linux/arm64/v9", "linux/arm64/v8.6", "linux/arm64/v8.1"]),
    ] {
        let matcher = Matcher::only(&platform(node));
        let mut shuffled: Vec<Platform> = wanted.iter().rev().map(|text| platform(text)).collect();
        shuffled.sort_by(|a, b| matcher.compare(a, b));
        let sorted: Vec<String> = shuffled.iter().map(ToString::to_string).collect();
        assert_eq!(sorted, wanted, "{node}");
        assert!(matcher.less(&platform(wanted[0]), &platform(wanted[1])), "{node}");
        assert!(!matcher.less(&platform(wanted[0]), &platform(wanted[0])), "{node}");
    }
}
