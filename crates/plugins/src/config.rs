use keyring::{CredentialProviderConfig, InvalidConfig, PluginRules};
use node::Node;
use objects::{ConfigFlaw, InputError, ProviderFile, Source, UndecodableConfig, read_provider_config};

/// Why a kubelet with this configuration of plugins would not start. `Display` is what it says.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file or directory is not among the node's files.
    #[error("{}", missing(.path, *.rules))]
    Missing {
        /// Its path on the node.
        path: String,
        /// The kubelet's rules, on which the words depend.
        rules: PluginRules,
    },
    /// It is a directory, and the kubelet takes a file.
    #[error(
        "unable to read external registry credential provider configuration from {path:?}: read {path}: is a directory"
    )]
    Directory {
        /// Its path on the node.
        path: String,
    },
    /// The directory holds no configuration.
    #[error("no configuration files found in directory {path:?}")]
    Empty {
        /// Its path on the node.
        path: String,
    },
    /// A file cannot be read as text.
    #[error("error decoding config {path:?}: {error}")]
    Unreadable {
        /// Its path on the node.
        path: String,
        /// What is wrong with it.
        error: Box<InputError>,
    },
    /// A file cannot be decoded.
    #[error("error decoding config {}: {error}", quoted(.path, *.rules))]
    Decode {
        /// Its path on the node.
        path: String,
        /// What is wrong with it.
        error: UndecodableConfig,
        /// The kubelet's rules, on which the words depend.
        rules: PluginRules,
    },
    /// Two files have a plugin of one name.
    #[error("duplicate provider name {name:?} found in configuration file(s)")]
    DuplicateName {
        /// The name.
        name: String,
        /// Where it is the second time.
        flaw: Box<ConfigFlaw>,
    },
    /// What was read is refused.
    #[error("{error}")]
    Invalid {
        /// What the kubelet says.
        error: InvalidConfig,
        /// Where each of its faults stands.
        flaws: Vec<ConfigFlaw>,
    },
    /// The executable of a plugin is missing.
    #[error("plugin binary executable {} did not exist", if *.named { path.as_str() } else { "" })]
    NoExecutable {
        /// Its path on the node.
        path: String,
        /// Whether the kubelet says which: it did before it looked for executables as a shell does.
        named: bool,
    },
}

/// `kubernetes v1.28.7 pkg/credentialprovider/plugin/config.go readCredentialProviderConfigFile`, later
/// `readCredentialProviderConfig`
fn missing(path: &str, rules: PluginRules) -> String {
    if rules.reads_directories() {
        format!("unable to access path {path:?}: stat {path}: no such file or directory")
    } else {
        format!(
            "unable to read external registry credential provider configuration from {path:?}: open {path}: no such file \
             or directory"
        )
    }
}

fn quoted(path: &str, rules: PluginRules) -> String {
    if rules.reads_directories() { format!("{path:?}") } else { path.to_owned() }
}

impl ConfigError {
    /// The faults, each with its place and what to do.
    pub fn flaws(&self) -> &[ConfigFlaw] {
        match self {
            Self::Decode { error, .. } => &error.flaws,
            Self::DuplicateName { flaw, .. } => std::slice::from_ref(flaw),
            Self::Invalid { flaws, .. } => flaws,
            _ => &[],
        }
    }

    /// What to do, where that is not said with a fault.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Missing { path, .. } | Self::Empty { path } => Some(format!(
                "--image-credential-provider-config names {path}; copy it from the node, or leave the flag out"
            )),
            Self::Directory { .. } => {
                Some("a kubelet takes a directory from 1.34 on; name a file".to_owned())
            }
            Self::Unreadable { error, .. } => error.help(),
            Self::NoExecutable { path, .. } => {
                Some(format!("put the plugin to {path} on each node before the kubelet starts"))
            }
            Self::Decode { .. } | Self::DuplicateName { .. } | Self::Invalid { .. } => None,
        }
    }
}

/// Reads the configuration of plugins as a kubelet by these rules does: a file, or the `.json`, `.yaml` and `.yml` files
/// of a directory in the order of their names
/// (`kubernetes pkg/credentialprovider/plugin/config.go readCredentialProviderConfig`).
///
/// # Errors
/// [`ConfigError`]: the kubelet would not start.
pub fn read_config(
    node: &Node,
    path: &str,
    rules: PluginRules,
) -> Result<CredentialProviderConfig, ConfigError> {
    let files = files(node, path, rules)?;
    let files = files.iter().map(|file| read(node, file, rules)).collect::<Result<Vec<_>, _>>()?;
    let mut merged = CredentialProviderConfig::default();
    for file in &files {
        for (index, provider) in file.config.providers.iter().enumerate() {
            let known = merged.providers.iter().any(|known| known.name == provider.name);
            if known && rules.reads_directories() {
                let (name, flaw) = (provider.name.clone(), Box::new(file.taken_name(index)));
                return Err(ConfigError::DuplicateName { name, flaw });
            }
            merged.providers.push(provider.clone());
        }
    }
    match merged.validate(rules) {
        Ok(()) => Ok(merged),
        Err(error) => Err(ConfigError::Invalid { flaws: located(&files, &error), error }),
    }
}

fn files(node: &Node, path: &str, rules: PluginRules) -> Result<Vec<String>, ConfigError> {
    if !node.is_directory(path) {
        return Ok(vec![path.to_owned()]);
    }
    if !rules.reads_directories() {
        return Err(ConfigError::Directory { path: path.to_owned() });
    }
    let mut names = node.list_own(path);
    names.retain(|name| [".json", ".yaml", ".yml"].iter().any(|end| name.ends_with(end)));
    names.sort();
    if names.is_empty() {
        return Err(ConfigError::Empty { path: path.to_owned() });
    }
    Ok(names.into_iter().map(|name| format!("{}/{name}", path.trim_end_matches('/'))).collect())
}

fn read(node: &Node, file: &str, rules: PluginRules) -> Result<ProviderFile, ConfigError> {
    let path = file.to_owned();
    let Ok(bytes) = node.read_own(file) else { return Err(ConfigError::Missing { path, rules }) };
    match Source::from_reader(&node.shown(file), bytes.as_slice()) {
        Err(error) => Err(ConfigError::Unreadable { path, error: Box::new(error) }),
        Ok(source) => {
            read_provider_config(&source, rules).map_err(|error| ConfigError::Decode { path, error, rules })
        }
    }
}

/// Where the faults stand, in the file that each is of.
fn located(files: &[ProviderFile], error: &InvalidConfig) -> Vec<ConfigFlaw> {
    let flaw = |error: &keyring::FieldError| {
        let Some(mut index) = error.provider else { return files.first().map(|file| file.flaw(error)) };
        for file in files {
            let count = file.config.providers.len();
            if index < count {
                let within = keyring::FieldError { provider: Some(index), ..error.clone() };
                return Some(file.flaw(&within));
            }
            index -= count;
        }
        None
    };
    error.errors.iter().filter_map(flaw).collect()
}
