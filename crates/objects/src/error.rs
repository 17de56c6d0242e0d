use std::fmt::Write as _;

use crate::excerpt::Place;
use crate::{ConfigRefusal, FileError, NotAFlag};

/// Why an input cannot be used. `Display` is one line; [`InputError::render`] shows the place and the remedy.
/// Neither ever holds what may be secret.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// The file cannot be read.
    #[error(transparent)]
    Unreadable(#[from] FileError),
    /// The input has more bytes than are accepted.
    #[error("{file} is larger than {} MiB", .limit / (1024 * 1024))]
    TooLarge {
        /// The file as it was named.
        file: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// There is nothing in it.
    #[error("{file} is empty")]
    Empty {
        /// The file as it was named.
        file: String,
    },
    /// A byte is no UTF-8.
    #[error("{} is no text: not UTF-8 at line {}, column {}", .place.file, .place.line, .place.column)]
    NotUtf8 {
        /// Where the first such byte stands.
        place: Place,
        /// Whether it says of itself that it is UTF-16.
        is_utf16: bool,
    },
    /// It looks like JSON and is none.
    #[error("{} is malformed JSON: {message}", .place.file)]
    Json {
        /// Where the reader stopped.
        place: Place,
        /// What it says.
        message: String,
    },
    /// It is no YAML.
    #[error("{} is malformed YAML: {message}", .place.file)]
    Yaml {
        /// Where the reader stopped.
        place: Place,
        /// What it says.
        message: String,
    },
    /// A configuration that the kubelet does not start with.
    #[error("{}: the kubelet does not start: {why}", .place.file)]
    KubeletRefuses {
        /// The value.
        place: Place,
        /// What it says.
        why: Box<ConfigRefusal>,
    },
    /// A flag that the kubelet does not start with.
    #[error("the kubelet does not start: failed to parse kubelet flag: {0}")]
    KubeletFlag(#[from] NotAFlag),
    /// It is none of the forms that are accepted.
    #[error("{file} is neither a Secret nor a config.json, a .dockercfg or base64 of one of them")]
    Unrecognised {
        /// The file as it was named.
        file: String,
        /// Where the unrecognised document begins, if it is a document at all.
        place: Option<Place>,
    },
    /// A field has the wrong type.
    #[error("{}: {field} is {found}, and must be {expected}", .place.file)]
    WrongShape {
        /// The value.
        place: Place,
        /// The field's path.
        field: String,
        /// What it is.
        found: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A field that there is not.
    #[error("{}: unknown field", .place.file)]
    UnknownField {
        /// The field's name.
        place: Place,
        /// The fields that there are.
        expected: &'static [&'static str],
    },
    /// A value of `data` is not base64, which the API server refuses.
    #[error("{}: data[{key}] is not base64: {error}", .place.file)]
    NotBase64 {
        /// The value.
        place: Place,
        /// The key.
        key: String,
        /// Go's words.
        error: gostd::base64::CorruptInput,
    },
    /// The key that the Secret's type demands is not there, which the API server refuses.
    #[error("{} is refused by the API server: data[{key}]: Required value", .place.file)]
    MissingKey {
        /// The Secret's type.
        place: Place,
        /// The key.
        key: &'static str,
        /// The keys that there are.
        present: Vec<String>,
    },
    /// The document in the Secret is no JSON object, which the API server refuses.
    #[error(
        "{} is refused by the API server: data[{key}]: Invalid value: \"<secret contents redacted>\": {error}",
        .place.file
    )]
    NotJson {
        /// The value.
        place: Place,
        /// The key.
        key: &'static str,
        /// Go's words.
        error: Box<gostd::json::Error>,
        /// Whether the value is a document in base64 once more.
        encoded_twice: bool,
    },
    /// The only Secret has a type that the kubelet ignores.
    #[error("{} is a Secret of type {secret_type}; the kubelet ignores it", .place.file)]
    UnusableSecret {
        /// The type, or the kind where no type is written.
        place: Place,
        /// The type.
        secret_type: String,
        /// Whether the type is written at all.
        written: bool,
    },
    /// There are objects, and no pull secret among them.
    #[error("{file} holds no pull secret, only {}", listed(.kinds))]
    NoPullSecret {
        /// The file as it was named.
        file: String,
        /// What there is instead, each once.
        kinds: Vec<String>,
    },
    /// A directory has no manifest in it.
    #[error("{directory} holds no manifest")]
    NoManifests {
        /// The directory as it was named.
        directory: String,
    },
    /// A login file stands where manifests belong.
    #[error("{file} is a login file, no manifest")]
    NoManifest {
        /// The file as it was named.
        file: String,
    },
    /// A document among manifests says of no kind that it is.
    #[error("{file} is no manifest: it has no kind")]
    NoKind {
        /// The file as it was named.
        file: String,
        /// Where the document begins, if it is a document at all.
        place: Option<Place>,
    },
    /// A field that the API server demands is not there.
    #[error("{} is refused by the API server: {field}: Required value", .place.file)]
    Required {
        /// The object that should have it.
        place: Place,
        /// The field's path.
        field: String,
    },
    /// A field has none of the values that there are.
    #[error("{}: unsupported {field}", .place.file)]
    NotSupported {
        /// The value.
        place: Place,
        /// The field.
        field: String,
        /// The values that there are.
        supported: &'static [&'static str],
    },
    /// Two elements of a list have one name, which the API server refuses.
    #[error("{} is refused by the API server: {field}: Duplicate value: {name:?}", .place.file)]
    DuplicateName {
        /// The second of them.
        place: Place,
        /// The field's path.
        field: String,
        /// The name.
        name: String,
    },
    /// A mapping has a key twice, of which nobody can tell which is meant.
    #[error("{}: a field is written twice, first in line {first}", .place.file)]
    DoubledField {
        /// The second of them.
        place: Place,
        /// The line of the first.
        first: usize,
    },
    /// Two objects of one kind, namespace and name.
    #[error("{object} is defined twice, first at {first}")]
    Duplicate {
        /// The second of them.
        place: Place,
        /// Its kind, namespace and name.
        object: String,
        /// Where the first begins.
        first: Box<Place>,
    },
}

impl InputError {
    /// The place that the error points at, where there is one.
    pub const fn place(&self) -> Option<&Place> {
        match self {
            Self::NotUtf8 { place, .. }
            | Self::Json { place, .. }
            | Self::Yaml { place, .. }
            | Self::KubeletRefuses { place, .. }
            | Self::Unrecognised { place: Some(place), .. }
            | Self::NoKind { place: Some(place), .. }
            | Self::WrongShape { place, .. }
            | Self::UnknownField { place, .. }
            | Self::NotBase64 { place, .. }
            | Self::MissingKey { place, .. }
            | Self::NotJson { place, .. }
            | Self::UnusableSecret { place, .. }
            | Self::Required { place, .. }
            | Self::NotSupported { place, .. }
            | Self::DuplicateName { place, .. }
            | Self::DoubledField { place, .. }
            | Self::Duplicate { place, .. } => Some(place),
            _ => None,
        }
    }

    /// What stands behind the carets.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Json { message, .. } | Self::Yaml { message, .. } => message.clone(),
            Self::Unrecognised { .. } => "neither kind nor auths".to_owned(),
            Self::WrongShape { expected, .. } => format!("must be {expected}"),
            Self::UnknownField { .. } => "no such field".to_owned(),
            Self::NotBase64 { error, .. } => error.to_string(),
            Self::MissingKey { key, .. } => format!("demands the key {key}"),
            Self::NotJson { encoded_twice: true, .. } => "base64 of base64".to_owned(),
            Self::NotJson { .. } => "must be a JSON object".to_owned(),
            Self::UnusableSecret { written: true, .. } => "must be kubernetes.io/dockerconfigjson".to_owned(),
            Self::UnusableSecret { .. } => "has no type: must have kubernetes.io/dockerconfigjson".to_owned(),
            Self::NoKind { .. } => "has no kind".to_owned(),
            Self::Required { field, .. } => {
                format!("has no {}", field.rsplit('.').next().unwrap_or(field))
            }
            Self::NotSupported { .. } => "not supported here".to_owned(),
            Self::DuplicateName { .. } => "the same name again".to_owned(),
            Self::DoubledField { .. } => "the same field again".to_owned(),
            Self::Duplicate { .. } => "the same object again".to_owned(),
            _ => String::new(),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let text = match self {
            Self::Unreadable(error) => return error.help(),
            Self::TooLarge { .. } => {
                "give the part that matters: a pull secret alone, the pods of one namespace, the end of a log".to_owned()
            }
            Self::UnusableSecret { .. } => {
                format!("{CREATE} prints a right one; --secret also takes a bare config.json")
            }
            Self::MissingKey { key, present, .. } if !present.is_empty() => {
                format!("the data has only {}; rename the key to {key}", listed(present))
            }
            Self::NotBase64 { .. } => "write plain text under stringData, base64 under data".to_owned(),
            Self::NotJson { encoded_twice: true, .. } => "encode the document once, not twice".to_owned(),
            Self::UnknownField { expected, .. } => format!("there are {}", expected.join(", ")),
            Self::NoManifests { .. } => {
                "the files of a directory are taken that end in .yaml, .yml or .json, not those below"
                    .to_owned()
            }
            Self::NoKind { .. } => {
                "a manifest begins with apiVersion and kind; templates must be rendered first".to_owned()
            }
            Self::NoManifest { .. } => "a config.json is given with --secret".to_owned(),
            Self::Required { field, .. } => format!("write {field}"),
            Self::NotSupported { supported, .. } => format!("supported are {}", supported.join(", ")),
            Self::DuplicateName { .. } => "give each container of a pod its own name".to_owned(),
            Self::Duplicate { .. } => "leave one of them out, or give them different namespaces".to_owned(),
            Self::KubeletRefuses { why, .. } => why.remedy(),
            Self::KubeletFlag(_) => "mend it in the kubelet's unit, its drop-ins or kubeadm-flags.env".to_owned(),
            Self::DoubledField { .. } => "leave one of them out".to_owned(),
            Self::Empty { .. } => {
                "give a file with something in it; behind a pipe, see what its command says on standard error".to_owned()
            }
            Self::NotUtf8 { is_utf16: true, .. } => {
                "it is UTF-16, as PowerShell's > writes it: | Out-File -Encoding utf8 writes UTF-8, iconv -f UTF-16 -t UTF-8 \
                 makes it of a file"
                    .to_owned()
            }
            Self::NotUtf8 { .. } => "give plain text: YAML, JSON, or base64 of it; unpack an archive first".to_owned(),
            Self::Json { .. } => {
                "near this place a comma, a brace or a quotation mark is missing or too many; or the text breaks off".to_owned()
            }
            Self::Yaml { message, .. } if message == crate::yaml::TOO_MUCH => {
                "give the part that matters: the pods of one namespace, a pull secret alone".to_owned()
            }
            Self::Yaml { .. } => "indent with spaces, not tabs; quote a value that begins with { [ * & ! % @ or `; render \
                                  templates first"
                .to_owned(),
            Self::WrongShape { found: "a number" | "a boolean", expected: "a text", .. } => {
                "write the value in quotation marks".to_owned()
            }
            Self::WrongShape { expected: "a list", .. } => "begin each element with a dash".to_owned(),
            Self::WrongShape { .. } => return None,
            _ => format!("{CREATE} prints a pull secret"),
        };
        Some(text)
    }

    /// The whole message: what is wrong, where, the line with carets under the place, and what to do.
    pub fn render(&self) -> String {
        let mut out = format!("error: {self}\n");
        if let Some(place) = self.place() {
            out.push_str(&place.render(&self.label()));
        }
        if let Some(help) = self.help() {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "help: {help}");
        }
        out
    }
}

const CREATE: &str = "pullsim secret make HOST --user USER --password-stdin";

fn listed(items: &[String]) -> String {
    if items.is_empty() { "nothing".to_owned() } else { items.join(", ") }
}
