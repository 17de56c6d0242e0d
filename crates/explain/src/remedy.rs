//! Remedies with the names of the case in their commands.

use diagnosis::{Cause, Cloud, Names as Known, Remedy, Runtime};
use distribution::{Grammar, Reference};
use schemars::JsonSchema;
use serde::Serialize;

/// A remedy for this very failure.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Advice {
    /// What to do, in a sentence.
    pub text: &'static str,
    /// A command to copy; what is still in capitals has to be filled in.
    pub command: Option<String>,
}

/// The names that a case can fill in.
pub(crate) struct Names<'a> {
    pub image: Option<&'a str>,
    pub registry: Option<&'a str>,
    pub host: Option<&'a str>,
    pub namespace: Option<&'a str>,
    pub pod: Option<&'a str>,
    /// The pull secret that is told of.
    pub secret: Option<&'a str>,
    pub runtime: Runtime,
}

impl Names<'_> {
    fn known(&self) -> Known {
        let known =
            self.parts().into_iter().fold(Known::new(), |known, (word, part)| known.with(word, &part));
        let known = self.image.into_iter().fold(known, |known, image| known.with("IMAGE", image));
        let known = self.registry.into_iter().fold(known, Known::with_registry);
        let named = [("NAMESPACE", self.namespace), ("POD", self.pod), ("NAME", self.secret)];
        let named = named.into_iter().filter_map(|(word, name)| Some((word, name?)));
        let known = named.fold(known, |known, (word, name)| known.with(word, name));
        self.host.into_iter().fold(known, Known::with_host)
    }
}

impl Names<'_> {
    /// The repository and the tag of the image.
    fn parts(&self) -> Vec<(&'static str, String)> {
        let image = self.image.and_then(|image| Reference::parse_normalized(image, Grammar::default()).ok());
        let Some(Reference { path, tag, digest, .. }) = image else { return Vec::new() };
        let tag = tag.or_else(|| digest.is_none().then(|| "latest".to_owned()));
        [("REPOSITORY", path)].into_iter().chain(tag.map(|tag| ("TAG", tag))).collect()
    }
}

/// The catalogue's remedies for `cause`, with the case's names; of those for one cloud alone the ones that are for the
/// case's, and only those for its runtime.
pub(crate) fn remedies(cause: Cause, names: &Names<'_>) -> Vec<Advice> {
    let (known, cloud) = (names.known(), names.registry.and_then(Cloud::of));
    let meant =
        |remedy: &&Remedy| remedy.is_of(names.runtime) && (names.registry.is_none() || remedy.is_for(cloud));
    let fill = |remedy: &Remedy| Advice {
        text: remedy.text,
        command: remedy.command.map(|command| known.fill(command)),
    };
    cause.remedies().iter().filter(meant).map(fill).collect()
}
