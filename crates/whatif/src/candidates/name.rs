//! Other ways to write the image's name.

use diagnosis::Cause;
use kubelet::apply_default_image_tag;
use report::Change;

use super::{Case, host_name};
use crate::change::Candidate;

/// Hosts that people write where `docker.io` belongs.
const HUB_HOSTS: [&str; 7] = [
    "hub.docker.com",
    "registry.hub.docker.com",
    "registry-1.docker.io",
    "index.docker.io",
    "registry.docker.io",
    "docker.com",
    "www.docker.io",
];
/// Ports at which registries listen besides 443.
const PORTS: [u16; 2] = [5000, 8443];

/// Names that can be read, made of one that cannot.
pub(super) fn readable(case: &Case<'_>) -> Vec<Candidate> {
    let written = case.setup.inputs.image.as_str();
    let trimmed: String = written.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let bare = trimmed.split_once("://").map_or(trimmed.as_str(), |(_, rest)| rest).to_owned();
    let single = bare.replace("::", ":").replace("//", "/");
    let ended = single.trim_end_matches([':', '@', '/']).to_owned();
    let lower = lower_path(&ended);
    let mut names = vec![trimmed, bare, single, ended, lower];
    names.dedup();
    let known =
        |name: &String| name != written && apply_default_image_tag(name, case.setup.kubelet.version).is_ok();
    let name = names.into_iter().find(known);
    let candidate =
        |name: String| case.image(Change::Name, format!("Write the image as {name}."), &name).to(&name);
    name.map(candidate).into_iter().collect()
}

/// The name with its repository in lower case. A tag may have other letters.
fn lower_path(name: &str) -> String {
    let last_slash = name.rfind('/').map_or(0, |at| at + 1);
    let end = name[last_slash..].find([':', '@']).map_or(name.len(), |at| last_slash + at);
    format!("{}{}", name[..end].to_ascii_lowercase(), &name[end..])
}

/// Docker Hub by the name that images have it by.
pub(super) fn hub(case: &Case<'_>) -> Vec<Candidate> {
    let Some(reference) = &case.report.reference else { return Vec::new() };
    if !HUB_HOSTS.contains(&reference.domain.as_str()) {
        return Vec::new();
    }
    // The addresses of its web pages have parts of their own.
    let path = ["_/", "r/", "layers/"].iter().find_map(|part| reference.path.strip_prefix(part));
    let path = path.unwrap_or(&reference.path).trim_start_matches("library/");
    let image = format!("docker.io/{path}{}", super::tail(&reference.tag, &reference.digest));
    vec![case.image(Change::DockerIo, format!("Write the image as {image}."), &image).to(&image)]
}

/// The same host at another port, unless a registry answers at this one.
pub(super) fn port(case: &Case<'_>) -> Vec<Candidate> {
    let answers = case.exchanges().any(|exchange| exchange.status.is_some());
    if answers && case.cause != Cause::WrongRegistryHost {
        return Vec::new();
    }
    let Some(domain) = case.domain().filter(|domain| *domain != "docker.io") else { return Vec::new() };
    let host = host_name(domain);
    let others = match domain.len() > host.len() {
        true => vec![host.to_owned()],
        false => PORTS.iter().map(|port| format!("{host}:{port}")).collect(),
    };
    let candidate = |other: String| {
        let image = case.image_on(&other)?;
        Some(case.image(Change::Host, format!("Name the registry as {other}."), &image).to(other))
    };
    others.into_iter().filter_map(candidate).collect()
}
