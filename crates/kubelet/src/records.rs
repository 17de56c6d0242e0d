use std::collections::BTreeMap;

use distribution::{Grammar, Reference};
use keyring::{Credential, Provenance};

use crate::VerificationPolicy;

/// So many Secrets are remembered of an image without being asked for; more only if they pull it.
const MAX_CACHED_SECRETS: usize = 100;

/// What a kubelet remembers of the images that it pulled, and of the credentials that were good for them
/// (`kubernetes pkg/kubelet/images/pullmanager/image_pull_manager.go@a02748c1`, from 1.33). A real one keeps it below its
/// root directory; here it lives as long as the simulated node.
#[derive(Clone, Debug, Default)]
pub struct PullRecords {
    /// By the runtime's name of the image.
    pulled: BTreeMap<String, PulledRecord>,
    /// By the image as written in the pod: how many pulls are under way.
    intents: BTreeMap<String, usize>,
}

/// Which credentials are known to be good for an image, by repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PulledRecord {
    /// By `domain/path`.
    pub credential_mapping: BTreeMap<String, RecordedCredentials>,
}

/// The credentials that are known to be good for a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordedCredentials {
    /// Every pod of the node may have it: it was pulled as nobody, or by the node's own login. The lists are empty then.
    pub node_pods_accessible: bool,
    /// Secrets, sorted by namespace, name and UID.
    pub secrets: Vec<RecordedSecret>,
    /// Service accounts, sorted likewise.
    pub service_accounts: Vec<Coordinates>,
}

/// An object's place in the API.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coordinates {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its UID.
    pub uid: String,
}

/// A Secret whose login pulled an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedSecret {
    /// Where it is.
    pub coordinates: Coordinates,
    /// [`Credential::hash`] of its login; empty when it could not be made.
    pub hash: String,
}

impl RecordedCredentials {
    /// What every pod of the node may have.
    pub fn everybody() -> Self {
        Self { node_pods_accessible: true, ..Self::default() }
    }

    /// What is known after a pull with this credential; without one the pull was anonymous.
    pub fn of(credential: Option<&Credential>) -> Self {
        let Some(credential) = credential else { return Self::everybody() };
        match &credential.provenance {
            Provenance::PullSecret { namespace, name, uid } => {
                let coordinates = Coordinates::new(namespace, name, uid);
                let secrets = vec![RecordedSecret { coordinates, hash: credential.hash() }];
                Self { secrets, ..Self::default() }
            }
            Provenance::ConfigFile { path } => {
                let coordinates = Coordinates::new("", path, "");
                let secrets = vec![RecordedSecret { coordinates, hash: credential.hash() }];
                Self { secrets, ..Self::default() }
            }
            Provenance::ServiceAccount { namespace, name, uid, .. } => {
                let service_accounts = vec![Coordinates::new(namespace, name, uid)];
                Self { service_accounts, ..Self::default() }
            }
            Provenance::NodeFile { .. } | Provenance::Plugin { .. } | Provenance::Given => Self::everybody(),
        }
    }

    /// Joins what is newly known; tells whether anything changed (`mergePulledRecord`).
    pub fn merge(&mut self, new: &Self) -> bool {
        let before = self.clone();
        if self.node_pods_accessible || new.node_pods_accessible {
            *self = Self::everybody();
            return *self != before;
        }
        for secret in &new.secrets {
            self.secrets.retain(|known| known.coordinates != secret.coordinates);
            self.secrets.push(secret.clone());
        }
        self.secrets.sort_by(|one, other| one.coordinates.cmp(&other.coordinates));
        self.service_accounts.extend(new.service_accounts.iter().cloned());
        self.service_accounts.sort();
        self.service_accounts.dedup();
        *self != before
    }

    /// Whether one of the pod's credentials is known to be good: a Secret by its hash or by its place, a service account
    /// by its place.
    fn has_one_of(&self, pod: &Self) -> bool {
        let same = |known: &RecordedSecret, own: &RecordedSecret| {
            (!known.hash.is_empty() && known.hash == own.hash) || known.coordinates == own.coordinates
        };
        pod.secrets.iter().any(|own| self.secrets.iter().any(|known| same(known, own)))
            || pod.service_accounts.iter().any(|own| self.service_accounts.contains(own))
    }
}

impl Coordinates {
    /// These coordinates.
    pub fn new(namespace: &str, name: &str, uid: &str) -> Self {
        Self { namespace: namespace.to_owned(), name: name.to_owned(), uid: uid.to_owned() }
    }
}

impl PullRecords {
    /// A pull of `image` begins.
    pub fn record_pull_intent(&mut self, image: &str) {
        *self.intents.entry(image.to_owned()).or_default() += 1;
    }

    /// It ended without the image.
    pub fn record_pull_failed(&mut self, image: &str) {
        if let Some(count) = self.intents.get_mut(image) {
            *count = count.saturating_sub(1);
        }
        self.intents.retain(|_, count| *count > 0);
    }

    /// It ended with the image `image_ref`, thanks to these credentials.
    pub fn record_pulled(&mut self, image: &str, image_ref: &str, credentials: &RecordedCredentials) {
        self.record_pull_failed(image);
        self.merge(image_ref, image, credentials);
    }

    /// Joins what is known of an image; tells whether anything changed.
    pub fn merge(&mut self, image_ref: &str, image: &str, credentials: &RecordedCredentials) -> bool {
        let record = self.pulled.entry(image_ref.to_owned()).or_default();
        match record.credential_mapping.get_mut(&repository(image)) {
            Some(known) => known.merge(credentials),
            None => record.credential_mapping.insert(repository(image), credentials.clone()).is_none(),
        }
    }

    /// Puts a record as it is, as if read from the node's disk.
    pub fn insert(&mut self, image_ref: &str, record: PulledRecord) {
        self.pulled.insert(image_ref.to_owned(), record);
    }

    /// What is known of an image.
    pub fn get(&self, image_ref: &str) -> Option<&PulledRecord> {
        self.pulled.get(image_ref)
    }

    /// Whether a pod with these credentials must pull an image that is on the node (`MustAttemptImagePull`); an empty
    /// `image_ref` says that it is not. What matches is remembered.
    pub fn must_attempt_pull(
        &mut self,
        policy: &VerificationPolicy,
        image: &str,
        image_ref: &str,
        pod: &RecordedCredentials,
    ) -> bool {
        if image_ref.is_empty() {
            return true;
        }
        let pulled_by_kubelet = self.pulled.contains_key(image_ref) || self.intents.contains_key(image);
        if !policy.requires_verification(image, pulled_by_kubelet) {
            return false;
        }
        let record = self.pulled.get_mut(image_ref);
        let Some(known) = record.and_then(|record| record.credential_mapping.get_mut(&repository(image)))
        else {
            return true;
        };
        if known.node_pods_accessible {
            return false;
        }
        if !known.has_one_of(pod) {
            return true;
        }
        if known.secrets.len() < MAX_CACHED_SECRETS {
            let matching = |own: &&RecordedSecret| {
                let own =
                    RecordedCredentials { secrets: vec![(*own).clone()], ..RecordedCredentials::default() };
                known.has_one_of(&own)
            };
            let secrets = pod.secrets.iter().filter(matching).take(1).cloned().collect();
            known.merge(&RecordedCredentials { secrets, ..RecordedCredentials::default() });
        }
        false
    }
}

/// `domain/path`, in full. What does not parse stands for itself; it was never pulled.
fn repository(image: &str) -> String {
    match Reference::parse_normalized(image, Grammar::V0_6_0) {
        Ok(reference) => reference.name(),
        Err(_) => image.to_owned(),
    }
}
