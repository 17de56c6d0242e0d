use std::collections::BTreeMap;

use keyring::{Account, PodOfPull};
use kubelet::Pod;

/// The service accounts of a cluster, by namespace and name.
#[derive(Clone, Debug, Default)]
pub struct Accounts(BTreeMap<(String, String), Account>);

impl Accounts {
    /// Adds an account.
    pub fn add(&mut self, namespace: &str, name: &str, account: Account) {
        self.0.insert((namespace.to_owned(), name.to_owned()), account);
    }

    /// A pod as credential plugins get to see it.
    pub fn pod(&self, pod: &Pod) -> PodOfPull {
        let Pod { namespace, name, uid, service_account_name, .. } = pod;
        PodOfPull {
            namespace: namespace.clone(),
            name: name.clone(),
            uid: uid.clone(),
            service_account_name: service_account_name.clone(),
            account: self.0.get(&(namespace.clone(), service_account_name.clone())).cloned(),
        }
    }
}
