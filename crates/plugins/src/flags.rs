use keyring::{CredentialProviderConfig, InvalidConfig};
use node::Node;
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

/// Where flags are kept that a unit file may refer to; read by themselves when the unit is not among the files.
const FLAG_FILES: [&str; 3] =
    ["/var/lib/kubelet/kubeadm-flags.env", "/etc/default/kubelet", "/etc/sysconfig/kubelet"];

impl KubeletFlags {
    /// Reads the command line of the kubelet's systemd unit and its drop-ins; without one, the files in which kubeadm
    /// and the distributions keep the flags.
    pub fn of(node: &Node) -> Self {
        let mut words = node.command_line("kubelet");
        if words.is_empty() {
            for file in FLAG_FILES {
                let text = node.read_own(file).unwrap_or_default();
                let text = String::from_utf8_lossy(&text).replace(['"', '\'', '\n'], " ");
                words.extend(text.split_whitespace().map(|word| match word.find("--") {
                    Some(start) => word[start..].to_owned(),
                    None => word.to_owned(),
                }));
            }
        }
        Self {
            config: value(&words, "image-credential-provider-config"),
            bin_dir: value(&words, "image-credential-provider-bin-dir"),
            root_dir: value(&words, "root-dir"),
        }
    }
}

/// The value of a flag, as Go's pflag reads it: `--name=value` or `--name value`; the last one counts.
fn value(words: &[String], name: &str) -> Option<String> {
    let mut found = None;
    for (index, word) in words.iter().enumerate() {
        let Some(rest) = word.strip_prefix("--").and_then(|word| word.strip_prefix(name)) else { continue };
        match rest.strip_prefix('=') {
            Some(value) => found = Some(value.to_owned()),
            None if rest.is_empty() => found = words.get(index + 1).cloned(),
            None => {}
        }
    }
    found.filter(|value| !value.is_empty())
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
