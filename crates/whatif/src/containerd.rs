//! The configuration of containerd, changed as an administrator would change it.

use std::path::PathBuf;

use node::Node;
use toml::{Table, Value};

const CONFIG: &str = "/etc/containerd/config.toml";
/// Where a directory for each registry lies, unless the configuration says otherwise.
const CERTS: &str = "/etc/containerd/certs.d";
/// The plugins that may hold the settings of registries, the newest first.
const PLUGINS: [&str; 2] = ["io.containerd.cri.v1.images", "io.containerd.grpc.v1.cri"];

/// The same as a configuration of version 1 calls it.
const FIRST: &str = "cri";

/// The node without any mirror: no directories for registries, no mirrors in the configuration.
pub(crate) fn without_mirrors(node: Node) -> Node {
    let directories = directories(&node);
    let node = directories.into_iter().fold(node, |node, directory| node.without(directory));
    edited(node, |registry| {
        registry.remove("mirrors");
    })
}

/// The node without logins in containerd's configuration, among which headers may be.
pub(crate) fn without_logins(node: Node) -> Node {
    edited(node, |registry| {
        registry.retain(|key, _| !["configs", "auths", "headers"].contains(&key));
    })
}

/// The node with this `hosts.toml` for a registry, and a configuration in which it counts.
pub(crate) fn with_hosts_toml(node: Node, registry: &str, text: &str) -> Node {
    let directory = PathBuf::from(CERTS).join(registry);
    let node = node.without(&directory).with_file(directory.join("hosts.toml"), text);
    let mut table = config(&node);
    name_version(&mut table);
    for plugin in PLUGINS {
        edit_at(&mut table, &["plugins", plugin, "registry"], |registry| {
            registry.retain(|key, _| key == "headers");
            registry.insert("config_path".to_owned(), Value::String(CERTS.to_owned()));
        });
    }
    with_config(node, &table)
}

fn config(node: &Node) -> Table {
    let text = node.read_own(CONFIG).unwrap_or_default();
    String::from_utf8_lossy(&text).parse().unwrap_or_default()
}

fn with_config(node: Node, table: &Table) -> Node {
    node.with_file(CONFIG, table.to_string())
}

/// Sees that whole names of plugins count: without a version they do not, in containerd 1.
fn name_version(table: &mut Table) {
    if table.get("version").and_then(Value::as_integer).unwrap_or_default() >= 2 {
        return;
    }
    table.insert("version".to_owned(), Value::Integer(2));
    if let Some(Value::Table(plugins)) = table.get_mut("plugins") {
        let cri = plugins.remove(FIRST);
        plugins.retain(|name, _| name.contains('.'));
        if let Some(cri) = cri {
            plugins.insert(PLUGINS[1].to_owned(), cri);
        }
    }
}

/// Changes the settings of registries where there are any; a configuration that is not there stays so.
fn edited(node: Node, edit: impl Fn(&mut Table)) -> Node {
    let mut table = config(&node);
    let mut changed = false;
    for plugin in PLUGINS.into_iter().chain([FIRST]) {
        let plugin = table.get_mut("plugins").and_then(|plugins| plugins.get_mut(plugin));
        let registry = plugin.and_then(|plugin| plugin.get_mut("registry")).and_then(Value::as_table_mut);
        if let Some(registry) = registry {
            edit(registry);
            changed = true;
        }
    }
    if changed { with_config(node, &table) } else { node }
}

/// The directories in which there may be one for each registry.
fn directories(node: &Node) -> Vec<PathBuf> {
    let table = config(node);
    let written = PLUGINS.into_iter().chain([FIRST]).filter_map(|plugin| {
        let registry = table.get("plugins")?.get(plugin)?.get("registry")?;
        registry.get("config_path")?.as_str().map(ToOwned::to_owned)
    });
    let written = written.flat_map(|list| list.split(':').map(PathBuf::from).collect::<Vec<_>>());
    written.chain([PathBuf::from(CERTS), PathBuf::from("/etc/docker/certs.d")]).collect()
}

/// Changes the table at a path, which is made where it is not there.
fn edit_at(table: &mut Table, path: &[&str], edit: impl FnOnce(&mut Table)) {
    let Some((first, rest)) = path.split_first() else { return edit(table) };
    let value = table.entry((*first).to_owned()).or_insert_with(|| Value::Table(Table::new()));
    if !value.is_table() {
        *value = Value::Table(Table::new());
    }
    if let Some(inner) = value.as_table_mut() {
        edit_at(inner, rest, edit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_of_plugins_need_a_version() {
        let written = |text: &str| {
            let node = Node::memory([(CONFIG.into(), text.as_bytes().to_vec())]);
            config(&with_hosts_toml(node, "r.test", ""))
        };
        assert_eq!(written("")["version"].as_integer(), Some(2));
        assert_eq!(written("version = 3\n")["version"].as_integer(), Some(3));
        let old = written("[plugins.cri]\nsandbox_image = 'pause'\n[plugins.opt]\npath = '/x'\n");
        let plugins = old["plugins"].as_table().unwrap();
        assert_eq!(plugins[PLUGINS[1]]["sandbox_image"].as_str(), Some("pause"));
        assert!(!plugins.contains_key("cri") && !plugins.contains_key("opt"));
    }

    #[test]
    fn only_what_is_meant_changes() {
        let text = "version = 2\n[plugins.'io.containerd.grpc.v1.cri']\nsandbox_image = 'pause'\n\
                    [plugins.'io.containerd.grpc.v1.cri'.registry]\nheaders = {X = ['1']}\n\
                    mirrors = {'r.test' = {endpoint = ['https://m.test']}}\n\
                    configs = {'r.test' = {auth = {username = 'u', password = 'p'}}}\n";
        let node = Node::memory([(CONFIG.into(), text.as_bytes().to_vec())]);
        let cri = |node: &Node| config(node)["plugins"]["io.containerd.grpc.v1.cri"].clone();
        let keys = |node: &Node| {
            let cri = cri(node);
            assert_eq!(cri["sandbox_image"].as_str(), Some("pause"));
            cri["registry"].as_table().unwrap().keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(keys(&without_mirrors(node.clone())), ["headers", "configs"]);
        assert_eq!(keys(&without_logins(node.clone())), ["mirrors"]);
        let plain = with_hosts_toml(node, "r.test:5000", "server = 'http://r.test:5000'\n");
        assert_eq!(keys(&plain), ["config_path", "headers"]);
        assert!(plain.read("/etc/containerd/certs.d/r.test:5000/hosts.toml").is_ok());
        assert!(without_mirrors(Node::memory([])).read(CONFIG).is_err());
        let text = "[plugins.cri.registry.configs.'r.test'.auth]\nusername = 'u'\n";
        let node = Node::memory([(CONFIG.into(), text.as_bytes().to_vec())]);
        assert!(!config(&without_logins(node)).to_string().contains("username"));
    }
}
