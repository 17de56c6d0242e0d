//! The pods that are meant, and what the API server made of them.

use std::collections::BTreeSet;

use keyring::{Account, PullSecret};
use kubelet::{Admission, Pod, ServiceAccount, WrittenPolicy, admit};
use objects::{Manifests, NoteKind, PodPlaces, SecretLookup, Source, Workload, read_manifests};
use replay::{Accounts, FoundPod};
use report::MissingSecret;
use scenario::Scenario;

use crate::error::Failure;
use crate::hiargs::HiCheck;
use crate::lowargs::LowCheck;
use crate::{account_token, node_plugins};

/// Pods, and the Secrets of their cluster.
pub(super) struct Cluster {
    pub pods: Vec<ClusterPod>,
    pub secrets: Vec<PullSecret>,
    /// The service accounts of the pods, as plugins get to see them.
    pub accounts: Accounts,
    pub notes: Vec<String>,
}

/// A pod, and where its images stand.
pub(super) struct ClusterPod {
    pub found: FoundPod,
    pub places: PodPlaces,
}

impl Cluster {
    /// The pods of the manifests, or the one that is made up for an image.
    pub fn read(low: &LowCheck, manifests: &[Source], hi: &HiCheck) -> Result<Self, Failure> {
        if manifests.is_empty() {
            Ok(Self::of_image(low, hi))
        } else {
            Self::of_manifests(low, manifests, hi)
        }
    }

    /// One pod with one container, which names all Secrets that were given.
    fn of_image(low: &LowCheck, hi: &HiCheck) -> Self {
        let mut pod = Pod::of_image(hi.image.clone());
        let secrets = named_apart(&hi.secrets, &pod.namespace);
        let there = secrets.iter().map(|secret| &secret.name);
        let missing = hi.missing_secrets.iter().map(|secret| &secret.name);
        pod.image_pull_secrets = there.chain(missing).cloned().collect();
        // The image that the user names in place of the scenario's stands in no file.
        let own = hi.scenario.as_ref().filter(|_| low.image.is_none());
        let places = own.map(Scenario::places).unwrap_or_default();
        let missing_secrets = hi.missing_secrets.iter().map(|secret| MissingSecret {
            name: secret.name.clone(),
            place: places.secret(&secret.name).to_owned(),
            elsewhere: secret.elsewhere.clone(),
        });
        let missing_secrets = missing_secrets.collect();
        if let (Some(policy), Some(container)) = (hi.policy, pod.containers.first_mut()) {
            container.policy = WrittenPolicy::Set(policy);
        }
        let made_up = node_plugins::made_up_pod(hi);
        pod.service_account_name.clone_from(&made_up.service_account_name);
        if pod.service_account_name.is_empty() {
            // Only a static pod has no account; no other is left without one by the API server.
            pod.annotations.insert("kubernetes.io/config.mirror".to_owned(), "made-up".to_owned());
        }
        let mut accounts = Accounts::default();
        if let Some(account) = made_up.account {
            accounts.add(&pod.namespace, &pod.service_account_name, account);
        }
        let account = ServiceAccount {
            name: pod.service_account_name.clone(),
            ..ServiceAccount::default_of(&pod.namespace)
        };
        let admitted = admit(pod.clone(), Some(&account), admission(low), hi.kubelet);
        let found = FoundPod {
            kind: String::new(),
            place: String::new(),
            written: pod,
            admitted,
            missing_secrets,
            images: Vec::new(),
        };
        let pods = vec![ClusterPod { found, places }];
        Self { pods, secrets, accounts, notes: Vec::new() }
    }

    fn of_manifests(low: &LowCheck, sources: &[Source], hi: &HiCheck) -> Result<Self, Failure> {
        let manifests = read_manifests(sources, low.namespace.as_deref())?;
        let mut notes: Vec<String> = manifests.notes.iter().map(ToString::to_string).collect();
        let mut secrets: Vec<PullSecret> =
            manifests.secrets.iter().map(|manifest| manifest.secret.clone()).collect();
        secrets.extend(hi.secrets.iter().cloned());
        notes.extend(unrelated(&manifests));
        let workloads = selected(&manifests, low)?;
        let (mut pods, mut accounts) = (Vec::new(), Accounts::default());
        for workload in workloads {
            let account = account(workload, &manifests, &mut notes);
            let account = match workload.is_stored_pod() {
                true => as_stored(workload, account, &mut notes),
                false => account,
            };
            accounts.add(
                &account.namespace,
                &account.name,
                seen_account(&account, &manifests, hi, &mut notes),
            );
            pods.push(cluster_pod(workload, &account, &manifests, &secrets, low, hi)?);
        }
        Ok(Self { pods, secrets, accounts, notes })
    }
}

fn admission(low: &LowCheck) -> Admission {
    Admission { always_pull_images: low.always_pull_images, ..Admission::default() }
}

/// The Secrets in one namespace under names that differ: files are often called the same.
fn named_apart(secrets: &[PullSecret], namespace: &str) -> Vec<PullSecret> {
    let mut named: Vec<PullSecret> = Vec::new();
    for secret in secrets {
        let taken = named.iter().filter(|other| other.name.starts_with(&secret.name)).count();
        let name = if taken == 0 { secret.name.clone() } else { format!("{}-{}", secret.name, taken + 1) };
        named.push(PullSecret { namespace: namespace.to_owned(), name, ..secret.clone() });
    }
    named
}

/// The workloads that `--namespace` and `--pod` leave.
fn selected<'a>(manifests: &'a Manifests, low: &LowCheck) -> Result<Vec<&'a Workload>, Failure> {
    let of_namespace = |workload: &&Workload| {
        low.namespace.as_ref().is_none_or(|namespace| *namespace == workload.namespace)
    };
    let all: Vec<&Workload> = manifests.workloads.iter().filter(of_namespace).collect();
    let named: Vec<&Workload> = match &low.pod {
        None => all.clone(),
        Some(name) => all.iter().filter(|workload| workload.name == *name).copied().collect(),
    };
    match (&low.pod, named.is_empty()) {
        (_, false) => Ok(named),
        (Some(given), true) if !all.is_empty() => Err(Failure::Unknown {
            what: "pod",
            given: given.clone(),
            known: all.iter().map(|workload| workload.name.clone()).collect(),
        }),
        _ => Err(Failure::NoPods {
            files: low.filename.clone(),
            namespace: low.namespace.clone(),
            kinds: kinds(manifests),
            elsewhere: namespaces(manifests),
            in_scenario: false,
        }),
    }
}

/// Secrets that are no pull secrets, and which nobody names as such.
fn unrelated(manifests: &Manifests) -> Option<String> {
    const TOLD: usize = 3;
    let of_pods = manifests.workloads.iter().flat_map(|workload| &workload.pod.pull_secrets);
    let of_accounts = manifests.service_accounts.iter().flat_map(|account| &account.pull_secrets);
    let named: Vec<&str> = of_pods.chain(of_accounts).map(|name| name.value.as_str()).collect();
    let unrelated: Vec<&PullSecret> = manifests
        .secrets
        .iter()
        .map(|manifest| &manifest.secret)
        .filter(|secret| secret.secret_type.data_key().is_none() && !named.contains(&secret.name.as_str()))
        .collect();
    let shown: Vec<String> = unrelated
        .iter()
        .take(TOLD)
        .map(|secret| format!("{}/{} ({})", secret.namespace, secret.name, secret.secret_type))
        .collect();
    let more = match unrelated.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!unrelated.is_empty()).then(|| format!("no pull secrets, and passed over: {}{more}", shown.join(", ")))
}

/// The namespaces that have pods, each once.
fn namespaces(manifests: &Manifests) -> Vec<String> {
    let all: BTreeSet<&String> = manifests.workloads.iter().map(|workload| &workload.namespace).collect();
    all.into_iter().cloned().collect()
}

/// The kinds of all objects, each once, where there is no pod in any namespace.
fn kinds(manifests: &Manifests) -> Vec<String> {
    if !manifests.workloads.is_empty() {
        return Vec::new();
    }
    let secrets = manifests.secrets.iter().map(|_| "Secret".to_owned());
    let accounts = manifests.service_accounts.iter().map(|_| "ServiceAccount".to_owned());
    let others = manifests.notes.iter().filter_map(|note| match &note.kind {
        NoteKind::SkippedKind { object_kind, .. } => Some(object_kind.clone()),
        _ => None,
    });
    let mut kinds: Vec<String> = secrets.chain(accounts).chain(others).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

/// The workload's service account. One that is not in the files is taken to reference nothing, which is told.
fn account(workload: &Workload, manifests: &Manifests, notes: &mut Vec<String>) -> ServiceAccount {
    let Workload { namespace, pod, .. } = workload;
    let name = pod.service_account.as_ref().map_or("default", |name| name.value.as_str());
    match manifests.service_account(namespace, name) {
        Some(account) => account.to_account(),
        None => {
            if pod.pull_secrets.is_empty() && !workload.is_stored_pod() {
                let note = format!(
                    "ServiceAccount {namespace}/{name} is not in the files: taken to have no imagePullSecrets"
                );
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
            ServiceAccount { name: name.to_owned(), ..ServiceAccount::default_of(namespace) }
        }
    }
}

/// The service account as it was for a pod that is stored already: the pod's list is final, and what the account lists and
/// the pod does not have was added after it.
fn as_stored(workload: &Workload, account: ServiceAccount, notes: &mut Vec<String>) -> ServiceAccount {
    let Workload { namespace, name, pod, .. } = workload;
    let has = |secret: &String| pod.pull_secrets.iter().any(|own| own.value == *secret);
    let added: Vec<&str> =
        account.image_pull_secrets.iter().filter(|secret| !has(secret)).map(String::as_str).collect();
    if !added.is_empty() {
        notes.push(format!(
            "Pod {namespace}/{name} is taken from a cluster, where ServiceAccount {}'s imagePullSecrets are copied only when a \
             pod is created: it lists {}, which this pod does not have. A new pod would get them, unless it lists its own: \
             kubectl delete pod {name} -n {namespace}, where something makes it anew",
            account.name,
            added.join(", ")
        ));
    }
    let image_pull_secrets = pod.pull_secrets.iter().map(|name| name.value.clone()).collect();
    ServiceAccount { image_pull_secrets, ..account }
}

/// A service account as plugins get to see it.
fn seen_account(
    account: &ServiceAccount,
    manifests: &Manifests,
    hi: &HiCheck,
    notes: &mut Vec<String>,
) -> Account {
    let ServiceAccount { namespace, name, uid, .. } = account;
    let written = manifests.service_account(namespace, name);
    if written.is_none() && hi.plugins.tell_accounts_apart() {
        let note =
            format!("ServiceAccount {namespace}/{name} is not in the files: taken to have no annotations");
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    Account {
        uid: uid.clone(),
        annotations: written.map(|account| account.annotations.clone()).unwrap_or_default(),
        tokens: account_token::source(hi),
    }
}

fn cluster_pod(
    workload: &Workload,
    account: &ServiceAccount,
    manifests: &Manifests,
    secrets: &[PullSecret],
    low: &LowCheck,
    hi: &HiCheck,
) -> Result<ClusterPod, Failure> {
    let of_account = manifests.service_account(&account.namespace, &account.name);
    let (mut pod, places) = (workload.to_pod(), PodPlaces::of(workload, of_account));
    if let Some(name) = &low.container {
        only(&mut pod, name)?;
    }
    let admitted = admit(pod.clone(), Some(account), admission(low), hi.kubelet);
    let counting = admitted.as_ref().map_or(&[][..], |pod| pod.image_pull_secrets.as_slice());
    let has = |name: &String| {
        secrets.iter().any(|secret| secret.namespace == workload.namespace && secret.name == *name)
    };
    let absent = counting.iter().filter(|name| !name.is_empty() && !has(name));
    let missing_secrets = absent.map(|name| missing(workload, manifests, &places, name)).collect();
    let found = FoundPod {
        kind: workload.kind.clone(),
        place: places.object().to_owned(),
        written: pod,
        admitted,
        missing_secrets,
        images: Vec::new(),
    };
    Ok(ClusterPod { found, places })
}

fn missing(workload: &Workload, manifests: &Manifests, places: &PodPlaces, name: &str) -> MissingSecret {
    let elsewhere = match manifests.secret(&workload.namespace, name) {
        SecretLookup::Elsewhere(others) => {
            others.iter().map(|other| other.secret.namespace.clone()).collect()
        }
        SecretLookup::Found(_) | SecretLookup::Missing => Vec::new(),
    };
    MissingSecret { name: name.to_owned(), place: places.secret(name).to_owned(), elsewhere }
}

/// The same pod with one container or volume alone.
fn only(pod: &mut Pod, name: &str) -> Result<(), Failure> {
    let known: Vec<String> = pod.all_containers().map(|(_, container)| container.name.clone()).collect();
    if !known.iter().any(|known| known == name) {
        return Err(Failure::Unknown { what: "container", given: name.to_owned(), known });
    }
    for list in [&mut pod.init_containers, &mut pod.containers, &mut pod.ephemeral_containers] {
        list.retain(|container| container.name == name);
    }
    let mounts: Vec<String> =
        pod.all_containers().flat_map(|(_, container)| container.image_volumes.clone()).collect();
    pod.image_volumes.retain(|volume| mounts.contains(&volume.name));
    Ok(())
}
