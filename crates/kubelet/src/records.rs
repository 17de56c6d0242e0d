use std::collections::BTreeMap;

use keyring::{Credential, Provenance};

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
}

impl Coordinates {
    /// These coordinates.
    pub fn new(namespace: &str, name: &str, uid: &str) -> Self {
        Self { namespace: namespace.to_owned(), name: name.to_owned(), uid: uid.to_owned() }
    }
}
