use crate::Node;

/// Where a kubelet's flags are kept that a unit file may refer to; read by themselves when the unit is not among the
/// node's files.
const KUBELET_FLAG_FILES: [&str; 3] =
    ["/var/lib/kubelet/kubeadm-flags.env", "/etc/default/kubelet", "/etc/sysconfig/kubelet"];

/// The command line of a service, in Go's form of flags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags(Vec<String>);

impl Flags {
    /// The flags with which systemd starts a service.
    pub fn of_service(node: &Node, service: &str) -> Self {
        Self(node.command_line(service))
    }

    /// The flags of a node's kubelet: those of its systemd unit and drop-ins; without a unit, those of the files in which
    /// kubeadm and the distributions keep them.
    pub fn of_kubelet(node: &Node) -> Self {
        let mut words = node.command_line("kubelet");
        if words.is_empty() {
            for file in KUBELET_FLAG_FILES {
                let text = node.read_own(file).unwrap_or_default();
                let text = String::from_utf8_lossy(&text).replace(['"', '\'', '\n'], " ");
                words.extend(text.split_whitespace().map(|word| match word.find("--") {
                    Some(start) => word[start..].to_owned(),
                    None => word.to_owned(),
                }));
            }
        }
        Self(words)
    }

    /// The value of a flag, as Go's pflag reads it: `--name=value` or `--name value`; the last one counts, and an empty
    /// one is none.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.all(name).pop().filter(|value| !value.is_empty())
    }

    /// The values of a flag that may be given several times, in their order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().enumerate().filter_map(|(index, word)| {
            let rest = word.strip_prefix("--")?.strip_prefix(name)?;
            match rest.strip_prefix('=') {
                Some(value) => Some(value),
                None if rest.is_empty() => self.0.get(index + 1).map(String::as_str),
                None => None,
            }
        });
        values.collect()
    }

    /// The value of a flag that is true or false; `--name` alone is true (`pflag`, `strconv.ParseBool`).
    pub fn boolean(&self, name: &str) -> Option<bool> {
        let last = self.0.iter().rev().find_map(|word| {
            let rest = word.strip_prefix("--")?.strip_prefix(name)?;
            if rest.is_empty() { Some("true") } else { rest.strip_prefix('=') }
        })?;
        parse_bool(last)
    }
}

/// What Go takes for true and false (`strconv.ParseBool`).
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_counts() {
        let unit = "[Service]\nExecStart=/usr/bin/kubelet --root-dir=/a --root-dir /b --config= --serialize-image-pulls\n";
        let node = Node::memory([("/etc/systemd/system/kubelet.service".into(), unit.as_bytes().to_vec())]);
        let flags = Flags::of_kubelet(&node);
        assert_eq!(flags.value("root-dir"), Some("/b"));
        assert_eq!(flags.value("config"), None);
        assert_eq!(flags.boolean("serialize-image-pulls"), Some(true));
        assert_eq!((flags.value("root"), flags.boolean("root")), (None, None));
    }
}
