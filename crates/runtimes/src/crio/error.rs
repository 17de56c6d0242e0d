//! What a pull by CRI-O may end in: chains of Go errors, of which a few things are asked
//! (cri-o@f954a17:server/image_pull.go:118-128, internal/storage/image.go `shouldTryArtifact`).

use std::fmt;

use gostd::net::{Errno, Error as Cause};
use gostd::url::Url;
use trace::Fault;

use super::errcode::RegistryError;
use crate::transport::{operation, transport_words, without_password};

/// What an operation of the runtime may end in.
pub(super) type Result<T> = std::result::Result<T, Error>;

/// An error of CRI-O or of its library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Error {
    /// `fmt.Errorf("context: %w", cause)`
    Context(String, Box<Error>),
    /// `fmt.Errorf("%w (note)", cause)`
    Noted(Box<Error>, String),
    /// `*url.Error` of a request: `Get "URL": why`
    Exchange { method: &'static str, url: String, fault: Box<Fault>, go: u8 },
    /// `*url.Error` of what is no URL: `parse "URL": why`
    Url(String),
    /// A body that ended otherwise than at its end.
    Read(Box<Fault>),
    /// What the registry answered.
    Registry(RegistryError),
    /// `signature.PolicyRequirementError`: the policy does not let the image in.
    Policy(String),
    /// `signature.InvalidSignatureError`: a signature that is none.
    Signature(String),
    /// Both attempts failed, that for an image and that for an artifact.
    Both { image: Box<Error>, artifact: Box<Error> },
    /// `context.Canceled`
    Canceled,
    /// An error of no type that matters.
    Plain(String),
}

impl Error {
    /// `errors.New(text)`
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self::Plain(text.into())
    }

    /// `fmt.Errorf("{context}: %w", self)`
    pub(super) fn context(self, context: impl Into<String>) -> Self {
        Self::Context(context.into(), Box::new(self))
    }

    /// `fmt.Errorf("%w ({note})", self)`
    pub(super) fn noted(self, note: impl Into<String>) -> Self {
        Self::Noted(Box::new(self), note.into())
    }

    pub(super) fn exchange(method: &'static str, url: &Url, fault: Fault, go: u8) -> Self {
        Self::exchange_at(method, without_password(url), fault, go)
    }

    /// The same with a URL that is told as it was sent.
    pub(super) fn exchange_at(method: &'static str, url: String, fault: Fault, go: u8) -> Self {
        Self::Exchange { method, url, fault: Box::new(fault), go }
    }

    pub(super) fn read(fault: Fault) -> Self {
        Self::Read(Box::new(fault))
    }

    /// Whether something in the chain holds (`errors.As`, `errors.Is`).
    fn any(&self, holds: &impl Fn(&Self) -> bool) -> bool {
        holds(self)
            || match self {
                Self::Context(_, cause) | Self::Noted(cause, _) => cause.any(holds),
                Self::Both { image, artifact } => image.any(holds) || artifact.any(holds),
                _ => false,
            }
    }

    /// `errors.As(err, &netError)`: a failure on the way, and no answer.
    pub(super) fn is_of_network(&self) -> bool {
        self.any(&|error| match error {
            Self::Exchange { .. } | Self::Url(_) => true,
            Self::Read(fault) => is_net_error(&fault.error),
            _ => false,
        })
    }

    /// `errors.Is(err, context.Canceled)`
    pub(super) fn is_canceled(&self) -> bool {
        self.any(&|error| match error {
            Self::Canceled => true,
            Self::Exchange { fault, .. } | Self::Read(fault) => {
                fault.error == Cause::Canceled || fault.error.is_deadline_exceeded()
            }
            _ => false,
        })
    }

    /// `errors.Is(err, syscall.ECONNREFUSED)`
    pub(super) fn is_refused(&self) -> bool {
        self.any(&|error| match error {
            Self::Exchange { fault, .. } | Self::Read(fault) => {
                holds_errno(&fault.error, Errno::CONN_REFUSED)
            }
            _ => false,
        })
    }

    /// `errors.As(err, &policyErr) || errors.As(err, &signatureErr)`
    pub(super) fn is_of_policy(&self) -> bool {
        self.any(&|error| matches!(error, Self::Policy(_) | Self::Signature(_)))
    }

    /// `isManifestUnknownError` (docker_client.go)
    pub(super) fn is_manifest_unknown(&self) -> bool {
        self.any(&|error| matches!(error, Self::Registry(error) if error.is_manifest_unknown()))
    }

    /// Whether a body ended too early, or its connection was reset, so that the rest may still be had (body_reader.go).
    pub(super) fn is_interruption(&self) -> bool {
        match self {
            Self::Read(fault) => {
                fault.error == Cause::UnexpectedEof || holds_errno(&fault.error, Errno::CONN_RESET)
            }
            _ => false,
        }
    }
}

/// What has `Timeout()` and `Temporary()`, and so is a `net.Error`.
const fn is_net_error(error: &Cause) -> bool {
    matches!(
        error,
        Cause::Op(_)
            | Cause::Dns(_)
            | Cause::Address { .. }
            | Cause::Syscall(..)
            | Cause::DialTimeout
            | Cause::ReadTimeout
            | Cause::DeadlineExceeded
    )
}

fn holds_errno(error: &Cause, errno: Errno) -> bool {
    match error {
        Cause::Op(op) => holds_errno(&op.cause, errno),
        Cause::Syscall(_, found) => *found == errno,
        Cause::Socks(error) => holds_errno(&error.cause, errno),
        _ => false,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Context(context, cause) => write!(f, "{context}: {cause}"),
            Self::Noted(cause, note) => write!(f, "{cause} ({note})"),
            Self::Exchange { method, url, fault, go } => {
                write!(f, "{}: {}", operation(method, url), transport_words(fault, *go))
            }
            Self::Read(fault) => fault.fmt(f),
            Self::Registry(error) => error.fmt(f),
            Self::Both { image, artifact } => {
                write!(
                    f,
                    "unable to pull image or OCI artifact: pull image err: {image}; artifact err: {artifact}"
                )
            }
            Self::Canceled => f.write_str("context canceled"),
            Self::Url(text) | Self::Policy(text) | Self::Signature(text) | Self::Plain(text) => {
                f.write_str(text)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use gostd::net::{Ends, Op};
    use trace::Stage;

    use super::*;

    fn refused() -> Error {
        let cause =
            Cause::op(Op::Dial, "tcp", Ends::default(), Cause::Syscall("connect", Errno::CONN_REFUSED));
        let url = Url::parse("https://r.test/v2/").unwrap();
        Error::exchange("GET", &url, Fault::new(Stage::Dial, cause), 26)
    }

    #[test]
    fn what_chains_are_asked() {
        let short = Error::read(Fault::new(Stage::Body, Cause::UnexpectedEof));
        let policy = Error::Policy("rejected".into()).context("Source image rejected");
        let both = Error::Both { image: Box::new(policy), artifact: Box::new(refused().context("a")) };
        let cases = [
            (refused().context("pinging"), [true, true, false]),
            (short.noted("while reconnecting: x"), [false, false, false]),
            (both, [true, true, true]),
            (Error::plain("connection refused"), [false; 3]),
        ];
        for (error, expected) in cases {
            let asked = [error.is_of_network(), error.is_refused(), error.is_of_policy()];
            assert_eq!(asked, expected, "{error}");
        }
    }
}
