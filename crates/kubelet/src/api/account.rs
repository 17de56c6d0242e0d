use crate::{Pod, Rejection};

/// The service account of a pod that names none.
const DEFAULT_ACCOUNT: &str = "default";

/// A ServiceAccount, as far as it decides about images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount {
    /// `metadata.namespace`
    pub namespace: String,
    /// `metadata.name`
    pub name: String,
    /// `metadata.uid`; empty when unknown.
    pub uid: String,
    /// The names in `imagePullSecrets`, in order.
    pub image_pull_secrets: Vec<String>,
}

impl ServiceAccount {
    /// The account that each namespace has from the beginning: it references nothing.
    pub fn default_of(namespace: impl Into<String>) -> Self {
        Self {
            namespace: namespace.into(),
            name: DEFAULT_ACCOUNT.to_owned(),
            uid: String::new(),
            image_pull_secrets: Vec::new(),
        }
    }
}

/// The admission plugin `ServiceAccount`, when a pod is created
/// (`kubernetes v1.28.7 plugin/pkg/admission/serviceaccount/admission.go Admit, Validate`): the account's pull secrets
/// are copied if, and only if, the pod names none. They are never merged, and never copied again. A mirror pod is left
/// as it is.
///
/// # Errors
/// When the account is missing, or with `limit_secret_references` does not reference a Secret that the pod names.
pub fn admit_service_account(
    pod: &mut Pod,
    account: Option<&ServiceAccount>,
    limit_secret_references: bool,
) -> Result<(), Rejection> {
    if pod.is_mirror() {
        return Ok(());
    }
    if pod.service_account_name.is_empty() {
        pod.service_account_name = DEFAULT_ACCOUNT.to_owned();
    }
    let account = account.ok_or_else(|| Rejection::NoServiceAccount {
        pod: pod.name.clone(),
        namespace: pod.namespace.clone(),
        account: pod.service_account_name.clone(),
    })?;
    if pod.image_pull_secrets.is_empty() {
        pod.image_pull_secrets.clone_from(&account.image_pull_secrets);
    }
    let unreferenced = |(_, secret): &(usize, &String)| {
        limit_secret_references && !account.image_pull_secrets.contains(secret)
    };
    match pod.image_pull_secrets.iter().enumerate().find(unreferenced) {
        None => Ok(()),
        Some((index, secret)) => Err(Rejection::UnreferencedSecret {
            pod: pod.name.clone(),
            index,
            secret: secret.clone(),
            account: account.name.clone(),
        }),
    }
}
