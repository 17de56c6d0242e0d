//! Manifests of schema 1: signed, without a config, with layers whose size nobody tells. Up to containerd 1.7 they are
//! converted while they are fetched (containerd v1.7.34 remotes/docker/schema1/converter.go); 2.0 does so only where its
//! environment says so, and 2.1 refuses.

mod calculator;
mod document;
mod signature;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use distribution::{Descriptor, Digest, media_type};
use gostd::json::{Value, encode_indent};
use gostd::strconv;
use tokio::task::JoinSet;

use self::calculator::{Calculator, Sum};
use self::document::{Document, State, is_empty_layer};
pub(super) use self::signature::strip;
use super::error::{Class, Error, Result};
use super::fetcher::ReadError;
use super::pull::{Pull, begun, ended};
use super::store::Blob;
use crate::containerd::profile::Schema1;
use crate::options::Layers;

/// So much of a manifest is read (`manifestSizeLimit`).
const MANIFEST_LIMIT: usize = 8_000_000;
/// The variable that lets 2.0 convert (containerd v2.0.11 pkg/deprecation `EnvPullSchema1Image`).
const VARIABLE: &str = "CONTAINERD_ENABLE_DEPRECATED_PULL_SCHEMA_1_IMAGE";

/// Whether a descriptor is taken for schema 1; the unsigned kind has never been.
pub(super) fn is_schema1(descriptor: &Descriptor) -> bool {
    descriptor.media_type == media_type::DOCKER_SCHEMA1_SIGNED
}

/// `images.MediaTypeDockerSchema1Manifest` is not supported any more, `since` then (containerd v2.1.9
/// client/pull.go:203, core/remotes/docker/resolver.go:387).
pub(super) fn unsupported(since: &str) -> Error {
    let text = format!(
        "media type {} is no longer supported since containerd {since}, please rebuild the image as {} or {}",
        strconv::quote(media_type::DOCKER_SCHEMA1_SIGNED),
        strconv::quote(media_type::DOCKER_MANIFEST),
        strconv::quote(media_type::OCI_MANIFEST)
    );
    Error::Class(Class::NotImplemented, text)
}

/// `schema1.NewConverter`: whether there is one, and why not. `value` is that of the daemon's variable.
pub(super) fn check_enabled(rules: Schema1, value: Option<&str>, reference: &str) -> Result<()> {
    match rules {
        Schema1::Converts => return Ok(()),
        // Said before, in the words of the engine.
        Schema1::Refuses => {}
        Schema1::ConvertsIfAsked => match value.unwrap_or_default() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => return Ok(()),
            "" | "0" | "f" | "F" | "false" | "FALSE" | "False" => {}
            other => {
                let problem = format!("strconv.ParseBool: parsing {}: invalid syntax", strconv::quote(other));
                let error = Error::Plain(problem).context(format!("failed to parse `{VARIABLE}={other}`"));
                return Err(no_converter(error, reference));
            }
        },
    }
    let text = format!(
        "Pulling Schema 1 images have been deprecated and disabled by default since containerd v2.0. As a workaround \
         you may set an environment variable `{VARIABLE}=1`, but this will be completely removed in containerd v2.1."
    );
    Err(no_converter(Error::Plain(text), reference))
}

fn no_converter(error: Error, reference: &str) -> Error {
    error.context(format!("failed to get converter for {}", strconv::quote(reference)))
}

/// The name of the variable that [`check_enabled`] is about.
pub(super) const fn variable() -> &'static str {
    VARIABLE
}

/// One conversion.
pub(super) struct Converter {
    pull: Arc<Pull>,
    known: Mutex<Known>,
}

/// What is known of the layers.
#[derive(Default)]
struct Known {
    /// By the digest of the blob (`blobMap`).
    states: HashMap<String, State>,
    /// By diff id (`layerBlobs`).
    layers: HashMap<String, Descriptor>,
}

impl Converter {
    pub(super) fn new(pull: Arc<Pull>) -> Arc<Self> {
        Arc::new(Self { pull, known: Mutex::default() })
    }

    /// `images.Dispatch` with the converter's `Handle`, then `Convert`: the descriptor of the new manifest. Where layers
    /// are not downloaded nothing can be made of them, and it stays the old one.
    pub(super) async fn run(self: &Arc<Self>, root: &Descriptor) -> Result<Descriptor> {
        let document = self.fetch_manifest(root).await?;
        let layers = self.wanted(&document)?;
        self.fetch_layers(&layers).await?;
        if self.pull.layers == Layers::Head {
            let text =
                "the node converts the manifest after it has all layers, which are not downloaded here";
            self.pull.recorder.decide("schema 1", text);
            return Ok(root.clone());
        }
        self.convert(&document)
    }

    /// `fetchManifest`: nothing compares its digest.
    async fn fetch_manifest(&self, root: &Descriptor) -> Result<Document> {
        let plain = |error: &dyn std::error::Error| Error::Plain(error.to_string());
        let mut reader = self.pull.fetcher.fetch(root, 0);
        let mut bytes = Vec::new();
        while bytes.len() < MANIFEST_LIMIT {
            match reader.read().await {
                Ok(Some(piece)) => bytes.extend_from_slice(&piece),
                Ok(None) => break,
                Err(ReadError::UnexpectedEof) => return Err(Error::Plain("unexpected EOF".into())),
                Err(ReadError::Other(error)) => return Err(error),
            }
        }
        bytes.truncate(MANIFEST_LIMIT);
        let payload = strip(&bytes).map_err(|error| plain(&error))?;
        Document::decode(&payload).map_err(|error| plain(&error))
    }

    /// The layers to fetch, the lowest first; those that say that they are empty are not (`Handle`).
    fn wanted(&self, document: &Document) -> Result<Vec<Descriptor>> {
        if document.layers.len() != document.history.len() {
            let text = "invalid schema 1 manifest, history and layer mismatch";
            return Err(Error::Plain(text.into()));
        }
        let mut wanted = Vec::new();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for (layer, history) in document.layers.iter().zip(&document.history) {
            if known.states.contains_key(layer) {
                continue;
            }
            let empty = is_empty_layer(history).map_err(|error| Error::Plain(error.to_string()))?;
            if !empty {
                wanted.push(Descriptor {
                    media_type: media_type::DOCKER_LAYER_GZIP.to_owned(),
                    digest: layer.clone(),
                    size: -1,
                    ..Descriptor::default()
                });
            }
            known.states.insert(layer.clone(), State { diff_id: String::new(), empty });
        }
        wanted.reverse();
        Ok(wanted)
    }

    async fn fetch_layers(self: &Arc<Self>, layers: &[Descriptor]) -> Result<()> {
        let mut fetches = JoinSet::new();
        for layer in begun(layers, self.pull.at_once) {
            if fetches.len() >= self.pull.at_once {
                ended(&mut fetches).await?;
            }
            let (converter, layer) = (Arc::clone(self), layer.clone());
            fetches.spawn(async move { converter.fetch_layer(layer).await });
        }
        while !fetches.is_empty() {
            ended(&mut fetches).await?;
        }
        Ok(())
    }

    /// `fetchBlob`
    async fn fetch_layer(&self, mut layer: Descriptor) -> Result<()> {
        let Pull { ingester, fetcher, layers, .. } = &*self.pull;
        if *layers == Layers::Head {
            return self.pull.get(&layer).await;
        }
        let mut calculator = Calculator::default();
        let sum = if ingester.store.has_blob(&layer.digest) {
            let stored = ingester.store.applied(&layer.digest);
            match stored.as_ref().and_then(Sum::of_applied) {
                Some(sum) => sum,
                None => {
                    let bytes = self.pull.read_blob(&layer)?;
                    layer.size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
                    calculator.push(&bytes);
                    calculator.finish().map_err(|error| Error::Plain(error.to_string()))?
                }
            }
        } else {
            layer.size = ingester.fetch_unsized(fetcher, &layer, |piece| calculator.push(piece)).await?;
            calculator.finish().map_err(|error| Error::Plain(error.to_string()))?
        };
        if !sum.compressed {
            layer.media_type = media_type::DOCKER_LAYER.to_owned();
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let state = State { diff_id: sum.diff_id.clone(), empty: sum.empty };
        known.states.insert(layer.digest.clone(), state);
        known.layers.insert(sum.diff_id, layer);
        Ok(())
    }

    /// `Convert`: a config and a manifest of OCI into the store.
    fn convert(&self, document: &Document) -> Result<Descriptor> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let image = document.image(&known.states).map_err(|error| Error::Plain(error.to_string()))?;
        let config = made(media_type::OCI_CONFIG, &image.config);
        let layers = image.diff_ids.iter().map(|id| known.layers.get(id).cloned().unwrap_or_default());
        let layers: Vec<Descriptor> = layers.collect();
        let manifest = manifest(&config, &layers);
        let root = made(media_type::OCI_MANIFEST, manifest.as_bytes());
        let store = &self.pull.ingester.store;
        for (descriptor, bytes) in [(&config, image.config.as_slice()), (&root, manifest.as_bytes())] {
            let written = store.write_blob(&descriptor.digest, Blob::Bytes(bytes.into()));
            written.map_err(|error| Error::Plain(error.to_string()))?;
        }
        self.pull.recorder.decide("schema 1", format!("converted to {}", root.digest));
        Ok(root)
    }
}

fn made(media_type: &str, bytes: &[u8]) -> Descriptor {
    Descriptor {
        media_type: media_type.to_owned(),
        digest: Digest::sha256_of(bytes).to_string(),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        ..Descriptor::default()
    }
}

/// `ocispec.Manifest`, indented as the converter does.
fn manifest(config: &Descriptor, layers: &[Descriptor]) -> String {
    let member = |name: &str, value| (name.to_owned(), value);
    let text = |text: &str| Value::String(text.to_owned());
    let descriptor = |descriptor: &Descriptor| {
        Value::Object(vec![
            member("mediaType", text(&descriptor.media_type)),
            member("digest", text(&descriptor.digest)),
            member("size", Value::Number(descriptor.size.to_string())),
        ])
    };
    let manifest = Value::Object(vec![
        member("schemaVersion", Value::Number("2".to_owned())),
        member("config", descriptor(config)),
        member("layers", Value::Array(layers.iter().map(descriptor).collect())),
    ]);
    encode_indent(&manifest, "   ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_zero_converts_only_where_it_is_told_to() {
        let said = |rules, value| {
            check_enabled(rules, value, "r.test/a:1")
                .map_or_else(|error| error.to_string(), |()| String::new())
        };
        assert_eq!(said(Schema1::Converts, None), "");
        assert_eq!(said(Schema1::ConvertsIfAsked, Some("1")), "");
        let off = said(Schema1::ConvertsIfAsked, None);
        assert!(
            off.starts_with("failed to get converter for \"r.test/a:1\": Pulling Schema 1 images"),
            "{off}"
        );
        assert_eq!(said(Schema1::ConvertsIfAsked, Some("false")), off);
        let odd = said(Schema1::ConvertsIfAsked, Some("yes"));
        assert!(odd.ends_with("strconv.ParseBool: parsing \"yes\": invalid syntax"), "{odd}");
    }
}
