use gostd::tabwriter::{Settings, Writer};

use crate::{ContainerState, ContainerStatus, PodStatus};

/// The containers of `kubectl describe pod`, with the lines that the state of an image decides
/// (`kubernetes/kubectl pkg/describe/describe.go describeContainers`). What is left out (ports, mounts, environment) is
/// not known here. The message of a waiting container is not shown by kubectl either.
pub fn describe_containers(pod: &PodStatus) -> String {
    let mut writer = Writer::new(Settings::KUBECTL_DESCRIBE);
    for (label, list) in [
        ("Init Containers", &pod.init_containers),
        ("Containers", &pod.containers),
        ("Ephemeral Containers", &pod.ephemeral_containers),
    ] {
        if list.is_empty() {
            continue;
        }
        writer.write(&format!("{label}:\n"));
        for container in list {
            writer.write(&described(container, label == "Ephemeral Containers"));
        }
    }
    writer.flush()
}

fn described(container: &ContainerStatus, ephemeral: bool) -> String {
    let ContainerStatus { name, image, state, .. } = container;
    let state_lines = match state {
        ContainerState::Waiting(waiting) => {
            format!("    State:\tWaiting\n      Reason:\t{}\n", waiting.reason)
        }
        ContainerState::Running => "    State:\tRunning\n".to_owned(),
        ContainerState::Completed => {
            "    State:\tTerminated\n      Reason:\tCompleted\n      Exit Code:\t0\n".to_owned()
        }
    };
    // An init container is ready when it is done.
    let ready = match state {
        ContainerState::Waiting(_) => "False",
        ContainerState::Running if ephemeral => "False",
        ContainerState::Running | ContainerState::Completed => "True",
    };
    format!("  {name}:\n    Image:\t{image}\n{state_lines}    Ready:\t{ready}\n    Restart Count:\t0\n")
}
