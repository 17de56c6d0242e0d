//! Which images a name may mean (cri-o@f954a17:vendor/go.podman.io/image/v5/pkg/shortnames/shortnames.go,
//! internal/storage/image.go `CandidatesForPotentiallyShortImageName`).

use distribution::Reference;
use gostd::strconv;
use net::Recorder;
use node::Node;

use super::error::{Error, Result};
use super::profile::ShortNames;
use super::registries::{self, GRAMMAR, Registries};

/// What the trace calls it.
const ABOUT: &str = "short name";
/// And where no image comes of it.
const REFUSED: &str = "unqualified";

/// The images that a name may mean, in the order in which they are tried; at least one.
pub(super) fn candidates(
    node: &Node,
    registries: &Registries,
    mode: ShortNames,
    name: &str,
    recorder: &Recorder,
) -> Result<Vec<Reference>> {
    let quoted = strconv::quote(name);
    let parsed = registries::parse(name)
        .map_err(|error| Error::plain(error.to_string()).context(format!("cannot parse input: {quoted}")))?;
    if registries::is_registry(&parsed.domain) {
        let normal = Reference::parse_normalized(name, GRAMMAR).map_err(|error| {
            Error::plain(error.to_string()).context(format!("cannot normalize input: {quoted}"))
        })?;
        return Ok(vec![candidate(normal)]);
    }
    let repository = parsed.name();
    if let Some(alias) = registries.alias(node, &repository)?
        && let Some(mut value) = alias.value
    {
        let origin = alias.origin.display();
        recorder.decide(ABOUT, format!("{repository} stands for {value}, as {origin} has it"));
        (value.tag, value.digest) = (parsed.tag, parsed.digest);
        return Ok(vec![candidate(value)]);
    }
    if registries.search.is_empty() {
        return Err(nowhere(registries, name, &quoted, recorder));
    }
    let found: Vec<Reference> = registries
        .search
        .iter()
        .map(|registry| {
            let whole = format!("{registry}/{name}");
            Reference::parse_normalized(&whole, GRAMMAR).map(candidate).map_err(|error| {
                let with = strconv::quote(registry);
                Error::plain(error.to_string())
                    .context(format!("creating reference with unqualified-search registry {with}"))
            })
        })
        .collect::<Result<_>>()?;
    let origin = registries.search_origin.display();
    let names: Vec<String> = found.iter().map(ToString::to_string).collect();
    recorder.decide(ABOUT, format!("{name} may be {}, as {origin} has it", names.join(" or ")));
    if mode == ShortNames::Enforcing && found.len() > 1 {
        let text = format!(
            "{name} may be {}: with short_name_mode enforcing nobody chooses between them",
            names.join(" or ")
        );
        recorder.decide(REFUSED, text);
        let said = format!("short name mode is enforcing, but image name {name} returns ambiguous list");
        return Err(Error::plain(said));
    }
    Ok(found)
}

fn nowhere(registries: &Registries, name: &str, quoted: &str, recorder: &Recorder) -> Error {
    recorder.decide(REFUSED, format!("no file says which registry {name} is on"));
    let origin = registries.search_origin.display().to_string();
    Error::plain(match origin.as_str() {
        "" => format!(
            "short-name {quoted} did not resolve to an alias and no containers-registries.conf(5) was found"
        ),
        file => format!(
            "short-name {quoted} did not resolve to an alias and no unqualified-search registries are defined in {}",
            strconv::quote(file)
        ),
    })
}

/// The tag `latest` where there is neither tag nor digest (`TagNameOnly`), and no tag beside a digest
/// (internal/storage/references/registry_reference.go `RegistryImageReferenceFromRaw`).
fn candidate(mut reference: Reference) -> Reference {
    match reference.digest {
        Some(_) => reference.tag = None,
        None => drop(reference.tag.get_or_insert_with(|| "latest".to_owned())),
    }
    reference
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    fn resolved(
        config: Option<&str>,
        mode: ShortNames,
        name: &str,
    ) -> std::result::Result<Vec<String>, String> {
        let file = |text: &str| (PathBuf::from("/etc/containers/registries.conf"), text.as_bytes().to_vec());
        let node = Node::memory(config.map(file));
        let registries = Registries::load(&node, Path::new("/root")).unwrap();
        let found = candidates(&node, &registries, mode, name, &Recorder::new(trace::Trace::new()));
        found.map(|all| all.iter().map(ToString::to_string).collect()).map_err(|error| error.to_string())
    }

    #[test]
    fn names() {
        let (one, two) = (
            "unqualified-search-registries = ['docker.io']",
            "unqualified-search-registries = ['r.test', 'docker.io']",
        );
        let alias = "[aliases]\nweb = 'r.test/team/app'\n'team/db' = 'docker.io/pg'";
        let ok = |names: &[&str]| Ok(names.iter().map(|name| (*name).to_owned()).collect());
        let err = |text: &str| Err(text.to_owned());
        let (enforcing, disabled) = (ShortNames::Enforcing, ShortNames::Disabled);
        let none = "short-name \"nginx:v1\" did not resolve to an alias and no ";
        let cases = [
            (None, enforcing, "docker.io/nginx", ok(&["docker.io/library/nginx:latest"])),
            (None, enforcing, "nginx:v1", err(&format!("{none}containers-registries.conf(5) was found"))),
            (
                Some(""),
                enforcing,
                "nginx:v1",
                err(&format!(
                    "{none}unqualified-search registries are defined in \"/etc/containers/registries.conf\""
                )),
            ),
            (Some(one), enforcing, "nginx:v1", ok(&["docker.io/library/nginx:v1"])),
            (Some(one), enforcing, "team/app", ok(&["docker.io/team/app:latest"])),
            (
                Some(two),
                enforcing,
                "nginx:v1",
                err("short name mode is enforcing, but image name nginx:v1 returns ambiguous list"),
            ),
            (Some(two), disabled, "nginx:v1", ok(&["r.test/nginx:v1", "docker.io/library/nginx:v1"])),
            (Some(alias), enforcing, "web:v2", ok(&["r.test/team/app:v2"])),
            (Some(alias), enforcing, "team/db", ok(&["docker.io/library/pg:latest"])),
            (
                None,
                enforcing,
                "r.test//a",
                err("cannot parse input: \"r.test//a\": invalid reference format"),
            ),
            (
                None,
                enforcing,
                "r.test/A",
                err("cannot parse input: \"r.test/A\": repository name must be lowercase"),
            ),
        ];
        for (config, mode, name, expected) in cases {
            assert_eq!(resolved(config, mode, name), expected, "{config:?} {name}");
        }
    }
}
