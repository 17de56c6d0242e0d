//! What the Node tells of itself, as flags of `check`.

use kubelet::Version;
use runtimes::Profile;
use serde_json::Value;

/// What is to be replayed for a node.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct NodeFacts {
    /// Flags of `check` and their values.
    pub flags: Vec<(&'static str, String)>,
    /// What of the node cannot be replayed as it is.
    pub notes: Vec<String>,
    /// An operating system whose pulls are not known here.
    pub foreign: Option<String>,
}

impl NodeFacts {
    /// From `kubectl get node -o json`.
    pub fn new(node: &Value) -> Self {
        let info = |name: &str| node["status"]["nodeInfo"][name].as_str().unwrap_or_default();
        let mut facts = Self::default();
        facts.platform(info("operatingSystem"), info("architecture"));
        facts.runtime(info("containerRuntimeVersion"));
        facts.kubelet(info("kubeletVersion"));
        facts
    }

    /// The flags of the node, except those that were given.
    pub fn flags_beside(&self, given: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
        let is_given = |flag: &str| given.iter().any(|(name, _)| *name == flag);
        self.flags.iter().filter(|(flag, _)| !is_given(flag)).cloned().collect()
    }

    fn platform(&mut self, system: &str, architecture: &str) {
        match (system, architecture) {
            (_, "") => {}
            ("linux" | "", _) => self.flags.push(("--platform", format!("linux/{architecture}"))),
            _ => self.foreign = Some(format!("{system}/{architecture}")),
        }
    }

    /// `containerd://1.7.24`
    fn runtime(&mut self, told: &str) {
        let Some((name, version)) = told.split_once("://") else { return };
        let profile = format!("{name}-{version}");
        if Profile::nearest(&profile).is_some() {
            self.flags.push(("--runtime", profile));
        } else {
            self.notes.push(format!(
                "the node's runtime is {name} {version}, whose words are not known here: replayed by another"
            ));
        }
    }

    /// `v1.34.2+k3s1`; a version that is not known is told as the nearest.
    fn kubelet(&mut self, told: &str) {
        if told.is_empty() {
            return;
        }
        if told.parse::<Version>().is_ok() {
            self.flags.push(("--kubelet", told.to_owned()));
            return;
        }
        let minor = told.trim_start_matches('v').split('.').nth(1).and_then(|minor| minor.parse::<u8>().ok());
        let nearest = match minor {
            Some(minor) if minor < Version::OLDEST.minor() => Version::OLDEST,
            _ => Version::NEWEST,
        };
        self.notes.push(format!("the node's kubelet is {told}: taken to behave as {nearest}"));
        self.flags.push(("--kubelet", nearest.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn facts(system: &str, architecture: &str, runtime: &str, kubelet: &str) -> NodeFacts {
        NodeFacts::new(&json!({"status": {"nodeInfo": {
            "operatingSystem": system, "architecture": architecture,
            "containerRuntimeVersion": runtime, "kubeletVersion": kubelet,
        }}}))
    }

    #[test]
    fn flags_of_nodes() {
        let cases = [
            ("containerd://1.7.24", "v1.31.2", "containerd-1.7.24", "v1.31.2", 0),
            ("containerd://2.0.5-k3s1", "v1.33.1+k3s1", "containerd-2.0.5-k3s1", "v1.33.1+k3s1", 0),
            ("containerd://1.6.20~ds1", "v1.27.9", "containerd-1.6.20~ds1", "1.28", 1),
            ("cri-o://1.37.0", "v1.34.2", "cri-o-1.37.0", "v1.34.2", 0),
            ("containerd://2.3.4", "v1.99.0", "containerd-2.3.4", "1.35", 1),
            ("podless://9.9", "v1.34.0", "", "v1.34.0", 1),
        ];
        for (runtime, kubelet, profile, version, notes) in cases {
            let facts = facts("linux", "arm64", runtime, kubelet);
            let flag = |name| facts.flags.iter().find(|(flag, _)| *flag == name).map_or("", |(_, v)| v);
            assert_eq!((flag("--runtime"), flag("--kubelet")), (profile, version), "{runtime} {kubelet}");
            assert_eq!((flag("--platform"), facts.notes.len()), ("linux/arm64", notes), "{:?}", facts.notes);
        }
        assert_eq!(facts("windows", "amd64", "", "").foreign.as_deref(), Some("windows/amd64"));
        assert_eq!(NodeFacts::new(&json!({})), NodeFacts::default());
    }

    #[test]
    fn what_is_given_counts() {
        let facts = facts("linux", "amd64", "containerd://1.7.24", "v1.34.0");
        let left = facts.flags_beside(&[("--kubelet", "1.30".to_owned()), ("--platform", String::new())]);
        assert_eq!(left, [("--runtime", "containerd-1.7.24".to_owned())]);
    }
}
