//! No secret ever occurs in any output, in whatever field it was given.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::json;

use crate::registry::{closed, empty, serve};
use crate::{Run, pullsim_with};

const CANARY: &str = "c4n4ry?>x";

fn forms() -> Vec<String> {
    let login = format!("ci:{CANARY}");
    let mut forms = vec![CANARY.to_owned(), "c4n4ry%3F%3Ex".to_owned(), "c4n4ry".to_owned()];
    for text in [CANARY, &login] {
        for encoded in [STANDARD.encode(text), URL_SAFE.encode(text)] {
            forms.push(encoded.trim_end_matches('=').to_owned());
        }
    }
    forms
}

fn assert_clean(run: &Run, what: &str) {
    for form in forms() {
        assert!(!run.all().contains(&form), "{what}: {form:?} occurs in {}", run.all());
    }
}

/// Documents with the canary in each field that may hold a secret, well formed and not.
fn documents(host: &str) -> Vec<String> {
    let auth = STANDARD.encode(format!("ci:{CANARY}"));
    let config = json!({"auths": {host: {"username": "ci", "password": CANARY, "auth": auth}}}).to_string();
    let wrong_host = json!({"auths": {"other.test": {"auth": auth}}}).to_string();
    let key = json!({"auths": {format!("https://ci:{CANARY}@{host}"): {"username": "ci", "password": "x"}}})
        .to_string();
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": STANDARD.encode(&config)}})
    .to_string();
    let opaque = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "type": "Opaque",
        "stringData": {"password": CANARY}})
    .to_string();
    vec![
        config.clone(),
        wrong_host,
        key,
        secret.clone(),
        opaque,
        STANDARD.encode(&config),
        json!({host: {"auth": auth}}).to_string(),
        json!({"auths": {host: {"auth": CANARY}}}).to_string(),
        json!({"auths": {host: {"identitytoken": CANARY, "registrytoken": CANARY}}}).to_string(),
        json!({"auths": {host: CANARY}}).to_string(),
        config.replace('}', ""),
        secret.replace('{', "["),
        format!(
            "kind: Secret\ntype: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: {CANARY}\n"
        ),
        format!("password: {CANARY}\n  bad indent: [\n"),
    ]
}

/// The forms of a check's report. A new form is a new row.
const CHECK_FORMS: &[&[&str]] = &[
    &[],
    &["-o", "json"],
    &["-o", "markdown"],
    &["-o", "har"],
    &["-o", "html"],
    &["-o", "sarif"],
    &["-o", "junit"],
    &["-o", "tap"],
    &["--plan"],
    &["--plan", "-o", "json"],
    &["--kubelet", "1.28"],
];

#[test]
fn in_no_output_of_any_form() {
    let basic = serve(|request| match request.authorization {
        Some(_) => empty("403 Forbidden", ""),
        None => empty("401 Unauthorized", "WWW-Authenticate: Basic realm=\"r\"\r\n"),
    });
    for host in [basic, closed()] {
        let image = format!("{host}/team/app:v1");
        for document in documents(&host) {
            for more in CHECK_FORMS {
                let run =
                    pullsim_with(&[&["check", image.as_str(), "--secret", "-"], *more].concat(), &document);
                assert!((1..=2).contains(&run.status) || more.contains(&"--plan"), "{}", run.all());
                assert_clean(&run, &document);
            }
        }
        for field in ["password", "auth", "identity_token", "registry_token"] {
            let auth = json!({"username": "ci", field: CANARY}).to_string();
            let run = pullsim_with(&["check", &image, "--cri-auth", "-", "-o", "json"], &auth);
            assert_clean(&run, &auth);
        }
    }
}

/// Commands that take a secret on standard input, in every form of their output. A new command or form is a new row.
const COMMANDS: &[&[&str]] = &[
    &["secret", "lint", "-"],
    &["secret", "lint", "-", "--image", "r.example.com/team/app"],
    &["secret", "lint", "-", "-o", "json"],
    &["secret", "match", "r.example.com/team/app", "-"],
    &["secret", "match", "r.example.com/team/app", "-", "-o", "json"],
    &["secret", "match", "other.example.com/team/app", "-", "-o", "json"],
];

/// Documents whose defects the lint looks at one by one.
fn defective(host: &str) -> Vec<String> {
    let entry = |fields: serde_json::Value| json!({"auths": {host: fields}}).to_string();
    let claims = STANDARD.encode(json!({"exp": 1, "sub": CANARY}).to_string());
    let header = STANDARD.encode(json!({"alg": "none"}).to_string());
    let token = format!("{}.{}.{CANARY}", header.trim_end_matches('='), claims.trim_end_matches('='));
    vec![
        entry(json!({"auth": STANDARD.encode(format!("ci:{CANARY}\n"))})),
        entry(json!({"auth": URL_SAFE.encode(format!("ci:\u{ff}\u{ff}>{CANARY}"))})),
        entry(json!({"auth": STANDARD.encode(CANARY)})),
        entry(json!({"username": CANARY.to_uppercase(), "auth": STANDARD.encode(format!("ci:{CANARY}"))})),
        entry(json!({"username": "ci", "password": token})),
        entry(json!({"username": "ci", "password": [CANARY]})),
        json!({"auths": {format!("https://ci:{CANARY}@{host}:443"): {"username": "ci", "password": "x"}}})
            .to_string(),
        json!({"auths": {format!("{CANARY}@ {host}"): {"username": "ci", "password": "x"}}}).to_string(),
        json!({"auths": {host: {"username": "ci"}}, "HttpHeaders": {"X-Meta-Auth": CANARY}}).to_string(),
        format!("kind: Secret\ntype: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: {CANARY}\n"),
        format!("kind: Secret\nmetadata: {{name: s}}\ntype: Opaque\nstringData:\n  docker: \"{{{CANARY}\"\n"),
    ]
}

#[test]
fn nor_in_what_is_said_of_secrets() {
    let host = "r.example.com";
    for document in documents(host).iter().chain(&defective(host)) {
        for arguments in COMMANDS {
            let run = pullsim_with(arguments, document);
            assert!((0..=2).contains(&run.status), "{}", run.all());
            assert_clean(&run, &format!("{arguments:?} {document}"));
        }
    }
    // A Secret that is made holds the password, and nothing else does.
    let made =
        pullsim_with(&["secret", "make", "r.example.com:443", "--user", "ci", "--password-stdin"], CANARY);
    assert_eq!(made.status, 0);
    assert_clean(&Run { out: String::new(), ..made }, "secret make");
}

#[test]
fn nor_what_a_token_service_gives() {
    let token = serve(|request| {
        if request.line.contains("/token") {
            let body = json!({ "token": CANARY }).to_string();
            return format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        }
        let host = &request.host;
        match &request.authorization {
            Some(value) if value.starts_with("Bearer") => empty("404 Not Found", ""),
            _ => empty(
                "401 Unauthorized",
                &format!("WWW-Authenticate: Bearer realm=\"http://{host}/token\",service=\"r\"\r\n"),
            ),
        }
    });
    let image = format!("{token}/team/app:v1");
    for format in ["text", "json"] {
        assert_clean(&pullsim_with(&["check", &image, "-o", format], ""), format);
    }
}
