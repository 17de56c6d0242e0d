//! The configuration of CRI-O, changed as an administrator would change it.

use std::path::{Path, PathBuf};

use node::Node;
use toml::Table;

/// Where `registries.conf` and its drop-ins are: the system's place and that of the service's user.
const PLACES: [&str; 2] = ["/etc/containers", "/root/.config/containers"];
const POLICY: &str = "/etc/containers/policy.json";
const LETS_ALL_IN: &str = r#"{"default": [{"type": "insecureAcceptAnything"}]}"#;
/// Files of logins that are read where no other is named.
const LOGINS: [&str; 4] = [
    "/run/containers/0/auth.json",
    "/root/.config/containers/auth.json",
    "/root/.docker/config.json",
    "/root/.dockercfg",
];
/// A drop-in that comes after all others.
const LAST: &str = "zz-what-if.conf";

/// The node without a rule for any registry: no mirror, no other location.
pub(crate) fn without_mirrors(node: Node) -> Node {
    files(&node).into_iter().fold(node, |node, file| {
        let text = node.read_own(&file).unwrap_or_default();
        let mut table: Table = String::from_utf8_lossy(&text).parse().unwrap_or_default();
        match table.remove("registry") {
            Some(_) => node.with_file(file, table.to_string()),
            None => node,
        }
    })
}

/// The node that neither verifies this registry nor insists on TLS.
pub(crate) fn insecure(node: Node, registry: &str) -> Node {
    let rule = format!("[[registry]]\nlocation = {registry:?}\ninsecure = true\n");
    let drop_in = Path::new(PLACES[0]).join("registries.conf.d").join(LAST);
    let node = without_mirrors(node).with_file(drop_in, rule);
    // A node with none of these files was taken for one whose policy lets all in.
    if node.read_own(POLICY).is_err() { node.with_file(POLICY, LETS_ALL_IN) } else { node }
}

/// The node without logins of its own.
pub(crate) fn without_logins(node: Node) -> Node {
    let node = LOGINS.into_iter().fold(node, Node::without);
    let drop_in = Path::new("/etc/crio/crio.conf.d").join(LAST);
    node.with_file(drop_in, "[crio.image]\nglobal_auth_file = \"\"\n")
}

fn files(node: &Node) -> Vec<PathBuf> {
    let of_place = |place: &&str| {
        let drop_ins = Path::new(place).join("registries.conf.d");
        let named = node.list_own(&drop_ins).into_iter().map(move |name| drop_ins.join(name));
        [Path::new(place).join("registries.conf")].into_iter().chain(named)
    };
    PLACES.iter().flat_map(of_place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_meant_changes() {
        const FILE: &str = "/etc/containers/registries.conf";
        const DROP_IN: &str = "/etc/containers/registries.conf.d/hub.conf";
        let text = "short-name-mode = 'enforcing'\n[[registry]]\nlocation = 'r.test'\nblocked = true\n";
        let rule = "[[registry]]\nlocation = 'docker.io'\n[[registry.mirror]]\nlocation = 'm.test'\n";
        let file = |path: &str, text: &str| (PathBuf::from(path), text.as_bytes().to_vec());
        let node = Node::memory([file(FILE, text), file(DROP_IN, rule), file(LOGINS[2], "{}")]);
        let read = |node: &Node, path: &str| String::from_utf8(node.read_own(path).unwrap()).unwrap();
        let straight = without_mirrors(node.clone());
        assert_eq!(
            (read(&straight, FILE).as_str(), read(&straight, DROP_IN).as_str()),
            ("short-name-mode = \"enforcing\"\n", "")
        );
        let insecure = insecure(node.clone(), "r.test:5000");
        let drop_in = "/etc/containers/registries.conf.d/zz-what-if.conf";
        assert_eq!(read(&insecure, drop_in), "[[registry]]\nlocation = \"r.test:5000\"\ninsecure = true\n");
        assert_eq!(read(&insecure, POLICY), LETS_ALL_IN);
        assert!(node.read_own(LOGINS[2]).is_ok() && without_logins(node).read_own(LOGINS[2]).is_err());
    }
}
