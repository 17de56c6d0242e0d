//! Other logins, or none.

use kubelet::PullPolicy;
use report::Change;

use super::{Case, secrets};
use crate::change::Candidate;
use crate::logins::{Repaired, repaired, source};

/// Secrets where they were meant to be and as they were meant, without one that stands in the way, those that the pod does
/// not name, and no login at all.
pub(super) fn all(case: &Case<'_>) -> Vec<Candidate> {
    let mut found = secrets::copied(case);
    found.extend(mended(case));
    found.extend(left_out(case));
    found.extend(secrets::named(case));
    let sent = case.report.answers.iter().any(|answer| answer.credential.is_some());
    if sent {
        let text = "Pull without a login, that is without the pull secrets and the node's credentials.";
        let setup = case.setup.clone().anonymous();
        found.push(Candidate::new(Change::Anonymous, text, setup));
    }
    found
}

/// Each Secret with which something is wrong, mended; then all of them.
fn mended(case: &Case<'_>) -> Vec<Candidate> {
    let Some(domain) = case.setup.domain() else { return Vec::new() };
    let secrets = &case.setup.inputs.secrets;
    let mended: Vec<(usize, Repaired)> = secrets
        .iter()
        .enumerate()
        .filter_map(|(index, secret)| Some((index, repaired(secret, &domain)?)))
        .collect();
    let mut found: Vec<Candidate> = mended.iter().map(|one| with(case, std::slice::from_ref(one))).collect();
    if mended.len() > 1 {
        found.push(with(case, &mended));
    }
    found
}

fn with(case: &Case<'_>, mended: &[(usize, Repaired)]) -> Candidate {
    let mut setup = case.setup.clone();
    let (mut texts, mut names, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    let mut change = Change::Key;
    for (index, repaired) in mended {
        if repaired.anew {
            change = Change::Secret;
        }
        texts.push(told(repaired));
        names.push(source(&repaired.secret.provenance));
        keys.extend(repaired.keys.iter().map(|(_, is)| is.clone()));
        if let Some(secret) = setup.inputs.secrets.get_mut(*index) {
            secret.clone_from(&repaired.secret);
        }
    }
    let argument = if change == Change::Key { keys } else { names };
    Candidate::new(change, texts.join(" "), setup).to(argument.join(","))
}

fn told(repaired: &Repaired) -> String {
    let name = source(&repaired.secret.provenance);
    let keys = repaired.keys.iter().map(|(was, is)| format!("write the key {was:?} as {is:?}"));
    let keys = keys.collect::<Vec<_>>().join(" and ");
    match (repaired.anew, keys.as_str()) {
        (true, "") => format!("Make {name} anew with the login that is in it."),
        (true, keys) => format!("Make {name} anew with the login that is in it, and {keys}."),
        (false, keys) => format!("In {name} {keys}."),
    }
}

/// Without the Secret that cannot be read: it stops all others.
fn left_out(case: &Case<'_>) -> Option<Candidate> {
    let malformed = case.report.malformed.as_ref()?;
    let mut setup = case.setup.clone();
    setup.inputs.secrets.retain(|secret| source(&secret.provenance) != malformed.source);
    let text = format!("Take {} out of the pod's imagePullSecrets.", malformed.source);
    Some(Candidate::new(Change::Secret, text, setup).to(&malformed.source))
}

/// A policy that pulls.
pub(super) fn policy(case: &Case<'_>) -> Vec<Candidate> {
    let mut setup = case.setup.clone();
    setup.inputs.policy = Some(PullPolicy::IfNotPresent);
    vec![Candidate::new(Change::Policy, "Set imagePullPolicy: IfNotPresent.", setup).to("IfNotPresent")]
}
