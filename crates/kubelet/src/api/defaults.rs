use crate::{Pod, PullPolicy, Version, WrittenPolicy, apply_default_image_tag};

/// The policy of a container that names none (`kubernetes v1.28.7 pkg/apis/core/v1/defaults.go SetDefaults_Container`):
/// `Always` for the tag `latest`, written or not, otherwise `IfNotPresent`, also for a name that cannot be read.
pub fn default_pull_policy(image: &str, version: Version) -> PullPolicy {
    match apply_default_image_tag(image, version) {
        Ok(name) if name.reference.tag.as_deref() == Some("latest") => PullPolicy::Always,
        _ => PullPolicy::IfNotPresent,
    }
}

/// Sets the policies that are not written. It happens once, when the pod is created: a change of the image later does
/// not change the policy.
pub fn default_pull_policies(pod: &mut Pod, version: Version) {
    let set = |policy: &mut WrittenPolicy, image: &str| {
        if *policy == WrittenPolicy::Unset {
            *policy = WrittenPolicy::Set(default_pull_policy(image, version));
        }
    };
    for list in [&mut pod.init_containers, &mut pod.containers, &mut pod.ephemeral_containers] {
        for container in list {
            set(&mut container.policy, &container.image);
        }
    }
    for volume in &mut pod.image_volumes {
        set(&mut volume.policy, &volume.reference);
    }
}
