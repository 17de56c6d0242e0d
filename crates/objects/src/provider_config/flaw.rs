use std::fmt;

use gostd::strconv::quote;
use keyring::{CredentialProviderConfig, FieldError, FieldFault};

use super::remedy::remedy;
use crate::excerpt::Reveal;
use crate::tree::Tree;
use crate::{Place, Source};

/// A fault of a configuration of plugins, where it stands and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFlaw {
    /// Where it stands.
    pub place: Place,
    /// What is wrong there, in a few words.
    pub label: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl ConfigFlaw {
    /// The place, the line with carets under what is meant, and what to do.
    pub fn render(&self) -> String {
        let help = self.help.as_ref().map(|help| format!("help: {help}\n")).unwrap_or_default();
        self.place.render(&self.label) + &help
    }
}

/// Why a kubelet cannot decode a file. `Display` is what it says of it, without what may be secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct UndecodableConfig {
    /// The kubelet's words.
    pub words: String,
    /// The faults, in their order.
    pub flaws: Vec<ConfigFlaw>,
}

/// A file that was decoded; its faults can still be pointed at.
#[derive(Debug)]
pub struct ProviderFile {
    /// What it says.
    pub config: CredentialProviderConfig,
    pub(super) source: Source,
    pub(super) tree: Tree,
}

impl ProviderFile {
    /// Where a field stands that the kubelet refuses, and what to do about it. The plugins are counted within this file.
    pub fn flaw(&self, error: &FieldError) -> ConfigFlaw {
        let FieldError { field, fault, .. } = error;
        let tree = self.find(error.provider, field, fault);
        ConfigFlaw {
            place: tree.span.place(&self.source, Reveal::Shown),
            label: label(fault),
            help: remedy(field, fault),
        }
    }

    /// Where a plugin stands whose name is taken.
    pub fn taken_name(&self, provider: usize) -> ConfigFlaw {
        let fault = FieldFault::Duplicate { value: String::new() };
        self.flaw(&FieldError { field: "providers.name", provider: Some(provider), fault })
    }

    /// The value of the field; what is around it where it is missing.
    fn find(&self, provider: Option<usize>, field: &str, fault: &FieldFault) -> &Tree {
        let providers = self.tree.get("providers");
        let Some(mut at) = provider.and_then(|index| providers?.list().get(index)) else {
            return providers.unwrap_or(&self.tree);
        };
        for part in field.split('.').skip(1) {
            at = at.set(part).unwrap_or(at);
        }
        let value = match fault {
            FieldFault::Invalid { value, .. } => value.clone(),
            FieldFault::Duplicate { value } => quote(value),
            _ => return at,
        };
        let same = |tree: &&Tree| tree.text().is_some_and(|text| quote(text.expose()) == value);
        // Of elements that are there several times the last is one too many.
        at.list().iter().rev().find(same).unwrap_or(at)
    }
}

/// What is wrong, without the value that is in the line above.
fn label(fault: &FieldFault) -> String {
    match fault {
        FieldFault::Required { .. } => "something is missing".to_owned(),
        FieldFault::Invalid { detail, .. } => detail.split(" (e.g.").next().unwrap_or(detail).to_owned(),
        FieldFault::Duplicate { .. } => "there already".to_owned(),
        FieldFault::NotSupported { .. } => "not supported".to_owned(),
        FieldFault::Forbidden { .. } => "must not be there".to_owned(),
    }
}

/// The kind of a value in Go's words (`encoding/json UnmarshalTypeError.Value`).
pub(super) struct GoKind<'a>(pub &'a Tree);

impl fmt::Display for GoKind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use crate::tree::Value;
        f.write_str(match self.0.value {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number => "number",
            Value::Text(_) => "string",
            Value::List(_) => "array",
            Value::Map(_) => "object",
        })
    }
}
