//! Where no words are known, the status code of gRPC.

use diagnosis::Cause;

use super::Verdict;
use crate::grammar::Dissection;

/// What a code means for a pull, and what else. `Unknown` is what runtimes send with nearly everything.
const CODES: &[(&str, Cause, &[Cause])] = &[
    ("NotFound", Cause::TagNotFound, &[Cause::RepoNotFound, Cause::BlobMissing, Cause::PlatformMismatch]),
    ("PermissionDenied", Cause::UserNotPermitted, &[Cause::CredentialsMissing, Cause::NodeIdentityDenied]),
    ("Unauthenticated", Cause::CredentialsMissing, &[Cause::BadCredentials, Cause::ExpiredToken]),
    ("ResourceExhausted", Cause::RateLimit, &[Cause::NoSpace, Cause::RuntimeFault]),
    ("DeadlineExceeded", Cause::PullDeadline, &[Cause::ConnTimeout]),
    ("Canceled", Cause::PullDeadline, &[Cause::RuntimeFault, Cause::ConnTimeout]),
    ("Unavailable", Cause::RuntimeFault, &[Cause::Registry5xx, Cause::ConnTimeout]),
    ("Internal", Cause::RuntimeFault, &[Cause::Registry5xx]),
    ("Unimplemented", Cause::RuntimeFault, &[Cause::ManifestUnsupported, Cause::Schema1Unsupported]),
    ("FailedPrecondition", Cause::BlobDigestMismatch, &[Cause::RuntimeFault]),
    ("InvalidArgument", Cause::InvalidImageName, &[Cause::ManifestUnsupported]),
    ("DataLoss", Cause::BlobTruncated, &[Cause::RuntimeFault]),
];

/// The code alone. It is a guess, and says so.
pub(super) fn of_grpc(d: &Dissection) -> Option<Verdict> {
    let said = d.code?;
    let (_, cause, others) = CODES.iter().find(|(name, ..)| *name == said)?;
    Some(Verdict::possible(*cause).or(others))
}
