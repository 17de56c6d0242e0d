use std::collections::HashMap;

use crate::detect::{Detected, Form, detect, documents};
use crate::excerpt::Reveal;
use crate::manifest::kinds::{PodPath, is_of_kubernetes, pod_path};
use crate::manifest::pod::PodReading;
use crate::manifest::{Manifests, SecretManifest, ServiceAccount, Workload, misspelt};
use crate::secret_object::{self, TypeOfSecret, printable, wrong_shape};
use crate::tree::{Span, Tree};
use crate::{InputError, Note, NoteKind, Place, Source};

/// Reads manifests: Pods, workloads with a pod template, ServiceAccounts and Secrets, as YAML or JSON, alone, in
/// lists, in several documents. Other kinds are skipped and mentioned.
///
/// `namespace` is that of objects which name none, as with `kubectl apply --namespace`.
///
/// # Errors
/// [`InputError`] for what cannot be read, what the API server would refuse at sight, and for two objects of one kind
/// and name, of which nobody can tell which is meant.
pub fn read_manifests(sources: &[Source], namespace: Option<&str>) -> Result<Manifests, InputError> {
    let mut reader = ManifestReader::new(namespace);
    sources.iter().try_for_each(|source| reader.read(source))?;
    Ok(reader.finish())
}

/// Reads manifests one after the other: files, and objects that stand within other documents.
///
/// ```
/// use objects::{ManifestReader, Source};
///
/// let text = "pods:\n- {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: c, image: b}]}}\n";
/// let mut reader = ManifestReader::new(None);
/// assert!(reader.read_at(&Source::from_text("a.yaml", text), 2, 3)?);
/// let image = reader.finish().workloads[0].pod.containers[0].image.clone().unwrap();
/// assert_eq!((image.value.as_str(), image.place.to_string().as_str()), ("b", "a.yaml:2:89"));
/// # Ok::<(), objects::InputError>(())
/// ```
#[derive(Debug)]
pub struct ManifestReader {
    namespace: String,
    found: Manifests,
    seen: Seen,
}

impl ManifestReader {
    /// A reader that has read nothing; `namespace` is as in [`read_manifests`].
    pub fn new(namespace: Option<&str>) -> Self {
        let namespace = namespace.unwrap_or("default").to_owned();
        Self { namespace, found: Manifests::default(), seen: Seen::new() }
    }

    /// Reads all objects of a text.
    ///
    /// # Errors
    /// As [`read_manifests`].
    pub fn read(&mut self, source: &Source) -> Result<(), InputError> {
        let Detected { source, form, .. } = detect(source).map_err(of_manifest)?;
        let Form::Objects(documents) = form else {
            return Err(InputError::NoManifest { file: source.shown_name().to_owned() });
        };
        documents.iter().try_for_each(|document| self.document(&source, document))
    }

    /// Reads the object that begins at this line and column, both from 1, within a YAML document of another kind; tells
    /// whether there is one.
    ///
    /// # Errors
    /// As [`read_manifests`].
    pub fn read_at(&mut self, source: &Source, line: usize, column: usize) -> Result<bool, InputError> {
        let documents = documents(source)?;
        match documents.iter().find_map(|document| find(document, (line, column))) {
            Some(document) => self.document(source, document).map(|()| true),
            None => Ok(false),
        }
    }

    /// What there is to tell of what was read so far.
    pub fn notes(&self) -> &[Note] {
        &self.found.notes
    }

    /// All that was read.
    pub fn finish(self) -> Manifests {
        self.found
    }

    fn document(&mut self, source: &Source, tree: &Tree) -> Result<(), InputError> {
        let Self { namespace, found, seen } = self;
        let mut reading = Reading { source, namespace, found, seen };
        reading.refuse_doubled(tree)?;
        reading.object(tree, None)
    }
}

/// The mapping that begins at a line and column. No two begin at one place.
fn find(tree: &Tree, at: (usize, usize)) -> Option<&Tree> {
    if tree.is_map() && (tree.span.line, tree.span.column) == at {
        return Some(tree);
    }
    let members = tree.members().iter().map(|member| &member.value);
    members.chain(tree.list()).find_map(|below| find(below, at))
}

/// What is unrecognised among manifests lacks a kind.
fn of_manifest(error: InputError) -> InputError {
    match error {
        InputError::Unrecognised { file, place } => InputError::NoKind { file, place },
        other => other,
    }
}

struct Reading<'a> {
    source: &'a Source,
    namespace: &'a str,
    found: &'a mut Manifests,
    seen: &'a mut Seen,
}

/// Kind, namespace and name of each object so far, and where it begins.
type Seen = HashMap<(String, String, String), Place>;

/// What all objects have.
struct Head {
    namespace: String,
    name: String,
    uid: String,
    place: Place,
}

impl Reading<'_> {
    /// A field that is written twice: which of the two counts depends on who reads it, and the API server's strict
    /// validation refuses it.
    fn refuse_doubled(&self, tree: &Tree) -> Result<(), InputError> {
        let members = tree.members();
        for (index, member) in members.iter().enumerate() {
            let key = member.key.expose();
            if let Some(first) = members[..index].iter().find(|before| before.key.expose() == key) {
                return Err(InputError::DoubledField {
                    place: member.key_span.place(self.source, Reveal::Masked),
                    first: first.key_span.line,
                });
            }
            self.refuse_doubled(&member.value)?;
        }
        tree.list().iter().try_for_each(|element| self.refuse_doubled(element))
    }

    fn object(&mut self, tree: &Tree, item_of: Option<&str>) -> Result<(), InputError> {
        let kind = printable(tree.plain("kind").or(item_of).unwrap_or_default());
        let api_version = tree.plain("apiVersion").unwrap_or_default();
        if kind.is_empty() {
            let place = tree.span.place(self.source, Reveal::Masked);
            return Err(InputError::NoKind { file: place.file.clone(), place: Some(place) });
        }
        if let Some(path) = pod_path(api_version, &kind) {
            return self.workload(tree, kind, &path);
        }
        match kind.as_str() {
            "Secret" if is_of_kubernetes(api_version) => self.secret(tree),
            "ServiceAccount" if is_of_kubernetes(api_version) => self.service_account(tree),
            list if list.ends_with("List") && tree.get("items").is_some() => {
                self.list(tree, list.trim_end_matches("List"))
            }
            _ => {
                let metadata = tree.get("metadata");
                let field = |name: &str| metadata.and_then(|m| m.plain(name)).map(printable);
                let namespace = field("namespace").unwrap_or_else(|| self.namespace.to_owned());
                let name = field("name").unwrap_or_default();
                let place = tree.span.plain_place(self.source);
                let kind = NoteKind::SkippedKind { object_kind: kind, namespace, name };
                self.found.notes.push(Note { place, kind });
                Ok(())
            }
        }
    }

    fn list(&mut self, tree: &Tree, item: &str) -> Result<(), InputError> {
        let item = Some(item).filter(|item| !item.is_empty());
        match tree.set("items") {
            None => Ok(()),
            Some(items) if items.is_list() => {
                items.list().iter().try_for_each(|tree| self.object(tree, item))
            }
            Some(items) => Err(wrong_shape(self.source, items, "items", "a list")),
        }
    }

    fn head(&self, tree: &Tree) -> Result<Head, InputError> {
        let metadata = tree.get("metadata");
        let text = |name: &str| -> Result<Option<String>, InputError> {
            match metadata.and_then(|metadata| metadata.set(name)) {
                None => Ok(None),
                Some(value) => match value.text() {
                    Some(text) => Ok(Some(printable(text.expose())).filter(|text| !text.is_empty())),
                    None => Err(wrong_shape(self.source, value, &format!("metadata.{name}"), "a text")),
                },
            }
        };
        let name = match text("name")? {
            Some(name) => Some(name),
            None => text("generateName")?,
        };
        let name = name.ok_or_else(|| InputError::Required {
            place: metadata.map_or(tree.span, |metadata| metadata.span).place(self.source, Reveal::Masked),
            field: "metadata.name".to_owned(),
        })?;
        Ok(Head {
            namespace: text("namespace")?.unwrap_or_else(|| self.namespace.to_owned()),
            name,
            uid: text("uid")?.unwrap_or_default(),
            place: tree.span.plain_place(self.source),
        })
    }

    /// Two objects of one kind and name contradict each other.
    fn refuse_duplicate(&mut self, kind: &str, head: &Head, span: Span) -> Result<(), InputError> {
        let key = (kind.to_owned(), head.namespace.clone(), head.name.clone());
        let Some(first) = self.seen.insert(key, head.place.clone()) else { return Ok(()) };
        Err(InputError::Duplicate {
            place: span.place(self.source, Reveal::Masked),
            object: format!("{kind} {}/{}", head.namespace, head.name),
            first: Box::new(first),
        })
    }

    fn secret(&mut self, tree: &Tree) -> Result<(), InputError> {
        let head = self.head(tree)?;
        self.misspelt(tree, "", &misspelt::OF_SECRET);
        self.refuse_duplicate("Secret", &head, tree.span)?;
        let of_type = TypeOfSecret::read(self.source, tree)?;
        let secret = secret_object::read(self.source, tree, of_type, &head.namespace, &head.name)?;
        self.found.secrets.push(SecretManifest { secret, place: head.place });
        Ok(())
    }

    fn service_account(&mut self, tree: &Tree) -> Result<(), InputError> {
        let head = self.head(tree)?;
        self.refuse_duplicate("ServiceAccount", &head, tree.span)?;
        self.misspelt(tree, "", &misspelt::OF_ACCOUNT);
        let reading = PodReading { source: self.source };
        let Head { namespace, name, uid, place } = head;
        self.found.service_accounts.push(ServiceAccount {
            namespace,
            name,
            uid,
            annotations: reading.annotations(tree.get("metadata"))?,
            pull_secrets: reading.pull_secrets(tree, "")?,
            place,
        });
        Ok(())
    }

    fn workload(&mut self, tree: &Tree, kind: String, path: &PodPath) -> Result<(), InputError> {
        let head = self.head(tree)?;
        let generated = tree.get("metadata").and_then(|m| m.plain("name")).is_none_or(str::is_empty);
        if !generated {
            self.refuse_duplicate(&kind, &head, tree.span)?;
        }
        let reading = PodReading { source: self.source };
        let (template, path) = match path {
            PodPath::Pod => (tree, String::new()),
            PodPath::Template(fields) => {
                self.misplaced(tree, fields);
                self.template(tree, fields)?
            }
        };
        let pod = reading.pod(template, &path)?;
        self.misspelt_of_pod(template, &path);
        let Head { namespace, name, uid, place } = head;
        let from_cluster =
            !uid.is_empty() || tree.set("status").is_some_and(|status| !status.members().is_empty());
        self.found.workloads.push(Workload { kind, namespace, name, uid, from_cluster, place, pod });
        Ok(())
    }

    /// The template below these fields, and the path to it, which ends in a dot.
    fn template<'t>(&self, tree: &'t Tree, fields: &[&str]) -> Result<(&'t Tree, String), InputError> {
        let (mut at, mut path) = (tree, String::new());
        for field in fields {
            path.push_str(field);
            at = match at.set(field) {
                Some(below) if below.is_map() => below,
                Some(other) => return Err(wrong_shape(self.source, other, &path, "a mapping")),
                None => {
                    let place = at.span.place(self.source, Reveal::Masked);
                    return Err(InputError::Required { place, field: path });
                }
            };
            path.push('.');
        }
        Ok((at, path))
    }

    /// Tells of fields of a pod that are misspelt; `path` ends in a dot.
    fn misspelt_of_pod(&mut self, template: &Tree, path: &str) {
        let Some(spec) = template.set("spec") else { return };
        let path = format!("{path}spec.");
        self.misspelt(spec, &path, &misspelt::OF_POD);
        for list in ["initContainers", "containers", "ephemeralContainers"] {
            let containers = spec.get(list).map(Tree::list).unwrap_or_default();
            for (index, container) in containers.iter().enumerate() {
                self.misspelt(container, &format!("{path}{list}[{index}]."), &misspelt::OF_CONTAINER);
            }
        }
    }

    /// Tells of the members of an object whose names are near to those that matter here.
    fn misspelt(&mut self, tree: &Tree, path: &str, known: &[&'static str]) {
        for member in tree.members() {
            let Some(meant) = misspelt::meant(member.key.expose(), known) else { continue };
            let field = format!("{path}{}", printable(member.key.expose()));
            let kind = NoteKind::UnknownField { field, meant: meant.to_owned() };
            self.found.notes.push(Note { place: member.key_span.plain_place(self.source), kind });
        }
    }

    /// `imagePullSecrets` beside the template belong to no pod: the API server knows no such field.
    fn misplaced(&mut self, tree: &Tree, fields: &[&str]) {
        let (mut at, mut path) = (Some(tree), String::new());
        let belongs = format!("{}.spec.imagePullSecrets", fields.join("."));
        for field in fields.iter().copied().map(Some).chain([None]) {
            let Some(tree) = at else { break };
            if let Some(member) = tree.member("imagePullSecrets") {
                let place = member.key_span.plain_place(self.source);
                let kind = NoteKind::MisplacedPullSecrets {
                    field: format!("{path}imagePullSecrets"),
                    belongs: belongs.clone(),
                };
                self.found.notes.push(Note { place, kind });
            }
            let Some(field) = field else { break };
            path = format!("{path}{field}.");
            at = tree.get(field);
        }
    }
}
