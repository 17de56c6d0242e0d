//! What a registry holds and how it answers, read from the file and ready to be started.

use std::sync::Arc;
use std::time::Duration;

use mock_registry::{
    Clock, Compression, Format, Image, Layer, Personality, RateLimit, Registry, Shape, Store,
};

use crate::LoadError;
use crate::file::{CompressionWord, FormatWord, HostFile, ImageFile, LayerMapping, Missing, ShapeWord};
use crate::mistake::Mistake;
use crate::world::Origin;

/// The largest file that a layer can hold: all its bytes are made once when the scenario is loaded.
const LARGEST: u64 = 64 << 30;

/// A registry before it is started.
#[derive(Debug)]
pub(crate) struct Content {
    store: Arc<Store>,
    /// What it holds in place of that from a time on.
    later: Vec<(Duration, Arc<Store>)>,
    personality: &'static Personality,
    takes_pushes: bool,
    limit: Option<RateLimit>,
}

impl Content {
    /// What the file says of a host's registry; `None`: it has none.
    pub(crate) fn read(origin: &Origin<'_>, file: &HostFile) -> Result<Option<Self>, LoadError> {
        let is_registry = !file.images.is_empty()
            || file.auth.is_some()
            || file.push
            || file.personality.is_some()
            || file.rate_limit.is_some();
        if !is_registry {
            return Ok(None);
        }
        let mut store = Store::default();
        let from = |written: &ImageFile| written.from.as_ref().map(|from| from.0.0).unwrap_or_default();
        for written in file.images.iter().filter(|written| from(written).is_zero()) {
            add(origin, written, &mut store)?;
        }
        let mut pushed: Vec<&ImageFile> = file.images.iter().filter(|image| !from(image).is_zero()).collect();
        pushed.sort_by_key(|image| from(image));
        let (mut then, mut later) = (store.clone(), Vec::new());
        for written in pushed {
            if file.push {
                let mistake = "of a registry that takes pushes, all `images` are there from the beginning";
                return Err(origin.mistake(&written.name, Mistake::Value(mistake.to_owned())));
            }
            add(origin, written, &mut then)?;
            later.push((from(written), Arc::new(then.clone())));
        }
        Ok(Some(Self {
            store: Arc::new(store),
            later,
            personality: file.personality.unwrap_or_default().0,
            takes_pushes: file.push,
            limit: file.rate_limit.as_ref().map(|written| written.limit()),
        }))
    }

    /// The registry, to which nobody has pushed and from which nobody has pulled, and all that it ever holds by itself.
    pub(crate) fn start(&self, clock: Clock) -> (Registry, Arc<Store>) {
        let store = if self.takes_pushes { Arc::new(Store::clone(&self.store)) } else { self.store.clone() };
        let mut registry = Registry::new(store.clone()).personality(self.personality);
        if self.takes_pushes {
            registry = registry.accept_pushes();
        }
        if let Some(limit) = &self.limit {
            registry = registry.rate_limit(limit.clone());
        }
        for (at, store) in &self.later {
            registry = registry.later(clock, *at, store.clone());
        }
        let all = self.later.last().map_or(store, |(_, store)| store.clone());
        (registry, all)
    }
}

fn add(origin: &Origin<'_>, written: &ImageFile, store: &mut Store) -> Result<(), LoadError> {
    if let Some(layout) = &written.layout {
        let directory = origin.beside(layout);
        let added = store.add_layout(&written.name.value, &written.tags, &directory);
        return match added {
            Ok(_) => Ok(()),
            Err(mock_registry::InvalidLayout::Name(name)) => Err(origin.mistake(&written.name, name.into())),
            Err(error) => Err(origin.mistake(layout, Mistake::Value(error.to_string()))),
        };
    }
    let image = image(written).map_err(|message| origin.mistake(&written.name, Mistake::Value(message)))?;
    store.add(&image).map_err(|error| origin.mistake(&written.name, error.into()))?;
    Ok(())
}

fn image(written: &ImageFile) -> Result<Image, String> {
    let format = match written.format {
        FormatWord::Oci => Format::Oci,
        FormatWord::Docker => Format::Docker,
    };
    let mut image = Image::new(&written.name.value).format(format).shape(shape(written)?).seed(written.seed);
    image = written.tags.iter().fold(image, Image::tag);
    image = written.platforms.iter().fold(image, |image, platform| image.platform(platform.0.clone()));
    // The layers of an image differ by their place, the same place in two images is the same layer.
    for (place, layer) in (1..).zip(&written.layers) {
        image = image.layer(self::layer(&layer.0, place)?);
    }
    for missing in &written.missing {
        image = match &missing.0 {
            Missing::Config => image.missing_config(),
            Missing::Platform(platform) => image.missing_platform(platform.clone()),
        };
    }
    if let Some(config) = &written.config {
        image = image.config_type(config);
    }
    if let Some(subject) = &written.subject {
        image = image.subject(subject);
    }
    image = written.annotations.iter().fold(image, |image, (key, value)| image.annotation(key, value));
    Ok(if written.attestations { image.attestations() } else { image })
}

fn shape(written: &ImageFile) -> Result<Shape, String> {
    match (&written.artifact, written.shape, written.index) {
        (Some(_), Some(_), _) | (Some(_), _, true) => {
            Err("an artifact is a single manifest: it has neither `shape` nor `index`".to_owned())
        }
        (None, Some(_), true) => Err("`shape` says what `index` does: one of them is enough".to_owned()),
        (Some(artifact_type), None, false) => Ok(Shape::Artifact(artifact_type.clone())),
        (None, None, false) => Ok(Shape::Auto),
        (None, Some(ShapeWord::Index), _) | (None, None, true) => Ok(Shape::Index),
        (None, Some(ShapeWord::NestedIndex), _) => Ok(Shape::NestedIndex),
        (None, Some(ShapeWord::NoPlatforms), _) => Ok(Shape::NoPlatforms),
        (None, Some(ShapeWord::Schema1), _) => Ok(Shape::Schema1),
    }
}

fn layer(written: &LayerMapping, place: u64) -> Result<Layer, String> {
    let size = written.size.0.0;
    if size > LARGEST {
        return Err("a layer holds at most 64GiB".to_owned());
    }
    let mut layer =
        Layer::seeded(written.seed.unwrap_or(place), size).compression(match written.compression {
            CompressionWord::Gzip => Compression::Gzip,
            CompressionWord::Zstd => Compression::Zstd,
            CompressionWord::None => Compression::None,
        });
    if let Some(url) = &written.foreign {
        layer = layer.foreign(url);
    }
    if let Some(media_type) = &written.media_type {
        layer = layer.media_type(media_type);
    }
    Ok(if written.missing { layer.missing() } else { layer })
}
