//! No login goes where the pull itself does not send it.

use crate::support::tried;

/// Hosts at every one of which the login is right, so that it shows when it comes.
const HOSTS: &str = "
secrets: [{name: s, auths: {KEY: {username: ci, password: right}}}]
hosts:
  registry.example.com: &host
    address: 10.20.0.7
    images: [{name: team/app, tags: [v1, v1.2.0], layers: [1KiB]}]
    auth: {basic: {accounts: {ci: {password: right, pull: ['**']}}}}
    FIRST
  other.example.com:
    address: 10.20.0.8
    images: [{name: team/app, tags: [v1, v1.2.0], layers: [1KiB]}]
    auth: {basic: {accounts: {ci: {password: right, pull: ['**']}}}}
  OTHER
";

fn logged_in_at(image: &str, key: &str, first: &str, other: &str, more: &str) -> Vec<String> {
    let hosts =
        HOSTS.replace("KEY", key).replace("FIRST", first).replace("OTHER", other).replace("&host", "");
    let tried = tried(&format!("image: {image}\n{more}{hosts}"), false);
    // A key of another host leaves nothing to try.
    let own = key.contains("registry.example.com") && !key.contains("evil");
    assert_eq!(!tried.found.trials.is_empty(), own, "{:?}", tried.outcomes());
    tried.hosts.logged_in_at()
}

const IMAGE: &str = "registry.example.com/team/app:v1";
const NOWHERE: [&str; 0] = [];

#[test]
fn a_login_for_another_host_stays() {
    for key in ["other.example.com", "registry.example.com.evil.test", "'*.example.org'"] {
        assert_eq!(logged_in_at(IMAGE, key, "", "", ""), NOWHERE, "{key}");
    }
    // The same host, written otherwise.
    let key = "'registry.example.com:443'";
    assert_eq!(logged_in_at(IMAGE, key, "", "", ""), ["registry.example.com"]);
}

#[test]
fn a_server_that_nothing_vouches_for_sees_no_login() {
    for first in ["tls: self-signed", "tls: unknown-authority", "tls: expired", "tls: none\n    port: 443"] {
        assert_eq!(logged_in_at(IMAGE, "registry.example.com", first, "", ""), NOWHERE, "{first}");
    }
}

#[test]
fn another_host_sees_no_login() {
    // The certificate is for another name, at which there is a registry too.
    let key = "registry.example.com";
    assert_eq!(logged_in_at(IMAGE, key, "tls: wrong-name", "", ""), NOWHERE);
    let port = "port: 5000";
    assert_eq!(logged_in_at(IMAGE, key, port, "", ""), NOWHERE);
}

#[test]
fn a_nearby_tag_is_looked_for_with_the_login_of_the_pull() {
    let image = "registry.example.com/team/app:v1.2";
    assert_eq!(logged_in_at(image, "registry.example.com", "", "", ""), ["registry.example.com"]);
}

#[test]
fn past_a_mirror_the_login_goes_to_its_registry_alone() {
    let node = "node:\n  files:\n    /etc/containerd/config.toml: |\n      version = 2\n      \
                [plugins.'io.containerd.grpc.v1.cri'.registry]\n      config_path = '/etc/containerd/certs.d'\n    \
                /etc/containerd/certs.d/registry.example.com/hosts.toml: |\n      \
                server = \"https://broken.example.com\"\n      [host.\"https://broken.example.com\"]\n";
    let broken = "broken.example.com: {address: 10.20.0.9, rules: [{status: 500}]}";
    assert_eq!(logged_in_at(IMAGE, "registry.example.com", "", broken, node), ["registry.example.com"]);
}

/// A Secret of another namespace is tried where its key says, and never with a server that nothing vouches for.
#[test]
fn a_secret_that_the_pod_does_not_have_goes_to_its_own_registry_alone() {
    let manifests = "\
manifests:
  - {apiVersion: v1, kind: Secret, metadata: {name: regcred, namespace: build}, type: kubernetes.io/dockerconfigjson,
     stringData: {.dockerconfigjson: '{\"auths\": {\"KEY\": {\"username\": \"ci\", \"password\": \"right\"}}}'}}
";
    let world = HOSTS.split_once("hosts:").unwrap().1;
    for (key, tls, seen) in [
        ("registry.example.com", "", &["registry.example.com"][..]),
        ("other.example.com", "", &[]),
        ("registry.example.com", "tls: self-signed", &[]),
        ("registry.example.com", "tls: expired", &[]),
        ("registry.example.com", "tls: none\n    port: 443", &[]),
    ] {
        let world = world.replace("FIRST", tls).replace("OTHER", "").replace("&host", "");
        let more = manifests.replace("KEY", key);
        let tried = tried(&format!("image: {IMAGE}\n{more}hosts:{world}"), false);
        assert_eq!(tried.hosts.logged_in_at(), seen, "{key} {tls}: {:?}", tried.outcomes());
    }
}
