use keyring::{Keyring, Mismatch, Provenance, PullSecret, from_secrets};
use kubelet::{Plan, PlanError, PullInputs, Version};
use node::Environment;
use objects::{Source, read_secrets};
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Failure;
use crate::exit::Exit;
use crate::hiargs::kubelet_version;
use crate::lines::Lines;
use crate::lowargs::{Color, LowMatch, Output};
use crate::secret::node::{NodeLogins, Told};
use crate::{output, stdin};

/// The document of `-o json`.
#[derive(JsonSchema, Serialize)]
pub(crate) struct MatchReport {
    /// The kubelet's version, `1.34`.
    kubelet: String,
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

pub(super) fn run(low: &LowMatch, environment: &Environment) -> Result<Exit, Failure> {
    let version = low.kubelet.as_deref().map_or(Ok(Version::NEWEST), kubelet_version)?;
    let repository = super::repository(&low.image, version)?;
    stdin::once(&low.files.iter().map(|file| ("FILE", file.as_str())).collect::<Vec<_>>())?;
    let (mut secrets, mut skipped) = (Vec::new(), Vec::new());
    for file in &low.files {
        let found = read_secrets(&Source::open(file)?)?;
        secrets.extend(found.pull_secrets);
        skipped.extend(found.notes);
    }
    let read = |root| NodeLogins::read(root, &repository, low.run_plugins, version);
    let node = low.node.as_deref().map(read).transpose()?;
    let (own, of_plugins, told) = node.map_or_else(Default::default, |node| {
        let NodeLogins { told, own, of_plugins } = node;
        (own, of_plugins, Some(told))
    });
    let mut inputs = PullInputs::new(low.image.clone());
    inputs.secrets = secrets;
    inputs.node_keyrings = vec![own];
    let mut report = match Plan::with_plugins(&inputs, &of_plugins, version) {
        Ok(plan) => matched(plan, version),
        Err(error) => disabled(&inputs, &of_plugins, &error, version),
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
        Output::Text => {
            let width = output::text_options(Color::Never, environment).width;
            output::shown(&text(&report, &low.image, &repository, width), environment)
        }
    })?;
    Ok(if report.credentials.is_empty() { Exit::NotPulled } else { Exit::Pulled })
}

/// The pod's Secrets come first, then the node's logins, in the keyrings that the version has for them.
fn matched(plan: Plan, version: Version) -> MatchReport {
    let used = plan.credentials.into_iter().map(|credential| Used {
        username: credential.username,
        key: credential.written_key,
        source: source(&credential.provenance),
    });
    let mut rejected: Vec<Rejected> = plan.mismatches.into_iter().map(unmatched).collect();
    rejected.extend(plan.skipped.iter().map(|skipped| Rejected {
        key: String::new(),
        source: source(&skipped.provenance),
        reason: skipped.reason.to_string(),
    }));
    MatchReport { kubelet: version.to_string(), credentials: used.collect(), rejected, node: None }
}

fn unmatched(mismatch: Mismatch) -> Rejected {
    let Mismatch { written_key: key, provenance, reason, .. } = mismatch;
    Rejected { key, source: source(&provenance), reason: reason.to_string() }
}

/// One secret that cannot be read disables all, and the pull with them, so that the node's own logins do not count either
/// (`kubernetes pkg/credentialprovider/secrets/secrets.go`).
fn disabled(inputs: &PullInputs, of_plugins: &Keyring, error: &PlanError, version: Version) -> MatchReport {
    let mut rejected = Vec::new();
    if let PlanError::MalformedSecret { error: malformed, .. } = error {
        let bad = source(&malformed.provenance);
        rejected.push(Rejected {
            key: String::new(),
            source: bad.clone(),
            reason: format!("cannot be read, which disables all pull secrets of the pod: {error}"),
        });
        let others = inputs.secrets.iter().filter(|secret| secret.provenance != malformed.provenance);
        rejected.extend(others.flat_map(|secret| of_disabled(secret, &bad)));
        let of_node = inputs.node_keyrings.iter().chain([of_plugins]).flat_map(Keyring::credentials);
        rejected.extend(of_node.map(|credential| Rejected {
            key: credential.written_key.clone(),
            source: source(&credential.provenance),
            reason: format!("there is no pull, since {bad} cannot be read"),
        }));
    }
    MatchReport { kubelet: version.to_string(), credentials: Vec::new(), rejected, node: None }
}

/// The entries of a secret beside one that cannot be read.
fn of_disabled(secret: &PullSecret, bad: &str) -> Vec<Rejected> {
    let Ok(made) = from_secrets(std::slice::from_ref(secret)) else { return Vec::new() };
    let mut keys: Vec<String> = made.keyring.written_keys().map(str::to_owned).collect();
    if keys.is_empty() {
        keys.push(String::new());
    }
    let rejected = |key| Rejected {
        key,
        source: source(&secret.provenance),
        reason: format!("disabled, since {bad} cannot be read"),
    };
    keys.into_iter().map(rejected).collect()
}

/// A secret by the name that `kubectl` would use.
fn source(provenance: &Provenance) -> String {
    match provenance {
        Provenance::PullSecret { namespace, name, .. } => format!("{namespace}/{name}"),
        other => other.to_string(),
    }
}

/// How far what belongs to a line is indented below it.
const BELOW: usize = 6;

fn text(report: &MatchReport, image: &str, repository: &str, width: usize) -> String {
    let mut lines = Lines::new(Some(width));
    lines.row(image, 0, &format!("is looked up as {repository}, by kubelet {}", report.kubelet));
    lines.line("");
    lines.line(match report.credentials.is_empty() {
        true => "Nothing matches: the node asks as anonymous.",
        false => "Tried in this order:",
    });
    for (index, used) in report.credentials.iter().enumerate() {
        let name = if used.username.is_empty() { "(no user name)" } else { &used.username };
        lines.line(&format!("  {}. {name}  {:?}  {}", index + 1, used.key, used.source));
    }
    if !report.rejected.is_empty() {
        lines.line("");
        lines.line("Not used:");
    }
    for Rejected { key, source, reason } in &report.rejected {
        let key = if key.is_empty() { String::new() } else { format!("{key:?}  ") };
        lines.row(&format!("  {key}{source}:"), BELOW, reason);
    }
    if let Some(told) = &report.node {
        node_text(&mut lines, told);
    }
    lines.finish()
}

fn node_text(lines: &mut Lines, told: &Told) {
    lines.line("");
    lines.line("The node's own logins:");
    for file in &told.files {
        let what = match (&file.error, file.outcome) {
            (Some(error), _) => format!("passed over, {error}"),
            (None, "used") => "this one counts, and no other".to_owned(),
            (None, outcome) => outcome.to_owned(),
        };
        lines.row(&format!("  {}:", file.path), BELOW, &what);
    }
    for plugin in &told.plugins {
        let what = match (plugin.asked, plugin.run) {
            (true, true) => "asked",
            (true, false) => "would be asked; --run-plugins runs it on this machine",
            (false, _) => "not asked for this image",
        };
        lines.row(&format!("  plugin {} ({}):", plugin.name, plugin.match_images.join(", ")), BELOW, what);
    }
    if let Some(refusal) = &told.refusal {
        lines.row("  this node's kubelet does not start:", BELOW, refusal);
    }
}
