use keyring::{SecretType, from_secrets};
use objects::{Secrets, Source, read_secrets};

use crate::{CANARY, base64, read};

const CONFIG: &str = r#"{"auths": {"r.example.com": {"username": "u", "password": "canary-5ecret"}}}"#;
const DOCKERCFG: &str = r#"{"r.example.com": {"username": "u", "password": "canary-5ecret"}}"#;

/// `namespace/name type source` of each Secret, and the notes.
fn summary(secrets: &Secrets) -> (Vec<String>, Vec<String>) {
    let shown = secrets.pull_secrets.iter().map(|secret| {
        // Each of these inputs holds the same login.
        let keyring = from_secrets(std::slice::from_ref(secret)).unwrap().keyring;
        let found = keyring.lookup("r.example.com/a");
        assert_eq!(found[0].password.expose(), CANARY);
        format!("{}/{} {} <{}>", secret.namespace, secret.name, secret.secret_type, found[0].provenance)
    });
    (shown.collect(), secrets.notes.iter().map(ToString::to_string).collect())
}

fn check(name: &str, text: &str, secrets: &[&str], notes: &[&str]) {
    let read = read(name, text).unwrap_or_else(|error| panic!("{text}\n{}", error.render()));
    let (got_secrets, got_notes) = summary(&read);
    assert_eq!(got_secrets, secrets, "{text}");
    assert_eq!(got_notes, notes, "{text}");
    assert!(!format!("{read:?}").contains(CANARY));
}

#[test]
fn login_files() {
    let json = "default/config.json kubernetes.io/dockerconfigjson <file dir/config.json>";
    check("dir/config.json", CONFIG, &[json], &[]);
    check("x", DOCKERCFG, &["default/x kubernetes.io/dockercfg <file x>"], &[]);
    let stdin = "default/stdin kubernetes.io/dockerconfigjson <standard input>";
    check("-", &format!("\n  {CONFIG}\n"), &[stdin], &[]);
    let once = &["x (decoded from base64):1:1: decoded from base64"];
    check("x", &base64(CONFIG), &["default/x kubernetes.io/dockerconfigjson <file x>"], once);
    let broken: Vec<String> =
        base64(CONFIG).as_bytes().chunks(20).map(|c| String::from_utf8_lossy(c).into()).collect();
    check("x", &broken.join("\n"), &["default/x kubernetes.io/dockerconfigjson <file x>"], once);
    check(
        "x",
        &base64(&base64(DOCKERCFG)),
        &["default/x kubernetes.io/dockercfg <file x>"],
        &["x (decoded from base64):1:1: decoded from base64, 2 times over"],
    );
}

#[test]
fn login_files_without_logins() {
    for (text, helper) in [
        ("{}", false),
        (r#"{"auths": {}}"#, false),
        (r#"{"credsStore": "desktop"}"#, true),
        (r#"{"auths": null, "credHelpers": {"a": "b"}}"#, true),
    ] {
        let read = read("c", text).unwrap();
        assert_eq!(read.pull_secrets[0].secret_type, SecretType::DockerConfigJson, "{text}");
        let wanted = if helper {
            "c:1:1: holds no login: credsStore or credHelpers keep it on that machine"
        } else {
            "c:1:1: holds no login"
        };
        assert_eq!(read.notes[0].to_string(), wanted, "{text}");
    }
}

#[test]
fn secrets_as_yaml_and_json() {
    let data = base64(CONFIG);
    let wanted = "ns/s kubernetes.io/dockerconfigjson <secret ns/s u-1>";
    let head = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  namespace: ns\n  uid: u-1\n";
    let yaml = format!("{head}type: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: {data}\n");
    check("s.yaml", &yaml, &[wanted], &[]);
    check("s.txt", &base64(&yaml), &[wanted], &["s.txt (decoded from base64):1:1: decoded from base64"]);
    let folded = format!(
        "{head}type: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: >-\n    {}\n    {}\n",
        &data[..8],
        &data[8..]
    );
    // A folded scalar puts a space between the halves, which is no base64; a literal one a line end, which is.
    assert!(read("s.yaml", &folded).is_err());
    check("s.yaml", &folded.replace(">-", "|"), &[wanted], &[]);
    let plain = format!(
        "{head}type: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: e30=\nstringData:\n  .dockerconfigjson: '{CONFIG}'\n"
    );
    check("s.yaml", &plain, &[wanted], &[]);
    let json = format!(
        r#"{{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"s"}},"type":"kubernetes.io/dockercfg","data":{{".dockercfg":"{}"}}}}"#,
        base64(DOCKERCFG)
    );
    check("s.json", &json, &["default/s kubernetes.io/dockercfg <secret default/s>"], &[]);
}

#[test]
fn lists_and_several_documents() {
    let secret = |name: &str| {
        format!(
            "kind: Secret\nmetadata: {{name: {name}}}\ntype: kubernetes.io/dockerconfigjson\nstringData: {{.dockerconfigjson: '{CONFIG}'}}\n"
        )
    };
    let one = "default/a kubernetes.io/dockerconfigjson <secret default/a>";
    let two = "default/b kubernetes.io/dockerconfigjson <secret default/b>";
    let text = format!(
        "---\n{}---\n# nothing\n---\nkind: Pod\nmetadata: {{name: p}}\n---\n{}",
        secret("a"),
        secret("b")
    );
    check("m.yaml", &text, &[one, two], &["m.yaml:9:1: Pod default/p: no Secret, skipped"]);
    let item = |name: &str| secret(name).replace('\n', "\n  ").trim_end().to_owned();
    for kind in ["List", "SecretList"] {
        let text = format!(
            "kind: {kind}\nitems:\n- {}\n- kind: Secret\n  type: Opaque\n  metadata: {{name: o, namespace: n}}\n- {}\n",
            item("a"),
            item("b")
        );
        check(
            "l.yaml",
            &text,
            &[one, two],
            &["l.yaml:8:9: Secret n/o of type Opaque: the kubelet ignores it"],
        );
    }
    // The items of a SecretList need not say what they are.
    let text = format!("kind: SecretList\nitems:\n- {}\n", item("a").replacen("kind: Secret\n  ", "", 1));
    check("l.yaml", &text, &[one], &[]);
}

#[test]
fn words_like_no_stay_texts() {
    let text = format!(
        "kind: Secret\nmetadata:\n  name: no\n  namespace: on\ntype: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: '{CONFIG}'\n"
    );
    check("s", &text, &["on/no kubernetes.io/dockerconfigjson <secret on/no>"], &[]);
}

#[test]
fn files_are_read_by_name() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/pull-secret.yaml");
    let source = Source::open(path).unwrap();
    assert_eq!(summary(&read_secrets(&source).unwrap()).0.len(), 1);
}
