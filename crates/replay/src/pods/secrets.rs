use std::time::Duration;

use keyring::PullSecret;

/// The Secrets of a cluster, which may change while it is looked at. The kubelet watches them: a change counts from the
/// next sync on.
#[derive(Clone, Debug, Default)]
pub struct SecretsOverTime {
    /// What there is from a time on, earliest first.
    changes: Vec<(Duration, Vec<PullSecret>)>,
}

impl SecretsOverTime {
    /// Secrets that stay as they are.
    pub fn fixed(secrets: Vec<PullSecret>) -> Self {
        Self { changes: vec![(Duration::ZERO, secrets)] }
    }

    /// The same, and from `at` on these alone. Changes are given in their order.
    #[must_use]
    pub fn then(mut self, at: Duration, secrets: Vec<PullSecret>) -> Self {
        self.changes.push((at, secrets));
        self
    }

    /// All that there are at a time.
    pub fn all(&self, at: Duration) -> &[PullSecret] {
        let current = self.changes.iter().rev().find(|(from, _)| *from <= at);
        current.map_or(&[], |(_, secrets)| secrets)
    }

    /// The Secrets of these names in a namespace, in this order, and the names that are missing
    /// (`kubernetes v1.28.7 pkg/kubelet/kubelet_pods.go getPullSecretsForPod`). An empty name is passed over.
    pub fn find<'a>(
        &self,
        namespace: &str,
        names: &'a [String],
        at: Duration,
    ) -> (Vec<PullSecret>, Vec<&'a str>) {
        let (mut found, mut missing) = (Vec::new(), Vec::new());
        for name in names.iter().filter(|name| !name.is_empty()) {
            let mut all = self.all(at).iter();
            match all.find(|secret| secret.namespace == namespace && secret.name == *name) {
                Some(secret) => found.push(secret.clone()),
                None => missing.push(name.as_str()),
            }
        }
        (found, missing)
    }
}
