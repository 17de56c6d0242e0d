//! Answers with an unexpected status (containerd v2.1.9 core/remotes/docker/errdesc.go, core/remotes/errors).

use distribution::ErrorEnvelope;
use net::Response;

use super::error::Error;

/// So much of an error's body is read (`NewUnexpectedStatusErr`).
pub(super) const MAX_ERROR_BODY: usize = 64_000;

/// The error for an answer whose body is not to be shown.
pub(super) fn unexpected(method: &'static str, answer: &Response, errors: Option<ErrorEnvelope>) -> Error {
    Error::Status {
        method,
        url: answer.url.to_string(),
        status: answer.status,
        status_line: answer.status_line.clone(),
        errors,
    }
}

/// `unexpectedResponseErr`: with what the registry says, where its body is an error envelope.
pub(super) async fn unexpected_response(method: &'static str, answer: &mut Response) -> Error {
    let body = answer.body.read_up_to(MAX_ERROR_BODY).await.unwrap_or_default();
    unexpected(method, answer, ErrorEnvelope::parse(&body))
}
