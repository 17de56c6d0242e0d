use keyring::{CredentialProviderConfig, ProviderConfig, TokenAttributes};
use secret::Secret;

use crate::detect::{Form, detect};
use crate::excerpt::Reveal;
use crate::secret_object::wrong_shape;
use crate::tree::{Tree, Value};
use crate::{InputError, Source};

const VERSIONS: [&str; 3] =
    ["kubelet.config.k8s.io/v1", "kubelet.config.k8s.io/v1beta1", "kubelet.config.k8s.io/v1alpha1"];
const KIND: &str = "CredentialProviderConfig";
const TOP: &[&str] = &["apiVersion", "kind", "providers"];
const PROVIDER: &[&str] =
    &["name", "matchImages", "defaultCacheDuration", "apiVersion", "args", "env", "tokenAttributes"];
const TOKEN: &[&str] = &[
    "serviceAccountTokenAudience",
    "cacheType",
    "requireServiceAccount",
    "requiredServiceAccountAnnotationKeys",
    "optionalServiceAccountAnnotationKeys",
];
const ENV: &[&str] = &["name", "value"];

/// Reads a kubelet's `CredentialProviderConfig` of any version, strictly: unknown and doubled fields are refused, as
/// the kubelet refuses them. What the values must be is left to [`CredentialProviderConfig::validate`].
///
/// ```
/// let text = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders: [{name: ecr}]\n";
/// let config = objects::read_provider_config(&objects::Source::from_text("cp.yaml", text))?;
/// assert_eq!(config.providers[0].name, "ecr");
/// # Ok::<(), objects::InputError>(())
/// ```
///
/// # Errors
/// [`InputError`]: a kubelet with this file would not start.
pub fn read_provider_config(source: &Source) -> Result<CredentialProviderConfig, InputError> {
    let found = detect(source).map_err(|error| match error {
        InputError::Unrecognised { file, place } => InputError::NoKind { file, place },
        other => other,
    })?;
    let Form::Objects(documents) = found.form else {
        return Err(InputError::NoKind { file: source.shown_name().to_owned(), place: None });
    };
    let reading = Reading { source: &found.source };
    // The kubelet reads the first document only.
    let Some(tree) = documents.first() else {
        return Err(InputError::Empty { file: source.shown_name().to_owned() });
    };
    reading.strict(tree, TOP)?;
    reading.one_of(tree, "kind", &[KIND])?;
    reading.one_of(tree, "apiVersion", &VERSIONS)?;
    let providers = reading.list(tree, "providers")?.iter().map(|tree| reading.provider(tree));
    Ok(CredentialProviderConfig { providers: providers.collect::<Result<_, _>>()? })
}

struct Reading<'a> {
    source: &'a Source,
}

impl Reading<'_> {
    fn provider(&self, tree: &Tree) -> Result<ProviderConfig, InputError> {
        self.strict(tree, PROVIDER)?;
        let mut env = Vec::new();
        for variable in self.list(tree, "env")? {
            self.strict(variable, ENV)?;
            env.push((self.text(variable, "name")?, Secret::new(self.text(variable, "value")?)));
        }
        Ok(ProviderConfig {
            name: self.text(tree, "name")?,
            match_images: self.texts(tree, "matchImages")?,
            default_cache_duration: self.duration(tree)?,
            api_version: self.text(tree, "apiVersion")?,
            args: self.texts(tree, "args")?,
            env,
            token_attributes: tree.set("tokenAttributes").map(|tree| self.tokens(tree)).transpose()?,
        })
    }

    fn tokens(&self, tree: &Tree) -> Result<TokenAttributes, InputError> {
        self.strict(tree, TOKEN)?;
        Ok(TokenAttributes {
            audience: self.text(tree, "serviceAccountTokenAudience")?,
            cache_type: self.text(tree, "cacheType")?,
            require_service_account: match tree.set("requireServiceAccount") {
                None => None,
                Some(Tree { value: Value::Bool(value), .. }) => Some(*value),
                Some(other) => {
                    return Err(wrong_shape(self.source, other, "requireServiceAccount", "true or false"));
                }
            },
            required_annotations: self.texts(tree, "requiredServiceAccountAnnotationKeys")?,
            optional_annotations: self.texts(tree, "optionalServiceAccountAnnotationKeys")?,
        })
    }

    /// A mapping with these fields and no others, none of them twice.
    fn strict(&self, tree: &Tree, fields: &'static [&'static str]) -> Result<(), InputError> {
        if !tree.is_map() {
            return Err(wrong_shape(self.source, tree, "the object", "a mapping"));
        }
        for (index, member) in tree.members().iter().enumerate() {
            let place = || member.key_span.place(self.source, Reveal::Shown);
            let key = member.key.expose().as_str();
            if !fields.contains(&key) {
                return Err(InputError::UnknownField { place: place(), expected: fields });
            }
            if tree.members()[..index].iter().any(|before| before.key.expose() == key) {
                return Err(InputError::DuplicateName {
                    place: place(),
                    field: key.to_owned(),
                    name: key.to_owned(),
                });
            }
        }
        Ok(())
    }

    fn one_of(&self, tree: &Tree, field: &str, known: &'static [&'static str]) -> Result<(), InputError> {
        let text = self.text(tree, field)?;
        if known.contains(&text.as_str()) {
            return Ok(());
        }
        let span = tree.get(field).map_or(tree.span, |tree| tree.span);
        Err(InputError::NotSupported {
            place: span.place(self.source, Reveal::Shown),
            field: field.to_owned(),
            supported: known,
        })
    }

    /// A text; absent or `null` is the empty one.
    fn text(&self, tree: &Tree, field: &str) -> Result<String, InputError> {
        match tree.set(field) {
            None => Ok(String::new()),
            Some(value) => match value.text() {
                Some(text) => Ok(text.expose().clone()),
                None => Err(wrong_shape(self.source, value, field, "a text")),
            },
        }
    }

    fn texts(&self, tree: &Tree, field: &str) -> Result<Vec<String>, InputError> {
        let text = |value: &Tree| match value.text() {
            Some(text) => Ok(text.expose().clone()),
            None => Err(wrong_shape(self.source, value, field, "a list of texts")),
        };
        self.list(tree, field)?.iter().map(text).collect()
    }

    fn list<'t>(&self, tree: &'t Tree, field: &str) -> Result<&'t [Tree], InputError> {
        match tree.set(field) {
            None => Ok(&[]),
            Some(list) if list.is_list() => Ok(list.list()),
            Some(other) => Err(wrong_shape(self.source, other, field, "a list")),
        }
    }

    fn duration(&self, tree: &Tree) -> Result<Option<gostd::duration::Duration>, InputError> {
        const FIELD: &str = "defaultCacheDuration";
        let Some(value) = tree.set(FIELD) else { return Ok(None) };
        let parsed = value.text().and_then(|text| text.expose().parse().ok());
        match parsed {
            Some(duration) => Ok(Some(duration)),
            None => Err(wrong_shape(self.source, value, FIELD, "a duration such as 12h or 10m")),
        }
    }
}
