//! The cluster's objects over time: what is there at the beginning, and what is applied later.

use std::path::Path;
use std::time::Duration;

use keyring::PullSecret;
use kubelet::{Pod, ServiceAccount};
use objects::{InputError, ManifestReader, Manifests, Note, NoteKind, PodPlaces, Workload, open_manifests};

use crate::LoadError;
use crate::file::{ManifestItem, ScenarioFile};
use crate::mistake::Mistake;
use crate::sources::Sources;
use crate::yaml::Spanned;

/// The account of a pod that names none.
const DEFAULT_ACCOUNT: &str = "default";
/// What the manifests of a scenario may be.
const KINDS: [&str; 12] = [
    "Pod",
    "Deployment",
    "ReplicaSet",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "ReplicationController",
    "PodTemplate",
    "ServiceAccount",
    "Secret",
    "List",
];

/// A pod of a scenario.
#[derive(Clone, Debug)]
pub struct ScenarioPod {
    /// When it comes to the node, counted from the beginning.
    pub at: Duration,
    /// `Pod`, `Deployment` …; empty for the one that is made up for `image`.
    pub kind: String,
    /// As it is written: no default is set.
    pub pod: Pod,
    /// Its service account; `None`: there is none of the name.
    pub account: Option<ServiceAccount>,
    /// The annotations of that account.
    pub annotations: Vec<(String, String)>,
    /// Where its images and Secrets are named.
    pub places: PodPlaces,
}

impl ScenarioPod {
    /// The name by which a scenario may call it, short or long.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let Pod { namespace, name: own, .. } = &self.pod;
        match name.split_once('/') {
            Some((of, name)) => of == namespace && name == own,
            None => name == own,
        }
    }
}

/// What is applied, the earliest first.
#[derive(Debug, Default)]
pub(crate) struct Cluster(Vec<Applied>);

#[derive(Debug)]
struct Applied {
    at: Duration,
    manifests: Manifests,
}

impl Cluster {
    /// Reads the objects, also those that stand in files of their own.
    pub(crate) fn read(sources: &Sources, file: &ScenarioFile) -> Result<Self, LoadError> {
        let mut applied = vec![read(sources, &file.manifests, Duration::ZERO)?];
        for change in &file.changes {
            applied.push(read(sources, &change.value.manifests, change.value.at.0.0)?);
        }
        applied.sort_by_key(|applied| applied.at);
        let cluster = Self(applied);
        cluster.refuse_same_names()?;
        Ok(cluster)
    }

    /// Whether there are pods among the objects.
    pub(crate) fn has_pods(&self) -> bool {
        self.workloads().next().is_some()
    }

    /// The image of the first container of the first pod.
    pub(crate) fn first_image(&self) -> Option<&str> {
        let containers = self.workloads().flat_map(|workload| &workload.pod.containers);
        containers.filter_map(|container| container.image.as_ref()).map(|image| image.value.as_str()).next()
    }

    fn workloads(&self) -> impl Iterator<Item = &Workload> {
        self.0.iter().flat_map(|applied| &applied.manifests.workloads)
    }

    /// The pods, in the order in which they are applied.
    pub(crate) fn pods(&self) -> Vec<ScenarioPod> {
        let of = |applied: &Applied| -> Vec<ScenarioPod> {
            let pod = |workload: &Workload| {
                let written = self.written_account(workload, applied.at);
                let (account, annotations) = account(workload, written);
                let (at, kind) = (applied.at, workload.kind.clone());
                let places = PodPlaces::of(workload, written);
                ScenarioPod { at, kind, pod: workload.to_pod(), account, annotations, places }
            };
            applied.manifests.workloads.iter().map(pod).collect()
        };
        self.0.iter().flat_map(of).collect()
    }

    /// The Secrets that there are at a time; of those of one name the one that was applied last.
    pub(crate) fn secrets(&self, at: Duration) -> Vec<PullSecret> {
        let mut secrets: Vec<PullSecret> = Vec::new();
        for secret in self.until(at).flat_map(|applied| &applied.manifests.secrets) {
            let secret = &secret.secret;
            if !secrets.iter().any(|known| is_same(known, secret)) {
                secrets.push(secret.clone());
            }
        }
        secrets
    }

    /// The manifest of the account that a pod gets which is made at this time.
    fn written_account(&self, workload: &Workload, at: Duration) -> Option<&objects::ServiceAccount> {
        let (namespace, name) = (workload.namespace.as_str(), account_name(workload));
        self.until(at).find_map(|applied| applied.manifests.service_account(namespace, name))
    }

    /// What was applied by then, the latest first.
    fn until(&self, at: Duration) -> impl Iterator<Item = &Applied> {
        self.0.iter().rev().filter(move |applied| applied.at <= at)
    }

    /// A pod cannot be told from another of its name.
    fn refuse_same_names(&self) -> Result<(), LoadError> {
        let mut known: Vec<&Workload> = Vec::new();
        for workload in self.workloads() {
            let same =
                |other: &&&Workload| (&other.namespace, &other.name) == (&workload.namespace, &workload.name);
            if let Some(first) = known.iter().find(same) {
                let Workload { kind, namespace, name, place, .. } = workload;
                return Err(InputError::Duplicate {
                    place: place.clone(),
                    object: format!("{kind} {namespace}/{name}"),
                    first: Box::new(first.place.clone()),
                }
                .into());
            }
            known.push(workload);
        }
        Ok(())
    }
}

/// The account with which the API server admits a pod, and its annotations.
fn account(
    workload: &Workload,
    written: Option<&objects::ServiceAccount>,
) -> (Option<ServiceAccount>, Vec<(String, String)>) {
    match written {
        Some(written) => (Some(written.to_account()), written.annotations.clone()),
        None => {
            let is_made = account_name(workload) == DEFAULT_ACCOUNT;
            (is_made.then(|| ServiceAccount::default_of(&workload.namespace)), Vec::new())
        }
    }
}

fn account_name(workload: &Workload) -> &str {
    workload.pod.service_account.as_ref().map_or(DEFAULT_ACCOUNT, |name| name.value.as_str())
}

/// Whether two Secrets have one name.
pub(crate) fn is_same(one: &PullSecret, other: &PullSecret) -> bool {
    (&one.namespace, &one.name) == (&other.namespace, &other.name)
}

fn read(sources: &Sources, items: &[Spanned<ManifestItem>], at: Duration) -> Result<Applied, LoadError> {
    let mut reader = ManifestReader::new(None);
    for item in items {
        match &item.value {
            ManifestItem::Path(path) => {
                let (file, _) = sources.place(item.referenced);
                let path = Path::new(file).parent().unwrap_or(Path::new("")).join(path);
                let path = path.display().to_string();
                let unreadable = |error| unreadable(sources, item, error);
                for source in open_manifests(&[path]).map_err(unreadable)? {
                    reader.read(&source)?;
                }
            }
            ManifestItem::Object => {
                let (source, told) = (sources.text_of(item.referenced), reader.notes().len());
                reader.read_at(&source, item.referenced.line, item.referenced.column)?;
                refuse_strangers(sources, item, reader.notes().get(told..).unwrap_or_default())?;
            }
        }
    }
    Ok(Applied { at, manifests: reader.finish() })
}

/// A file that is not there is the scenario's mistake; what is in it has places of its own.
fn unreadable(sources: &Sources, item: &Spanned<ManifestItem>, error: InputError) -> LoadError {
    let mistake = match error {
        InputError::Unreadable(_) | InputError::NoManifests { .. } => Mistake::unusable_file(&error),
        other => return other.into(),
    };
    LoadError::at(sources, item.referenced, mistake)
}

/// An object of another kind does nothing in a scenario: most likely its kind is misspelt.
fn refuse_strangers(
    sources: &Sources,
    item: &Spanned<ManifestItem>,
    notes: &[Note],
) -> Result<(), LoadError> {
    let skipped = |note: &Note| match &note.kind {
        NoteKind::SkippedKind { object_kind, .. } => Some(object_kind.clone()),
        _ => None,
    };
    match notes.iter().find_map(skipped) {
        Some(kind) => {
            let mistake = Mistake::UnknownKind { kind, known: KINDS.to_vec() };
            Err(LoadError::at(sources, item.referenced, mistake))
        }
        None => Ok(()),
    }
}
