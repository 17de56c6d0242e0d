//! Texts that are more than one error, or less: what a terminal shows around it, and what it leaves out.

use explain::explain;

/// The cause that comes first, and the image.
fn first(text: &str) -> (&'static str, Option<String>) {
    let explanation = explain(text);
    let found = explanation.findings.first();
    (found.map_or("", |found| found.cause.name()), found.and_then(|found| found.image.clone()))
}

/// Compose shows a service a line, cuts what it failed by where the terminal ends, and writes the time behind it.
#[test]
fn a_status_line_of_compose_that_is_cut() {
    for (said, cause) in [
        ("Get \"https://r.test/v2/\": http: server...", "http-on-https"),
        ("Get \"https://r.test/v2/\": tls: failed to ve...", "x509-unknown-authority"),
        ("Get \"https://r.test/v2/\": x509: certificate signed by unkn...", "x509-unknown-authority"),
        ("Get \"https://r.test/v2/\": dial tcp 10.0.0.7:443: connect: ...", "conn-refused"),
        ("Head \"https://r.test/v2/a/manifests/v1\": no basic a...", "credentials-missing"),
        ("pull access denied for team/web, repository does not exi...", "repo-missing-or-private"),
        ("toomanyrequests: You have reached your pul…", "rate-limit"),
    ] {
        let text = format!(
            "[+] Running 1/3\n \u{2718} web Error    {said}   1.2s\n ! db  Interrupted   1.2s\n \u{2714} cache Pulled\n"
        );
        assert_eq!(first(&text).0, cause, "{said}");
    }
}

/// What is cut in the midst of a text is completed by what can be nothing else, and only there.
#[test]
fn dots_that_cut_nothing() {
    let text = "Pulling fs layer... done\nError response from daemon: manifest for r.test/a:v9 not found: manifest unknown";
    assert_eq!(first(text).0, "tag-not-found");
    assert_eq!(first("waiting... \u{2026} everything is fine..."), ("", None));
}

#[test]
fn a_platform_is_no_image() {
    let text = "no matching manifest for linux/arm64/v8 in the manifest list entries";
    assert_eq!(first(text), ("platform-mismatch", None));
}

/// Where a layer is unpacked all of it was fetched, whatever else was said before it.
#[test]
fn an_earlier_line_does_not_outweigh_the_store() {
    let earlier = [
        "error: could not get token: unauthorized",
        "curl: (6) Could not resolve host: example.com",
        "fatal: repository 'https://git.example.com/a/b.git/' not found",
        "Get \"https://other.example.com/healthz\": context deadline exceeded",
        "warning: x509: certificate signed by unknown authority while sending metrics",
        "dial tcp 127.0.0.1:6443: connect: connection refused",
        "could not fetch metadata: 429 Too Many Requests",
    ];
    let failed = [
        (
            "failed to register layer: ApplyLayer exit status 1 stdout:  stderr: lchown /x: invalid argument",
            "runtime-fault",
        ),
        (
            "failed to register layer: Error processing tar file(exit status 1): operation not permitted",
            "runtime-fault",
        ),
        ("failed to extract layer sha256:aa: failed to mount /tmp/m: invalid argument", "runtime-fault"),
        ("failed to register layer: write /usr/lib/x.so: no space left on device", "no-space"),
    ];
    for earlier in earlier {
        for (failed, cause) in failed {
            assert_eq!(first(&format!("{earlier}\n{failed}")).0, cause, "{earlier}: {failed}");
        }
        // Alone it is what it says.
        assert_ne!(first(&format!("{earlier} (pulling the image)")).0, "runtime-fault", "{earlier}");
    }
}

/// A log has a record for the login, and another one for the pull.
#[test]
fn a_login_in_a_record_before() {
    let pull = "Error response from daemon: Head \"https://r.test/v2/team/app/manifests/v1\": unauthorized: authentication required";
    let log = |lines: &[&str]| {
        let dated = lines.iter().enumerate().map(|(n, line)| format!("2024-05-01T10:00:0{n}Z {line}\n"));
        first(&dated.collect::<String>()).0
    };
    let (login, pulling) = ("Login Succeeded", "Pulling r.test/team/app:v1");
    assert_eq!(log(&[pulling, pull]), "credentials-missing");
    assert_eq!(log(&[login, pulling, pull]), "bad-credentials");
    assert_eq!(log(&[login, "Removing login credentials for r.test", pulling, pull]), "credentials-missing");
    // As in a text without times.
    assert_eq!(first(&format!("{login}\n{pulling}\n{pull}")).0, "bad-credentials");
}
