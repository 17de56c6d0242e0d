use gostd::strconv::quote;
use keyring::{CredentialProviderConfig, PluginRules, ProviderConfig, TokenAttributes};
use secret::Secret;

use super::flaw::{ConfigFlaw, GoKind, ProviderFile, UndecodableConfig};
use super::strict::{Strict, V1};
use crate::detect::{Form, detect};
use crate::excerpt::Reveal;
use crate::tree::{Span, Tree, Value};
use crate::{InputError, Source};

const VERSIONS: [&str; 3] = [V1, "kubelet.config.k8s.io/v1beta1", "kubelet.config.k8s.io/v1alpha1"];
const KIND: &str = "CredentialProviderConfig";

/// Reads a kubelet's `CredentialProviderConfig` of any version as strictly as a kubelet by these rules does: fields that
/// it does not know, or that are there twice, are refused, all of them in one message. What the values must be is left to
/// [`CredentialProviderConfig::validate`].
///
/// ```
/// use keyring::PluginRules;
/// use objects::{Source, read_provider_config};
///
/// let text = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders: [{name: ecr}]\n";
/// let read = |text: &str| read_provider_config(&Source::from_text("cp.yaml", text), PluginRules::default());
/// assert_eq!(read(text)?.config.providers[0].name, "ecr");
///
/// let error = read(&text.replace("name", "nam")).unwrap_err();
/// assert_eq!(error.to_string(), "strict decoding error: unknown field \"providers[0].nam\"");
/// assert_eq!(error.flaws[0].place.to_string(), "cp.yaml:3:14");
/// # Ok::<(), objects::UndecodableConfig>(())
/// ```
///
/// # Errors
/// [`UndecodableConfig`]: a kubelet with this file would not start.
pub fn read_provider_config(source: &Source, rules: PluginRules) -> Result<ProviderFile, UndecodableConfig> {
    let (source, tree) = document(source)?;
    let reading = Reading { source: &source };
    let version = reading.version(&tree)?;
    let providers = reading.list(&tree, "providers", &TOP)?.iter().map(|tree| reading.provider(tree));
    let config = CredentialProviderConfig { providers: providers.collect::<Result<_, _>>()? };
    match Strict::new(&source, version, rules).look(&tree) {
        Some((words, flaws)) => Err(UndecodableConfig { words, flaws }),
        None => Ok(ProviderFile { config, source, tree }),
    }
}

/// The first document, which is the only one that the kubelet reads.
fn document(source: &Source) -> Result<(Source, Tree), UndecodableConfig> {
    let found = detect(source).map_err(|error| match error {
        InputError::Unrecognised { place, .. } => no_kind(place),
        other => UndecodableConfig {
            words: other.to_string(),
            flaws: flaws(other.place().cloned(), &other.label(), other.help()),
        },
    })?;
    match found.form {
        Form::Objects(documents) => match documents.into_iter().next() {
            Some(tree) => Ok((found.source, tree)),
            None => Err(no_kind(None)),
        },
        Form::DockerConfigJson(tree) | Form::DockerCfg(tree) => {
            Err(no_kind(Some(tree.span.place(&found.source, Reveal::Masked))))
        }
    }
}

/// The kubelet quotes the whole file here, which may hold secrets.
fn no_kind(place: Option<crate::Place>) -> UndecodableConfig {
    let help = format!("it begins with apiVersion: {V1} and kind: {KIND}");
    UndecodableConfig {
        words: "Object 'Kind' is missing in '…'".to_owned(),
        flaws: flaws(place, "has no kind", Some(help)),
    }
}

fn flaws(place: Option<crate::Place>, label: &str, help: Option<String>) -> Vec<ConfigFlaw> {
    place.map(|place| ConfigFlaw { place, label: label.to_owned(), help }).into_iter().collect()
}

/// An object's name in Go and the path to its fields, as errors of types show them.
struct GoPath {
    object: &'static str,
    path: &'static str,
}

const TOP: GoPath = GoPath { object: "CredentialProviderConfig", path: "" };
const PROVIDER: GoPath = GoPath { object: "CredentialProvider", path: "providers." };
const ENV: GoPath = GoPath { object: "ExecEnvVar", path: "providers.env." };
const TOKEN: GoPath = GoPath { object: "ServiceAccountTokenAttributes", path: "providers.tokenAttributes." };

struct Reading<'a> {
    source: &'a Source,
}

impl Reading<'_> {
    /// The version of a document of the right kind. The name of the scheme, which the kubelet adds, is a line in its own
    /// source.
    fn version<'t>(&self, tree: &'t Tree) -> Result<&'t str, UndecodableConfig> {
        let (kind, version) =
            (tree.plain("kind").unwrap_or_default(), tree.plain("apiVersion").unwrap_or_default());
        let at = |field| tree.get(field).map_or(tree.span, |tree| tree.span);
        if kind.is_empty() {
            return Err(no_kind(Some(tree.span.place(self.source, Reveal::Masked))));
        }
        let (words, span) = match (kind, version) {
            (KIND, version) if VERSIONS.contains(&version) => return Ok(version),
            (_, "") => ("Object 'apiVersion' is missing in '…'".to_owned(), tree.span),
            ("KubeletConfiguration", "kubelet.config.k8s.io/v1beta1") => {
                (format!("failed to decode {} (wrong Kind)", quote(kind)), at("kind"))
            }
            _ => {
                let (kind, version) = (quote(kind), quote(version));
                let span = if tree.plain("kind") == Some(KIND) { at("apiVersion") } else { at("kind") };
                (format!("no kind {kind} is registered for version {version}"), span)
            }
        };
        let help = format!("kind is {KIND}, apiVersion one of {}", VERSIONS.join(", "));
        Err(self.undecodable(span, words, "not supported here", Some(help)))
    }

    fn provider(&self, tree: &Tree) -> Result<ProviderConfig, UndecodableConfig> {
        self.object(tree, &TOP, "providers", "v1.CredentialProvider")?;
        let mut env = Vec::new();
        for variable in self.list(tree, "env", &PROVIDER)? {
            self.object(variable, &PROVIDER, "env", "v1.ExecEnvVar")?;
            let value = Secret::new(self.text(variable, "value", &ENV)?);
            env.push((self.text(variable, "name", &ENV)?, value));
        }
        Ok(ProviderConfig {
            name: self.text(tree, "name", &PROVIDER)?,
            match_images: self.texts(tree, "matchImages", &PROVIDER)?,
            default_cache_duration: self.duration(tree)?,
            api_version: self.text(tree, "apiVersion", &PROVIDER)?,
            args: self.texts(tree, "args", &PROVIDER)?,
            env,
            token_attributes: tree.set("tokenAttributes").map(|tree| self.tokens(tree)).transpose()?,
        })
    }

    fn tokens(&self, tree: &Tree) -> Result<TokenAttributes, UndecodableConfig> {
        self.object(tree, &PROVIDER, "tokenAttributes", "v1.ServiceAccountTokenAttributes")?;
        Ok(TokenAttributes {
            audience: self.text(tree, "serviceAccountTokenAudience", &TOKEN)?,
            cache_type: self.text(tree, "cacheType", &TOKEN)?,
            require_service_account: self.bool(tree, "requireServiceAccount")?,
            required_annotations: self.texts(tree, "requiredServiceAccountAnnotationKeys", &TOKEN)?,
            optional_annotations: self.texts(tree, "optionalServiceAccountAnnotationKeys", &TOKEN)?,
        })
    }

    fn object(
        &self,
        tree: &Tree,
        parent: &GoPath,
        field: &str,
        go_type: &str,
    ) -> Result<(), UndecodableConfig> {
        if tree.is_map() { Ok(()) } else { Err(self.wrong_type(tree, parent, field, go_type, "a mapping")) }
    }

    /// A text; absent or `null` is the empty one.
    fn text(&self, tree: &Tree, field: &str, of: &GoPath) -> Result<String, UndecodableConfig> {
        match tree.set(field) {
            None => Ok(String::new()),
            Some(value) => match value.text() {
                Some(text) => Ok(text.expose().clone()),
                None => Err(self.wrong_type(value, of, field, "string", "a text")),
            },
        }
    }

    fn texts(&self, tree: &Tree, field: &str, of: &GoPath) -> Result<Vec<String>, UndecodableConfig> {
        let text = |value: &Tree| match value.text() {
            Some(text) => Ok(text.expose().clone()),
            None => Err(self.wrong_type(value, of, field, "string", "a text")),
        };
        self.list(tree, field, of)?.iter().map(text).collect()
    }

    fn list<'t>(&self, tree: &'t Tree, field: &str, of: &GoPath) -> Result<&'t [Tree], UndecodableConfig> {
        let go_type = match field {
            "providers" => "[]v1.CredentialProvider",
            "env" => "[]v1.ExecEnvVar",
            _ => "[]string",
        };
        match tree.set(field) {
            None => Ok(&[]),
            Some(list) if list.is_list() => Ok(list.list()),
            Some(other) => Err(self.wrong_type(other, of, field, go_type, "a list")),
        }
    }

    /// In YAML of the kubelet's kind (1.1) some words are truth values as well.
    fn bool(&self, tree: &Tree, field: &str) -> Result<Option<bool>, UndecodableConfig> {
        let Some(value) = tree.set(field) else { return Ok(None) };
        if let Value::Bool(value) = value.value {
            return Ok(Some(value));
        }
        let word = value.text().map(|text| text.expose().to_ascii_lowercase());
        match word.as_deref() {
            Some("yes" | "on" | "y") => Ok(Some(true)),
            Some("no" | "off" | "n") => Ok(Some(false)),
            _ => Err(self.wrong_type(value, &TOKEN, field, "bool", "true or false")),
        }
    }

    fn duration(&self, tree: &Tree) -> Result<Option<gostd::duration::Duration>, UndecodableConfig> {
        const FIELD: &str = "defaultCacheDuration";
        const FORM: &str = "a duration such as 12h, 10m or 0s";
        let Some(value) = tree.set(FIELD) else { return Ok(None) };
        let Some(text) = value.text() else {
            return Err(self.wrong_type(value, &PROVIDER, FIELD, "string", FORM));
        };
        match text.expose().parse() {
            Ok(duration) => Ok(Some(duration)),
            Err(error) => {
                let error: gostd::duration::Error = error;
                let label = format!("must be {FORM}");
                Err(self.undecodable(value.span, error.to_string(), &label, None))
            }
        }
    }

    fn wrong_type(
        &self,
        value: &Tree,
        of: &GoPath,
        field: &str,
        go_type: &str,
        expected: &str,
    ) -> UndecodableConfig {
        let GoPath { object, path } = of;
        let words = format!(
            "json: cannot unmarshal {} into Go struct field {object}.{path}{field} of type {go_type}",
            GoKind(value)
        );
        // The value of a variable may be secret.
        let of_env = *object == ENV.object || field == "env";
        let reveal = if of_env { Reveal::Masked } else { Reveal::Shown };
        let place = value.span.place(self.source, reveal);
        UndecodableConfig { words, flaws: flaws(Some(place), &format!("must be {expected}"), None) }
    }

    fn undecodable(&self, span: Span, words: String, label: &str, help: Option<String>) -> UndecodableConfig {
        UndecodableConfig { words, flaws: flaws(Some(span.place(self.source, Reveal::Shown)), label, help) }
    }
}
