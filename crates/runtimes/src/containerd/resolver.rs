//! From a name to a descriptor (containerd v2.1.9 core/remotes/docker/resolver.go:230-425 `Resolve`).

use distribution::{Algorithm, Descriptor, Digest, Digester, ErrorEnvelope, media_type};
use trace::{Flaw, Purpose};

use super::error::{Class, Error, Result};
use super::hosts::RegistryHost;
use super::http::Answer;
use super::request::{Base, HostRequest};
use super::schema1;
use super::status;
use crate::containerd::profile::Schema1;

/// The largest manifest that a registry may announce (resolver.go:63: 1048, not 1024).
const MAX_MANIFEST_SIZE: u64 = 4 * 1048 * 1048;
/// So much of a signed manifest is read (containerd v1.7.34 remotes/docker/schema1/converter.go `manifestSizeLimit`).
const SIGNED_LIMIT: usize = 8_000_000;
/// `resolveHeader`
const ACCEPT: &str = "application/vnd.docker.distribution.manifest.v2+json, \
                      application/vnd.docker.distribution.manifest.list.v2+json, \
                      application/vnd.oci.image.manifest.v1+json, \
                      application/vnd.oci.image.index.v1+json, */*";

/// What is asked for: a tag or a digest.
pub(super) struct Object<'a> {
    pub(super) reference: &'a str,
    pub(super) tag: Option<&'a str>,
    pub(super) digest: Option<&'a Digest>,
}

/// What keeps a host from being the one, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Nothing,
    Unreachable,
    NotFound,
    Refused,
    TooLarge,
}

/// The error that is told if no host has it.
struct FirstError {
    /// Whether the error that got furthest counts, where a later one of the same rank does not replace it
    /// (resolver.go:279-324); else the first one that is no 404 (containerd v1.7.24 remotes/docker/resolver.go).
    ranks: bool,
    rank: Rank,
    error: Option<Error>,
}

impl FirstError {
    fn keep(&mut self, rank: Rank, error: Error) {
        let counts =
            if self.ranks { rank > self.rank } else { self.error.is_none() && rank != Rank::NotFound };
        if counts {
            self.rank = rank;
            self.error = Some(error);
        }
    }
}

/// `dockerResolver.Resolve`
pub(super) async fn resolve(base: &Base, object: &Object<'_>) -> Result<Descriptor> {
    let digest = object.digest.map(ToString::to_string);
    let paths: Vec<[&str; 2]> = match &digest {
        Some(digest) => vec![["manifests", digest], ["blobs", digest]],
        None => vec![["manifests", object.tag.unwrap_or_default()]],
    };
    let may =
        |host: &&RegistryHost| host.capabilities.pull && (digest.is_some() || host.capabilities.resolve);
    let hosts: Vec<&RegistryHost> = base.hosts.iter().filter(may).collect();
    if hosts.is_empty() {
        return Err(Error::Class(Class::NotFound, "no resolve hosts".into()));
    }
    let rules = &base.profile.requests;
    let mut first = FirstError { ranks: rules.ranks_errors, rank: Rank::Nothing, error: None };
    for path in paths {
        if rules.refusal_ends_resolve && first.rank >= Rank::Refused {
            break;
        }
        for (index, host) in hosts.iter().enumerate() {
            let last_host = index + 1 == hosts.len();
            if let Some(descriptor) = ask(base, host, path, object, last_host, &mut first).await? {
                return Ok(descriptor);
            }
        }
    }
    let not_found = || Error::Class(Class::NotFound, object.reference.to_owned());
    Err(first.error.unwrap_or_else(not_found))
}

/// One host: the descriptor, or `None` and an error to remember.
async fn ask(
    base: &Base,
    host: &RegistryHost,
    path: [&str; 2],
    object: &Object<'_>,
    last_host: bool,
    first: &mut FirstError,
) -> Result<Option<Descriptor>> {
    let mut request = request(base, host, "HEAD", path)?;
    let answer = match request.do_with_retries(last_host).await {
        Ok(answer) => answer,
        Err(error) if error.is_invalid_authorization() => {
            let denied = "pull access denied, repository does not exist or may require authorization";
            first.keep(Rank::Unreachable, error.context(denied));
            return Ok(None);
        }
        Err(error) => {
            first.keep(Rank::Unreachable, error);
            return Ok(None);
        }
    };
    // The body was closed before: nothing of it can be shown.
    let refused = |answer: &Answer| status::unexpected(&request, answer, base.profile.words.resolve_status);
    match answer.status {
        ..300 => {}
        404 => {
            first.keep(Rank::NotFound, Error::Class(Class::NotFound, object.reference.to_owned()));
            return Ok(None);
        }
        400.. => {
            let mut error = refused(&answer);
            let asks_why = answer.status == 403 && request.method == "HEAD";
            if asks_why && base.profile.requests.asks_why_forbidden {
                error = error.with_errors(why_forbidden(base, host, path).await);
            }
            first.keep(Rank::Refused, error);
            return Ok(None);
        }
        _ => return Err(refused(&answer)),
    }
    let descriptor = match described(&answer, object)? {
        Some(descriptor) => descriptor,
        None => {
            // The connection is free for what follows.
            drop(answer);
            from_get(base, host, path, object).await?
        }
    };
    let size = descriptor.size;
    let large = u64::try_from(size).ok().filter(|size| *size > MAX_MANIFEST_SIZE);
    if let Some(size) = large {
        let flaw = Flaw::Oversize { size, most: MAX_MANIFEST_SIZE };
        base.recorder.unusable(format!("a manifest of {size} bytes is not read"), flaw);
        let text = format!("rejecting {size} byte manifest for {}", object.reference);
        first.keep(Rank::TooLarge, Error::Class(Class::NotFound, text));
        return Ok(None);
    }
    Ok(Some(descriptor))
}

pub(super) fn request(
    base: &Base,
    host: &RegistryHost,
    method: &'static str,
    path: [&str; 2],
) -> Result<HostRequest> {
    let mut request = base.request(host, Purpose::Resolve, method, path)?;
    let configured = base.accept.iter().map(String::as_str);
    let usual = base.accept.is_empty().then_some(ACCEPT);
    configured.chain(usual).for_each(|value| request.header.add("Accept", value));
    Ok(request)
}

/// `withGETErrorBody` (containerd v2.3.4 core/remotes/docker/pusher.go:589-618): the registry's words, if a GET is
/// forbidden as well.
async fn why_forbidden(base: &Base, host: &RegistryHost, path: [&str; 2]) -> Option<ErrorEnvelope> {
    let mut answer = request(base, host, "GET", path).ok()?.do_with_retries(false).await.ok()?;
    if answer.status != 403 {
        return None;
    }
    ErrorEnvelope::parse(&answer.read_up_to(status::MAX_ERROR_BODY).await.ok()?)
}

/// The descriptor by a GET of the same URL.
async fn from_get(
    base: &Base,
    host: &RegistryHost,
    path: [&str; 2],
    object: &Object<'_>,
) -> Result<Descriptor> {
    let mut request = request(base, host, "GET", path)?;
    let mut answer = request.do_with_retries(true).await?;
    if answer.status >= 400 && base.profile.requests.checks_manifest_get {
        let words = base.profile.words.resolve_status;
        return Err(status::unexpected_response(&request, &mut answer, words).await);
    }
    from_content(base, &mut answer, object).await
}

/// The descriptor as the answer's header gives it, where digest and length are there.
fn described(answer: &Answer, object: &Object<'_>) -> Result<Option<Descriptor>> {
    let Some(size) = answer.content_length else { return Ok(None) };
    let digest = match object.digest {
        Some(digest) => digest.to_string(),
        None => {
            let named = answer.header.get("Docker-Content-Digest").unwrap_or_default();
            if named.is_empty() {
                return Ok(None);
            }
            // This is the one place where the registry is believed.
            named.parse::<Digest>().map_err(|error| {
                let quoted = gostd::strconv::quote(named);
                Error::Plain(error.to_string()).context(format!("{quoted} in header not a valid digest"))
            })?;
            named.to_owned()
        }
    };
    Ok(Some(descriptor(content_type(answer), digest, size)))
}

/// The descriptor from the content itself. The status is not looked at, an error's body is taken for the manifest
/// before 2.3 (resolver.go:368-398).
async fn from_content(base: &Base, answer: &mut Answer, object: &Object<'_>) -> Result<Descriptor> {
    let media_type = content_type(answer);
    let is_schema1 = object.digest.is_none() && media_type == media_type::DOCKER_SCHEMA1_SIGNED;
    if is_schema1 && base.profile.content.schema1 == Schema1::Refuses {
        base.recorder.unusable("manifests of Docker schema 1 are not taken", Flaw::Kind);
        return Err(schema1::unsupported("v2.0"));
    }
    if is_schema1 {
        return from_signed(answer, media_type).await;
    }
    let (mut digester, mut size) = (Digester::new(Algorithm::Sha256), 0_u64);
    while let Some(piece) = answer.chunk().await.map_err(|fault| Error::body(&fault))? {
        digester.update(&piece);
        size += piece.len() as u64;
        // Long refused by then; a node would read on for ever.
        if size > 16 * MAX_MANIFEST_SIZE {
            break;
        }
    }
    let computed = digester.finish();
    Ok(descriptor(media_type, object.digest.unwrap_or(&computed).to_string(), size))
}

/// `schema1.ReadStripSignature`: the digest of a signed manifest is that of what was signed.
async fn from_signed(answer: &mut Answer, media_type: String) -> Result<Descriptor> {
    let bytes = answer.read_up_to(SIGNED_LIMIT).await.map_err(|fault| Error::body(&fault))?;
    let payload = schema1::strip(&bytes).map_err(|error| Error::Plain(error.to_string()))?;
    Ok(descriptor(media_type, Digest::sha256_of(payload).to_string(), bytes.len() as u64))
}

fn descriptor(media_type: String, digest: String, size: u64) -> Descriptor {
    Descriptor { media_type, digest, size: i64::try_from(size).unwrap_or(i64::MAX), ..Descriptor::default() }
}

/// `getManifestMediaType` (resolver.go:214-229)
fn content_type(answer: &Answer) -> String {
    let value = answer.header.get("Content-Type").unwrap_or_default();
    let bare = value.split(';').next().unwrap_or_default();
    // Registries of old answer so for schema 1.
    if bare == "text/plain" { media_type::DOCKER_SCHEMA1_SIGNED.to_owned() } else { bare.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mirror cannot be reached, and the registry does not have it: old versions blame the mirror (recording
    /// `mirror-refused-upstream-404`).
    #[test]
    fn which_error_of_several_is_told() {
        let told = |ranks| {
            let mut first = FirstError { ranks, rank: Rank::Nothing, error: None };
            for (rank, text) in [
                (Rank::Unreachable, "refused"),
                (Rank::NotFound, "not found"),
                (Rank::Refused, "403"),
                (Rank::Refused, "500"),
            ] {
                first.keep(rank, Error::Plain(text.into()));
            }
            first.error
        };
        assert_eq!(told(true), Some(Error::Plain("403".into())));
        assert_eq!(told(false), Some(Error::Plain("refused".into())));
    }
}
