//! Signatures, as far as it matters whether there are any (cri-o@f954a17:vendor/go.podman.io/image/v5/docker/
//! docker_image_src.go `GetSignaturesWithFormat`, signature/policy_eval_signedby.go, policy_eval_sigstore.go).
//!
//! They are not verified here: where one is found, it is said so, and the image let in.

use distribution::Digest;
use net::Request;
use trace::Purpose;

use super::client::{Wanted, parse, refusal};
use super::error::{Error, Result};
use super::image_source::ImageSource;
use super::policy::{Policy, Requirement};

/// So many signatures are looked for at one place.
const MOST: usize = 128;
const ABOUT: &str = "policy.json";
/// What the trace calls it where the policy lets no image in.
pub(super) const REFUSED: &str = "policy";

/// How many signatures of which kind an image has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// In a lookaside or by the registry's API.
    simple: usize,
    /// Attached to the image.
    sigstore: usize,
}

impl ImageSource {
    /// `GetSignaturesWithFormat`
    pub(super) async fn signatures(&self, manifest: &Digest) -> Result<Found> {
        let simple = match self.client.supports_signatures().await? {
            true => self.by_extension(manifest).await?,
            false => self.in_lookaside(manifest).await?,
        };
        let mut found = Found { simple, sigstore: 0 };
        if self.signatures.attached
            && let Some(attached) = self.attachment(manifest).await?
        {
            found.sigstore = attached.single()?.layers.len();
        }
        Ok(found)
    }

    /// `getExtensionsSignatures`
    async fn by_extension(&self, manifest: &Digest) -> Result<usize> {
        let path = format!("/extensions/v2/{}/signatures/{manifest}", self.logical.path);
        let wanted = Wanted { purpose: Purpose::Manifest, method: "GET", path: &path, header: &[] };
        let mut response = self.client.request(&wanted).await?;
        if response.status != 200 {
            let name = self.logical.name();
            let context = format!("downloading signatures for {manifest} in {name}");
            return Err(refusal(response).await.context(context));
        }
        let body = response.body.read_up_to(4 << 20).await.map_err(Error::read)?;
        let document = gostd::json::parse(&body)
            .map_err(|error| Error::plain(error.to_string()).context("decoding signature list"))?;
        Ok(match document.field("signatures") {
            Some(gostd::json::Value::Array(list)) => list.len(),
            _ => 0,
        })
    }

    /// `appendSignaturesFromLookaside`: by number, until there is none.
    async fn in_lookaside(&self, manifest: &Digest) -> Result<usize> {
        let name = manifest.to_string().replacen(':', "=", 1);
        for index in 1..=MOST {
            let url = parse(&format!("{}@{name}/signature-{index}", self.signatures.lookaside)).map_err(
                |error| error.context(format!("Invalid signature storage URL {}", self.signatures.lookaside)),
            )?;
            if !self.has_signature(url).await? {
                return Ok(index - 1);
            }
        }
        Err(Error::plain(format!(
            "server provided {MOST} signatures, assuming that's unreasonable and a server error"
        )))
    }

    /// `getOneSignature`
    async fn has_signature(&self, url: gostd::url::Url) -> Result<bool> {
        match url.scheme.as_str() {
            "file" => Ok(self.client.system.node.read_own(&url.path).is_ok()),
            "http" | "https" => {
                let response = self.client.send(Request::new(Purpose::Manifest, "GET", url.clone())).await?;
                match response.status {
                    200 => Ok(true),
                    404 => Ok(false),
                    _ => {
                        let status = format!("received unexpected HTTP status: {}", response.status_line);
                        Err(Error::plain(status)
                            .context(format!("reading signature from {}", url.redacted())))
                    }
                }
            }
            _ => {
                let url = url.redacted();
                Err(Error::plain(format!("Unsupported scheme when reading signature from {url}")))
            }
        }
    }

    /// `IsRunningImageAllowed`: each requirement must let the image in. The signatures that were looked for.
    pub(super) async fn check_policy(&self, policy: &Policy, manifest: &Digest) -> Result<Option<Found>> {
        let (requirements, scope) = policy.requirements(&self.logical);
        let mut found = None;
        for requirement in requirements {
            let refused = match requirement {
                Requirement::AcceptAnything => continue,
                Requirement::Reject => {
                    let name = format!("docker://{}", self.logical.familiar());
                    Some(format!("Running image {name} is rejected by policy."))
                }
                Requirement::SignedBaseLayer => Some("signedBaseLayer not implemented!".to_owned()),
                Requirement::SignedBy | Requirement::SigstoreSigned => {
                    let signatures = match found {
                        Some(signatures) => signatures,
                        None => self.signatures(manifest).await?,
                    };
                    found = Some(signatures);
                    signatures.missing_for(requirement)
                }
            };
            let at = scope.map_or_else(|| "default".to_owned(), |scope| format!("scope {scope:?}"));
            let file = policy.path.as_deref().unwrap_or_default();
            let Some(said) = refused else {
                let text = format!("{file}, {at}: a signature was found, and is taken to be a good one");
                self.client.system.recorder.decide(ABOUT, text);
                continue;
            };
            self.client.system.recorder.decide(REFUSED, format!("{file}, {at}: {said}"));
            return Err(Error::Policy(said));
        }
        Ok(found)
    }
}

impl Found {
    /// Why they do not do, if so.
    fn missing_for(self, requirement: &Requirement) -> Option<String> {
        const NONE: &str = "A signature was required, but no signature exists";
        match (requirement, self) {
            (Requirement::SignedBy, Self { simple: 0, .. }) => Some(NONE.to_owned()),
            (Requirement::SigstoreSigned, Self { simple: 0, sigstore: 0 }) => Some(NONE.to_owned()),
            (Requirement::SigstoreSigned, Self { simple, sigstore: 0 }) => Some(format!(
                "{NONE} ({simple} non-sigstore signatures, 0 sigstore non-signature attachments)"
            )),
            _ => None,
        }
    }
}
