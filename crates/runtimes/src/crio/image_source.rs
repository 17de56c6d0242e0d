//! Where an image is read from: the first of its places that has the manifest
//! (cri-o@f954a17:vendor/go.podman.io/image/v5/docker/docker_image_src.go).

use std::sync::Arc;

use distribution::{Descriptor, Digest, Reference, media_type};
use gostd::strconv;
use trace::Purpose;

use super::body_reader::BodyReader;
use super::client::{Client, Wanted, parse, refusal};
use super::error::{Error, Result};
use super::manifest::{self, Blob};
use super::registries::PullSource;
use super::registries_d::{RegistriesD, Signatures};
use super::system::System;

/// An image at one place (`dockerImageSource`).
pub(super) struct ImageSource {
    /// The image as it was asked for.
    pub(super) logical: Reference,
    /// Where it is.
    pub(super) physical: Reference,
    pub(super) client: Client,
    pub(super) signatures: Signatures,
    /// The manifest of its name: read once, so that all that follows is about the same one.
    pub(super) manifest: Blob,
}

impl ImageSource {
    /// `newImageSource`
    pub(super) async fn new(system: &Arc<System>, logical: &Reference) -> Result<Self> {
        let registries_d = RegistriesD::load(&system.node, &system.home)?;
        let sources = system.registries.pull_sources(logical)?;
        tell_sources(system, logical, &sources);
        let mut failed: Vec<(String, Error)> = Vec::new();
        for source in &sources {
            match Self::attempt(system, logical, source, &registries_d).await {
                Ok(found) => return Ok(found),
                Err(error) => failed.push((source.reference.to_string(), error)),
            }
        }
        let Some((place, primary)) = failed.pop() else {
            return Err(Error::plain("Internal error: newImageSource returned without trying any endpoint"));
        };
        if failed.is_empty() {
            return Err(primary);
        }
        let mirrors: Vec<String> =
            failed.iter().map(|(place, error)| format!("[{place}: {error}]")).collect();
        Err(primary.context(format!("(Mirrors also failed: {}): {place}", mirrors.join("\n"))))
    }

    /// `newImageSourceAttempt`: the login of the request goes to the image's own registry, and to no mirror elsewhere.
    async fn attempt(
        system: &Arc<System>,
        logical: &Reference,
        source: &PullSource,
        registries_d: &RegistriesD,
    ) -> Result<Self> {
        let physical = source.reference.clone();
        let login = system.login.clone().filter(|_| physical.domain == logical.domain);
        let signatures = registries_d.signatures(&physical)?;
        let client = Client::new(system, source, login)?;
        let object = physical.object().unwrap_or_default();
        let manifest = fetch_manifest(&client, &physical, &object, Purpose::Resolve).await?;
        Ok(Self { logical: logical.clone(), physical, client, signatures, manifest })
    }

    /// `GetManifest` of an instance of a list.
    pub(super) async fn instance(&self, digest: &str) -> Result<Blob> {
        let valid = digest.parse::<Digest>().map_err(|error| Error::plain(error.to_string()))?;
        fetch_manifest(&self.client, &self.physical, &valid.to_string(), Purpose::Manifest).await
    }

    /// What is attached to a manifest, by the tag for its signatures; none where there is nothing
    /// (`getSigstoreAttachmentManifest`).
    pub(super) async fn attachments(&self, manifest: &Digest) -> Result<Option<Vec<Descriptor>>> {
        let tag = format!("{}.sig", manifest.to_string().replacen(':', "-", 1));
        let found = match fetch_manifest(&self.client, &self.physical, &tag, Purpose::Manifest).await {
            Ok(found) => found,
            Err(error) if error.is_manifest_unknown() => return Ok(None),
            Err(error) => return Err(error),
        };
        let name = format!("{}:{tag}", self.physical.name());
        if found.media_type != media_type::OCI_MANIFEST {
            let quoted = strconv::quote(&found.media_type);
            let said = format!("unexpected MIME type for sigstore attachment manifest {name}: {quoted}");
            return Err(Error::plain(said));
        }
        let single = found.single().map_err(|error| error.context(format!("parsing manifest {name}")))?;
        Ok(Some(single.layers))
    }

    /// `GetBlob`
    pub(super) async fn blob(&self, descriptor: &Descriptor, purpose: Purpose) -> Result<BodyReader<'_>> {
        if !descriptor.urls.is_empty()
            && let Some(found) = self.external_blob(descriptor, purpose).await?
        {
            return Ok(found);
        }
        let path = self.blob_path(descriptor)?;
        let wanted = Wanted { purpose, method: "GET", path: &path, header: &[] };
        let response = self.client.request(&wanted).await?;
        if response.status != 200 {
            return Err(refusal(response).await.context("fetching blob"));
        }
        Ok(BodyReader::new(&self.client, purpose, Some(path), response))
    }

    /// Whether the registry has a blob: what is asked in place of fetching it.
    pub(super) async fn has_blob(&self, descriptor: &Descriptor) -> Result<()> {
        let path = self.blob_path(descriptor)?;
        let wanted = Wanted { purpose: Purpose::Layer, method: "HEAD", path: &path, header: &[] };
        let response = self.client.request(&wanted).await?;
        if response.status != 200 {
            return Err(refusal(response).await.context("fetching blob"));
        }
        Ok(())
    }

    fn blob_path(&self, descriptor: &Descriptor) -> Result<String> {
        let digest = descriptor.parse_digest().map_err(|error| Error::plain(error.to_string()))?;
        Ok(format!("/v2/{}/blobs/{digest}", self.physical.path))
    }

    /// `getExternalBlob`: from the URLs of the manifest, without a login; none where no URL is of a known kind.
    async fn external_blob(
        &self,
        descriptor: &Descriptor,
        purpose: Purpose,
    ) -> Result<Option<BodyReader<'_>>> {
        let mut failed = Vec::new();
        for text in &descriptor.urls {
            let Ok(url) = parse(text) else { continue };
            if !["http", "https"].contains(&url.scheme.as_str()) {
                continue;
            }
            let wanted = Wanted { purpose, method: "GET", path: "", header: &[] };
            match self.client.request_elsewhere(&wanted, url).await {
                Ok(response) if response.status == 200 => {
                    return Ok(Some(BodyReader::new(&self.client, purpose, None, response)));
                }
                Ok(response) => {
                    let status = format!("received unexpected HTTP status: {}", response.status_line);
                    let quoted = strconv::quote(text);
                    failed.push(
                        Error::plain(status).context(format!("error fetching external blob from {quoted}")),
                    );
                }
                Err(error) => failed.push(error),
            }
        }
        let words: Vec<String> = failed.iter().map(ToString::to_string).collect();
        match failed.pop() {
            None => Ok(None),
            Some(only) if words.len() == 1 => {
                Err(only.context("failed fetching external blob from all urls"))
            }
            Some(_) => {
                Err(Error::plain(words.join(", ")).context("failed fetching external blob from all urls"))
            }
        }
    }
}

fn tell_sources(system: &System, logical: &Reference, sources: &[PullSource]) {
    let is_plain = matches!(sources, [only] if only.reference == *logical && !only.insecure);
    if is_plain {
        return;
    }
    let has_mirrors = system.registries.find(&logical.name()).is_some_and(|registry| registry.has_mirrors());
    let names: Vec<String> = sources.iter().map(|source| source.reference.to_string()).collect();
    let (name, file) = (logical.name(), system.registries.config_path.display());
    let text = match (has_mirrors, sources.len()) {
        (true, 1) => format!("{name}: its mirrors are not for this kind of reference; {} is asked", names[0]),
        (_, 1) => format!("{name} is asked for as {}, by {file} and its drop-ins", names[0]),
        _ => format!("{name} is asked for in this order: {}, by {file} and its drop-ins", names.join(", ")),
    };
    system.recorder.decide("registries", text);
}

/// `fetchManifest`
async fn fetch_manifest(
    client: &Client,
    reference: &Reference,
    object: &str,
    purpose: Purpose,
) -> Result<Blob> {
    let path = format!("/v2/{}/manifests/{object}", reference.path);
    let header = manifest::ACCEPTED.map(|media_type| ("Accept", media_type));
    let mut response =
        client.request(&Wanted { purpose, method: "GET", path: &path, header: &header }).await?;
    if response.status != 200 {
        let name = reference.name();
        let error = refusal(response).await;
        if let Error::Registry(answer) = &error {
            client.system.recorder.decide("error code", answer.code().unwrap_or("none"));
        }
        return Err(error.context(format!("reading manifest {object} in {name}")));
    }
    let most = client.system.profile.content.most_manifest;
    let bytes = response.body.read_up_to(most + 1).await.map_err(Error::read)?;
    if bytes.len() > most {
        return Err(Error::plain(format!("exceeded maximum allowed size of {most} bytes")));
    }
    let media_type = manifest::simplify(response.header.get("Content-Type").unwrap_or_default());
    Ok(Blob { bytes, media_type })
}
