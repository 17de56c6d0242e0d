use node::{Flags, Node};

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
