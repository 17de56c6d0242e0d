//! The verdict on a chain, in Go's order (Go 1.25 `crypto/x509/verify.go` `Certificate.Verify`): the leaf's own
//! validity, then the host name, then a way to a trusted root, then the usage.

use std::net::IpAddr;

use gostd::x509::{Error, Hint, HintProblem, Hostname};
use jiff::Timestamp;

use super::certificate::Certificate;
use super::constraints;
use super::roots::Roots;

/// After so many signature checks Go gives up (`maxChainSignatureChecks`).
const MAX_SIGNATURE_CHECKS: usize = 100;

/// Judges a chain as served, leaf first.
pub(super) fn verify(chain: &[Certificate], roots: &Roots, host: &str, now: Timestamp) -> Result<(), Error> {
    let Some((leaf, intermediates)) = chain.split_first() else { return Err(Error::Malformed) };
    within_time(leaf, now)?;
    verify_hostname(leaf, host)?;
    let mut search =
        Search { roots, intermediates, now, checks: 0, hint: None, refusal: None, usage_seen: false };
    if roots.contains(leaf) {
        search.accept(&[leaf]);
    } else {
        search.build(&[leaf]);
    }
    search.verdict()
}

fn within_time(certificate: &Certificate, now: Timestamp) -> Result<(), Error> {
    let (not_before, not_after) = (certificate.facts.not_before, certificate.facts.not_after);
    if now < not_before {
        Err(Error::NotYetValid { now, not_before })
    } else if now > not_after {
        Err(Error::Expired { now, not_after })
    } else {
        Ok(())
    }
}

/// `Certificate.VerifyHostname`
fn verify_hostname(leaf: &Certificate, host: &str) -> Result<(), Error> {
    let facts = &leaf.facts;
    let matched = match host.parse::<IpAddr>() {
        Ok(address) => facts.addresses.contains(&address),
        Err(_) => facts.dns_names.iter().any(|pattern| matches(pattern, host)),
    };
    if matched {
        return Ok(());
    }
    Err(Error::Hostname(Box::new(Hostname {
        host: host.to_owned(),
        dns_names: facts.dns_names.clone(),
        addresses: facts.addresses.clone(),
        legacy_common_name: !leaf.has_san && matches(&leaf.common_name, host),
    })))
}

/// `matchHostnames`: label by label, a star only for the whole first one.
fn matches(pattern: &str, host: &str) -> bool {
    let pattern = pattern.trim_end_matches('.').to_ascii_lowercase();
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let (labels, host): (Vec<&str>, Vec<&str>) = (pattern.split('.').collect(), host.split('.').collect());
    labels.len() == host.len()
        && !pattern.is_empty()
        && labels.iter().zip(&host).enumerate().all(|(index, (label, part))| {
            !part.is_empty() && (label == part || (index == 0 && *label == "*" && labels.len() > 1))
        })
}

struct Search<'a> {
    roots: &'a Roots,
    intermediates: &'a [Certificate],
    now: Timestamp,
    checks: usize,
    hint: Option<Hint>,
    refusal: Option<Error>,
    usage_seen: bool,
}

impl Search<'_> {
    /// `Certificate.buildChains`: roots before intermediates; true once a chain is accepted.
    fn build(&mut self, chain: &[&Certificate]) -> bool {
        let Some(last) = chain.last() else { return false };
        let roots = self.roots.issuers(&last.issuer);
        for root in by_key_identifier(last, roots.iter().collect()) {
            if self.consider(chain, root, true) && self.accept(&[chain, &[root]].concat()) {
                return true;
            }
        }
        let intermediates = self.intermediates;
        let candidates = intermediates.iter().filter(|candidate| candidate.subject == last.issuer).collect();
        for candidate in by_key_identifier(last, candidates) {
            let seen = chain.iter().any(|known| known.is(candidate));
            if !seen && self.consider(chain, candidate, false) && self.build(&[chain, &[candidate]].concat())
            {
                return true;
            }
        }
        false
    }

    fn consider(&mut self, chain: &[&Certificate], candidate: &Certificate, is_root: bool) -> bool {
        self.checks += 1;
        let Some(child) = chain.last() else { return false };
        if self.checks > MAX_SIGNATURE_CHECKS || chain.iter().any(|known| known.is(candidate)) {
            return false;
        }
        let problem = child.check_signature_from(candidate).err();
        let problem = problem.or_else(|| {
            let refusal = self.is_valid_authority(chain, candidate, is_root).err();
            refusal.map(|error| HintProblem::Invalid(Box::new(error)))
        });
        match problem {
            None => true,
            Some(problem) => {
                self.hint.get_or_insert(Hint { problem, authority: candidate.hint_name() });
                false
            }
        }
    }

    /// `Certificate.isValid` for an authority.
    fn is_valid_authority(
        &self,
        chain: &[&Certificate],
        authority: &Certificate,
        is_root: bool,
    ) -> Result<(), Error> {
        within_time(authority, self.now)?;
        constraints::check(chain, authority)?;
        if !is_root && !authority.constraints.is_some_and(|(authority, _)| authority) {
            return Err(Error::NotAuthorizedToSign);
        }
        if let Some((_, Some(limit))) = authority.constraints
            && chain.len() - 1 > limit as usize
        {
            return Err(Error::TooManyIntermediates);
        }
        Ok(())
    }

    /// A chain to a root: usable when every extended key usage on the way allows servers.
    fn accept(&mut self, chain: &[&Certificate]) -> bool {
        let usable = chain.iter().all(|certificate| certificate.server_usage);
        if !usable {
            self.refusal = Some(Error::IncompatibleUsage);
        }
        self.usage_seen |= usable;
        usable
    }

    fn verdict(self) -> Result<(), Error> {
        if self.usage_seen {
            return Ok(());
        }
        Err(self.refusal.unwrap_or(Error::UnknownAuthority { hint: self.hint }))
    }
}

/// `findPotentialParents`: matching key identifier first, then where one of the two has none, then the others.
fn by_key_identifier<'a>(child: &Certificate, mut candidates: Vec<&'a Certificate>) -> Vec<&'a Certificate> {
    candidates.sort_by_key(|candidate| match (&child.authority_key, &candidate.subject_key) {
        (Some(wanted), Some(key)) if wanted == key => 0,
        (Some(_), Some(_)) => 2,
        _ => 1,
    });
    candidates
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn host_name_patterns() {
        let cases = [
            ("r.test", "R.Test", true),
            ("*.r.test", "a.r.test", true),
            ("*.r.test", "a.b.r.test", false),
            ("*.r.test", "r.test", false),
            ("a*.r.test", "ab.r.test", false),
            ("*", "localhost", false),
            ("", "", false),
        ];
        for (pattern, host, verdict) in cases {
            assert_eq!(matches(pattern, host), verdict, "{pattern} {host}");
        }
    }
}
