//! Other content of the same registry.

use distribution::Platform;
use report::Change;

use super::{Case, tail};
use crate::change::Candidate;
use crate::names::{nearest_repositories, nearest_tags};

/// How many near names are tried.
const NEAREST: usize = 2;
/// Platforms that images are built for, commonest first.
const PLATFORMS: [&str; 4] = ["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/386"];

/// Other tags of the repository.
pub(super) fn tags(case: &Case<'_>) -> Vec<Candidate> {
    let Some(reference) = &case.report.reference else { return Vec::new() };
    let Some(there) = &case.nearby.tags else { return Vec::new() };
    // In place of a digest that is gone, what `latest` would be.
    let wanted = if reference.tag.is_empty() { "latest" } else { &reference.tag };
    let candidate = |tag: String| {
        let image = format!("{}/{}:{tag}", reference.domain, reference.path);
        case.image(Change::Tag, format!("Use the tag {tag:?}, which is there."), &image).to(tag)
    };
    nearest_tags(wanted, there)
        .into_iter()
        .filter(|tag| *tag != reference.tag)
        .take(NEAREST)
        .map(candidate)
        .collect()
}

/// Other repositories of the registry.
pub(super) fn repositories(case: &Case<'_>) -> Vec<Candidate> {
    let Some(reference) = &case.report.reference else { return Vec::new() };
    let Some(there) = &case.nearby.repositories else { return Vec::new() };
    let candidate = |path: String| {
        let tail = tail(&reference.tag, &reference.digest);
        let image = format!("{}/{path}{tail}", reference.domain);
        case.image(Change::Repository, format!("Use the repository {path:?}, which is there."), &image)
            .to(path)
    };
    nearest_repositories(&reference.path, there).into_iter().take(NEAREST).map(candidate).collect()
}

/// Nodes of other platforms.
pub(super) fn platforms(case: &Case<'_>) -> Vec<Candidate> {
    let own = case.setup.platform.to_string();
    let candidate = |name: &&str| {
        let platform: Platform = name.parse().ok()?;
        let mut setup = case.setup.clone();
        setup.platform = platform.normalize();
        let text = format!("Let the pod run on nodes of {name}, for which the image is built.");
        Some(Candidate::new(Change::Platform, text, setup).to(*name))
    };
    PLATFORMS.iter().filter(|name| **name != own).filter_map(candidate).collect()
}
