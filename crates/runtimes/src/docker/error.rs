//! Errors of the engine and of docker/distribution's client, and what is made of them on their way to the kubelet.

use std::fmt;

use distribution::Reference;
use distribution::errcode::{Code, Entry, Errors};
use gostd::net::{Errno, Error as Cause};
use gostd::strconv;
use gostd::url::Url;
use trace::Fault;

use crate::transport::{operation, transport_words, without_password};

/// What an operation of the engine may end in.
pub(super) type Result<T> = std::result::Result<T, Error>;

/// An error of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Error {
    /// `*url.Error`: `Head "URL": why`
    Url { method: &'static str, url: String, cause: Box<Self> },
    /// What the transport says, in the words of this minor version of Go 1.
    Transport { fault: Box<Fault>, go: u8 },
    /// `errcode.Errors`: what the registry says.
    Errors(Errors),
    /// `errcode.Error`: what is made of a refusal that says nothing of the kind.
    Entry(Entry),
    /// `*client.UnexpectedHTTPStatusError`
    Status(String),
    /// `*client.UnexpectedHTTPResponseError`
    Response { status: u16, problem: String, body: Vec<u8> },
    /// `auth.ErrNoBasicAuthCredentials`
    NoBasicCredentials,
    /// `auth.ErrNoToken`
    NoToken,
    /// `distribution.ErrBlobUnknown`
    UnknownBlob,
    /// `transport.ErrWrongCodeForByteRange`
    WrongCodeForByteRange,
    /// `unsupportedMediaTypeError`
    MediaType(String),
    /// `imageConfigPullError`
    Config(Box<Self>),
    /// `xfer.DoNotRetry`
    DoNotRetry(Box<Self>),
    /// `errors.Wrapf(err, …)`
    Context(String, Box<Self>),
    /// The node's storage did not take it.
    Storage { what: String, errno: Option<i32> },
    /// `noMatchesErr`: nothing for this platform in an index.
    NoMatch(String),
    /// A panic: the request, if not the daemon, has ended, and its answer breaks off.
    Ended,
    /// An error without a cause of ours.
    Plain(String),
}

impl Error {
    pub(super) fn context(self, context: impl Into<String>) -> Self {
        Self::Context(context.into(), Box::new(self))
    }

    pub(super) fn transport(fault: Fault, go: u8) -> Self {
        Self::Transport { fault: Box::new(fault), go }
    }

    pub(super) fn url(method: &'static str, url: &Url, cause: Self) -> Self {
        Self::url_at(method, without_password(url), cause)
    }

    /// The same with a URL that is told as it was sent.
    pub(super) fn url_at(method: &'static str, url: String, cause: Self) -> Self {
        Self::Url { method, url, cause: Box::new(cause) }
    }

    /// `translatePullError` (moby@v28.5.2 distribution/errors.go:89): the first of a registry's errors, and a sentence for
    /// those of which a person has heard.
    pub(super) fn translated(&self, reference: &Reference) -> String {
        match self {
            Self::Errors(Errors(entries)) if let Some(first) = entries.first() => told(first, reference),
            Self::Entry(entry) => told(entry, reference),
            Self::DoNotRetry(cause) => cause.translated(reference),
            other => other.to_string(),
        }
    }

    /// `continueOnError` (moby@v28.5.2 distribution/errors.go:119): whether the next endpoint is tried.
    pub(super) fn continues(&self, mirror: bool) -> bool {
        match self {
            Self::Errors(Errors(entries)) => !matches!(entries.first(), Some(Entry::Full { .. })) || mirror,
            Self::Entry(_) | Self::Config(_) => mirror,
            Self::MediaType(_) | Self::Ended => false,
            _ => true,
        }
    }

    /// `retryOnError` (moby@v28.5.2 distribution/errors.go:155): unwraps, and marks what need not be tried again.
    pub(super) fn retried(self) -> Self {
        let finally = |error| Self::DoNotRetry(Box::new(error));
        match self {
            Self::Errors(Errors(entries)) if !entries.is_empty() => {
                entries.into_iter().next().map_or(Self::Errors(Errors::default()), of_entry)
            }
            Self::Entry(entry) => of_entry(entry),
            Self::Url { cause, .. } => match *cause {
                known @ (Self::NoBasicCredentials | Self::NoToken) => finally(known),
                other => other.retried(),
            },
            known @ (Self::Response { .. } | Self::MediaType(_) | Self::UnknownBlob) => finally(known),
            Self::Storage { what, errno } => {
                let full = errno == Some(Errno::NO_SPACE.0);
                let error = Self::Storage { what, errno };
                if full { finally(error) } else { error }
            }
            other => other,
        }
    }

    pub(super) const fn is_final(&self) -> bool {
        matches!(self, Self::DoNotRetry(_))
    }

    /// `isNotFound` (moby@v20.10.24 distribution/errors.go:130), of what is the cause.
    pub(super) fn is_not_found(&self) -> bool {
        let known = |entry: &Entry| {
            matches!(
                entry,
                Entry::Full { code: Code::Denied | Code::ManifestUnknown | Code::NameUnknown, .. }
            )
        };
        match self {
            Self::Errors(Errors(entries)) => entries.iter().any(known),
            Self::Entry(entry) => known(entry),
            _ => false,
        }
    }

    /// Whether Basic was asked for and there is no login.
    pub(super) fn lacks_login(&self) -> bool {
        matches!(self, Self::Url { cause, .. } if **cause == Self::NoBasicCredentials)
    }
}

/// `retryOnError` of one error of a registry. A bare code is none of the kind that it looks for.
fn of_entry(entry: Entry) -> Error {
    let is_final = matches!(
        entry,
        Entry::Full {
            code: Code::Unauthorized
                | Code::Unsupported
                | Code::Denied
                | Code::TooManyRequests
                | Code::NameUnknown,
            ..
        }
    );
    let error = Error::Entry(entry);
    if is_final { Error::DoNotRetry(Box::new(error)) } else { error }
}

/// `notFoundError.Error` (moby@v28.5.2 distribution/errors.go:47)
fn told(entry: &Entry, reference: &Reference) -> String {
    let Entry::Full { code, .. } = entry else { return entry.to_string() };
    match code {
        Code::Denied => format!(
            "pull access denied for {}, repository does not exist or may require 'docker login': {entry}",
            reference.familiar_name()
        ),
        Code::ManifestUnknown => format!("manifest for {} not found: {entry}", reference.familiar()),
        Code::NameUnknown => format!("repository {} not found: {entry}", reference.familiar_name()),
        _ => entry.to_string(),
    }
}

impl From<gostd::url::Error> for Error {
    fn from(error: gostd::url::Error) -> Self {
        Self::Plain(error.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { method, url, cause } => write!(f, "{}: {cause}", operation(method, url)),
            Self::Transport { fault, go } => f.write_str(&transport_words(fault, *go)),
            Self::Errors(errors) => errors.fmt(f),
            Self::Entry(entry) => entry.fmt(f),
            Self::Status(line) => write!(f, "received unexpected HTTP status: {line}"),
            Self::Response { status, problem, body } => {
                write!(f, "error parsing HTTP {status} response body: {problem}: {}", strconv::quote(body))
            }
            Self::NoBasicCredentials => f.write_str("no basic auth credentials"),
            Self::NoToken => f.write_str("authorization server did not include a token in the response"),
            Self::UnknownBlob => f.write_str("unknown blob"),
            Self::WrongCodeForByteRange => f.write_str("expected HTTP 206 from byte range request"),
            Self::MediaType(media_type) => write!(f, "unsupported media type {media_type}"),
            Self::Config(cause) => write!(f, "error pulling image configuration: {cause}"),
            Self::DoNotRetry(cause) => cause.fmt(f),
            Self::Context(context, cause) => write!(f, "{context}: {cause}"),
            Self::Storage { what, errno: Some(number) } => write!(f, "{what}: {}", Errno(*number)),
            Self::Storage { what, errno: None } => write!(f, "{what}: input/output error"),
            Self::NoMatch(platform) => {
                write!(f, "no matching manifest for {platform} in the manifest list entries")
            }
            Self::Ended => f.write_str("unexpected EOF"),
            Self::Plain(text) => f.write_str(text),
        }
    }
}

impl From<(Fault, u8)> for Error {
    fn from((fault, go): (Fault, u8)) -> Self {
        Self::transport(fault, go)
    }
}

/// That a body ended before its time, for what counts bytes.
pub(super) fn is_cut_off(error: &Error) -> bool {
    matches!(error, Error::Transport { fault, .. } if fault.error == Cause::UnexpectedEof)
}

#[cfg(test)]
mod tests {
    use distribution::Grammar;

    use super::*;

    fn full(code: Code) -> Error {
        Error::Errors(Errors(vec![Entry::with_message(code, "m")]))
    }

    fn bare(code: Code) -> Error {
        Error::Errors(Errors(vec![Entry::Bare(code)]))
    }

    #[test]
    fn sentences_are_for_whole_errors_alone() {
        let reference = Reference::parse_docker_ref("nginx:v1", Grammar::V0_6_0).unwrap();
        let cases = [
            (full(Code::ManifestUnknown), "manifest for nginx:v1 not found: manifest unknown: m"),
            (full(Code::NameUnknown), "repository nginx not found: name unknown: m"),
            (
                full(Code::Denied),
                "pull access denied for nginx, repository does not exist or may require 'docker login': denied: m",
            ),
            (full(Code::TooManyRequests), "toomanyrequests: m"),
            (bare(Code::Denied), "denied"),
            (full(Code::Denied).context("a"), "a: denied: m"),
        ];
        for (error, said) in cases {
            assert_eq!(error.translated(&reference), said);
        }
    }

    #[test]
    fn what_is_tried_again_and_where() {
        let cases = [
            (full(Code::Denied), true, false),
            (bare(Code::Denied), false, true),
            (full(Code::ManifestUnknown), false, false),
            (Error::UnknownBlob, true, true),
            (Error::Status("500 No".into()), false, true),
            (Error::MediaType("a/b".into()), true, false),
            (Error::url_at("GET", "https://a/".into(), Error::NoBasicCredentials), true, true),
            (Error::url_at("GET", "https://a/".into(), full(Code::Denied)), true, true),
        ];
        for (error, is_final, continues) in cases {
            assert_eq!(error.continues(false), continues, "{error}");
            assert_eq!(error.clone().retried().is_final(), is_final, "{error}");
        }
    }
}
