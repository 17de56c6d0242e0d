//! Which step of the pull a text speaks of, and how much of it a cause is read from.

use explain::{Confidence, Step, TextStyle, explain};

#[test]
fn the_innermost_layer_or_url_tells_the_step() {
    let cases = [
        (
            "Error response from daemon: Get \"https://r.example.com/v2/\": dial tcp 192.0.2.7:443: i/o timeout",
            Some(Step::Ping),
        ),
        ("pinging container registry r.example.com: StatusCode: 503", Some(Step::Ping)),
        (
            "failed to resolve reference \"r.example.com/app:v1\": unexpected status from HEAD request to https://r.example.com/v2/app/manifests/v1: 503 Service Unavailable",
            Some(Step::Manifest),
        ),
        ("reading manifest v1 in r.example.com/app: manifest unknown", Some(Step::Manifest)),
        (
            "failed to resolve reference \"r.example.com/app:v1\": failed to authorize: failed to fetch anonymous token: unexpected status: 503 Service Unavailable",
            Some(Step::Token),
        ),
        (
            "Error response from daemon: Head \"https://r.example.com/v2/app/manifests/v1\": Get \"https://auth.example.com/token?scope=x\": EOF",
            Some(Step::Token),
        ),
        (
            "reading blob sha256:aa: fetching blob: received unexpected HTTP status: 500 Internal Server Error",
            Some(Step::Content),
        ),
        (
            "error pulling image configuration: download failed after attempts=1: unknown blob",
            Some(Step::Content),
        ),
        (
            "failed to copy: httpReadSeeker: failed open: failed to do request: Get \"https://s.example.com/x?X-Amz-Signature=a\": dial tcp 192.0.2.7:443: i/o timeout",
            Some(Step::Storage),
        ),
        ("failed to extract layer sha256:aa: write /x: no space left on device", Some(Step::Unpack)),
        ("exec /bin/app: exec format error", Some(Step::Start)),
        ("toomanyrequests: You have reached your pull rate limit", None),
    ];
    for (text, step) in cases {
        let explanation = explain(text);
        assert_eq!(explanation.findings.first().map(|finding| finding.step), Some(step), "{text}");
    }
}

#[test]
fn what_fails_after_the_pull_is_said_to_have_been_pulled() {
    let explanation = explain("standard_init_linux.go:228: exec user process caused: exec format error");
    let text = explanation.to_text(TextStyle { width: 100, colour: false });
    assert!(text.contains("the image had been pulled"), "{text}");
}

#[test]
fn general_words_alone_make_nothing_sure() {
    for text in ["denied", "connection refused", "permission denied", "404 not found"] {
        let explanation = explain(text);
        let sure = explanation.findings.first().map(|finding| finding.confidence);
        assert!(sure.is_none_or(|sure| sure == Confidence::Possible), "{text}: {sure:?}");
    }
}

#[test]
fn a_code_of_grpc_is_better_than_nothing() {
    let text = "Failed to pull image \"r.example.com/app:v1\": rpc error: code = PermissionDenied desc = no";
    let finding = &explain(text).findings[0];
    assert_eq!((finding.cause.name(), finding.confidence), ("user-not-permitted", Confidence::Possible));
    let text = "Failed to pull image \"r.example.com/app:v1\": rpc error: code = Unknown desc = no";
    assert!(explain(text).findings.is_empty(), "Unknown says nothing");
}

#[test]
fn what_people_write_around_an_error_is_no_finding_of_its_own() {
    let text = "After the upgrade the connection was refused once, and access denied, but not any more.\n\n\
                Failed to pull image \"r.example.com/app:v1\": toomanyrequests: too many\n\n\
                I found no such host in the other logs.\n";
    let explanation = explain(text);
    let causes: Vec<_> = explanation.findings.iter().map(|finding| finding.cause.name()).collect();
    assert_eq!(causes, ["rate-limit"]);
}

#[test]
fn an_error_far_down_a_long_text_is_found() {
    let filler = "a line that says nothing of interest\n".repeat(5_000);
    let text = format!("{filler}toomanyrequests: You have reached your pull rate limit\n{filler}");
    assert_eq!(explain(&text).findings[0].cause.name(), "rate-limit");
}

#[test]
fn bytes_that_are_no_text_explain_nothing() {
    let noise: String = (0..20_000_u32).filter_map(|n| char::from_u32(n * 7919 % 0xd800)).collect();
    let explanation = explain(&noise);
    assert!(explanation.findings.is_empty(), "{:?}", explanation.findings);
}
