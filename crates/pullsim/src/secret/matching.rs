use std::fmt::Write as _;

use keyring::{Keyring, MalformedSecret, Provenance, PullSecret, SecretsKeyring, from_secrets};
use objects::{Source, read_secrets};
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Failure;
use crate::exit::Exit;
use crate::lowargs::{LowMatch, Output};
use crate::secret::node::{NodeLogins, Told};
use crate::{output, stdin};

/// The document of `-o json`.
#[derive(JsonSchema, Serialize)]
pub(crate) struct MatchReport {
    credentials: Vec<Used>,
    rejected: Vec<Rejected>,
    /// What the node's files say; only with `--node`.
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<Told>,
}

/// An entry that the kubelet sends.
#[derive(JsonSchema, Serialize)]
struct Used {
    username: String,
    key: String,
    source: String,
}

/// An entry, or a whole secret, that it does not send.
#[derive(JsonSchema, Serialize)]
struct Rejected {
    /// Empty where the whole secret is meant.
    key: String,
    source: String,
    reason: String,
}

pub(super) fn run(low: &LowMatch) -> Result<Exit, Failure> {
    let repository = super::repository(&low.image)?;
    stdin::once(&low.files.iter().map(|file| ("FILE", file.as_str())).collect::<Vec<_>>())?;
    let (mut secrets, mut skipped) = (Vec::new(), Vec::new());
    for file in &low.files {
        let found = read_secrets(&Source::open(file)?)?;
        secrets.extend(found.pull_secrets);
        skipped.extend(found.notes);
    }
    let node =
        low.node.as_ref().map(|root| NodeLogins::read(root, &repository, low.run_plugins)).transpose()?;
    let (keyrings, told) = node.map_or_else(Default::default, |node| (node.keyrings, Some(node.told)));
    let mut report = match from_secrets(&secrets) {
        Ok(made) => matched(&made, &keyrings, &repository),
        Err(error) => disabled(&secrets, &keyrings, &error),
    };
    report.node = told;
    report.rejected.extend(skipped.iter().filter_map(|note| match &note.kind {
        objects::NoteKind::IgnoredType { namespace, name, secret_type } => Some(Rejected {
            key: String::new(),
            source: format!("{namespace}/{name}"),
            reason: format!("type {secret_type}: the kubelet ignores it"),
        }),
        _ => None,
    }));
    output::write(&match low.output {
        Output::Json => report::json(&report),
        Output::Text => output::printable(&text(&report, &low.image, &repository)),
    })?;
    Ok(if report.credentials.is_empty() { Exit::NotPulled } else { Exit::Pulled })
}

/// The pod's Secrets come first, then the node's logins; each keyring is looked through by itself
/// (`kubernetes v1.28.7 pkg/credentialprovider/keyring.go UnionDockerKeyring`).
fn matched(made: &SecretsKeyring, of_node: &[Keyring], repository: &str) -> MatchReport {
    let keyrings: Vec<&Keyring> = std::iter::once(&made.keyring).chain(of_node).collect();
    let used = keyrings.iter().flat_map(|keyring| keyring.lookup(repository)).map(|credential| Used {
        username: credential.username,
        key: credential.written_key,
        source: source(&credential.provenance),
    });
    let mut rejected: Vec<Rejected> =
        keyrings.iter().flat_map(|keyring| unmatched(keyring, repository)).collect();
    rejected.extend(made.skipped.iter().map(|skipped| Rejected {
        key: String::new(),
        source: source(&skipped.provenance),
        reason: skipped.reason.to_string(),
    }));
    MatchReport { credentials: used.collect(), rejected, node: None }
}

fn unmatched(keyring: &Keyring, repository: &str) -> Vec<Rejected> {
    let rejected = keyring.explain(repository).into_iter().map(|mismatch| Rejected {
        key: mismatch.written_key,
        source: source(&mismatch.provenance),
        reason: mismatch.reason.to_string(),
    });
    rejected.collect()
}

/// One secret that cannot be read disables all, and the pull with them, so that the node's own logins do not count either
/// (`kubernetes pkg/credentialprovider/secrets/secrets.go`).
fn disabled(secrets: &[PullSecret], of_node: &[Keyring], error: &MalformedSecret) -> MatchReport {
    let bad = source(&error.provenance);
    let mut rejected = vec![Rejected {
        key: String::new(),
        source: bad.clone(),
        reason: format!("cannot be read, which disables all pull secrets of the pod: {error}"),
    }];
    for secret in secrets.iter().filter(|secret| secret.provenance != error.provenance) {
        let Ok(made) = from_secrets(std::slice::from_ref(secret)) else { continue };
        let mut keys: Vec<String> = made.keyring.written_keys().map(str::to_owned).collect();
        if keys.is_empty() {
            keys.push(String::new());
        }
        rejected.extend(keys.into_iter().map(|key| Rejected {
            key,
            source: source(&secret.provenance),
            reason: format!("disabled, since {bad} cannot be read"),
        }));
    }
    for credential in of_node.iter().flat_map(Keyring::credentials) {
        rejected.push(Rejected {
            key: credential.written_key.clone(),
            source: source(&credential.provenance),
            reason: format!("there is no pull, since {bad} cannot be read"),
        });
    }
    MatchReport { credentials: Vec::new(), rejected, node: None }
}

/// A secret by the name that `kubectl` would use.
fn source(provenance: &Provenance) -> String {
    match provenance {
        Provenance::PullSecret { namespace, name, .. } => format!("{namespace}/{name}"),
        other => other.to_string(),
    }
}

fn text(report: &MatchReport, image: &str, repository: &str) -> String {
    let mut out = format!("{image} is looked up as {repository}\n");
    // Writing to a String cannot fail.
    if report.credentials.is_empty() {
        out.push_str("\nNothing matches: the node asks as anonymous.\n");
    } else {
        out.push_str("\nTried in this order:\n");
    }
    for (index, used) in report.credentials.iter().enumerate() {
        let name = if used.username.is_empty() { "(no user name)" } else { &used.username };
        let _ = writeln!(out, "  {}. {name}  {:?}  {}", index + 1, used.key, used.source);
    }
    if !report.rejected.is_empty() {
        out.push_str("\nNot used:\n");
    }
    for rejected in &report.rejected {
        match rejected.key.as_str() {
            "" => {
                let _ = writeln!(out, "  {}: {}", rejected.source, rejected.reason);
            }
            key => {
                let _ = writeln!(out, "  {key:?}  {}: {}", rejected.source, rejected.reason);
            }
        }
    }
    if let Some(told) = &report.node {
        out.push_str(&node_text(told));
    }
    out
}

fn node_text(told: &Told) -> String {
    let mut out = "\nThe node's own logins:\n".to_owned();
    for file in &told.files {
        // Writing to a String cannot fail.
        let _ = match (&file.error, file.outcome) {
            (Some(error), _) => writeln!(out, "  {}: passed over, {error}", file.path),
            (None, "used") => writeln!(out, "  {}: this one counts, and no other", file.path),
            (None, outcome) => writeln!(out, "  {}: {outcome}", file.path),
        };
    }
    for plugin in &told.plugins {
        let what = match (plugin.asked, plugin.run) {
            (true, true) => "asked",
            (true, false) => "would be asked; --run-plugins runs it on this machine",
            (false, _) => "not asked for this image",
        };
        let _ = writeln!(out, "  plugin {} ({}): {what}", plugin.name, plugin.match_images.join(", "));
    }
    if let Some(refusal) = &told.refusal {
        let _ = writeln!(out, "  this node's kubelet does not start: {refusal}");
    }
    out
}
