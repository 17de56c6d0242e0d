use gostd::json;
use keyring::{Provenance, PullSecret, SecretType};

use crate::detect::{Form, detect};
use crate::excerpt::Reveal;
use crate::secret_object::{self, TypeOfSecret, printable, wrong_shape};
use crate::tree::{Span, Tree, Value};
use crate::{InputError, Note, NoteKind, Source};

/// The pull secrets of an input.
#[derive(Debug, Default)]
pub struct Secrets {
    /// The Secrets that the kubelet would read, in the order of the input; never empty.
    pub pull_secrets: Vec<PullSecret>,
    /// What else there is to tell.
    pub notes: Vec<Note>,
}

/// Reads the pull secrets of an input: a bare `config.json` or `.dockercfg`, Secrets as YAML or JSON (alone, in a
/// `List`, in several documents), or base64 of any of these.
///
/// A Secret is read as the API server would take it: `data` is base64, `stringData` overrides it, and a document
/// that is no JSON object is refused. Whether its logins can be used is left to the keyring, as on a node.
///
/// # Errors
/// [`InputError`]; also when there is no pull secret in the input.
pub fn read_secrets(source: &Source) -> Result<Secrets, InputError> {
    let detected = detect(source)?;
    let mut reading = Reading { source: &detected.source, found: Secrets::default(), others: Vec::new() };
    if detected.base64_times > 0 {
        reading.note(Span::start(), NoteKind::Base64 { times: detected.base64_times });
    }
    match &detected.form {
        Form::DockerConfigJson(tree) => reading.bare(source, SecretType::DockerConfigJson, tree)?,
        Form::DockerCfg(tree) => reading.bare(source, SecretType::DockerCfg, tree)?,
        Form::Objects(documents) => {
            for document in documents {
                reading.object(document, None)?;
            }
        }
    }
    reading.finish()
}

impl Span {
    const fn start() -> Self {
        Self { line: 1, column: 1, length: 1 }
    }
}

/// An object that gave no pull secret.
struct Other {
    shown: String,
    /// The error if it was the only one.
    alone: Option<InputError>,
}

struct Reading<'a> {
    source: &'a Source,
    found: Secrets,
    others: Vec<Other>,
}

impl Reading<'_> {
    fn note(&mut self, span: Span, kind: NoteKind) {
        let place = span.place(self.source, Reveal::Masked);
        self.found.notes.push(Note { place, kind });
    }

    /// A login file itself, taken as the Secret that would be made of it.
    fn bare(&mut self, input: &Source, secret_type: SecretType, tree: &Tree) -> Result<(), InputError> {
        let path = input.name();
        let name = if path == "-" { "stdin" } else { path.rsplit('/').next().unwrap_or(path) };
        let is_config = secret_type == SecretType::DockerConfigJson;
        let text = self.source.text();
        json::parse(text.as_bytes()).map_err(|error| InputError::Json {
            place: Span::start().place(self.source, Reveal::Masked),
            message: error.to_string(),
        })?;
        let key = secret_type.data_key().unwrap_or_default();
        let mut secret = PullSecret::new("default", name, "", secret_type).with(key, text);
        secret.provenance = Provenance::ConfigFile { path: path.to_owned() };
        self.found.pull_secrets.push(secret);
        let folded = |name: &str| {
            tree.members().iter().find(|m| m.key.expose().eq_ignore_ascii_case(name)).map(|m| &m.value)
        };
        let logins = if is_config { folded("auths") } else { Some(tree) };
        if logins.is_none_or(|logins| logins.members().is_empty()) {
            let helper = folded("credsStore").or_else(|| folded("credHelpers")).is_some();
            self.note(tree.span, NoteKind::NoLogins { helper });
        }
        Ok(())
    }

    /// A Kubernetes object; `item_of` is the kind of item that the list around it implies.
    fn object(&mut self, tree: &Tree, item_of: Option<&str>) -> Result<(), InputError> {
        let kind = printable(tree.plain("kind").or(item_of).unwrap_or_default());
        match kind.as_str() {
            "Secret" => self.secret(tree),
            "" => {
                let place = tree.span.place(self.source, Reveal::Masked);
                Err(InputError::Unrecognised { file: place.file.clone(), place: Some(place) })
            }
            list if list.ends_with("List") => self.list(tree, list.trim_end_matches("List")),
            _ => {
                let (namespace, name) = names(tree, self.source);
                self.others.push(Other { shown: kind.clone(), alone: None });
                self.note(tree.span, NoteKind::OtherKind { object_kind: kind, namespace, name });
                Ok(())
            }
        }
    }

    fn list(&mut self, tree: &Tree, item: &str) -> Result<(), InputError> {
        let item = Some(item).filter(|item| !item.is_empty());
        match tree.get("items") {
            None => Ok(()),
            Some(Tree { value: Value::List(items), .. }) => {
                items.iter().try_for_each(|tree| self.object(tree, item))
            }
            Some(items) if items.is_null() => Ok(()),
            Some(items) => Err(wrong_shape(self.source, items, "items", "a list")),
        }
    }

    fn secret(&mut self, tree: &Tree) -> Result<(), InputError> {
        let (namespace, name) = names(tree, self.source);
        let of_type = TypeOfSecret::read(self.source, tree)?;
        if of_type.secret_type.data_key().is_none() {
            let secret_type = of_type.shown();
            let shown = format!("a Secret of type {secret_type}");
            let alone = InputError::UnusableSecret {
                place: of_type.span.place(self.source, Reveal::Shown),
                secret_type: secret_type.clone(),
                written: of_type.written,
            };
            self.others.push(Other { shown, alone: Some(alone) });
            self.note(of_type.span, NoteKind::IgnoredType { namespace, name, secret_type });
            return Ok(());
        }
        self.found.pull_secrets.push(secret_object::read(self.source, tree, of_type, &namespace, &name)?);
        Ok(())
    }

    fn finish(mut self) -> Result<Secrets, InputError> {
        if !self.found.pull_secrets.is_empty() {
            return Ok(self.found);
        }
        if self.others.len() == 1
            && let Some(error) = self.others.pop().and_then(|other| other.alone)
        {
            return Err(error);
        }
        let file = self.source.shown_name().to_owned();
        let notes = self.found.notes.iter();
        let mut kinds: Vec<String> = self.others.into_iter().map(|other| other.shown).collect();
        kinds.extend(notes.filter_map(|note| match &note.kind {
            NoteKind::OtherKind { object_kind, .. } => Some(object_kind.clone()),
            _ => None,
        }));
        kinds.sort();
        kinds.dedup();
        Err(InputError::NoPullSecret { file, kinds })
    }
}

/// Namespace and name of an object. A manifest without a name cannot be applied, but its content can be judged.
fn names(tree: &Tree, source: &Source) -> (String, String) {
    let metadata = tree.get("metadata");
    let field =
        |name: &str| metadata.and_then(|metadata| metadata.plain(name)).filter(|text| !text.is_empty());
    let file = source.shown_name().rsplit('/').next().unwrap_or_default();
    (printable(field("namespace").unwrap_or("default")), printable(field("name").unwrap_or(file)))
}
