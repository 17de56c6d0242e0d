//! How the registries that people use differ in what they say.
//!
//! Each personality is data in a file of its own, which tells where its words come from: answers that people posted
//! publicly, and the documentation and source of those products that publish them. What nobody has posted is
//! [`Personality::plain`]'s; where a guess stands instead the file says `Untraced`.

mod acr;
mod artifactory;
mod docker_hub;
mod ecr;
mod ghcr;
mod gitlab;
mod google;
mod harbor;
mod nexus;
mod plain;
mod quay;
mod reference;
mod said;

use http::{HeaderName, HeaderValue};

use crate::auth::Access;

pub(crate) use said::{Said, Values};

/// How a registry of some product answers: status, headers and words.
#[derive(Debug)]
pub struct Personality {
    /// What a scenario calls it.
    pub(crate) name: &'static str,
    /// Headers of every answer under `/v2/`.
    pub(crate) headers: &'static [(&'static str, &'static str)],
    /// The challenge for name and password; `{realm}` is the guard's.
    pub(crate) basic: &'static str,
    /// The realm of that challenge unless something else is said; `{host}` is the registry's name.
    pub(crate) basic_realm: &'static str,
    pub(crate) token: TokenShape,
    /// Whether a valid token that does not suffice is answered 403 rather than 401.
    pub(crate) forbids: bool,
    /// Whether a manifest is only given to those who say that they accept its type, and what it calls the header in
    /// which they do.
    pub(crate) negotiates: Option<&'static str>,
    /// Whether it has the referrers API.
    pub(crate) referrers: bool,
    /// The status with which those who ask for blobs are sent elsewhere, and the path and query there.
    pub(crate) redirect: (u16, &'static str),
    pub(crate) says: Sayings,
}

/// A product's token service.
#[derive(Debug)]
pub(crate) struct TokenShape {
    pub(crate) path: &'static str,
    /// The service's name; `{host}` is the registry's name.
    pub(crate) service: &'static str,
    /// The scope that the challenge states where none is needed (to `/v2/`).
    pub(crate) base_scope: Option<&'static str>,
    /// Whether the challenge states why (`error="insufficient_scope"`).
    pub(crate) states_error: bool,
    /// Whether it gives no token to those without a login.
    pub(crate) refuses_anonymous: bool,
    /// Whether it refuses those who ask for more than they may, rather than to give a token without it.
    pub(crate) refuses_excess: bool,
}

/// What a product says when it does not do what it is asked for.
#[derive(Debug)]
pub(crate) struct Sayings {
    /// The repository is not there.
    pub(crate) no_repository: Said,
    /// The tag is not there.
    pub(crate) no_tag: Said,
    /// The manifest of this digest is not there.
    pub(crate) no_manifest: Said,
    /// The blob is not there.
    pub(crate) no_blob: Said,
    /// Without credentials.
    pub(crate) anonymous: Said,
    /// With a wrong login or token.
    pub(crate) wrong: Said,
    /// With a login that was right once.
    pub(crate) expired: Said,
    /// With a token for something else.
    pub(crate) insufficient: Said,
    /// With the login of somebody who may not.
    pub(crate) denied: Said,
    /// Too often.
    pub(crate) limited: Said,
    /// The token service, without a login.
    pub(crate) token_anonymous: Said,
    /// The token service, with a wrong login.
    pub(crate) token_wrong: Said,
    /// The token service, with a login that was right once.
    pub(crate) token_expired: Said,
    /// The token service, to those who may not do what they ask for.
    pub(crate) token_denied: Said,
}

/// All personalities, in the order of their names.
const ALL: [&Personality; 13] = [
    &acr::ACR,
    &artifactory::ARTIFACTORY,
    &docker_hub::DOCKER_HUB,
    &ecr::ECR,
    &google::GAR,
    &google::GCR,
    &ghcr::GHCR,
    &gitlab::GITLAB,
    &harbor::HARBOR,
    &nexus::NEXUS,
    &plain::PLAIN,
    &quay::QUAY,
    &reference::REFERENCE,
];

impl Personality {
    /// A registry of no product: it follows the distribution specification.
    pub const fn plain() -> &'static Self {
        &plain::PLAIN
    }

    /// The personality of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|personality| personality.name == name)
    }

    /// The names of all, in order.
    pub const NAMES: &'static [&'static str] = &[
        "acr",
        "artifactory",
        "docker-hub",
        "ecr",
        "gar",
        "gcr",
        "ghcr",
        "gitlab",
        "harbor",
        "nexus",
        "plain",
        "quay",
        "reference",
    ];

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The path at which its tokens are issued.
    pub const fn token_path(&self) -> &'static str {
        self.token.path
    }

    /// The name of its token service, for a registry of this name.
    pub fn token_service(&self, host: &str) -> String {
        self.token.service.replace("{host}", host)
    }

    /// The realm of its challenge for name and password, for a registry of this name.
    pub fn basic_realm(&self, host: &str) -> String {
        self.basic_realm.replace("{host}", host)
    }

    /// The headers of every answer. A test sees to it that they are such.
    pub(crate) fn header_values(&self) -> Vec<(HeaderName, HeaderValue)> {
        let of = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        self.headers.iter().map(of).collect()
    }

    pub(crate) fn basic_challenge(&self, realm: &str) -> String {
        self.basic.replace("{realm}", realm)
    }

    /// The challenge in the form of the reference registry (distribution v3 `registry/auth/token/accesscontroller.go`,
    /// `challengeParams`).
    pub(crate) fn bearer_challenge(
        &self,
        realm: &str,
        service: &str,
        access: Access<'_>,
        error: &str,
    ) -> String {
        let mut challenge = format!("Bearer realm=\"{realm}\",service=\"{service}\"");
        if let Some(scope) = access.scope().or_else(|| self.token.base_scope.map(str::to_owned)) {
            challenge += &format!(",scope=\"{scope}\"");
        }
        if self.token.states_error && !error.is_empty() {
            challenge += &format!(",error=\"{error}\"");
        }
        challenge
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_found() {
        assert_eq!(Personality::NAMES, ALL.map(|personality| personality.name));
        assert!(Personality::NAMES.is_sorted());
        assert!(Personality::NAMES.iter().all(|name| Personality::named(name).is_some()));
        assert!(Personality::named("docker").is_none());
    }

    #[test]
    fn what_they_say_is_well_formed() {
        for personality in ALL {
            let says = &personality.says;
            let all = [
                &says.no_repository,
                &says.no_tag,
                &says.no_manifest,
                &says.no_blob,
                &says.anonymous,
                &says.wrong,
                &says.expired,
                &says.insufficient,
                &says.denied,
                &says.limited,
                &says.token_anonymous,
                &says.token_wrong,
                &says.token_expired,
                &says.token_denied,
            ];
            for said in all {
                said.check(personality.name);
            }
            assert!(personality.redirect.1.contains("{digest}"), "{}", personality.name);
            for (name, value) in personality.headers {
                assert!(HeaderName::from_bytes(name.as_bytes()).is_ok(), "{name}");
                assert!(HeaderValue::from_str(value).is_ok(), "{value}");
            }
        }
    }
}
