use distribution::{Reference, ReferenceError};
use gostd::strconv::quote;

use crate::Version;

/// An image's name as the kubelet understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageName {
    /// As written in the pod. Messages quote this form.
    pub written: String,
    /// Taken apart and normalised, with the default tag.
    pub reference: Reference,
    /// The string handed to the runtime: as written, with the default tag appended. Qualification is the runtime's task.
    pub for_cri: String,
}

impl ImageName {
    /// `domain/path`, by which the keyring is asked.
    pub fn repository(&self) -> String {
        self.reference.name()
    }
}

/// The kubelet cannot read an image's name; `Display` gives its words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("couldn't parse image name {}: {error}", quote(.written))]
pub struct ImageNameError {
    /// The name as written.
    pub written: String,
    /// What is wrong with it.
    pub error: ReferenceError,
}

/// Reads an image's name and adds the default tag where there is neither tag nor digest
/// (`kubernetes v1.28.7 pkg/util/parsers/parsers.go`, `pkg/kubelet/images/image_manager.go applyDefaultImageTag`).
///
/// # Errors
/// [`ImageNameError`], in the kubelet's words.
pub fn apply_default_image_tag(image: &str, version: Version) -> Result<ImageName, ImageNameError> {
    let mut reference = Reference::parse_normalized(image, version.grammar())
        .map_err(|error| ImageNameError { written: image.to_owned(), error })?;
    let mut for_cri = image.to_owned();
    if reference.digest.is_none() {
        let tag = reference.tag.get_or_insert_with(|| "latest".to_owned());
        let suffix = format!(":{tag}");
        // The kubelet compares the end of the string, not what was parsed: `localhost:latest/app` stays without a tag
        // only if it ends so.
        if !for_cri.ends_with(&suffix) {
            for_cri.push_str(&suffix);
        }
    }
    Ok(ImageName { written: image.to_owned(), reference, for_cri })
}
