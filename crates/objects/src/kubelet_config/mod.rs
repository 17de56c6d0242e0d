//! The kubelet's configuration file: what it refuses to start with, what it passes over, and what concerns images.

mod fields;
mod refusal;
mod shape;
mod strict;
mod values;

use std::fmt;

use kubelet::{KubeletConfig, Version};

pub use self::refusal::{ConfigRefusal, GateKnown};
pub use self::values::{ConfigFlags, NotAFlag};

use self::values::{Layer, Values};
use crate::excerpt::{Place, Reveal};
use crate::tree::{Span, Tree};
use crate::{InputError, Source, yaml};

/// A field that the kubelet's strict decoder refuses and its lenient one, which is tried then, passes over: it starts, with a
/// line in its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeletConfigNote {
    /// Where the field stands.
    pub place: Place,
    /// Its path.
    pub field: String,
    /// Whether it is there twice, so that the last one counts; otherwise there is no such field.
    pub doubled: bool,
    /// The minor version from which on there is such a field.
    pub since: Option<u8>,
    /// The field that may be meant.
    pub near: Option<&'static str>,
}

impl fmt::Display for KubeletConfigNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, field, doubled, since, near } = self;
        if *doubled {
            return write!(f, "{place}: {field} is written twice: the kubelet takes the last one");
        }
        write!(f, "{place}: unknown field {field:?}, which the kubelet passes over")?;
        match (near, since) {
            (Some(near), _) => write!(f, "; did you mean {near}?"),
            (None, Some(since)) => write!(f, "; there is such a field from 1.{since} on"),
            (None, None) => Ok(()),
        }
    }
}

/// What a kubelet makes of its configuration file.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadKubeletConfig {
    /// What concerns images.
    pub config: KubeletConfig,
    /// What it passes over.
    pub notes: Vec<KubeletConfigNote>,
}

/// A value that ends the start of the kubelet.
pub(crate) struct Refused {
    pub span: Span,
    pub why: ConfigRefusal,
}

impl Refused {
    fn at(self, source: &Source) -> InputError {
        InputError::KubeletRefuses { place: self.span.place(source, Reveal::Shown), why: Box::new(self.why) }
    }
}

/// Reads a kubelet's configuration file (`var/lib/kubelet/config.yaml`), as the kubelet of this version does when it starts:
/// a value of a wrong type or out of range ends that, an unknown field does not.
///
/// ```
/// use kubelet::{PullConcurrency, Version};
///
/// let text = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxParallelImagePulls: 5\n";
/// let read = objects::read_kubelet_config(&objects::Source::from_text("config.yaml", text), Version::NEWEST)?;
/// assert_eq!(read.config.pulls, PullConcurrency::Limited(5));
/// assert_eq!(read.config.registry_pull_qps, 5.0);
/// # Ok::<(), objects::InputError>(())
/// ```
///
/// # Errors
/// What the kubelet would not start with.
pub fn read_kubelet_config(source: &Source, version: Version) -> Result<ReadKubeletConfig, InputError> {
    read_layers(Some(source), &[], &ConfigFlags::default(), version)
}

/// The same, with drop-ins whose fields replace those of the file and of the drop-ins before them (`--config-dir`), and with
/// flags, which replace both (`kubernetes cmd/kubelet/app/server.go mergeKubeletConfigurations, kubeletConfigFlagPrecedence`).
pub(crate) fn read_layers(
    file: Option<&Source>,
    drop_ins: &[Source],
    flags: &ConfigFlags,
    version: Version,
) -> Result<ReadKubeletConfig, InputError> {
    let mut documents = Vec::new();
    let mut notes = Vec::new();
    for source in file.into_iter().chain(drop_ins) {
        let tree = document(source)?;
        let read = strict::kind(&tree).and_then(|()| strict::fields(&tree, source, version));
        notes.extend(read.map_err(|refused| refused.at(source))?);
        documents.push((source, tree));
    }
    let layers = documents.iter().map(|(source, tree)| Layer { source, tree }).collect();
    let config = Values { layers, flags, version }.config()?;
    Ok(ReadKubeletConfig { config, notes })
}

/// The first document, which is the one that the kubelet reads.
fn document(source: &Source) -> Result<Tree, InputError> {
    let empty = || {
        let place = Span { line: 1, column: 1, length: 1 }.plain_place(source);
        let path = source.shown_name().to_owned();
        InputError::KubeletRefuses { place, why: Box::new(ConfigRefusal::Empty { path }) }
    };
    if source.text().trim().is_empty() {
        return Err(empty());
    }
    let documents = yaml::parse(source.text()).map_err(|error| InputError::Yaml {
        place: error.span.plain_place(source),
        message: error.message,
    })?;
    documents.into_iter().next().ok_or_else(empty)
}
