//! The changes that may heal a pull, likeliest and smallest first.

mod content;
mod login;
mod name;
mod network;
mod secrets;
mod tls;

pub(crate) use self::network::again;

use std::collections::HashSet;

use diagnosis::Cause;
use report::{Change, CheckReport};
use trace::{Exchange, What};

use crate::Setup;
use crate::change::Candidate;
use crate::nearby::Nearby;

/// What candidates are made from.
pub(crate) struct Case<'a> {
    pub setup: &'a Setup,
    pub report: &'a CheckReport,
    pub cause: Cause,
    /// Whether hosts and logins are made up.
    pub simulated: bool,
    /// What else the registry has.
    pub nearby: &'a Nearby,
}

impl Case<'_> {
    pub fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.report.trace.iter().filter_map(|step| match &step.what {
            What::Exchange(exchange) => Some(exchange),
            _ => None,
        })
    }

    /// The registry of the image, as its name has it.
    pub fn domain(&self) -> Option<&str> {
        self.report.reference.as_ref().map(|reference| reference.domain.as_str())
    }

    /// A candidate of another image; its login stays behind where that is on another registry.
    fn image(&self, change: Change, text: impl Into<String>, image: &str) -> Candidate {
        let setup = self.setup.of_image(image);
        let candidate = Candidate::new(change, text, setup);
        let same = self.setup.domain().is_some() && self.setup.domain() == candidate.setup.domain();
        let nameless = self.setup.domain().is_none() && self.simulated;
        if same || nameless { candidate } else { candidate.without_login() }
    }

    /// A candidate for which a login may be shown to whoever answers: it is left out, unless all is made up.
    fn wary(&self, candidate: Candidate) -> Candidate {
        if self.simulated { candidate } else { candidate.without_login() }
    }

    /// Whether a login would be shown to a server that nothing vouches for, where hosts are real: so one that the pull did not
    /// have is not tried at all.
    fn shows_logins_to_anybody(&self) -> bool {
        !self.simulated && self.is_unvouched()
    }

    /// Whether the pull spoke plain HTTP, or with a server whose certificate was not verified.
    fn is_unvouched(&self) -> bool {
        let steps = self.report.trace.iter();
        self.exchanges().any(|exchange| exchange.url.starts_with("http://"))
            || steps
                .clone()
                .any(|step| matches!(&step.what, What::Handshake(handshake) if !handshake.verified))
    }

    /// The image's name with another part before its first slash.
    fn image_on(&self, host: &str) -> Option<String> {
        let reference = self.report.reference.as_ref()?;
        let path = match (host, reference.domain.as_str()) {
            ("docker.io", _) | (_, "docker.io") => reference.path.trim_start_matches("library/"),
            _ => &reference.path,
        };
        Some(format!("{host}/{path}{}", tail(&reference.tag, &reference.digest)))
    }
}

/// Tag and digest as a reference ends in them.
pub(crate) fn tail(tag: &str, digest: &str) -> String {
    let part = |sign: &str, part: &str| if part.is_empty() { String::new() } else { format!("{sign}{part}") };
    format!("{}{}", part(":", tag), part("@", digest))
}

/// All that may heal, likeliest first: what the cause suggests, then what its alternatives suggest, then what stands
/// between the node and the registry.
pub(crate) fn candidates(case: &Case<'_>) -> Vec<Candidate> {
    let mut found = for_cause(case, case.cause);
    let alternatives = case.report.diagnosis.iter().flat_map(|diagnosis| &diagnosis.alternatives);
    alternatives.for_each(|cause| found.extend(for_cause(case, *cause)));
    found.extend(network::between(case));
    let mut seen = HashSet::new();
    found.retain(|candidate| seen.insert((candidate.change, candidate.text.clone())));
    found
}

fn for_cause(case: &Case<'_>, cause: Cause) -> Vec<Candidate> {
    match cause {
        Cause::InvalidImageName | Cause::ShortName => name::readable(case),
        Cause::WrongRegistryHost => [name::hub(case), name::port(case)].concat(),
        Cause::TagNotFound | Cause::RepoNotFound => {
            [content::tags(case), content::repositories(case), login::all(case)].concat()
        }
        Cause::RepoMissingOrPrivate => {
            [login::all(case), content::tags(case), content::repositories(case)].concat()
        }
        Cause::CredentialsMissing
        | Cause::SecretMissing
        | Cause::SecretWrongRegistry
        | Cause::SecretMalformed
        | Cause::CredentialProviderFailure
        | Cause::BadCredentials
        | Cause::ExpiredToken
        | Cause::NodeIdentityDenied
        | Cause::UserNotPermitted => login::all(case),
        Cause::TokenEndpointFailure => [login::all(case), again(case)].concat(),
        Cause::DnsNoSuchHost | Cause::ClusterDnsOnNode => {
            [name::hub(case), network::resolvers(case)].concat()
        }
        Cause::DnsResolverFailure => [network::resolvers(case), again(case)].concat(),
        Cause::ConnRefused | Cause::LocalhostRegistry => [name::port(case), again(case)].concat(),
        Cause::ConnTimeout | Cause::NoRoute => [again(case), name::port(case)].concat(),
        Cause::X509UnknownAuthority => [tls::trust(case), tls::unverified(case)].concat(),
        Cause::X509NameMismatch => [tls::names(case), tls::unverified(case)].concat(),
        Cause::X509Expired => tls::unverified(case),
        Cause::HttpOnHttps => tls::other_scheme(case),
        Cause::PlatformMismatch | Cause::ManifestUnsupported => content::platforms(case),
        Cause::NeverPull => login::policy(case),
        Cause::RateLimit => [login::all(case), again(case)].concat(),
        _ if cause.persistence() == diagnosis::Persistence::Transient => again(case),
        _ => Vec::new(),
    }
}

/// `host[:port]` of a URL.
pub(crate) fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    rest[..end].rsplit_once('@').map_or(&rest[..end], |(_, host)| host)
}

/// A host without its port.
pub(crate) fn host_name(authority: &str) -> &str {
    match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or(rest, |(host, _)| host),
        None => authority.split_once(':').map_or(authority, |(host, _)| host),
    }
}
