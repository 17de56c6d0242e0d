//! From what is written to what the kubelet's crate knows.

use kubelet::{Container, ImageVolume, Pod, WrittenPolicy};

use crate::manifest::{ContainerManifest, Located, ServiceAccount, Workload};

impl Workload {
    /// The pod as it is sent to the API server. Where the file holds no UID one is made up: two workloads may have one
    /// name, and the kubelet's back-off is by pod.
    pub fn to_pod(&self) -> Pod {
        let manifest = &self.pod;
        let mut pod = Pod::new(&self.namespace, &self.name);
        let made_up = || format!("{}/{}/{}", self.kind, self.namespace, self.name);
        pod.uid = if self.uid.is_empty() { made_up() } else { self.uid.clone() };
        pod.annotations = manifest.annotations.iter().cloned().collect();
        pod.service_account_name = text(manifest.service_account.as_ref());
        pod.image_pull_secrets = manifest.pull_secrets.iter().map(|name| name.value.clone()).collect();
        let volumes = manifest.image_volumes.iter().map(|volume| ImageVolume {
            name: volume.name.clone(),
            index: volume.index,
            reference: text(volume.reference.as_ref()),
            policy: WrittenPolicy::from_text(&text(volume.pull_policy.as_ref())),
        });
        pod.image_volumes = volumes.collect();
        let volumes = pod.image_volumes.clone();
        let containers =
            |list: &[ContainerManifest]| list.iter().map(|manifest| container(manifest, &volumes)).collect();
        pod.init_containers = containers(&manifest.init_containers);
        pod.containers = containers(&manifest.containers);
        pod.ephemeral_containers = containers(&manifest.ephemeral_containers);
        pod
    }
}

fn container(manifest: &ContainerManifest, volumes: &[ImageVolume]) -> Container {
    let is_image = |name: &&String| volumes.iter().any(|volume| volume.name == **name);
    Container {
        name: manifest.name.clone(),
        image: text(manifest.image.as_ref()),
        policy: WrittenPolicy::from_text(&text(manifest.pull_policy.as_ref())),
        image_volumes: manifest.mounts.iter().filter(is_image).cloned().collect(),
        sidecar: manifest.restarts_always,
    }
}

fn text(written: Option<&Located<String>>) -> String {
    written.map(|written| written.value.clone()).unwrap_or_default()
}

impl ServiceAccount {
    /// The account as the API server admits pods with it.
    pub fn to_account(&self) -> kubelet::ServiceAccount {
        kubelet::ServiceAccount {
            namespace: self.namespace.clone(),
            name: self.name.clone(),
            uid: self.uid.clone(),
            image_pull_secrets: self.pull_secrets.iter().map(|name| name.value.clone()).collect(),
        }
    }
}
