use crate::content::{Layer, Platform};

/// Whose media types an image has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `application/vnd.oci.image.…`
    #[default]
    Oci,
    /// `application/vnd.docker.…`, schema 2
    Docker,
}

/// What stands under an image's tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// A single manifest for one platform, an index for several.
    #[default]
    Auto,
    /// An index even of one platform.
    Index,
    /// An index whose only entry is the index of the platforms.
    NestedIndex,
    /// An index that says of no entry what it runs on.
    NoPlatforms,
    /// A signed manifest of schema 1, as registries before 2016 had them. The signature is none that verifies.
    Schema1,
    /// Something that is no image: a manifest of this type, with an empty config.
    Artifact(String),
}

/// An image to be made: what it is called, what it runs on, and its layers.
///
/// One platform makes a single manifest, several make an index. Each platform has its own layers, whose seeds
/// follow from the declared seed and the platform.
#[derive(Clone, Debug)]
pub struct Image {
    pub(crate) repository: String,
    pub(crate) tags: Vec<String>,
    pub(crate) platforms: Vec<Platform>,
    pub(crate) layers: Vec<Layer>,
    pub(crate) format: Format,
    pub(crate) shape: Shape,
    pub(crate) seed: u64,
    pub(crate) attestations: bool,
    pub(crate) missing_platforms: Vec<Platform>,
    pub(crate) missing_config: bool,
    pub(crate) config_type: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) annotations: Vec<(String, String)>,
}

impl Image {
    /// An OCI image in `repository`, without tags, platforms or layers as yet.
    pub fn new(repository: impl Into<String>) -> Self {
        Self {
            repository: repository.into(),
            tags: Vec::new(),
            platforms: Vec::new(),
            layers: Vec::new(),
            format: Format::Oci,
            shape: Shape::Auto,
            seed: 0,
            attestations: false,
            missing_platforms: Vec::new(),
            missing_config: false,
            config_type: None,
            subject: None,
            annotations: Vec::new(),
        }
    }

    /// Also calls it by this tag.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Also makes it for this platform. An image without a platform is made for `linux/amd64`.
    pub fn platform(mut self, platform: Platform) -> Self {
        self.platforms.push(platform);
        self
    }

    /// Adds a layer on top.
    pub fn layer(mut self, layer: Layer) -> Self {
        self.layers.push(layer);
        self
    }

    /// Chooses the media types.
    pub fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Chooses what stands under the tags.
    pub fn shape(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    /// Makes an index even of one platform.
    pub fn index(self) -> Self {
        self.shape(Shape::Index)
    }

    /// Makes other content of the same declaration: the seed moves those of the layers.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Adds to an index what build tools add: for each platform an attestation, of the platform `unknown/unknown`.
    pub fn attestations(mut self) -> Self {
        self.attestations = true;
        self
    }

    /// The index names this platform's manifest, and the registry does not have it.
    pub fn missing_platform(mut self, platform: Platform) -> Self {
        self.missing_platforms.push(platform);
        self
    }

    /// The manifests name a config that the registry does not have.
    pub fn missing_config(mut self) -> Self {
        self.missing_config = true;
        self
    }

    /// States another media type of the config than that of images, as artifacts do.
    pub fn config_type(mut self, media_type: impl Into<String>) -> Self {
        self.config_type = Some(media_type.into());
        self
    }

    /// Refers to what has this tag (or digest) in the same repository, which must be there already: the referrers
    /// API lists it.
    pub fn subject(mut self, reference: impl Into<String>) -> Self {
        self.subject = Some(reference.into());
        self
    }

    /// Adds an annotation to the manifests.
    pub fn annotation(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.annotations.push((key.into(), value.into()));
        self
    }
}
