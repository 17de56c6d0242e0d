//! What a registry's refusal comes to (cri-o@f954a17:vendor/go.podman.io/image/v5/docker/errors.go,
//! distribution_error.go, and vendor/github.com/docker/distribution/registry/api/errcode/errors.go).

use std::fmt;

use distribution::errcode::{Code, Entry, Errors};
use gostd::json::{self, Value};
use gostd::strconv;

use super::challenge::Challenge;

/// So much of a body that cannot be read is shown, in bytes.
const SHOWN: usize = 50;

/// What a registry's refusal is told as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RegistryError {
    /// `UnexpectedHTTPStatusError`: a status that says it all.
    Status { line: String },
    /// `unexpectedHTTPResponseError`: a body that is no list of errors.
    Response { status: u16, body: Vec<u8> },
    /// `errcode.ErrorCode`, or `errcode.Error` with the message that its code has anyway.
    Code { code: Code, told_by_message: bool },
    /// `errcode.Error`
    Error { code: Code, message: String },
}

impl RegistryError {
    /// `registryHTTPResponseToError`, once the body was read.
    pub(super) fn new(status: u16, status_line: &str, challenges: &[Challenge], body: Vec<u8>) -> Self {
        if status == 401
            && let Some(error) = challenges.iter().find_map(of_challenge)
        {
            return error;
        }
        if !(400..500).contains(&status) {
            return Self::Status { line: status_line.to_owned() };
        }
        match of_body(status, &body) {
            Some(error) => error,
            None if status == 401 => Self::Code { code: Code::Unauthorized, told_by_message: true },
            None => Self::Response { status, body },
        }
    }

    /// The code of the registry's API, as it is written there.
    pub(super) const fn code(&self) -> Option<&'static str> {
        match self {
            Self::Code { code, .. } | Self::Error { code, .. } => Some(code.name()),
            Self::Status { .. } | Self::Response { .. } => None,
        }
    }

    /// `isManifestUnknownError`
    pub(super) fn is_manifest_unknown(&self) -> bool {
        match self {
            Self::Code { code, .. } => *code == Code::ManifestUnknown,
            Self::Error { code, message } => {
                *code == Code::ManifestUnknown
                    || *code == Code::Unknown && message.to_lowercase().contains("not found")
            }
            Self::Response { status, .. } => *status == 404,
            Self::Status { .. } => false,
        }
    }
}

impl From<Entry> for RegistryError {
    fn from(entry: Entry) -> Self {
        match entry {
            Entry::Bare(code) => Self::Code { code, told_by_message: false },
            Entry::Full { code, message } if message == code.message() => {
                Self::Code { code, told_by_message: true }
            }
            Entry::Full { code, message } => Self::Error { code, message },
        }
    }
}

/// What a challenge says of the token that came along (`handleErrorResponse`).
fn of_challenge(challenge: &Challenge) -> Option<RegistryError> {
    if challenge.scheme != "bearer" {
        return None;
    }
    let code = match challenge.parameter("error")? {
        "invalid_token" => Code::Unauthorized,
        "insufficient_scope" => Code::Denied,
        _ => return None,
    };
    let description = challenge.parameter("error_description").unwrap_or_default();
    Some(match description {
        "" => RegistryError::Code { code, told_by_message: true },
        said if said == code.message() => RegistryError::Code { code, told_by_message: true },
        said => RegistryError::Error { code, message: said.to_owned() },
    })
}

/// `parseHTTPErrorResponse`: none where the body is no list of errors.
fn of_body(status: u16, body: &[u8]) -> Option<RegistryError> {
    let document = json::parse(body).ok()?;
    if let Some(details) = details(&document) {
        let code = match status {
            401 => Code::Unauthorized,
            429 => Code::TooManyRequests,
            _ => Code::Unknown,
        };
        let is_default = details == code.message();
        return Some(match is_default {
            true => RegistryError::Code { code, told_by_message: true },
            false => RegistryError::Error { code, message: details },
        });
    }
    Errors::decode(body).ok()?.0.into_iter().next().map(RegistryError::from)
}

/// `{"details": "…"}`, as some registries answer.
fn details(document: &Value) -> Option<String> {
    document.field("details")?.as_str().filter(|details| !details.is_empty()).map(str::to_owned)
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { line } => write!(f, "received unexpected HTTP status: {line}"),
            Self::Response { status, body } => {
                let mut shown = body.get(..SHOWN).unwrap_or(body).to_vec();
                if body.len() > SHOWN {
                    shown.extend_from_slice(b"...");
                }
                write!(f, "StatusCode: {status}, {}", strconv::quote(shown))
            }
            Self::Code { code, told_by_message: true } => f.write_str(code.message()),
            Self::Code { code, .. } => code.fmt(f),
            Self::Error { code, message } => write!(f, "{code}: {message}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(status: u16, challenge: &str, body: &str) -> String {
        let challenges: Vec<Challenge> = Challenge::parse(challenge.as_bytes()).into_iter().collect();
        let line = format!("{status} Some Reason");
        RegistryError::new(status, &line, &challenges, body.as_bytes().to_vec()).to_string()
    }

    /// As CRI-O 1.37.0 said of them.
    #[test]
    fn refusals() {
        let unknown = r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}"#;
        let detailed =
            r#"{"errors":[{"code":"UNAUTHORIZED","message":"authentication required","detail":[{}]}]}"#;
        let own = r#"{"errors":[{"code":"TOOMANYREQUESTS","message":"rate exceeded"}]}"#;
        let harbor = r#"{"errors":[{"code":"NOT_FOUND","message":"artifact team/app:v1 not found"}]}"#;
        let refused = r#"Bearer realm="https://a.test/t",error="insufficient_scope""#;
        let long = "<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>";
        let cases = [
            (404, "", unknown, "manifest unknown"),
            (401, "", detailed, "authentication required"),
            (401, "", r#"{"errors":[{"code":"UNAUTHORIZED"}]}"#, "unauthorized"),
            (401, "", "<html>", "authentication required"),
            (401, refused, detailed, "requested access to the resource is denied"),
            (401, r#"Bearer error="invalid_token",error_description="gone""#, "", "unauthorized: gone"),
            (429, "", own, "toomanyrequests: rate exceeded"),
            (404, "", harbor, "unknown: artifact team/app:v1 not found"),
            (404, "", "404 page not found\n", r#"StatusCode: 404, "404 page not found\n""#),
            (404, "", long, r#"StatusCode: 404, "<?xml version='1.0'?><Error><Code>NoSuchKey</Code>...""#),
            (403, "", r#"{"errors":[]}"#, r#"StatusCode: 403, "{\"errors\":[]}""#),
            (401, "", r#"{"details":"wrong password"}"#, "unauthorized: wrong password"),
            (500, "", unknown, "received unexpected HTTP status: 500 Some Reason"),
            (404, "", r#"{"errors":[{"code":5}]}"#, r#"StatusCode: 404, "{\"errors\":[{\"code\":5}]}""#),
        ];
        for (status, challenge, body, expected) in cases {
            assert_eq!(said(status, challenge, body), expected, "{status} {challenge} {body}");
        }
    }
}
