//! A repository behind an endpoint: tags and manifests (docker/distribution v2.8.3 registry/client/repository.go).

use std::sync::Arc;

use distribution::{Digest, media_type};
use gostd::strconv;
use gostd::url::Url;
use net::{Request, Response};
use trace::Purpose;

use super::client_errors::{handle_error_response, is_success};
use super::error::{Error, Result};
use super::http::Sender;
use super::manifest::Document;
use super::profile::RegistryRules;
use super::session::Authorizer;

/// No manifest is longer; what follows is not read.
const MAX_MANIFEST: usize = 32 << 20;
/// `ManifestMediaTypes`. The engine sends them in an order of its own each time, as Go walks through a map.
const ACCEPTED: [&str; 6] = [
    media_type::DOCKER_MANIFEST,
    media_type::DOCKER_MANIFEST_LIST,
    media_type::OCI_INDEX,
    media_type::OCI_MANIFEST,
    media_type::DOCKER_SCHEMA1_SIGNED,
    "application/json",
];

/// What is asked of one endpoint for one repository.
pub(super) struct Repository {
    pub(super) sender: Arc<Sender>,
    pub(super) authorizer: Authorizer,
    /// The endpoint's URL.
    pub(super) endpoint: Url,
    /// The path of the repository.
    pub(super) path: String,
    pub(super) rules: &'static RegistryRules,
}

/// What a tag leads to (`distribution.Descriptor`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) digest: Digest,
    /// `Content-Type`, as it was sent; empty where it is not known.
    pub(super) media_type: String,
}

/// `reference.WithDigest`: any word and at least 32 digits will do.
pub(super) fn with_digest(digest: &str) -> Result<()> {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let fits = digest.split_once(':').is_some_and(|(name, digits)| {
        name.split(['-', '_', '+', '.']).all(is_part)
            && digits.len() >= 32
            && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    });
    if fits { Ok(()) } else { Err(Error::Plain("invalid digest format".to_owned())) }
}

impl Repository {
    /// `URLBuilder`: below the endpoint's own path.
    pub(super) fn url(&self, kind: &str, object: &str) -> Result<Url> {
        self.root(&format!("{}/{kind}/{object}", self.path))
    }

    /// Below `/v2/`.
    pub(super) fn root(&self, path: &str) -> Result<Url> {
        let root = self.endpoint.to_string();
        Ok(Url::parse(&format!("{}/v2/{path}", root.trim_end_matches('/')))?)
    }

    pub(super) async fn send(&self, request: Request) -> Result<Response> {
        self.sender.send_authorized(request, &self.authorizer).await
    }

    pub(super) async fn refusal(&self, answer: &mut Response) -> Error {
        handle_error_response(answer, self.rules, self.sender.go).await
    }

    /// `tags.Get`: by HEAD, and by GET where that gives no digest, be it for the registry's words.
    pub(super) async fn tag(&self, tag: &str) -> Result<Described> {
        let url = self.url("manifests", tag)?;
        let ask = |method| {
            let mut request = Request::new(Purpose::Resolve, method, url.clone());
            ACCEPTED.iter().for_each(|kind| request.header.add("Accept", *kind));
            self.send(request)
        };
        let mut answer = ask("HEAD").await?;
        let named = answer.header.get("Docker-Content-Digest").is_some_and(|digest| !digest.is_empty());
        if is_success(answer.status) && named {
            return self.described(&mut answer).await;
        }
        drop(answer);
        let mut answer = ask("GET").await?;
        if is_success(answer.status) {
            return self.described(&mut answer).await;
        }
        Err(self.refusal(&mut answer).await)
    }

    /// `descriptorFromResponse`
    async fn described(&self, answer: &mut Response) -> Result<Described> {
        let field = |name| answer.header.get(name).unwrap_or_default().to_owned();
        let media_type = field("Content-Type");
        if media_type.is_empty() {
            return Err(Error::Plain("missing or empty Content-Type header".to_owned()));
        }
        let digest = field("Docker-Content-Digest");
        if digest.is_empty() {
            let document = self.document(answer, &media_type).await?;
            return Ok(Described { digest: document.digest(), media_type });
        }
        let digest =
            digest.parse().map_err(|error: distribution::DigestError| Error::Plain(error.to_string()))?;
        let length = field("Content-Length");
        if length.is_empty() {
            return Err(Error::Plain("missing or empty Content-Length header".to_owned()));
        }
        if length.parse::<i64>().is_err() {
            let quoted = strconv::quote(&length);
            return Err(Error::Plain(format!("strconv.ParseInt: parsing {quoted}: invalid syntax")));
        }
        Ok(Described { digest, media_type })
    }

    /// `manifests.Get`: by digest, or by a tag where the digest leads nowhere.
    pub(super) async fn manifest(&self, object: &str) -> Result<Document> {
        let mut request = Request::new(Purpose::Manifest, "GET", self.url("manifests", object)?);
        ACCEPTED.iter().for_each(|kind| request.header.add("Accept", *kind));
        let mut answer = self.send(request).await?;
        if answer.status == 304 {
            return Err(Error::Plain("manifest not modified".to_owned()));
        }
        if !is_success(answer.status) {
            return Err(self.refusal(&mut answer).await);
        }
        let media_type = answer.header.get("Content-Type").unwrap_or_default().to_owned();
        self.document(&mut answer, &media_type).await
    }

    async fn document(&self, answer: &mut Response, media_type: &str) -> Result<Document> {
        let body = answer.body.read_up_to(MAX_MANIFEST).await;
        let body = body.map_err(|fault| Error::transport(fault, self.sender.go))?;
        Document::unmarshal(media_type, &body, self.sender.go)
    }

    /// `manifests.Exists`
    pub(super) async fn has_manifest(&self, digest: &Digest) -> Result<bool> {
        let url = self.url("manifests", &digest.to_string())?;
        let mut answer = self.send(Request::new(Purpose::Manifest, "HEAD", url)).await?;
        match answer.status {
            status if is_success(status) => Ok(true),
            404 => Ok(false),
            _ => Err(self.refusal(&mut answer).await),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_that_a_name_takes() {
        let digits = "0123456789abcdefABCDEF0123456789";
        for name in ["sha256", "md5", "a+b.c"] {
            assert!(with_digest(&format!("{name}:{digits}")).is_ok(), "{name}");
        }
        for digest in ["", "sha256:zz", "sha256:", "5:0", &format!("a b:{digits}"), &format!("md5:{digits}x")]
        {
            assert_eq!(with_digest(digest).unwrap_err().to_string(), "invalid digest format", "{digest}");
        }
    }
}
