//! Secrets that the cluster has and the pod does not: in another namespace, or in its own and named by nobody.

use diagnosis::Names;
use keyring::{PullSecret, from_secrets};
use kubelet::MissingSecret;
use report::Change;

use super::Case;
use crate::change::Candidate;
use crate::logins::source;

/// So many are tried of either kind: a cluster may have one in each of its namespaces.
const MOST: usize = 3;
/// The service account of a pod that names none.
const DEFAULT_ACCOUNT: &str = "default";
/// Lets a service account name a secret; the list is merged by names (`kubernetes v1.28.7
/// staging/src/k8s.io/api/core/v1/types.go ServiceAccount`, `patchMergeKey`).
const NAME_IT: &str =
    r#"kubectl patch serviceaccount ACCOUNT -n NAMESPACE -p '{"imagePullSecrets":[{"name":"NAME"}]}'"#;

/// Each Secret that the pod names and that lies in another namespace, copied from there; and all of them.
pub(super) fn copied(case: &Case<'_>) -> Vec<Candidate> {
    if case.shows_logins_to_anybody() {
        return Vec::new();
    }
    let missing = &case.setup.inputs.missing_secrets;
    let known = missing.iter().map(|secret| elsewhere(case, secret)).collect::<Vec<_>>();
    let one = known.iter().flatten().map(|copy| copies(case, std::slice::from_ref(copy)));
    let mut found: Vec<Candidate> = one.take(MOST).collect();
    let first: Vec<Copy<'_>> = known.iter().filter_map(|copies| copies.first().copied()).collect();
    if first.len() > 1 {
        found.push(copies(case, &first));
    }
    found
}

/// A Secret that is missing, and one of its name in another namespace.
#[derive(Clone, Copy)]
struct Copy<'a> {
    missing: &'a MissingSecret,
    other: &'a PullSecret,
}

/// Those of its name in other namespaces; of several that hold the same, the first.
fn elsewhere<'a>(case: &'a Case<'_>, missing: &'a MissingSecret) -> Vec<Copy<'a>> {
    let mut found: Vec<Copy<'a>> = Vec::new();
    for other in &case.setup.cluster {
        let is_it = other.name == missing.name && other.namespace != missing.namespace;
        let same = |known: &Copy<'_>| {
            (&known.other.secret_type, &known.other.data) == (&other.secret_type, &other.data)
        };
        if is_it && !found.iter().any(same) {
            found.push(Copy { missing, other });
        }
    }
    found
}

fn copies(case: &Case<'_>, copies: &[Copy<'_>]) -> Candidate {
    let mut setup = case.setup.clone();
    let (mut texts, mut names, mut commands) = (Vec::new(), Vec::new(), Vec::new());
    for Copy { missing, other } in copies {
        let MissingSecret { namespace, name, .. } = missing;
        setup.inputs.missing_secrets.retain(|secret| secret != *missing);
        setup.inputs.secrets.push(moved(other, namespace));
        texts.push(format!("Copy the Secret {name} from namespace {} to {namespace}.", other.namespace));
        names.push(source(&other.provenance));
        commands.push(copy_command(name, &other.namespace, namespace));
    }
    let candidate = Candidate::new(Change::CopySecret, texts.join(" "), setup).to(names.join(","));
    candidate.by(commands.join(" && "))
}

/// The same Secret in another namespace.
fn moved(secret: &PullSecret, namespace: &str) -> PullSecret {
    let PullSecret { name, secret_type, data, .. } = secret;
    PullSecret { data: data.clone(), ..PullSecret::new(namespace, name, "", secret_type.clone()) }
}

fn copy_command(name: &str, from: &str, to: &str) -> String {
    let names = Names::new().with("NAME", name).with("OTHER", from).with("NAMESPACE", to);
    names.fill(diagnosis::COPY_SECRET)
}

/// A Secret with a login for the image's registry which the pod does not name: one of its namespace, else one that is copied
/// from another.
pub(super) fn named(case: &Case<'_>) -> Vec<Candidate> {
    let inputs = &case.setup.inputs;
    let (namespace, repository) = (&inputs.pod.namespace, case.setup.repository());
    let (false, Some(repository)) = (namespace.is_empty() || case.shows_logins_to_anybody(), repository)
    else {
        return Vec::new();
    };
    let names = |secret: &PullSecret| {
        let has = inputs.secrets.iter().map(|own| own.name.as_str());
        has.chain(inputs.missing_secrets.iter().map(|own| own.name.as_str())).any(|own| own == secret.name)
    };
    let fitting = case.setup.cluster.iter().filter(|secret| !names(secret) && has_login(secret, &repository));
    let (own, others): (Vec<_>, Vec<_>) = fitting.partition(|secret| secret.namespace == *namespace);
    let meant = if own.is_empty() { others } else { own };
    meant.into_iter().take(MOST).map(|secret| name_it(case, secret)).collect()
}

/// Whether the kubelet would send a login of it for an image of this repository.
fn has_login(secret: &PullSecret, repository: &str) -> bool {
    let ring = from_secrets(std::slice::from_ref(secret));
    ring.is_ok_and(|ring| !ring.keyring.lookup(repository).is_empty())
}

fn name_it(case: &Case<'_>, secret: &PullSecret) -> Candidate {
    let (mut setup, name) = (case.setup.clone(), &secret.name);
    let (namespace, account) =
        (setup.inputs.pod.namespace.clone(), setup.inputs.pod.service_account_name.clone());
    let account = if account.is_empty() { DEFAULT_ACCOUNT.to_owned() } else { account };
    let is_copy = secret.namespace != namespace;
    let copy = match is_copy {
        true => {
            format!("Copy the Secret {name} from namespace {} to {namespace}, and name it", secret.namespace)
        }
        false => format!("Name the Secret {name}"),
    };
    let none_named = setup.inputs.secrets.is_empty() && setup.inputs.missing_secrets.is_empty();
    let replaced = setup.inputs.missing_secrets.pop_if(|_| setup.inputs.secrets.is_empty());
    let where_to = match replaced {
        Some(missing) => {
            format!("in the pod's imagePullSecrets in place of {}, which is not there", missing.name)
        }
        None if none_named => {
            format!("in the pod's imagePullSecrets, or for new pods in its service account {account}")
        }
        None => "in the pod's imagePullSecrets as well".to_owned(),
    };
    setup.inputs.secrets.push(moved(secret, &namespace));
    let names = Names::new().with("NAME", name).with("NAMESPACE", &namespace).with("ACCOUNT", &account);
    let commands = [
        is_copy.then(|| copy_command(name, &secret.namespace, &namespace)),
        // What the pod itself names cannot be changed but in its manifest.
        none_named.then(|| names.fill(NAME_IT)),
    ];
    let commands = commands.into_iter().flatten().collect::<Vec<_>>().join(" && ");
    let candidate = Candidate::new(Change::UseSecret, format!("{copy} {where_to}."), setup);
    candidate.to(source(&secret.provenance)).by(commands)
}
