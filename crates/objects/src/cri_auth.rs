use cri::AuthConfig;
use secret::Secret;

use crate::detect::json;
use crate::excerpt::Reveal;
use crate::{InputError, Source};

const FIELDS: [&str; 6] =
    ["username", "password", "auth", "server_address", "identity_token", "registry_token"];

/// Reads the CRI's `AuthConfig` from JSON, with the field names of the protocol. Fields may be missing or `null`;
/// others than these are refused.
///
/// ```
/// let source = objects::Source::from_text("auth.json", r#"{"username": "ci", "password": "x"}"#);
/// assert_eq!(objects::read_cri_auth(&source)?.username, "ci");
/// # Ok::<(), objects::InputError>(())
/// ```
///
/// # Errors
/// Malformed JSON, an unknown field, a value that is no text.
pub fn read_cri_auth(source: &Source) -> Result<AuthConfig, InputError> {
    if source.text().trim().is_empty() {
        return Err(InputError::Empty { file: source.shown_name().to_owned() });
    }
    let tree = json(source)?;
    if !tree.is_map() {
        return Err(InputError::WrongShape {
            place: tree.span.place(source, Reveal::Masked),
            field: "the document".to_owned(),
            found: tree.kind(),
            expected: "a JSON object",
        });
    }
    let mut auth = AuthConfig::default();
    for member in tree.members() {
        let key = member.key.expose().as_str();
        if !FIELDS.contains(&key) {
            let place = member.key_span.place(source, Reveal::Shown);
            return Err(InputError::UnknownField { place, expected: &FIELDS });
        }
        let value = match member.value.text() {
            Some(text) => text.clone(),
            None if member.value.is_null() => Secret::default(),
            None => {
                return Err(InputError::WrongShape {
                    place: member.value.span.place(source, Reveal::Masked),
                    field: key.to_owned(),
                    found: member.value.kind(),
                    expected: "a text",
                });
            }
        };
        match key {
            "username" => auth.username.clone_from(value.expose()),
            "password" => auth.password = value,
            "auth" => auth.auth = value,
            "server_address" => auth.server_address.clone_from(value.expose()),
            "identity_token" => auth.identity_token = value,
            _ => auth.registry_token = value,
        }
    }
    Ok(auth)
}
