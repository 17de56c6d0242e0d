//! The table of `kubectl get pods`: it has the pods that wait for an image, and not why.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

/// A pod that waits for an image, as `kubectl get pods` shows it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct WaitingPod {
    /// Its namespace, where the table has a column for it.
    pub namespace: Option<String>,
    /// Its name.
    pub pod: String,
    /// What stands in the column STATUS.
    pub status: String,
    /// What that means.
    pub meaning: &'static str,
    /// Whether the node tries again by itself; what it does not try again stays until somebody changes something.
    pub tried_again: bool,
    /// Its node, where the table has a column for it.
    pub node: Option<String>,
    /// What tells the cause, each a command to copy.
    pub commands: Vec<String>,
}

/// A status that is about an image.
struct Status {
    reason: &'static str,
    meaning: &'static str,
    tried_again: bool,
}

/// The reasons for which a container waits for its image, as the kubelet writes them
/// (`kubernetes@v1.28.7:pkg/kubelet/images/types.go:28`, `kubernetes@v1.28.7:pkg/kubelet/kubelet.go:143` for the longest wait).
const STATUSES: [Status; 7] = [
    Status {
        reason: "ImagePullBackOff",
        meaning: "pulls have failed; the kubelet waits before the next, up to 5 minutes. The status does not say why",
        tried_again: true,
    },
    Status {
        reason: "ErrImagePull",
        meaning: "the last pull has just failed; the kubelet tries again. The status does not say why",
        tried_again: true,
    },
    Status {
        reason: "InvalidImageName",
        meaning: "no registry is asked: the image's name cannot be read, until somebody corrects it",
        tried_again: false,
    },
    Status {
        reason: "ErrImageNeverPull",
        meaning: "no registry is asked: the image is not on the node, and imagePullPolicy Never forbids to pull it",
        tried_again: false,
    },
    Status {
        reason: "ImageInspectError",
        meaning: "the runtime could not tell whether the image is on the node; the kubelet asks again",
        tried_again: true,
    },
    Status {
        reason: "RegistryUnavailable",
        meaning: "the registry did not answer as one; the kubelet tries again. The status does not say why",
        tried_again: true,
    },
    Status {
        reason: "SignatureValidationFailed",
        meaning: "the node's policy does not accept the image's signature; the kubelet tries again, to the same end",
        tried_again: true,
    },
];

/// A line of the table, whatever its status is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PodLine {
    pub namespace: Option<String>,
    pub pod: String,
    status: String,
    node: Option<String>,
}

impl PodLine {
    /// Reads a line as `[NAMESPACE] NAME READY STATUS RESTARTS AGE [IP NODE …]`; `None` where it is none.
    pub fn read(line: &str) -> Option<Self> {
        // Most lines of most texts are none, and long.
        let ready = line.split_whitespace().take(3).position(is_ready)?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let (namespace, name) = match *words.get(..ready)? {
            [name] => (None, name),
            [namespace, name] => (Some(namespace), name),
            _ => return None,
        };
        let name = name.strip_prefix("pod/").unwrap_or(name);
        let [status, restarts, rest @ ..] = words.get(ready + 1..)? else { return None };
        let states = status.starts_with(|c: char| c.is_ascii_uppercase());
        let counts = restarts.bytes().all(|byte| byte.is_ascii_digit());
        if !states || !counts || !is_name(name) || !namespace.is_none_or(is_name) {
            return None;
        }
        Some(Self {
            namespace: namespace.map(str::to_owned),
            pod: name.to_owned(),
            status: (*status).to_owned(),
            node: node(rest),
        })
    }

    /// The reason without `Init:`, which says that an init container is the one that waits.
    pub fn reason(&self) -> &str {
        self.status.strip_prefix("Init:").unwrap_or(&self.status)
    }

    fn waiting(self) -> Option<WaitingPod> {
        let Status { meaning, tried_again, .. } =
            STATUSES.iter().find(|status| status.reason == self.reason())?;
        let Self { namespace, pod, status, node } = self;
        let place = namespace.as_ref().map(|namespace| format!(" -n {namespace}")).unwrap_or_default();
        let commands = vec![
            format!("kubectl describe pod {pod}{place} | pullsim explain"),
            format!("kubectl pullsim pod {pod}{place}"),
        ];
        Some(WaitingPod { namespace, pod, status, meaning, tried_again: *tried_again, node, commands })
    }
}

/// `1/2`
fn is_ready(word: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    word.split_once('/').is_some_and(|(ready, all)| number(ready) && number(all))
}

/// Whether it can be the name of an object (RFC 1123), so that it means nothing to a shell.
pub(crate) fn is_name(word: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    !word.is_empty() && !word.starts_with('-') && word.bytes().all(known)
}

/// The column NODE of `-o wide`: behind the time of the last restart in parentheses, the age and the address.
fn node(rest: &[&str]) -> Option<String> {
    let rest = match rest.first() {
        Some(word) if word.starts_with('(') => {
            rest.get(rest.iter().position(|word| word.ends_with(')'))? + 1..)?
        }
        _ => rest,
    };
    let [_age, address, node, ..] = rest else { return None };
    let is_address = *address == "<none>" || address.contains(['.', ':']);
    (is_address && is_name(node)).then(|| (*node).to_owned())
}

/// The pods that wait for an image. Of a pod with several lines, as `--watch` writes them, the last counts.
pub(crate) fn waiting(lines: Vec<PodLine>) -> Vec<WaitingPod> {
    let mut last: BTreeMap<(Option<String>, String), (usize, PodLine)> = BTreeMap::new();
    for (number, line) in lines.into_iter().enumerate() {
        let key = (line.namespace.clone(), line.pod.clone());
        last.entry(key).and_modify(|(_, known)| known.clone_from(&line)).or_insert((number, line));
    }
    let mut lines: Vec<(usize, PodLine)> = last.into_values().collect();
    lines.sort_by_key(|(number, _)| *number);
    lines.into_iter().filter_map(|(_, line)| line.waiting()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_table() {
        let read = |line: &str| {
            PodLine::read(line).map(|line| {
                let PodLine { namespace, pod, status, node } = line;
                [namespace.unwrap_or_default(), pod, status, node.unwrap_or_default()].join(" ")
            })
        };
        for (line, wanted) in [
            ("web-0   0/1   ImagePullBackOff   0   5m", " web-0 ImagePullBackOff "),
            ("shop   web-0   0/1   Init:ErrImagePull   0   5m", "shop web-0 Init:ErrImagePull "),
            ("pod/web-0   0/1   Running   3 (2m ago)   5m", " web-0 Running "),
            (
                "web-0  0/1  ErrImagePull  3 (2m ago)  5m  10.1.2.3  node-1  <none>  <none>",
                " web-0 ErrImagePull node-1",
            ),
            (
                "a  web-0  0/1  ErrImagePull  0  5m  <none>  n1.test  <none>  <none>",
                "a web-0 ErrImagePull n1.test",
            ),
            ("web-0  0/1  ErrImagePull  0  5m  fd00::1  n1  <none>  <none>", " web-0 ErrImagePull n1"),
        ] {
            assert_eq!(read(line).as_deref(), Some(wanted), "{line}");
        }
        for line in [
            "NAME    READY   STATUS   RESTARTS   AGE",
            "0/3 nodes are available: 3 Insufficient memory.",
            "web-0   0/1   ImagePullBackOff",
            "deployment.apps/web   0/1   1   0   5m",
            "web   0/1   1   0   5m",
            "$(reboot)   0/1   ErrImagePull   0   5m",
            "--help   0/1   ErrImagePull   0   5m",
            "a b c 0/1 ErrImagePull 0 5m",
            "Warning  Failed  1/2  kubelet  5 Error: ErrImagePull",
            "",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
