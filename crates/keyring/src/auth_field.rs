use gostd::base64::{decode_raw_std, decode_std};
use secret::Secret;

/// Why an `auth` field could not be taken apart; `Display` gives the kubelet's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthFieldError {
    /// The field is not base64 in the standard alphabet.
    #[error(transparent)]
    Base64(#[from] gostd::base64::CorruptInput),
    /// The decoded text holds no colon.
    #[error("unable to parse auth field, must be formatted as base64(username:password)")]
    NoColon,
}

/// Takes `base64(username:password)` apart as the kubelet does
/// (`kubernetes v1.28.7 pkg/credentialprovider/config.go decodeDockerConfigFieldAuth`).
///
/// A field that ends in `=`, white space aside, must be padded rightly, any other must not be padded. Line ends are
/// ignored anywhere, other white space nowhere. The text is split at its first colon and nothing is trimmed: a line
/// end that was encoded stays part of the password.
///
/// # Errors
/// [`AuthFieldError`], in the kubelet's words.
pub fn decode_auth_field(field: &str) -> Result<(String, Secret), AuthFieldError> {
    let padded = field.trim().ends_with('=');
    let decoded = if padded { decode_std(field)? } else { decode_raw_std(field)? };
    let text = String::from_utf8_lossy(&decoded);
    let (username, password) = text.split_once(':').ok_or(AuthFieldError::NoColon)?;
    Ok((username.to_owned(), Secret::from(password)))
}
