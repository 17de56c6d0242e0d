use crate::{ContainerWaiting, Pod};

/// The reason of a container that nothing is known of yet.
const CONTAINER_CREATING: &str = "ContainerCreating";
/// The same in a pod with init containers.
const POD_INITIALIZING: &str = "PodInitializing";

/// The state of a pod's containers, as the kubelet tells it to the API server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodStatus {
    /// Of `spec.initContainers`, in that order.
    pub init_containers: Vec<ContainerStatus>,
    /// Of `spec.containers`, in that order.
    pub containers: Vec<ContainerStatus>,
    /// Of `spec.ephemeralContainers`, in that order.
    pub ephemeral_containers: Vec<ContainerStatus>,
}

/// The state of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerStatus {
    /// Its name.
    pub name: String,
    /// Its image, as written.
    pub image: String,
    /// Whether it is an init container that goes on running.
    pub sidecar: bool,
    /// What it does.
    pub state: ContainerState,
}

/// What a container does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContainerState {
    /// It was not started.
    Waiting(ContainerWaiting),
    /// It runs, and is ready.
    Running,
    /// It ran to its end, with exit code 0.
    Completed,
}

impl PodStatus {
    /// The status of a pod of which a kubelet has just heard
    /// (`kubernetes v1.28.7 pkg/kubelet/kubelet_pods.go convertToAPIContainerStatuses`).
    pub fn new(pod: &Pod) -> Self {
        let reason = if pod.init_containers.is_empty() { CONTAINER_CREATING } else { POD_INITIALIZING };
        let waiting = ContainerWaiting { reason: reason.to_owned(), message: String::new() };
        let statuses = |list: &[crate::Container]| {
            let status = |container: &crate::Container| ContainerStatus {
                name: container.name.clone(),
                image: container.image.clone(),
                sidecar: container.sidecar,
                state: ContainerState::Waiting(waiting.clone()),
            };
            list.iter().map(status).collect()
        };
        Self {
            init_containers: statuses(&pod.init_containers),
            containers: statuses(&pod.containers),
            ephemeral_containers: statuses(&pod.ephemeral_containers),
        }
    }

    /// All containers, in the order in which the kubelet starts them.
    pub fn all(&self) -> impl Iterator<Item = &ContainerStatus> {
        self.ephemeral_containers.iter().chain(&self.init_containers).chain(&self.containers)
    }

    /// The container of this name; names are unique in a pod.
    pub fn container_mut(&mut self, name: &str) -> Option<&mut ContainerStatus> {
        let lists = [&mut self.ephemeral_containers, &mut self.init_containers, &mut self.containers];
        lists.into_iter().flatten().find(|container| container.name == name)
    }

    /// `status.phase`, as far as containers that never end get
    /// (`kubernetes v1.28.7 pkg/kubelet/kubelet_pods.go getPhase`).
    pub fn phase(&self) -> &'static str {
        let initialised = self.init_containers.iter().all(ContainerStatus::is_past_init);
        let started = self.containers.iter().all(|c| !matches!(c.state, ContainerState::Waiting(_)));
        if initialised && started { "Running" } else { "Pending" }
    }
}

impl ContainerStatus {
    /// Whether the init container keeps the next one waiting no more.
    pub fn is_past_init(&self) -> bool {
        match self.state {
            ContainerState::Completed => true,
            ContainerState::Running => self.sidecar,
            ContainerState::Waiting(_) => false,
        }
    }

    /// Why it waits.
    pub const fn waiting(&self) -> Option<&ContainerWaiting> {
        match &self.state {
            ContainerState::Waiting(waiting) => Some(waiting),
            ContainerState::Running | ContainerState::Completed => None,
        }
    }
}
