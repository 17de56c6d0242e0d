//! What registries answer: challenges, scopes, error envelopes. The headers are those of recordings of
//! containerd 2.1.9, named on the left.

use distribution::{ErrorEnvelope, Scheme, parse_challenges, repository_pull_scope, token_scopes};

#[test]
fn challenges() {
    for (name, value, scheme, wanted) in [
        (
            "bearer-anon-ok",
            r#"Bearer realm="https://auth.test/token",service="registry.test",scope="repository:team/app:pull""#,
            Scheme::Bearer,
            &[
                ("realm", "https://auth.test/token"),
                ("service", "registry.test"),
                ("scope", "repository:team/app:pull"),
            ][..],
        ),
        (
            "challenge-unquoted",
            "Bearer realm=https://auth.test/token,service=registry.test",
            Scheme::Bearer,
            &[("realm", "https")],
        ),
        ("challenge-spaces", r#"Bearer realm = "https://auth.test/token""#, Scheme::Bearer, &[]),
        (
            "spaces after commas",
            r#"bearer  Realm="r" ,  SERVICE="s""#,
            Scheme::Bearer,
            &[("realm", "r"), ("service", "s")],
        ),
        (
            "challenge-escaped-quote",
            r#"Bearer realm="https://auth.test/token",service="a\"b\\c""#,
            Scheme::Bearer,
            &[("realm", "https://auth.test/token"), ("service", r#"a"b\c"#)],
        ),
        (
            "challenge-unclosed-quote",
            r#"Bearer realm="https://auth.test/token"#,
            Scheme::Bearer,
            &[("realm", "")],
        ),
        ("unclosed after an escape", r#"Bearer realm="a\"b"#, Scheme::Bearer, &[("realm", "")]),
        ("no parameters", "Bearer", Scheme::Bearer, &[]),
        ("no equals sign", r#"Bearer realm "x""#, Scheme::Bearer, &[]),
        (
            "challenge-one-header-both",
            r#"Bearer realm="r",service="s", Basic realm="b""#,
            Scheme::Bearer,
            &[("realm", "r"), ("service", "s")],
        ),
        ("the last of equal names", r#"Basic realm="a",realm="b""#, Scheme::Basic, &[("realm", "b")]),
        ("empty value", r#"Basic realm="",x=,y=1"#, Scheme::Basic, &[("realm", ""), ("x", ""), ("y", "1")]),
        ("not ASCII", r#"Basic realm="é",ü=1"#, Scheme::Basic, &[("realm", "é")]),
        ("Digest", "DIGEST nonce=1", Scheme::Digest, &[("nonce", "1")]),
    ] {
        let challenges = parse_challenges([value]);
        assert_eq!(challenges.len(), 1, "{name}");
        assert_eq!(challenges[0].scheme, scheme, "{name}");
        let got: Vec<_> = challenges[0].parameters.iter().map(|(k, v)| (k.as_str(), v.as_slice())).collect();
        let wanted: Vec<_> = wanted.iter().map(|(k, v)| (*k, v.as_bytes())).collect();
        assert_eq!(got, wanted, "{name}");
    }
    assert_eq!(parse_challenges(["", "Negotiate", "NTLM", " Basic realm=\"x\"", "\"Bearer\""]), []);
}

#[test]
fn bytes_that_are_no_text() {
    let challenges = parse_challenges([b"Bearer realm=\"r\",service=\"a\xe9\\\xff\",x=\xe9"]);
    assert_eq!(challenges[0].parameter("service"), Some(&b"a\xe9\xff"[..]));
    assert_eq!(challenges[0].parameter("x"), Some(&b""[..]));
    assert_eq!(token_scopes(Some(b"\xe9 b"), "a"), [&b"b"[..], b"repository:a:pull", b"\xe9"]);
}

#[test]
fn bearer_comes_first() {
    let values =
        ["Basic realm=b", "Digest realm=d", "Bearer realm=first", "Negotiate", "Bearer realm=second"];
    let challenges = parse_challenges(values);
    let order: Vec<_> = challenges.iter().map(|c| (c.scheme, c.parameter("realm").unwrap())).collect();
    let (first, second) = (&b"first"[..], &b"second"[..]);
    assert_eq!(
        order,
        [(Scheme::Bearer, first), (Scheme::Bearer, second), (Scheme::Digest, b"d"), (Scheme::Basic, b"b")]
    );
}

#[test]
fn scopes() {
    for (challenge, path, wanted) in [
        (None, "library/nginx", &["repository:library/nginx:pull"][..]),
        (Some("repository:a:pull"), "a", &["repository:a:pull"]),
        (Some("repository:b:pull repository:a:pull"), "a", &["repository:a:pull", "repository:b:pull"]),
        (Some("repository:a:pull,push"), "a", &["repository:a:pull", "repository:a:pull,push"]),
        (Some("registry:catalog:*"), "a", &["registry:catalog:*", "repository:a:pull"]),
        (Some(""), "a", &["", "repository:a:pull"]),
    ] {
        let wanted: Vec<_> = wanted.iter().map(|scope| scope.as_bytes().to_vec()).collect();
        assert_eq!(token_scopes(challenge.map(str::as_bytes), path), wanted, "{challenge:?}");
    }
    assert_eq!(repository_pull_scope("a/b"), "repository:a/b:pull");
}

#[test]
fn error_envelopes() {
    let denied = "requested access to the resource is denied";
    for (body, wanted) in [
        (
            r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"rate limit exceeded"}]}"#,
            "toomanyrequests: rate limit exceeded",
        ),
        (&format!(r#"{{"errors":[{{"code":"DENIED","message":"{denied}"}}]}}"#), "denied"),
        (
            &format!(r#"{{"errors":[{{"code":"DENIED","message":"{denied}","detail":{{}}}}]}}"#),
            "denied: requested access to the resource is denied",
        ),
        (r#"{"errors":[{"code":"DENIED","message":"","detail":null}]}"#, "denied"),
        (r#"{"errors":[{"code":"DENIED","detail":"x"}]}"#, "denied: "),
        (r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"#, "unauthorized"),
        (r#"{"errors":[{"code":"NAME_UNKNOWN","message":"some words"}]}"#, "unknown: some words"),
        (r#"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#, "unknown"),
        (r#"{"errors":[{"message":"unknown error"}]}"#, "unknown"),
        (r#"{"errors":[{"code":"denied","message":"m"}]}"#, "unknown: m"),
        (r#"{"errors":[null]}"#, "unknown"),
        (r#"{"Errors":[{"Code":"UNAVAILABLE","Message":"m"}],"more":1}"#, "unavailable: m"),
        (
            r#"{"errors":[{"code":"DENIED","message":"first"},{"code":"UNAUTHORIZED","message":"second"}]}"#,
            "errors:\ndenied: first\nunauthorized: second\n",
        ),
    ] {
        assert_eq!(ErrorEnvelope::parse(body.as_bytes()).expect(body).to_string(), wanted, "{body}");
    }
    let envelope = ErrorEnvelope::parse(br#"{"errors":[{"code":"NAME_UNKNOWN","message":"m"}]}"#).unwrap();
    assert_eq!(envelope.entries[0].raw_code, "NAME_UNKNOWN");
}

#[test]
fn what_is_no_envelope_is_not_shown() {
    for body in [
        "",
        "<html>",
        "null",
        "[]",
        "{}",
        r#"{"errors":[]}"#,
        r#"{"errors":null}"#,
        r#"{"errors":"x"}"#,
        r#"{"errors":["x"]}"#,
        r#"{"errors":[{"code":7}]}"#,
        r#"{"errors":[{"code":"DENIED","message":7}]}"#,
        r#"{"errors":[{"code":"DENIED"}]} x"#,
        r#"{"error":{"code":"DENIED"}}"#,
    ] {
        assert_eq!(ErrorEnvelope::parse(body.as_bytes()), None, "{body}");
    }
}
