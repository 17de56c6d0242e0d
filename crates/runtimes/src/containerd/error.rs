//! containerd's errors: a tree of wrapped causes, whose outermost known class is the gRPC code
//! (containerd v2.1.9 vendor/github.com/containerd/errdefs/pkg/errgrpc/grpc.go:55-119).

use std::fmt;

use cri::{Code, CriError};
use distribution::ErrorEnvelope;
use gostd::strconv;
use gostd::url::{self, Url};
use trace::Fault;

/// What an operation of the runtime may end in.
pub(super) type Result<T> = std::result::Result<T, Error>;

/// An error of containerd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Error {
    /// `fmt.Errorf("context: %w", cause)`
    Context(String, Box<Error>),
    /// `*url.Error`: `Head "URL": why`
    Exchange { method: &'static str, url: String, fault: Fault },
    /// `ErrUnexpectedStatus`, with the registry's own errors on a line of their own
    /// (core/remotes/errors/errors.go, core/remotes/docker/errdesc.go).
    Status {
        method: &'static str,
        url: String,
        status: u16,
        status_line: String,
        errors: Option<ErrorEnvelope>,
    },
    /// `ErrInvalidAuthorization`, and what it is about.
    InvalidAuthorization(AuthorizationProblem),
    /// An error of a class of `errdefs`: `what: not found`
    Class(Class, String),
    /// An error without class and without a cause of ours.
    Plain(String),
    /// The pull was cancelled because of no progress (`image_pull_progress_timeout`).
    Canceled,
}

/// Why the registry's refusal is final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AuthorizationProblem {
    /// The token was refused with this `error` (`server message: …`).
    ServerMessage(String),
    /// Basic authentication was asked for, and there is no user or no password.
    NoBasicCredentials,
}

/// The classes of `errdefs` that a pull can end in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    NotFound,
    InvalidArgument,
    FailedPrecondition,
    NotImplemented,
}

impl Error {
    /// `fmt.Errorf("{context}: %w", self)`
    pub(super) fn context(self, context: impl Into<String>) -> Self {
        Self::Context(context.into(), Box::new(self))
    }

    pub(super) fn exchange(method: &'static str, url: &Url, fault: Fault) -> Self {
        Self::Exchange { method, url: url.to_string(), fault }
    }

    fn code(&self) -> Code {
        match self {
            Self::Context(_, cause) => cause.code(),
            Self::Exchange { fault, .. } if fault.error.is_deadline_exceeded() => Code::DeadlineExceeded,
            Self::Canceled => Code::Canceled,
            Self::Class(Class::NotFound, _) => Code::NotFound,
            Self::Class(Class::InvalidArgument, _) => Code::InvalidArgument,
            Self::Class(Class::FailedPrecondition, _) => Code::FailedPrecondition,
            Self::Class(Class::NotImplemented, _) => Code::Unimplemented,
            _ => Code::Unknown,
        }
    }

    /// `errdefs.IsNotFound`
    pub(super) fn is_not_found(&self) -> bool {
        self.code() == Code::NotFound
    }

    /// `errors.Is(err, ErrInvalidAuthorization)`
    pub(super) fn is_invalid_authorization(&self) -> bool {
        match self {
            Self::Context(_, cause) => cause.is_invalid_authorization(),
            Self::InvalidAuthorization(_) => true,
            _ => false,
        }
    }

    /// The status of an unexpected answer, if that is the cause.
    pub(super) fn unexpected_status(&self) -> Option<u16> {
        match self {
            Self::Context(_, cause) => cause.unexpected_status(),
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The URL of the transport failure in the chain.
    fn failed_url(&self) -> Option<&str> {
        match self {
            Self::Context(_, cause) => cause.failed_url(),
            Self::Exchange { url, .. } => Some(url),
            _ => None,
        }
    }

    /// The answer over the CRI: `SanitizeError`, then `ToGRPC`
    /// (containerd v2.1.9 internal/cri/util/sanitize.go:27-75).
    pub(super) fn into_cri(self) -> CriError {
        let message = self.to_string();
        let message = match self.failed_url().map(|url| (url, sanitize(url))) {
            Some((url, sanitized)) if sanitized != url => message.replace(url, &sanitized),
            _ => message,
        };
        CriError::new(self.code(), message)
    }
}

/// Every query value of a URL becomes `[REDACTED]`; the keys come out sorted.
fn sanitize(url: &str) -> String {
    let Ok(mut parsed) = Url::parse(url) else { return url.to_owned() };
    let mut redacted = url::Values::default();
    for (key, _) in parsed.query().iter() {
        redacted.set(key, "[REDACTED]");
    }
    if redacted.iter().next().is_none() {
        return url.to_owned();
    }
    parsed.raw_query = redacted.encode();
    parsed.to_string()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Context(context, cause) => write!(f, "{context}: {cause}"),
            Self::Exchange { method, url, fault } => {
                // Go writes the method of a url.Error in title case (net/http/client.go urlErrorOp).
                let (first, rest) = method.split_at(1.min(method.len()));
                write!(f, "{first}{} {}: {fault}", rest.to_lowercase(), strconv::quote(url))
            }
            Self::Status { method, url, status_line, errors, .. } => {
                write!(f, "unexpected status from {method} request to {url}: {status_line}")?;
                errors.as_ref().map_or(Ok(()), |errors| write!(f, "\n{errors}"))
            }
            Self::InvalidAuthorization(AuthorizationProblem::ServerMessage(message)) => {
                write!(f, "server message: {message}: authorization failed")
            }
            Self::InvalidAuthorization(AuthorizationProblem::NoBasicCredentials) => {
                f.write_str("authorization failed: no basic auth credentials")
            }
            Self::Class(Class::NotImplemented, what) => write!(f, "not implemented: {what}"),
            Self::Class(class, what) => write!(f, "{what}: {class}"),
            Self::Plain(text) => f.write_str(text),
            Self::Canceled => f.write_str("context canceled"),
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "not found",
            Self::InvalidArgument => "invalid argument",
            Self::FailedPrecondition => "failed precondition",
            Self::NotImplemented => "not implemented",
        })
    }
}

#[cfg(test)]
mod tests {
    use trace::Stage;

    use super::*;

    #[test]
    fn urls_of_transport_failures_are_redacted_and_others_are_not() {
        let fault = Fault::new(Stage::Head, gostd::net::Error::Eof);
        let url = Url::parse("https://m.test/v2/a/manifests/t?ns=docker.io&a=1").unwrap();
        let failed = Error::exchange("HEAD", &url, fault).context("failed to do request");
        assert_eq!(
            failed.into_cri().message,
            "failed to do request: Head \"https://m.test/v2/a/manifests/t?a=%5BREDACTED%5D&ns=%5BREDACTED%5D\": EOF"
        );
        let status = Error::Status {
            method: "GET",
            url: "https://cdn.test/x?sig=s".into(),
            status: 403,
            status_line: "403 Forbidden".into(),
            errors: None,
        };
        assert_eq!(
            status.into_cri().message,
            "unexpected status from GET request to https://cdn.test/x?sig=s: 403 Forbidden"
        );
    }
}
