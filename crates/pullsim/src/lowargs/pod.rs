//! `pullsim pod`, which is `kubectl pullsim pod` to kubectl

use clap::{Args, FromArgMatches as _};

use super::{Color, LowCheck, Output};

pub(super) const EXAMPLES: &str = "\
Examples:
  kubectl pullsim pod web-0 -n shop
  kubectl pullsim pod web-0 -n shop --context staging -o json
  kubectl pullsim pod web-0 -n shop -- --for 10m
  kubectl pullsim pod web-0 -n shop -- --node ./node-root --ca corporate-ca.pem

kubectl is asked for the pod, its service account, the Secrets that it names, its events and its node, with your own
rights; nothing is changed. Secrets stay in this process. The registry is asked from this machine, not from the node.

kubectl finds the plugin as a file kubectl-pullsim in PATH: ln -s pullsim kubectl-pullsim

Exit status:
  0  the image would be pulled
  1  it would not
  2  the input or the usage is wrong
  3  pullsim itself failed";

#[derive(Clone, Debug, Args)]
pub(crate) struct LowPod {
    /// The pod's name, as in web-0 or pod/web-0.
    #[arg(value_name = "NAME", value_parser = pod_name)]
    pub name: String,

    /// The pod's namespace [default: kubectl's].
    #[arg(short, long, value_name = "NAME")]
    pub namespace: Option<String>,

    /// The context of kubectl's configuration.
    #[arg(long, value_name = "NAME")]
    pub context: Option<String>,

    /// kubectl's configuration file.
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<String>,

    /// The node's platform [default: what the Node says].
    #[arg(long, value_name = "PLATFORM")]
    pub platform: Option<String>,

    /// The container runtime and its version [default: what the Node says].
    #[arg(long, value_name = "PROFILE")]
    pub runtime: Option<String>,

    /// The kubelet's version [default: what the Node says].
    #[arg(long, value_name = "VERSION")]
    pub kubelet: Option<String>,

    /// The form of the report.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t = Output::Text)]
    pub output: Output,

    /// When to colour.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub color: Color,

    /// More flags of pullsim check, after --.
    #[arg(last = true, value_name = "CHECK FLAGS")]
    pub check: Vec<String>,
}

impl LowPod {
    /// The `pullsim check -f -` that looks at the pod, with flags that follow from its node.
    ///
    /// # Errors
    /// When what stands after `--` is nothing that `check` takes.
    pub fn check(&self, namespace: &str, of_node: &[(&str, String)]) -> Result<LowCheck, clap::Error> {
        let mut arguments: Vec<String> =
            ["check", "-f", "-", "--pod", &self.name, "--namespace", namespace].map(str::to_owned).into();
        for (flag, value) in of_node {
            arguments.push(format!("{flag}={value}"));
        }
        arguments.extend(self.check.iter().cloned());
        let command = LowCheck::augment_args(clap::Command::new("check").bin_name("pullsim check"));
        LowCheck::from_arg_matches(&command.try_get_matches_from(arguments)?)
    }

    /// What was said of the node on the command line.
    pub fn of_node(&self) -> Vec<(&'static str, String)> {
        let given =
            [("--platform", &self.platform), ("--runtime", &self.runtime), ("--kubelet", &self.kubelet)];
        given.into_iter().filter_map(|(flag, value)| Some((flag, value.clone()?))).collect()
    }
}

/// A text that is the name of no pod.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the name of one pod, in small letters, digits, - and .")]
struct NoPodName;

fn pod_name(text: &str) -> Result<String, NoPodName> {
    let name = ["pod/", "pods/", "po/"].iter().find_map(|kind| text.strip_prefix(kind)).unwrap_or(text);
    if is_object_name(name) { Ok(name.to_owned()) } else { Err(NoPodName) }
}

/// Whether an object can have this name (a DNS subdomain). What cannot is never handed to kubectl, which might take it
/// for a flag.
pub(crate) fn is_object_name(text: &str) -> bool {
    let inside = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'.';
    let outside = |c: Option<&u8>| c.is_some_and(u8::is_ascii_alphanumeric);
    text.bytes().all(inside) && outside(text.as_bytes().first()) && outside(text.as_bytes().last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pods() {
        for (text, name) in [("web-0", "web-0"), ("pod/web-0", "web-0"), ("pods/a.b", "a.b"), ("7", "7")] {
            assert_eq!(pod_name(text).as_deref(), Ok(name));
        }
        for text in ["", "Web", "pod/", "deploy/web", "--server=x", "-a", "a-", "a b", "a,b", "a\n"] {
            assert_eq!(pod_name(text), Err(NoPodName), "{text:?}");
        }
    }
}
