//! A file over those before it (`mergeConfig`).

use toml::{Table, Value};

use super::{ServerConfig, integer, strings, text};
use crate::containerd::profile::ConfigRules;

impl ServerConfig {
    /// What the file says counts; lists grow. Of a plugin that two files configure, containerd 1 takes the later table
    /// alone, containerd 2 both, one over the other.
    pub(super) fn merge(&mut self, file: &Table, rules: &ConfigRules) {
        let version = integer(file, "version");
        if version != 0 {
            self.version = version;
        }
        for (kept, said) in [(&mut self.root, "root"), (&mut self.state, "state")] {
            let said = text(file, said);
            if !said.is_empty() {
                *kept = said;
            }
        }
        self.disabled_plugins.extend(strings(file, "disabled_plugins"));
        self.required_plugins.extend(strings(file, "required_plugins"));
        let tables = |key: &str| file.get(key).and_then(Value::as_table).into_iter().flatten();
        for (name, plugin) in tables("proxy_plugins") {
            self.proxy_plugins.insert(name.clone(), plugin.clone());
        }
        for (name, plugin) in tables("plugins") {
            match (self.plugins.get_mut(name), plugin) {
                (Some(Value::Table(kept)), Value::Table(plugin)) if rules.merges_plugins => {
                    put_over(kept, plugin);
                }
                _ => drop(self.plugins.insert(name.clone(), plugin.clone())),
            }
        }
    }
}

/// `mergo.Merge` with override: tables are merged, an empty list changes nothing, all else is replaced.
fn put_over(kept: &mut Table, over: &Table) {
    for (key, value) in over {
        match (kept.get_mut(key), value) {
            (Some(Value::Table(kept)), Value::Table(over)) => put_over(kept, over),
            (Some(Value::Array(_)), Value::Array(list)) if list.is_empty() => {}
            _ => drop(kept.insert(key.clone(), value.clone())),
        }
    }
}
