//! Signatures: where they are looked for, and whether those that are there could do
//! (cri-o@f954a17:vendor/go.podman.io/image/v5/docker/docker_image_src.go `GetSignaturesWithFormat`,
//! signature/policy_eval_signedby.go, policy_eval_sigstore.go).
//!
//! What they are made with is not verified here: one that could do is said to be taken for good, and the image let in.

use distribution::{Descriptor, Digest, Digester};
use gostd::json::{self, Value};
use gostd::{base64, strconv};
use net::Request;
use trace::Purpose;

use super::client::{Wanted, parse, refusal};
use super::error::{Error, Result};
use super::image_source::ImageSource;
use super::policy::{Keys, Policy, Requirement, Sigstore};

/// So many signatures are looked for at one place.
const MOST: usize = 128;
/// No larger signature is read, in bytes (`iolimits.MaxSignatureBodySize`, `MaxSignatureListBodySize`).
const MOST_BYTES: usize = 4 << 20;
const ABOUT: &str = "policy.json";
/// What the trace calls it where the policy lets no image in.
pub(super) const REFUSED: &str = "policy";
/// What of that is attached to an image is a signature.
const COSIGN: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// A signature of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Signature {
    /// Of GPG's, in a lookaside or by the registry's API.
    Simple,
    /// Of sigstore's, attached to the image or in a lookaside.
    Sigstore { media_type: String, annotations: Vec<(String, String)> },
}

impl ImageSource {
    /// `GetSignaturesWithFormat`
    pub(super) async fn signatures(&self, manifest: &Digest) -> Result<Vec<Signature>> {
        let mut found = match self.client.supports_signatures().await? {
            true => self.by_extension(manifest).await?,
            false => self.in_lookaside(manifest).await?,
        };
        if self.signatures.attached {
            found.extend(self.attached(manifest).await?);
        }
        Ok(found)
    }

    /// `appendSignaturesFromAPIExtension`
    async fn by_extension(&self, manifest: &Digest) -> Result<Vec<Signature>> {
        let (path, name) = (&self.physical.path, self.physical.name());
        let path = format!("/extensions/v2/{path}/signatures/{manifest}");
        let wanted = Wanted { purpose: Purpose::Manifest, method: "GET", path: &path, header: &[] };
        let mut response = self.client.request(&wanted).await?;
        if response.status != 200 {
            let context = format!("downloading signatures for {manifest} in {name}");
            return Err(refusal(response).await.context(context));
        }
        let body = response.body.read_up_to(MOST_BYTES).await.map_err(Error::read)?;
        let document = json::parse(&body)
            .map_err(|error| Error::plain(error.to_string()).context("decoding signature list"))?;
        let list = match document.field("signatures") {
            Some(Value::Array(list)) => list.as_slice(),
            _ => &[],
        };
        let is_known = |one: &&Value| {
            let version = one.field("schemaVersion");
            matches!(version, Some(Value::Number(version)) if version == "2")
                && one.field("type").and_then(Value::as_str) == Some("atomic")
        };
        Ok(list.iter().filter(is_known).map(|_| Signature::Simple).collect())
    }

    /// `appendSignaturesFromLookaside`: by number, until there is none.
    async fn in_lookaside(&self, manifest: &Digest) -> Result<Vec<Signature>> {
        let name = manifest.to_string().replacen(':', "=", 1);
        let mut found = Vec::new();
        for index in 1..=MOST {
            let url = parse(&format!("{}@{name}/signature-{index}", self.signatures.lookaside))?;
            let place = match url.scheme.as_str() {
                "file" => strconv::quote(&url.path),
                _ => url.redacted(),
            };
            let Some(bytes) = self.one_signature(url).await? else { return Ok(found) };
            found.push(
                from_blob(&bytes)
                    .map_err(|said| Error::plain(said).context(format!("parsing signature {place}")))?,
            );
        }
        Err(Error::plain(format!(
            "server provided {MOST} signatures, assuming that's unreasonable and a server error"
        )))
    }

    /// `getOneSignature`: none where there is none.
    async fn one_signature(&self, url: gostd::url::Url) -> Result<Option<Vec<u8>>> {
        match url.scheme.as_str() {
            "file" => Ok(self.client.system.node.read_own(&url.path).ok()),
            "http" | "https" => {
                let mut response =
                    self.client.send(Request::new(Purpose::Manifest, "GET", url.clone())).await?;
                match response.status {
                    200 => response.body.read_up_to(MOST_BYTES).await.map(Some).map_err(Error::read),
                    404 => Ok(None),
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

    /// `appendSignaturesFromSigstoreAttachments`: all that is attached is fetched, whatever it is.
    async fn attached(&self, manifest: &Digest) -> Result<Vec<Signature>> {
        let Some(attachments) = self.attachments(manifest).await? else { return Ok(Vec::new()) };
        for layer in &attachments {
            self.small_blob(layer).await?;
        }
        Ok(attachments
            .into_iter()
            .map(|layer| Signature::Sigstore { media_type: layer.media_type, annotations: layer.annotations })
            .collect())
    }

    /// `getOCIDescriptorContents`
    async fn small_blob(&self, layer: &Descriptor) -> Result<()> {
        let digest = layer.parse_digest().map_err(|error| {
            Error::plain(format!("invalid digest {}: {error}", strconv::quote(&layer.digest)))
        })?;
        let mut reader = self.blob(layer, Purpose::Manifest).await?;
        let bytes = reader
            .read_at_most(MOST_BYTES)
            .await
            .map_err(|error| error.context(format!("reading blob {digest} in {}", self.physical.name())))?;
        let mut digester = Digester::new(digest.algorithm());
        digester.update(&bytes);
        let got = digester.finish();
        if got == digest {
            return Ok(());
        }
        let (wanted, got) = (strconv::quote(digest.to_string()), strconv::quote(got.to_string()));
        Err(Error::plain(format!("digest mismatch, expected {wanted}, got {got}")))
    }

    /// `IsRunningImageAllowed`: each requirement must let the image in. The signatures that were looked for.
    pub(super) async fn check_policy(
        &self,
        policy: &Policy,
        manifest: &Digest,
    ) -> Result<Option<Vec<Signature>>> {
        let (requirements, scope) = policy.requirements(&self.logical);
        let at = scope.map_or_else(|| "default".to_owned(), |scope| format!("scope {scope:?}"));
        let file = policy.path.as_deref().unwrap_or_default();
        let recorder = &self.client.system.recorder;
        let mut found: Option<Vec<Signature>> = None;
        for requirement in requirements {
            if found.is_none() && requirement.is_about_signatures() {
                found = Some(self.signatures(manifest).await?);
            }
            match self.check(requirement, found.as_deref().unwrap_or_default()) {
                Ok(()) if requirement.is_about_signatures() => {
                    let text = format!("{file}, {at}: a signature was found, and is taken to be a good one");
                    recorder.decide(ABOUT, text);
                }
                Ok(()) => {}
                Err(error) => {
                    recorder.decide(REFUSED, format!("{file}, {at}: {error}"));
                    return Err(error);
                }
            }
        }
        Ok(found)
    }

    /// `isRunningImageAllowed` of one requirement.
    fn check(&self, requirement: &Requirement, signatures: &[Signature]) -> Result<()> {
        let refused = |said: &str| Err(Error::Policy(said.to_owned()));
        match requirement {
            Requirement::AcceptAnything => Ok(()),
            Requirement::Reject => {
                let name = format!("docker://{}", self.logical.familiar());
                Err(Error::Policy(format!("Running image {name} is rejected by policy.")))
            }
            Requirement::SignedBaseLayer => refused("signedBaseLayer not implemented yet!"),
            Requirement::SignedBy { key_type, keys } => {
                let simple = signatures.iter().filter(|signature| **signature == Signature::Simple);
                accepted(simple.map(|_| self.could_be_signed_by(key_type, keys)).collect(), 0, 0)
            }
            Requirement::SigstoreSigned(wanted) => {
                let (mut others, mut no_signatures, mut checked) = (0, 0, Vec::new());
                for signature in signatures {
                    match signature {
                        Signature::Simple => others += 1,
                        Signature::Sigstore { media_type, .. } if media_type != COSIGN => no_signatures += 1,
                        Signature::Sigstore { annotations, .. } => {
                            checked.push(self.could_be_of_sigstore(wanted, annotations));
                        }
                    }
                }
                accepted(checked, others, no_signatures)
            }
        }
    }

    /// `prSignedBy.isSignatureAuthorAccepted`, as far as it can be told without the signature.
    fn could_be_signed_by(&self, key_type: &str, keys: &Keys) -> Result<()> {
        if key_type != "GPGKeys" {
            let quoted = strconv::quote(key_type);
            return Err(Error::plain(format!("Unimplemented \"keyType\" value {quoted}")));
        }
        self.load(keys).map(drop)
    }

    /// `prSigstoreSigned.isSignatureAccepted`, as far as it can be told without cryptography.
    fn could_be_of_sigstore(&self, wanted: &Sigstore, annotations: &[(String, String)]) -> Result<()> {
        const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
        const LOGGED: &str = "dev.sigstore.cosign/bundle";
        const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
        for (keys, what) in [(&wanted.keys, "public key"), (&wanted.rekor, "Rekor public key")] {
            let pem = b"-----BEGIN ";
            let is_pem = |bytes: &Vec<u8>| bytes.windows(pem.len()).any(|window| window == pem);
            if let Some(index) = self.load(keys)?.iter().position(|bytes| !is_pem(bytes)) {
                return Err(Error::plain(format!("parsing {what} {}: PEM decoding failed", index + 1)));
            }
        }
        let annotation = |name: &str| {
            let found = annotations.iter().find(|(key, _)| key == name).map(|(_, value)| value);
            found.ok_or_else(|| Error::plain(format!("missing {name} annotation")))
        };
        let signature = annotation(SIGNATURE)?;
        if wanted.fulcio || wanted.rekor.is_given() {
            annotation(LOGGED)?;
        }
        if wanted.fulcio || wanted.pki {
            annotation(CERTIFICATE)?;
        }
        base64::decode_std(signature)
            .map(drop)
            .map_err(|error| Error::Signature(format!("base64 decoding: {error}")))
    }

    /// `loadBytesFromConfigSources`
    fn load(&self, keys: &Keys) -> Result<Vec<Vec<u8>>> {
        let read = |path: &String| {
            let node = &self.client.system.node;
            node.read(path).map_err(|_| Error::plain(format!("open {path}: no such file or directory")))
        };
        let files: Vec<Vec<u8>> = keys.paths.iter().map(read).collect::<Result<_>>()?;
        Ok(files.into_iter().chain(keys.data.iter().cloned()).collect())
    }
}

/// One that is accepted is enough; else why none is.
fn accepted(checked: Vec<Result<()>>, others: usize, no_signatures: usize) -> Result<()> {
    const NONE: &str = "A signature was required, but no signature exists";
    if checked.iter().any(Result::is_ok) {
        return Ok(());
    }
    let mut reasons: Vec<Error> = checked.into_iter().filter_map(Result::err).collect();
    Err(match (reasons.len(), others + no_signatures) {
        (0, 0) => Error::Policy(NONE.to_owned()),
        (0, _) => Error::Policy(format!(
            "{NONE} ({others} non-sigstore signatures, {no_signatures} sigstore non-signature attachments)"
        )),
        (1, _) => reasons.swap_remove(0),
        _ => {
            let all: Vec<String> = reasons.iter().map(ToString::to_string).collect();
            Error::Policy(format!("None of the signatures were accepted, reasons: {}", all.join("; ")))
        }
    })
}

/// `signature.FromBlob`
fn from_blob(bytes: &[u8]) -> std::result::Result<Signature, String> {
    match bytes.first() {
        None => Err("empty signature blob".to_owned()),
        // What OpenPGP's packets begin with: compressed data, one-pass signatures, signatures.
        Some(0xA0..=0xA3 | 0xC8 | 0x90..=0x92 | 0x3d | 0xC4 | 0x88..=0x8B | 0xC2) => Ok(Signature::Simple),
        Some(0) => {
            let rest = &bytes[1..];
            let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
                return Err("invalid signature format, missing newline".to_owned());
            };
            let (format, content) = (&rest[..end], &rest[end + 1..]);
            if let Some(byte) = format.iter().find(|byte| !(0x20..0x7f).contains(*byte)) {
                return Err(format!("invalid signature format, non-ASCII byte {byte:#x}"));
            }
            match format {
                b"simple-signing" => Ok(Signature::Simple),
                b"sigstore-json" => sigstore_from_json(content),
                other => Err(format!("unrecognized signature format {}", strconv::quote(other))),
            }
        }
        Some(byte) => Err(format!("unrecognized signature format, starting with binary {byte:#x}")),
    }
}

/// `sigstoreFromBlobChunk`
fn sigstore_from_json(content: &[u8]) -> std::result::Result<Signature, String> {
    let document = json::parse(content).map_err(|error| error.to_string())?;
    let media_type = document.field("mimeType").and_then(Value::as_str).unwrap_or_default().to_owned();
    let annotations = document.field("annotations").map(Value::members).unwrap_or_default();
    let text = |(name, value): &(String, Value)| Some((name.clone(), value.as_str()?.to_owned()));
    Ok(Signature::Sigstore { media_type, annotations: annotations.iter().filter_map(text).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_signature() {
        let kind = |bytes: &[u8]| from_blob(bytes).map(|signature| signature == Signature::Simple);
        let err = |text: &str| Err(text.to_owned());
        let cases: [(&[u8], _); 8] = [
            (b"", err("empty signature blob")),
            (b"\x90x", Ok(true)),
            (b"\0simple-signing\nx", Ok(true)),
            (b"\0sigstore-json\n{\"mimeType\":\"a/b\"}", Ok(false)),
            (b"<html>", err("unrecognized signature format, starting with binary 0x3c")),
            (b"\0other\nx", err("unrecognized signature format \"other\"")),
            (b"\0other", err("invalid signature format, missing newline")),
            (b"\0sigstore-json\n{", err("unexpected end of JSON input")),
        ];
        for (bytes, expected) in cases {
            assert_eq!(kind(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn one_good_signature_is_enough() {
        let said = |checked: Vec<Result<()>>, others, no_signatures| {
            accepted(checked, others, no_signatures)
                .map_err(|error| (error.is_of_policy(), error.to_string()))
        };
        let bad = |text: &str| Err(Error::plain(text));
        let none = "A signature was required, but no signature exists";
        assert_eq!(said(vec![bad("a"), Ok(())], 0, 0), Ok(()));
        assert_eq!(said(vec![], 0, 0), Err((true, none.to_owned())));
        assert_eq!(
            said(vec![], 0, 1),
            Err((true, format!("{none} (0 non-sigstore signatures, 1 sigstore non-signature attachments)")))
        );
        assert_eq!(said(vec![bad("a")], 0, 0), Err((false, "a".to_owned())));
        assert_eq!(
            said(vec![bad("a"), bad("b")], 0, 0),
            Err((true, "None of the signatures were accepted, reasons: a; b".to_owned()))
        );
    }
}
