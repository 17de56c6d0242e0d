//! What a scenario says that cannot be, or that nobody would notice: found when it is read, not when it is played.

use std::path::Path;
use std::time::Duration;

use distribution::Platform;
use kubelet::{Pod, Version};
use objects::NodeKubelet;
use runtimes::Profile;

use crate::cluster::ScenarioPod;
use crate::expect::Subject;
use crate::file::ScenarioFile;
use crate::mistake::Mistake;
use crate::sources::Sources;
use crate::yaml::{Location, Spanned};
use crate::{LoadError, Scenario};

/// The kubelet's configuration on a node, where kubeadm and most others put it.
const KUBELET_CONFIG: &str = "/var/lib/kubelet/config.yaml";

/// Refuses what cannot be played or judged.
pub(crate) fn validate(scenario: &Scenario, sources: &Sources, file: &ScenarioFile) -> Result<(), LoadError> {
    let validation = Validation { sources, file, pods: scenario.pods() };
    validation.pods()?;
    validation.changes()?;
    validation.versions(scenario)?;
    validation.hosts()?;
    validation.expected_pods()?;
    validation.expected_of_whom(scenario)
}

struct Validation<'a> {
    sources: &'a Sources,
    file: &'a ScenarioFile,
    pods: Vec<ScenarioPod>,
}

impl Validation<'_> {
    fn wrong<T>(&self, at: &Spanned<T>, mistake: Mistake) -> LoadError {
        LoadError::at(self.sources, at.referenced, mistake)
    }

    /// There is a pod, and what is said of the one for `image` has one to be said of.
    fn pods(&self) -> Result<(), LoadError> {
        if self.pods.is_empty() {
            return Err(LoadError::at(self.sources, Location::default(), Mistake::NoPod));
        }
        if self.file.image.is_some() {
            return Ok(());
        }
        match (&self.file.policy, self.file.missing_secrets.first()) {
            (Some(policy), _) => Err(self.wrong(policy, Mistake::NoImage("policy"))),
            (None, Some(missing)) => Err(self.wrong(missing, Mistake::NoImage("missingSecrets"))),
            (None, None) => Ok(()),
        }
    }

    /// Each change comes while somebody looks.
    fn changes(&self) -> Result<(), LoadError> {
        let last_pod = self.pods.iter().map(|pod| pod.at).max().unwrap_or_default();
        for change in &self.file.changes {
            let at = change.value.at.0.0;
            if change.value.secrets.is_none() && change.value.manifests.is_empty() {
                return Err(self.wrong(change, Mistake::EmptyChange));
            }
            let late = match &self.file.lasts {
                Some(lasts) => at >= lasts.0.0,
                None => at > last_pod,
            };
            if late && at > Duration::ZERO {
                return Err(self.wrong(change, Mistake::ChangeTooLate));
            }
        }
        Ok(())
    }

    /// Runtimes, kubelets and the platform are known; the kubelets start with their configuration.
    fn versions(&self, scenario: &Scenario) -> Result<(), LoadError> {
        for runtime in &self.file.runtimes {
            let name = runtime.value.clone();
            if Profile::named(&name).is_err() {
                let known = Profile::known().iter().map(Profile::name).collect();
                return Err(self.wrong(runtime, Mistake::UnknownRuntime { name, known }));
            }
        }
        for kubelet in &self.file.kubelet {
            let version = kubelet.value.0.to_string();
            if version.parse::<Version>().is_err() {
                let known = Version::KNOWN.iter().map(ToString::to_string).collect();
                return Err(self.wrong(kubelet, Mistake::UnknownKubelet { version, known }));
            }
        }
        if let Some(platform) = &self.file.node.platform
            && let Err(error) = platform.value.0.to_string().parse::<Platform>()
        {
            return Err(self.wrong(platform, Mistake::Value(error.to_string())));
        }
        let config = self.file.node.files.get(Path::new(KUBELET_CONFIG)).map(|file| file.referenced);
        for run in scenario.runs() {
            let version = run.kubelet.parse().unwrap_or_default();
            if let Err(error) = NodeKubelet::read(&scenario.node(), None, version) {
                let mistake = Mistake::KubeletConfig { version: run.kubelet, reason: error.to_string() };
                return Err(LoadError::at(self.sources, config.unwrap_or_default(), mistake));
            }
        }
        Ok(())
    }

    /// Of a host that is not there no request would ever come, whatever is expected.
    fn hosts(&self) -> Result<(), LoadError> {
        let there = |name: &String| name == "*" || self.file.hosts.contains_key(name);
        match self.file.expect.requests.keys().find(|host| !there(&host.value)) {
            Some(host) => {
                let known = self.file.hosts.keys().cloned().collect();
                Err(self.wrong(host, Mistake::UnknownHost { name: host.value.clone(), known }))
            }
            None => Ok(()),
        }
    }

    /// The pods and containers of which something is expected are there.
    fn expected_pods(&self) -> Result<(), LoadError> {
        for (name, expected) in &self.file.expect.pods {
            let called: Vec<&Pod> =
                self.pods.iter().filter(|pod| pod.is_called(&name.value)).map(|pod| &pod.pod).collect();
            let pod = match called.as_slice() {
                [pod] => pod,
                [] => {
                    let known = self.pods.iter().map(|pod| pod.pod.name.clone()).collect();
                    return Err(self.wrong(name, Mistake::UnknownPod { name: name.value.clone(), known }));
                }
                _ => return Err(self.wrong(name, Mistake::AmbiguousPod(name.value.clone()))),
            };
            let known = parts(pod);
            if let Some(part) = expected.containers.keys().find(|part| !known.contains(&part.value)) {
                let (pod, name) = (name.value.clone(), part.value.clone());
                return Err(self.wrong(part, Mistake::UnknownContainer { pod, name, known }));
            }
        }
        Ok(())
    }

    /// What is expected of the pod is so of the only one, and is seen.
    fn expected_of_whom(&self, scenario: &Scenario) -> Result<(), LoadError> {
        let of_all = ["outcome", "requests", "heals"];
        for expected in scenario.runs().iter().flat_map(|run| scenario.expected(run)) {
            let key = expected.key;
            let wrong = |mistake| Err(LoadError::at(self.sources, expected.at, mistake));
            if !scenario.is_over_time() {
                if expected.of != Subject::Scenario {
                    return wrong(Mistake::OnlyOverTime("pods"));
                }
                if ["timeline", "attempts"].contains(&key) {
                    return wrong(Mistake::OnlyOverTime(key));
                }
            }
            if expected.of == Subject::Scenario && self.pods.len() > 1 && !of_all.contains(&key) {
                return wrong(Mistake::WhichPod(key));
            }
        }
        Ok(())
    }
}

/// The names of a pod's containers and image volumes.
fn parts(pod: &Pod) -> Vec<String> {
    let containers = pod.all_containers().map(|(_, container)| container.name.clone());
    containers.chain(pod.image_volumes.iter().map(|volume| volume.name.clone())).collect()
}
