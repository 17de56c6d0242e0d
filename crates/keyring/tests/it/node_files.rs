use keyring::{KubeletPaths, NodeFileOutcome, NodeFiles};
use node::Node;

fn node(files: &[(&str, &str)]) -> Node {
    Node::memory(files.iter().map(|(path, text)| ((*path).into(), text.as_bytes().to_vec())))
}

fn read(files: &[(&str, &str)]) -> NodeFiles {
    let node = node(files);
    NodeFiles::read(&node, &KubeletPaths::of(&node))
}

const LOGIN: &str = r#"{"auths": {"r.example.com": {"username": "new"}}}"#;
const OLD_LOGIN: &str = r#"{"r.example.com": {"username": "old"}}"#;

#[test]
fn the_first_good_file_counts() {
    for (files, used, user) in [
        (vec![], None, None),
        (vec![("/var/lib/kubelet/config.json", LOGIN)], Some("/var/lib/kubelet/config.json"), Some("new")),
        (
            vec![("/config.json", LOGIN), ("/var/lib/kubelet/.dockercfg", OLD_LOGIN)],
            Some("/config.json"),
            Some("new"),
        ),
        (vec![("/var/lib/kubelet/.dockercfg", OLD_LOGIN)], Some("/var/lib/kubelet/.dockercfg"), Some("old")),
        (
            vec![("/var/lib/kubelet/config.json", "{}"), ("/.docker/config.json", LOGIN)],
            Some("/var/lib/kubelet/config.json"),
            None,
        ),
        (
            vec![("/var/lib/kubelet/config.json", "{"), ("/.docker/config.json", LOGIN)],
            Some("/.docker/config.json"),
            Some("new"),
        ),
        (
            vec![
                (
                    "/etc/systemd/system/kubelet.service",
                    "[Service]\nExecStart=/usr/bin/kubelet --root-dir /data\n",
                ),
                ("/var/lib/kubelet/config.json", OLD_LOGIN),
                ("/data/config.json", LOGIN),
            ],
            Some("/data/config.json"),
            Some("new"),
        ),
        // Without HOME in the unit, root's login does not count.
        (vec![("/root/.docker/config.json", LOGIN)], None, None),
    ] {
        let found = read(&files);
        assert_eq!(found.used(), used, "{files:?}");
        let credentials = found.keyring.lookup("r.example.com/a");
        assert_eq!(credentials.first().map(|c| c.username.as_str()), user, "{files:?}");
        if let (Some(credential), Some(path)) = (credentials.first(), used) {
            assert_eq!(credential.provenance.to_string(), format!("node file {path}"));
        }
    }
}

#[test]
fn the_units_home_is_looked_into() {
    let unit = "[Service]\nEnvironment=HOME=/root\n";
    let drop_in = "/etc/systemd/system/kubelet.service.d/10.conf";
    let found = read(&[(drop_in, unit), ("/root/.docker/config.json", LOGIN)]);
    assert_eq!(found.used(), Some("/root/.docker/config.json"));
}

#[test]
fn a_malformed_file_is_passed_over_and_told() {
    let found = read(&[("/var/lib/kubelet/config.json", "{")]);
    assert_eq!(found.used(), None);
    let NodeFileOutcome::Malformed(error) = &found.tried[0].outcome else { panic!("{:?}", found.tried) };
    assert_eq!(error.to_string(), "unexpected end of JSON input");
    let paths: Vec<&str> = found.tried.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/var/lib/kubelet/config.json",
            "/config.json",
            "/.docker/config.json",
            "/var/lib/kubelet/.dockercfg",
            "/.dockercfg"
        ]
    );
}
