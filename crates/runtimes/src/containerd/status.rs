//! Answers with an unexpected status (containerd v2.1.9 core/remotes/docker/errdesc.go, core/remotes/errors).

use distribution::ErrorEnvelope;

use super::error::{Error, StatusSaid};
use super::http::Answer;
use super::request::HostRequest;
use crate::containerd::profile::StatusWords;

/// So much of an error's body is read (`NewUnexpectedStatusErr`).
pub(super) const MAX_ERROR_BODY: usize = 64_000;

/// The error for an answer whose body is not to be shown.
pub(super) fn unexpected(request: &HostRequest, answer: &Answer, words: StatusWords) -> Error {
    error(said(request, answer, words), answer, (None, Vec::new()))
}

/// `unexpectedResponseErr`: with what the registry says, where its body is an error envelope.
pub(super) async fn unexpected_response(
    request: &HostRequest,
    answer: &mut Answer,
    words: StatusWords,
) -> Error {
    let body = answer.read_up_to(MAX_ERROR_BODY).await.unwrap_or_default();
    // `json.Decoder` is content with one value, `json.Unmarshal` wants nothing behind it.
    let envelope = match words {
        StatusWords::Request => ErrorEnvelope::parse(&body),
        _ => ErrorEnvelope::parse_first(&body),
    };
    error(said(request, answer, words), answer, (envelope, body))
}

/// The error for an answer of the token service.
pub(super) fn of_token(method: &'static str, answer: &Answer, body: Vec<u8>, words: StatusWords) -> Error {
    let said = match words {
        StatusWords::Bare => StatusSaid::Bare,
        _ => StatusSaid::Request { method, url: answer.url.to_string() },
    };
    error(said, answer, (None, body))
}

fn said(request: &HostRequest, answer: &Answer, words: StatusWords) -> StatusSaid {
    match words {
        StatusWords::Request => StatusSaid::Request { method: request.method, url: answer.url.to_string() },
        StatusWords::Code => StatusSaid::Code { url: request.url.to_string() },
        StatusWords::Host => StatusSaid::Host {
            host: request.url.host.clone(),
            path: request.object.clone(),
            unexpected: answer.status < 400,
        },
        StatusWords::Bare => StatusSaid::Bare,
    }
}

fn error(said: StatusSaid, answer: &Answer, (errors, body): (Option<ErrorEnvelope>, Vec<u8>)) -> Error {
    Error::Status {
        said: Box::new(said),
        status: answer.status,
        status_line: answer.status_line.clone(),
        errors,
        body: body.into(),
    }
}
