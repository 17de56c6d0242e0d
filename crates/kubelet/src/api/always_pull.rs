use crate::{Pod, PullPolicy, WrittenPolicy};

/// The admission plugin `AlwaysPullImages`: whoever has no right to an image shall not get it because it happens to be
/// on the node (`kubernetes v1.28.7 plugin/pkg/admission/alwayspullimages/admission.go Admit`). That it covers image
/// volumes, since there are any, is inferred.
pub fn admit_always_pull_images(pod: &mut Pod) {
    for list in [&mut pod.init_containers, &mut pod.containers, &mut pod.ephemeral_containers] {
        for container in list {
            container.policy = WrittenPolicy::Set(PullPolicy::Always);
        }
    }
    for volume in &mut pod.image_volumes {
        volume.policy = WrittenPolicy::Set(PullPolicy::Always);
    }
}
