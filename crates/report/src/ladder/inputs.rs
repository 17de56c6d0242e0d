//! The rungs that a plan and a check have in common: name and credentials.

use super::{Mark, Rung};
use crate::{CredentialSummary, OnNode, ReferenceSummary, SkippedSecret, UnmatchedKey};

pub(crate) fn name(reference: &ReferenceSummary, policy: &str) -> Rung {
    let mut text = format!("{}/{}", reference.domain, reference.path);
    for (name, part) in [("tag", &reference.tag), ("digest", &reference.digest)] {
        if !part.is_empty() {
            text.push_str(&format!(", {name} {part}"));
        }
    }
    Rung::new(Mark::Good, "name", format!("{text}, pull policy {policy}"))
}

/// What the kubelet's records say of an image that is there.
pub(crate) fn on_node(found: &OnNode) -> Rung {
    let (mark, what) = match found.must_pull {
        true => (Mark::Warning, "there, but to be pulled for this pod"),
        false => (Mark::Good, "there"),
    };
    let mut rung = Rung::new(mark, "on the node", format!("{what}: {}", found.text));
    rung.details
        .extend(found.record.iter().map(|record| format!("by the kubelet's record image_manager/{record}")));
    rung
}

/// What is sent, and what is not, with the reason; `asked` says whether anybody is asked at all.
pub(crate) fn credentials(
    used: &[CredentialSummary],
    unmatched: &[UnmatchedKey],
    skipped: &[SkippedSecret],
    asked: bool,
) -> Vec<Rung> {
    let mut rungs = Vec::new();
    for (number, credential) in used.iter().enumerate() {
        let CredentialSummary { username, key, source, .. } = credential;
        let user =
            if username.is_empty() { "an empty login".to_owned() } else { format!("user {username:?}") };
        let order = if used.len() > 1 { format!("{}. ", number + 1) } else { String::new() };
        let key = if key.is_empty() { String::new() } else { format!(", key {key:?}") };
        let mark = if username.is_empty() { Mark::Warning } else { Mark::Good };
        rungs.push(Rung::new(mark, "credentials", format!("{order}{user} of {source}{key}")));
    }
    let mut sources: Vec<&str> = unmatched.iter().map(|entry| entry.source.as_str()).collect();
    sources.dedup();
    for source in sources {
        let matched = used.iter().any(|credential| credential.source == source);
        let (mark, what) = if matched {
            (Mark::Skipped, "further entries do not match")
        } else {
            (Mark::Warning, "no entry matches")
        };
        let mut rung = Rung::new(mark, "credentials", format!("{source}: {what}"));
        let entries = unmatched.iter().filter(|entry| entry.source == source);
        rung.details = entries.map(|entry| format!("{:?}  {}", entry.key, entry.reason)).collect();
        rungs.push(rung);
    }
    for SkippedSecret { source, reason } in skipped {
        rungs.push(Rung::new(Mark::Warning, "credentials", format!("{source} is ignored: {reason}")));
    }
    if rungs.is_empty() {
        let text = if asked { "none: asked as anonymous" } else { "none, and nobody was asked" };
        rungs.push(Rung::new(Mark::Skipped, "credentials", text));
    }
    rungs
}
