use jiff::Timestamp;
use objects::{Finding, LintCode, LintOptions, Source, lint_secrets};

use crate::{CANARY, base64};

/// 2026-01-01, so that dates in the tests stand still.
const NOW: i64 = 1_767_225_600;

fn lint(text: &str, image: Option<&str>) -> Vec<Finding> {
    let now = Timestamp::from_second(NOW).unwrap();
    let options = LintOptions { repository: image.map(str::to_owned), now };
    let findings = lint_secrets(&Source::from_text("s.yaml", text), &options)
        .unwrap_or_else(|error| panic!("{text}\n{}", error.render()));
    for finding in &findings {
        let shown = format!("{}{finding:?}", finding.render());
        for form in [CANARY.to_owned(), base64(CANARY), base64(&format!("u:{CANARY}"))] {
            assert!(!shown.contains(&form), "{form} in {shown}");
        }
    }
    findings
}

fn codes(text: &str, image: Option<&str>) -> Vec<&'static str> {
    lint(text, image).iter().map(|finding| finding.code.name()).collect()
}

fn auth() -> String {
    base64(&format!("u:{CANARY}"))
}

fn entry(key: &str) -> String {
    format!(r#"{{"auths": {{"{key}": {{"auth": "{}"}}}}}}"#, auth())
}

fn secret(of_type: &str, key: &str, document: &str) -> String {
    format!("kind: Secret\nmetadata: {{name: s}}\ntype: {of_type}\ndata:\n  {key}: {}\n", base64(document))
}

const CONFIG: &str = "kubernetes.io/dockerconfigjson";

#[test]
fn what_is_right_is_not_complained_of() {
    for document in [
        entry("registry.example.com"),
        entry("https://index.docker.io/v1/"),
        entry("docker.io"),
        entry("registry.example.com:5000"),
        entry("*.dkr.ecr.*.amazonaws.com"),
        entry("registry.example.com/team/"),
        format!(
            r#"{{"auths": {{"r.example.com": {{"username": "u", "password": "{CANARY}", "auth": "{}"}}}}}}"#,
            auth()
        ),
        format!(r#"{{"credsStore": "desktop", "auths": {{"r.example.com": {{"auth": "{}"}}}}}}"#, auth()),
    ] {
        assert_eq!(codes(&document, None), [""; 0], "{document}");
        assert_eq!(codes(&secret(CONFIG, ".dockerconfigjson", &document), None), [""; 0], "{document}");
    }
    let older = format!(r#"{{"r.example.com": {{"auth": "{}"}}}}"#, auth());
    assert_eq!(
        codes(&secret("kubernetes.io/dockercfg", ".dockercfg", &older), Some("r.example.com/a")),
        [""; 0]
    );
}

#[test]
fn a_code_for_each_defect_of_the_secret() {
    let good = entry("r.example.com");
    let older = format!(r#"{{"r.example.com": {{"auth": "{}"}}}}"#, auth());
    for (text, wanted) in [
        (secret("Opaque", ".dockerconfigjson", &good), "wrong-type"),
        (secret(CONFIG, ".dockercfg", &older), "wrong-key"),
        (secret(CONFIG, "config.json", &good), "wrong-key"),
        (secret(CONFIG, ".dockerconfigjson", &older), "dockercfg-in-dockerconfigjson"),
        (secret("kubernetes.io/dockercfg", ".dockercfg", &good), "dockerconfigjson-in-dockercfg"),
        (secret(CONFIG, ".dockerconfigjson", &base64(&good)), "base64-of-base64"),
        (secret(CONFIG, ".dockerconfigjson", "{}"), "empty-auths"),
        (secret(CONFIG, ".dockerconfigjson", r#"{"auths": {}}"#), "empty-auths"),
        (secret(CONFIG, ".dockerconfigjson", &good[1..]), "malformed-document"),
        (secret(CONFIG, ".dockerconfigjson", "[]"), "wrong-json-type"),
        (
            secret(
                CONFIG,
                ".dockerconfigjson",
                r#"{"auths": {"r.example.com": {}}, "credsStore": "desktop"}"#,
            ),
            "credentials-store-only",
        ),
        (r#"{"credHelpers": {"gcr.io": "gcloud"}}"#.to_owned(), "credentials-store-only"),
        (
            format!(
                "kind: Secret\nmetadata: {{name: s}}\ntype: {CONFIG}\ndata:\n  .dockerconfigjson: \"{{\"\n"
            ),
            "malformed-base64",
        ),
        (
            format!(
                "kind: Secret\nmetadata: {{name: s}}\ntype: {CONFIG}\nstringData:\n  .dockerconfigjson: {}\n",
                base64(&good)
            ),
            "base64-of-base64",
        ),
    ] {
        assert_eq!(codes(&text, None), [wanted], "{text}");
    }
}

#[test]
fn a_code_for_each_defect_of_a_login() {
    let of = |fields: &str| format!(r#"{{"auths": {{"r.example.com": {{{fields}}}}}}}"#);
    // Three bytes that need both of the characters in which the alphabets differ.
    let special = base64("u:\u{ff}>?\u{fb}~>").replace('+', "-").replace('/', "_");
    assert!(special.contains('-') || special.contains('_'));
    let jwt = |claims: &str| {
        let part = |text: &str| base64(text).trim_end_matches('=').replace('+', "-").replace('/', "_");
        format!("{}.{}.c2ln", part(r#"{"alg":"RS256"}"#), part(claims))
    };
    let ecr = base64(&format!(r#"{{"payload":"x","expiration":{}}}"#, NOW + 43_200));
    for (fields, wanted) in [
        (format!(r#""auth": "{special}""#), "url-safe-base64"),
        (format!(r#""auth": "{}""#, base64(&format!("u:{CANARY}\n"))), "new-line"),
        (format!(r#""username": "u", "password": "{CANARY}\n""#), "new-line"),
        (format!(r#""auth": "{}""#, base64(CANARY)), "no-colon"),
        (format!(r#""auth": "{CANARY}""#), "malformed-base64"),
        (format!(r#""username": "other", "auth": "{}""#, auth()), "auth-contradicts"),
        (format!(r#""username": "u", "password": "x", "auth": "{}""#, auth()), "auth-contradicts"),
        (format!(r#""identitytoken": "{CANARY}""#), "identity-token-only"),
        (String::new(), "empty-entry"),
        (format!(r#""auth": "{}\n""#, auth()), "line-break-in-base64"),
        (r#""username": "u", "password": 7"#.to_owned(), "wrong-json-type"),
        (
            format!(r#""username": "u", "password": "{}""#, jwt(&format!(r#"{{"exp":{}}}"#, NOW - 1))),
            "token-expired",
        ),
        (
            format!(r#""username": "u", "password": "{}""#, jwt(&format!(r#"{{"exp":{}}}"#, NOW + 60))),
            "token-expires",
        ),
        (format!(r#""auth": "{}""#, base64(&format!("AWS:{ecr}"))), "token-expires"),
        (format!(r#""username": "oauth2accesstoken", "password": "{CANARY}""#), "short-lived-token"),
    ] {
        assert_eq!(codes(&of(&fields), None), [wanted], "{fields}");
    }
    // What never expires, and what only looks like a token.
    for fields in [
        format!(r#""username": "u", "password": "{}""#, jwt(r#"{"sub":"x"}"#)),
        r#""username": "u", "password": "a.b.c""#.to_owned(),
        r#""username": "u:v", "password": "p:q""#.to_owned(),
    ] {
        assert_eq!(codes(&of(&fields), None), [""; 0], "{fields}");
    }
}

#[test]
fn a_code_for_each_defect_of_a_key() {
    let image = Some("registry.example.com/team/app");
    for (key, image, wanted) in [
        ("registry.example.com:443", None, &["key-port"][..]),
        ("registry.example.com:5000", image, &["key-port", "nothing-matches"]),
        ("Registry.example.com", None, &["key-upper-case"]),
        ("registry-1.docker.io", None, &["docker-hub-host"]),
        ("https://hub.docker.com", None, &["docker-hub-host"]),
        ("index.docker.io/acme", None, &["docker-hub-host", "path-prefix"]),
        ("*.docker.io", None, &["docker-hub-glob"]),
        ("*.example.com", Some("a.registry.example.com/app"), &["label-count", "nothing-matches"]),
        ("*.example.com", Some("example.com/app"), &["label-count", "nothing-matches"]),
        ("registry.example.com/team", None, &["path-prefix"]),
        ("registry.example.com/team", image, &["path-prefix"]),
        ("https://registry.example.com/v2", None, &["api-path"]),
        ("registry.example.com/*", None, &["glob-outside-host"]),
        ("registry.example.com:port", None, &["unreadable-key"]),
        ("other.example.com", image, &["nothing-matches"]),
        ("registry.example.com", image, &[]),
        ("https://index.docker.io/v1/", Some("docker.io/library/nginx"), &[]),
    ] {
        assert_eq!(codes(&entry(key), image), wanted, "{key}");
    }
    let twice = format!(
        r#"{{"auths": {{"r.example.com": {{"auth": "{0}"}}, "https://r.example.com/": {{"auth": "{0}"}}}}}}"#,
        auth()
    );
    assert_eq!(codes(&twice, None), ["duplicate-key"]);
    assert_eq!(codes(&twice.replace("https://r.example.com/", "r.example.com"), None), ["duplicate-key"]);
}

#[test]
fn places_are_exact_also_inside_base64() {
    let document =
        format!("{{\n  \"auths\": {{\n    \"r.example.com:443\": {{\"auth\": \"{}\"}}\n  }}\n}}", auth());
    let findings = lint(&secret(CONFIG, ".dockerconfigjson", &document), None);
    assert_eq!(
        findings[0].render(),
        "error[PS-LINT-13]: port \"443\" is compared as written: an image without :443 does not match
  s.yaml:5:22, in data[.dockerconfigjson] (decoded) 3:5
   3 |     \"r.example.com:443\": {\"auth\": \"***\"}
     |     ^^^^^^^^^^^^^^^^^^^ key-port
help: write \"r.example.com\", unless the image has the port too
"
    );
    let findings = lint("kind: Secret\nmetadata: {name: s}\ntype: Opaque\ndata: {}\n", None);
    assert_eq!(
        findings[0].render(),
        "error[PS-LINT-01]: a Secret of type Opaque is ignored by the kubelet
  s.yaml:3:7
   3 | type: Opaque
     |       ^^^^^^ wrong-type
help: write type: kubernetes.io/dockerconfigjson; the type of an existing Secret cannot be changed, make a new one
"
    );
}

#[test]
fn codes_are_numbered_without_gaps_and_never_twice() {
    for (index, code) in LintCode::ALL.iter().enumerate() {
        assert_eq!(code.code(), format!("PS-LINT-{:02}", index + 1));
        assert!(!code.about().is_empty());
    }
    let mut names: Vec<&str> = LintCode::ALL.iter().map(|code| code.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), LintCode::ALL.len());
}

/// What nobody reads: a kubelet passes over a field of a login that it does not know, an API server over one of a Secret.
#[test]
fn misspelt_fields() {
    let of = |fields: &str| format!(r#"{{"auths": {{"r.example.com": {{{fields}}}}}}}"#);
    for fields in [
        format!(r#""username": "u", "pasword": "{CANARY}""#),
        format!(r#""username": "u", "pass": "{CANARY}""#),
        format!(r#""user": "u", "password": "{CANARY}""#),
        format!(r#""username": "u", "Passwd": "{CANARY}""#),
    ] {
        assert!(codes(&of(&fields), None).contains(&"misspelt-field"), "{fields}");
    }
    let good = format!(r#""Username": "u", "PASSWORD": "{CANARY}", "email": "e", "user": "u""#);
    assert_eq!(codes(&of(&good), None), [""; 0]);
    let document = base64(&entry("r.example.com"));
    let text = format!(
        "kind: Secret\nmetadata: {{name: s}}\ntyp: {CONFIG}\ndata:\n  .dockerconfigjson: {document}\n"
    );
    assert_eq!(codes(&text, None), ["wrong-type", "misspelt-field"]);
    let found = lint(&text, None);
    assert!(
        found[1].render().contains("s.yaml:3:1\n") && found[1].render().contains("write type"),
        "{}",
        found[1].render()
    );
}
