use keyring::{CredentialProviderConfig, InvalidConfig};
use node::{Flags, Node};
use objects::{InputError, Source, read_provider_config};

/// The kubelet's flags that are about credentials, as a node's files have them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KubeletFlags {
    /// `--image-credential-provider-config`
    pub config: Option<String>,
    /// `--image-credential-provider-bin-dir`
    pub bin_dir: Option<String>,
    /// `--root-dir`
    pub root_dir: Option<String>,
}

impl KubeletFlags {
    /// Reads the command line of the node's kubelet ([`Flags::of_kubelet`]).
    pub fn of(node: &Node) -> Self {
        let flags = Flags::of_kubelet(node);
        let value = |name| flags.value(name).map(str::to_owned);
        Self {
            config: value("image-credential-provider-config"),
            bin_dir: value("image-credential-provider-bin-dir"),
            root_dir: value("root-dir"),
        }
    }
}

/// Why a kubelet with this configuration of plugins would not start.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file or directory is not among the node's files.
    #[error("unable to access path {path:?}: no such file or directory")]
    Missing {
        /// Its path on the node.
        path: String,
    },
    /// The directory holds no configuration.
    #[error("no configuration files found in directory {path:?}")]
    Empty {
        /// Its path on the node.
        path: String,
    },
    /// A file cannot be decoded.
    #[error("error decoding config {path:?}: {error}")]
    Decode {
        /// Its path on the node.
        path: String,
        /// What is wrong with it.
        error: Box<InputError>,
    },
    /// Two files have a plugin of one name.
    #[error("duplicate provider name {name:?} found in configuration file(s)")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// What was read is refused.
    #[error(transparent)]
    Invalid(#[from] InvalidConfig),
}

/// Reads the configuration of plugins: a file, or the `.json`, `.yaml` and `.yml` files of a directory in the order of
/// their names (`kubernetes pkg/credentialprovider/plugin/config.go readCredentialProviderConfig`).
///
/// # Errors
/// [`ConfigError`]: the kubelet would not start.
pub fn read_config(node: &Node, path: &str) -> Result<CredentialProviderConfig, ConfigError> {
    let mut files = vec![path.to_owned()];
    if node.is_directory(path) {
        let names = node.list_own(path).into_iter();
        let ours = names.filter(|name| [".json", ".yaml", ".yml"].iter().any(|end| name.ends_with(end)));
        files = ours.map(|name| format!("{}/{name}", path.trim_end_matches('/'))).collect();
        if files.is_empty() {
            return Err(ConfigError::Empty { path: path.to_owned() });
        }
    }
    let mut merged = CredentialProviderConfig::default();
    for file in files {
        let bytes = node.read_own(&file).map_err(|_| ConfigError::Missing { path: file.clone() })?;
        let decode = |error| ConfigError::Decode { path: file.clone(), error: Box::new(error) };
        let source = Source::from_reader(&file, bytes.as_slice()).map_err(decode)?;
        let config = read_provider_config(&source).map_err(decode)?;
        for provider in config.providers {
            if merged.providers.iter().any(|known| known.name == provider.name) {
                return Err(ConfigError::DuplicateName { name: provider.name });
            }
            merged.providers.push(provider);
        }
    }
    merged.validate()?;
    Ok(merged)
}
