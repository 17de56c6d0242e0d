//! What faults do, as data: an effect at one of four points, which are the name, the dial, the connection and the
//! answer.

use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};

use crate::fault::{Argument, End};
use crate::{CertificateKind, ConnectionFault, Personality, Rule};

/// What a fault does. The functions make it from the fault's argument.
#[derive(Debug)]
pub(crate) enum Effect {
    /// A name server answers so.
    Name(fn(Argument) -> NameFault),
    /// A connection is not made, or late.
    Dial(fn(Argument) -> DialFault),
    /// The same, in turns: for so long it is, for so long it is not.
    FlappingDial(fn(Argument) -> DialFault),
    /// A connection is made and then broken.
    Connection(fn(Argument) -> ConnectionFault),
    /// The host proves its name in this way.
    Identity(TlsIdentity),
    /// A proxy does so with what it is asked for.
    Proxy(fn(Argument) -> ProxyFault),
    /// These requests are answered so.
    Http(On, fn(Argument) -> Http),
}

/// What a name server says in place of the truth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NameFault {
    NoSuchName,
    NoData,
    ServerFailure,
    Refused,
    Silence,
    /// These addresses, and no others.
    Addresses(Vec<IpAddr>),
    /// The truth, but only over a stream: a datagram has no room for it.
    Truncated,
    /// The truth, later.
    Slow(Duration),
    /// Names below the host's name have this address: `registry.example.com.corp.example`.
    Wildcard(IpAddr),
}

/// What becomes of an attempt to connect to a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialFault {
    /// It is refused.
    Refused,
    /// Nothing comes back.
    NoAnswer,
    /// A router says that the host cannot be reached.
    HostUnreachable,
    /// A router says that the network cannot be reached.
    NetworkUnreachable,
    /// It succeeds after so long.
    Slow(Duration),
}

/// How a host proves its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TlsIdentity {
    /// What is right or wrong with its certificate.
    pub kind: CertificateKind,
    /// Whether it demands a certificate of its clients.
    pub demands_client: bool,
}

/// What a forward proxy does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProxyFault {
    /// Answers so, and closes.
    Says { status: StatusCode, headers: Vec<(&'static str, &'static str)>, body: Bytes },
    /// Closes without an answer.
    Close,
    /// Never answers.
    Stall,
    /// Demands a login, and accepts none but its accounts'.
    NeedsCredentials,
    /// Reads along: answers in the host's name, with certificates of its own authority.
    Intercepts,
}

/// Which requests of a host a fault is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct On {
    pub(crate) target: Target,
    pub(crate) verb: Verb,
    pub(crate) whose: Whose,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Any,
    /// The registry's interface: all below `/v2`.
    Registry,
    Token,
    Manifest,
    Blob,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Any,
    Get,
    Head,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Anybodys,
    /// Of those who proved no name.
    Anonymous,
    /// Of those who proved one.
    Accounts,
}

/// What becomes of a request.
#[derive(Clone, Debug)]
pub(crate) enum Http {
    /// The host says this and nothing of its own; no later fault is looked at.
    Says(Rule),
    /// The same, for all but the first request in each period of this length.
    SaysBeyondOne(Rule, Duration),
    /// The host's own answer, changed; later faults may change it further.
    Change(Change),
}

/// A change of the host's own answer.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// It comes later.
    Delay(Duration),
    /// A header is set, or left away.
    Header(HeaderName, Option<HeaderValue>),
    /// It is not there, in the words of a product; no later fault is looked at.
    Missing(&'static Personality),
    /// No header states its length.
    NoLength,
    /// The connection ends after so many bytes of the body.
    Cut(u64, End),
    /// So many bytes a second.
    Pace(u64),
    /// A bit of the body is another.
    Flip,
    /// The image is another one: what the tag leads to is consistent, but wrong.
    Rewrite(Rewrite),
    /// The demand for a login is another one.
    Challenge(Challenge),
    /// Whatever login comes is not seen.
    IgnoreLogin,
    /// The token asked for is granted without any right.
    NoRights,
    /// Parts are refused.
    NoRanges,
    /// The blob is elsewhere.
    Redirect(Elsewhere),
}

/// How an image is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rewrite {
    /// The manifest breaks off in the middle of its JSON.
    InvalidJson,
    /// The manifest is filled up with spaces to this size.
    Padded(u64),
    /// An index that has nothing for the platform.
    NoPlatform,
    /// An index whose manifests are not there.
    NoChildren,
    /// Layers are one byte shorter than the manifest says.
    WrongSize,
    /// The configuration states other digests of the unpacked layers.
    WrongDiffId,
    /// Layers are not compressed as the manifest says.
    NotGzip,
}

/// How the demand for a login is spoilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// There is none.
    None,
    /// It names no realm.
    Malformed,
    /// It is of a scheme that no runtime knows.
    UnknownScheme,
    /// It is one of several.
    Several,
    /// Its realm issues no tokens.
    WrongRealm,
    /// Its service is another one, whose tokens are not accepted.
    WrongService,
}

/// Where a blob is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Elsewhere {
    /// A host that has no address.
    Dead,
    /// A host that does not answer.
    Blocked,
    /// A place that is forbidden.
    Forbidden,
    /// The same place again.
    Loop,
}
