use scenario::{LoadError, Mistake, Scenario};

use crate::support::{HEAD, refuse};

#[test]
fn mistakes_are_shown_where_they_are() {
    let table = [
        (
            "hosts:\n  r.test:\n    adress: 10.0.0.1\n",
            "error: unknown key `adress`\n  s.yaml:8:5\n   8 |     adress: 10.0.0.1\n     |     ^^^^^^\nhelp: did you mean `address`?\n",
        ),
        (
            "hosts:\n  r.test: {address: 10.0.0.1, tls: expird}\n",
            "error: unknown word `expird`\n  s.yaml:7:36\n   7 |   r.test: {address: 10.0.0.1, tls: expird}\n     |                                    ^^^^^^\nhelp: did you mean `expired`?\n",
        ),
        (
            "hosts:\n  r.test: {address: 10.0.0.1, rules: [{count: frist 2}]}\n",
            "error: \"frist 2\" is no count: write `always`, `first 2`, `every 3rd` or `after 5`\n  s.yaml:7:47\n   7 |   r.test: {address: 10.0.0.1, rules: [{count: frist 2}]}\n     |                                               ^^^^^^^\n",
        ),
        (
            "hosts:\n  r.test: {address: 10.0.0.1, blobsAt: cdn.tset}\n  cdn.test: {address: 10.0.0.2}\n",
            "error: there is no host `cdn.tset`\n  s.yaml:7:40\n   7 |   r.test: {address: 10.0.0.1, blobsAt: cdn.tset}\n     |                                        ^^^^^^^^\nhelp: did you mean `cdn.test`?\n",
        ),
        (
            "hosts:\n  r.test: {address: 10.0.0.1, images: [{name: Team/App}]}\n",
            "error: \"Team/App\" is no repository name: lower-case words joined by . _ __ or - in parts joined by /\n  s.yaml:7:47\n   7 |   r.test: {address: 10.0.0.1, images: [{name: Team/App}]}\n     |                                               ^^^^^^^^\n",
        ),
    ];
    for (rest, shown) in table {
        assert_eq!(refuse(rest).render(), shown);
    }
}

#[test]
fn mistakes_are_facts() {
    let mistake = |rest: &str| match refuse(rest) {
        LoadError::Mistake { mistake, place, .. } => (*mistake, place.line),
        other => panic!("{other}"),
    };
    let taken = mistake("hosts:\n  a.test: {address: 10.0.0.1}\n  b.test: {address: 10.0.0.1}\n");
    assert!(matches!(&taken, (Mistake::AddressTaken { first, .. }, 8) if first == "a.test"), "{taken:?}");
    assert!(matches!(mistake("title: twice\n"), (Mistake::DuplicateKey(key), 6) if key == "title"));
    assert!(matches!(mistake("hosts: {a.test: {}}\n"), (Mistake::MissingKey("address"), 6)));
    assert!(matches!(mistake("firewall: [{to: x.test, action: drop}]\n"), (Mistake::UnknownHost { .. }, 6)));
    assert!(matches!(mistake("dns: {a.test: nxdomian}\n"), (Mistake::UnknownWord { .. }, 6)));
    assert!(matches!(mistake("hosts: [\n"), (Mistake::Value(_), _)));
    let other = Scenario::parse("s.yaml", &HEAD.replace("Scenario", "Pod")).unwrap_err();
    assert!(other.to_string().contains("this is no scenario: kind is `Pod`, not `Scenario`"), "{other}");
}

#[test]
fn a_line_with_a_password_is_not_shown() {
    let text = "secrets:\n  - name: s\n    auths: {r.test: {username: a, password: hunter2, pasword: x}}\n";
    let shown = refuse(text).render();
    assert!(shown.contains("unknown key `pasword`") && shown.contains("s.yaml:8:"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Scenario::load("no/such/file.yaml").unwrap_err();
    assert!(error.render().starts_with("error: cannot read no/such/file.yaml: "), "{}", error.render());
}

#[test]
fn the_node_has_its_files_and_the_pod_its_secrets() {
    let rest = "node:\n  nameserver: 10.0.0.53\n  files: {/etc/hosts: \"10.0.0.9 r.test\\n\"}\nsecrets:\n  - name: s\n    auths: {r.test: {username: u, password: p}}\n";
    let scenario = Scenario::parse("s.yaml", &format!("{HEAD}{rest}")).unwrap();
    let node = scenario.node();
    assert_eq!(node.read("/etc/resolv.conf").unwrap(), b"nameserver 10.0.0.53\n");
    assert_eq!(node.read("/etc/hosts").unwrap(), b"10.0.0.9 r.test\n");
    assert!(
        node.read("/etc/ssl/certs/ca-certificates.crt").unwrap().starts_with(b"-----BEGIN CERTIFICATE-----")
    );
    let secrets = scenario.secrets();
    assert_eq!((secrets.len(), secrets[0].namespace.as_str(), secrets[0].name.as_str()), (1, "default", "s"));
    let document = secrets[0].data[".dockerconfigjson"].expose();
    assert_eq!(document, br#"{"auths":{"r.test":{"password":"p","username":"u"}}}"#);
    assert!(!format!("{scenario:?}").contains("\"p\""));
}
