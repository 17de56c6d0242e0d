//! containerd's errors: a tree of wrapped causes, whose outermost known class is the gRPC code
//! (containerd v2.1.9 vendor/github.com/containerd/errdefs/pkg/errgrpc/grpc.go:55-119).

use std::fmt;

use cri::{Code, CriError};
use distribution::ErrorEnvelope;
use gostd::net::Error as Cause;
use gostd::url::{self, Url};
use trace::Fault;

use crate::containerd::profile::Words;
use crate::transport::{operation, transport_words, without_password};

/// What an operation of the runtime may end in.
pub(super) type Result<T> = std::result::Result<T, Error>;

/// An error of containerd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Error {
    /// `fmt.Errorf("context: %w", cause)`
    Context(String, Box<Error>),
    /// `*url.Error`: `Head "URL": why`, in the words of the Go version.
    Exchange { method: &'static str, url: String, fault: Box<Fault>, go: u8 },
    /// `ErrUnexpectedStatus`, with the registry's own errors.
    Status {
        said: Box<StatusSaid>,
        status: u16,
        status_line: String,
        errors: Option<ErrorEnvelope>,
        /// As far as it was read.
        body: Box<[u8]>,
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

/// The sentence about an unexpected status, which differs between versions (`StatusWords`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StatusSaid {
    /// The registry's errors stand on a line of their own (containerd v2.1.9 core/remotes/docker/errdesc.go).
    Request { method: &'static str, url: String },
    /// With the registry's errors behind (containerd v1.7.24 remotes/docker/fetcher.go `open`).
    Code { url: String },
    /// `unexpected` below 400 (containerd v1.6.20 remotes/docker/resolver.go `Resolve`).
    Host { host: String, path: [String; 2], unexpected: bool },
    /// containerd v1.6.20 remotes/errors/errors.go
    Bare,
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

const HANDSHAKE_TIMEOUT: Cause = Cause::Tls(gostd::tls::Error::HandshakeTimeout);

impl Error {
    /// `fmt.Errorf("{context}: %w", self)`
    pub(super) fn context(self, context: impl Into<String>) -> Self {
        Self::Context(context.into(), Box::new(self))
    }

    pub(super) fn exchange(method: &'static str, url: &Url, fault: Fault, go: u8) -> Self {
        Self::exchange_at(method, without_password(url), fault, go)
    }

    /// The same with a URL that is told as it was sent.
    pub(super) fn exchange_at(method: &'static str, url: String, fault: Fault, go: u8) -> Self {
        Self::Exchange { method, url, fault: Box::new(fault), go }
    }

    /// The error that a body's fault is, read in passing.
    pub(super) fn body(fault: &Fault) -> Self {
        match fault.error {
            Cause::Canceled => Self::Canceled,
            _ => Self::Plain(fault.to_string()),
        }
    }

    /// The same with what the registry says, if it says something.
    pub(super) fn with_errors(self, said: Option<ErrorEnvelope>) -> Self {
        match self {
            Self::Status { said: sentence, status, status_line, errors, body } => {
                Self::Status { said: sentence, status, status_line, errors: said.or(errors), body }
            }
            other => other,
        }
    }

    pub(super) fn code(&self) -> Code {
        match self {
            Self::Context(_, cause) => cause.code(),
            Self::Exchange { fault, .. } if fault.error.is_deadline_exceeded() => Code::DeadlineExceeded,
            Self::Exchange { fault, .. } if fault.error == Cause::Canceled => Code::Canceled,
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

    /// `isTransientTransportErr` (containerd v2.3.4 core/remotes/docker/resolver.go)
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Context(_, cause) => cause.is_transient(),
            Self::Exchange { fault, .. } => {
                let error = &fault.error;
                !error.is_deadline_exceeded()
                    && (error.is_timeout()
                        || [Cause::Eof, Cause::UnexpectedEof, HANDSHAKE_TIMEOUT].contains(error))
            }
            _ => false,
        }
    }

    /// Status and body of an unexpected answer, if that is the cause (`ErrUnexpectedStatus`).
    pub(super) fn refusal(&self) -> Option<(u16, &[u8])> {
        match self {
            Self::Context(_, cause) => cause.refusal(),
            Self::Status { status, body, .. } => Some((*status, body)),
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
    /// (containerd v2.1.9 internal/cri/util/sanitize.go:27-75, v1.6.20 errdefs/grpc.go).
    pub(super) fn into_cri(self, words: &Words) -> CriError {
        let (code, mut message) = (self.code(), self.to_string());
        if words.hides_queries
            && let Some(url) = self.failed_url()
        {
            message = message.replace(url, &sanitize(url));
        }
        if words.formats_messages && code != Code::Unknown {
            message = formatted(&message);
        }
        CriError::new(code, message)
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

/// `fmt.Sprintf(message)`: what looks like a verb lacks its argument. `%3A` is the verb `A` with a width.
fn formatted(message: &str) -> String {
    let mut said = String::with_capacity(message.len());
    let mut rest = message;
    while let Some((before, after)) = rest.split_once('%') {
        said.push_str(before);
        let verb = after.trim_start_matches(['+', '-', '#', ' ', '0']).trim_start_matches(is_digit);
        let verb = verb.strip_prefix('.').map_or(verb, |precision| precision.trim_start_matches(is_digit));
        let mut characters = verb.chars();
        match characters.next() {
            Some('%') => said.push('%'),
            Some(verb) => said.extend(["%!", verb.encode_utf8(&mut [0; 4]), "(MISSING)"]),
            None => said.push_str("%!(NOVERB)"),
        }
        rest = characters.as_str();
    }
    said.push_str(rest);
    said
}

const fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

impl fmt::Display for StatusSaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request { method, url } => write!(f, "unexpected status from {method} request to {url}"),
            Self::Code { url } => write!(f, "unexpected status code {url}"),
            Self::Host { host, path: [kind, object], unexpected } => {
                let unexpected = if *unexpected { "unexpected " } else { "" };
                write!(f, "pulling from host {host} failed with {unexpected}status code [{kind} {object}]")
            }
            Self::Bare => f.write_str("unexpected status"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Context(context, cause) => write!(f, "{context}: {cause}"),
            Self::Exchange { method, url, fault, go } => {
                write!(f, "{}: {}", operation(method, url), transport_words(fault, *go))
            }
            Self::Status { said, status_line, errors, .. } => {
                write!(f, "{said}: {status_line}")?;
                let between =
                    if matches!(**said, StatusSaid::Code { .. }) { " - Server message: " } else { "\n" };
                errors.as_ref().map_or(Ok(()), |errors| write!(f, "{between}{errors}"))
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
    use crate::containerd::profile::Profile;

    #[test]
    fn urls_of_transport_failures_are_redacted_and_others_are_not() {
        let fault = Fault::new(Stage::Head, gostd::net::Error::Eof);
        let url = Url::parse("https://m.test/v2/a/manifests/t?ns=docker.io&a=1").unwrap();
        let failed = Error::exchange("HEAD", &url, fault, 25).context("failed to do request");
        let words = &Profile::named("containerd-2.1.9").unwrap().words;
        assert_eq!(
            failed.into_cri(words).message,
            "failed to do request: Head \"https://m.test/v2/a/manifests/t?a=%5BREDACTED%5D&ns=%5BREDACTED%5D\": EOF"
        );
        let status = Error::Status {
            said: Box::new(StatusSaid::Request { method: "GET", url: "https://cdn.test/x?sig=s".into() }),
            status: 403,
            status_line: "403 Forbidden".into(),
            errors: None,
            body: Box::default(),
        };
        assert_eq!(
            status.into_cri(words).message,
            "unexpected status from GET request to https://cdn.test/x?sig=s: 403 Forbidden"
        );
    }
    #[test]
    fn percent_signs_are_taken_for_verbs() {
        let cases = [
            ("a%3Ab", "a%!A(MISSING)b"),
            ("%2Fx%2.5Q", "%!F(MISSING)x%!Q(MISSING)"),
            ("100%% of %", "100% of %!(NOVERB)"),
            ("none", "none"),
        ];
        for (message, said) in cases {
            assert_eq!(formatted(message), said, "{message}");
        }
    }
}
