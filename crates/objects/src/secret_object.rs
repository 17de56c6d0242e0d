//! A Secret as the API server would store it.

use std::collections::BTreeMap;

use gostd::json;
use keyring::{PullSecret, SecretType};
use secret::Secret;

use crate::excerpt::Reveal;
use crate::tree::{Span, Tree};
use crate::{InputError, Source};

/// The type of a Secret, and where it is written.
pub(crate) struct TypeOfSecret {
    pub secret_type: SecretType,
    /// The type, or the kind where no type is written.
    pub span: Span,
    pub written: bool,
}

impl TypeOfSecret {
    pub fn read(source: &Source, tree: &Tree) -> Result<Self, InputError> {
        let written = tree.set("type");
        let name = match written {
            None => OPAQUE,
            Some(tree) => match tree.text() {
                // The API server takes an empty type for a missing one.
                Some(text) if text.expose().is_empty() => OPAQUE,
                Some(text) => text.expose(),
                None => return Err(wrong_shape(source, tree, "type", "a text")),
            },
        };
        let span = written.or_else(|| tree.get("kind")).map_or(tree.span, |tree| tree.span);
        Ok(Self { secret_type: SecretType::from_name(name), span, written: written.is_some() })
    }

    /// The type's name, for people.
    pub fn shown(&self) -> String {
        printable(self.secret_type.name())
    }
}

const OPAQUE: &str = "Opaque";

/// Reads a Secret: `data` is base64, `stringData` overrides it, and what the type demands must be there.
pub(crate) fn read(
    source: &Source,
    tree: &Tree,
    of_type: TypeOfSecret,
    namespace: &str,
    name: &str,
) -> Result<PullSecret, InputError> {
    let uid = tree.get("metadata").and_then(|m| m.plain("uid")).unwrap_or_default();
    let (data, spans) = data(source, tree)?;
    if let Some(key) = of_type.secret_type.data_key() {
        admit(source, &data, &spans, key, of_type.span)?;
    }
    let mut secret = PullSecret::new(namespace, name, uid, of_type.secret_type);
    secret.data = data;
    Ok(secret)
}

type Data = BTreeMap<String, Secret<Vec<u8>>>;
type Spans = BTreeMap<String, Span>;

/// The data as the API server stores it, and where each value stands.
fn data(source: &Source, tree: &Tree) -> Result<(Data, Spans), InputError> {
    let (mut data, mut spans) = (Data::new(), Spans::new());
    for field in ["data", "stringData"] {
        let Some(map) = tree.set(field) else { continue };
        if !map.is_map() {
            return Err(wrong_shape(source, map, field, "a mapping"));
        }
        for member in map.members() {
            let key = member.key.expose();
            let bytes = match member.value.text() {
                Some(text) if field == "data" => {
                    gostd::base64::decode_std(text.expose()).map_err(|error| InputError::NotBase64 {
                        place: member.value.span.place(source, Reveal::Masked),
                        key: shown_key(key),
                        error,
                    })?
                }
                Some(text) => text.expose().as_bytes().to_vec(),
                None if member.value.is_null() => Vec::new(),
                None => {
                    let path = format!("{field}[{}]", shown_key(key));
                    return Err(wrong_shape(source, &member.value, &path, "a text"));
                }
            };
            data.insert(key.clone(), Secret::new(bytes));
            spans.insert(key.clone(), member.value.span);
        }
    }
    Ok((data, spans))
}

/// What the API server checks of a pull secret
/// (`kubernetes v1.28.7 pkg/apis/core/validation/validation.go ValidateSecret`).
fn admit(
    source: &Source,
    data: &Data,
    spans: &Spans,
    key: &'static str,
    of_type: Span,
) -> Result<(), InputError> {
    let Some(document) = data.get(key) else {
        let place = of_type.place(source, Reveal::Shown);
        return Err(InputError::MissingKey {
            place,
            key,
            present: data.keys().map(|k| shown_key(k)).collect(),
        });
    };
    let mut reader = json::Reader::new();
    let go_type = "map[string]interface {}";
    let verdict = json::parse(document.expose()).and_then(|value| {
        reader.object(Some(&value), json::Place { go_struct: "", field: "", go_type });
        reader.finish()
    });
    verdict.map_err(|error| {
        let span = spans.get(key).copied().unwrap_or(of_type);
        let once_more = gostd::base64::decode_std(document.expose()).unwrap_or_default();
        let encoded_twice = json::parse(&once_more).is_ok();
        InputError::NotJson {
            place: span.place(source, Reveal::Masked),
            key,
            error: Box::new(error),
            encoded_twice,
        }
    })
}

/// The error for a value of the wrong type.
pub(crate) fn wrong_shape(source: &Source, tree: &Tree, field: &str, expected: &'static str) -> InputError {
    InputError::WrongShape {
        place: tree.span.place(source, Reveal::Masked),
        field: field.to_owned(),
        found: tree.kind(),
        expected,
    }
}

/// A text that is shown to people: what could steer a terminal is replaced.
pub(crate) fn printable(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

/// A key of `data`, shortened: whoever mistakes the field may have put something else there.
pub(crate) fn shown_key(key: &str) -> String {
    let legal = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if key.len() <= 64 && key.chars().all(legal) { key.to_owned() } else { "…".to_owned() }
}
