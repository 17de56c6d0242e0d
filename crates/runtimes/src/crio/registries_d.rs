//! `registries.d`: where signatures are
//! (cri-o@f954a17:vendor/go.podman.io/image/v5/docker/registries_d.go).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use distribution::Reference;
use node::Node;
use serde::Deserialize;

use super::client::parse as parse_url;
use super::error::{Error, Result};
use super::policy::namespaces;

const SYSTEM: &str = "/etc/containers/registries.d";
/// Where signatures are looked for unless a file says otherwise (`builtinDefaultLookasideStorageDir`).
const LOOKASIDE: &str = "file:///var/lib/containers/sigstore";

/// What is said of a part of a registry.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case", default)]
struct Namespace {
    lookaside: String,
    sigstore: String,
    use_sigstore_attachments: Option<bool>,
}

/// A file, or all of them.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case", default)]
pub(super) struct RegistriesD {
    default_docker: Option<Namespace>,
    docker: BTreeMap<String, Namespace>,
}

/// Where the signatures of an image are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signatures {
    /// The URL below which they lie by the digest of the manifest.
    pub(super) lookaside: String,
    /// Whether they are looked for beside the image (`use-sigstore-attachments`).
    pub(super) attached: bool,
}

impl RegistriesD {
    /// `loadRegistryConfiguration`
    pub(super) fn load(node: &Node, home: &Path) -> Result<Self> {
        let own = home.join(".config/containers/registries.d");
        let directory = if node.list_own(&own).is_empty() { PathBuf::from(SYSTEM) } else { own };
        let mut all = Self::default();
        let (mut default_from, mut from) = (PathBuf::new(), BTreeMap::<String, PathBuf>::new());
        for name in node.list_own(&directory).iter().filter(|name| name.ends_with(".yaml")) {
            let path = directory.join(name);
            let Ok(bytes) = node.read_own(&path) else { continue };
            let file = parse(&path, &bytes)?;
            if file.default_docker.is_some() {
                if all.default_docker.is_some() {
                    let said = format!("\"default-docker\" defined both in {default_from:?} and {path:?}");
                    return Err(twice(&said));
                }
                (all.default_docker, default_from) = (file.default_docker, path.clone());
            }
            for (scope, namespace) in file.docker {
                if let Some(earlier) = from.insert(scope.clone(), path.clone()) {
                    let said =
                        format!("\"docker\" namespace {scope:?} defined both in {earlier:?} and {path:?}");
                    return Err(twice(&said));
                }
                all.docker.insert(scope, namespace);
            }
        }
        Ok(all)
    }

    /// What holds for an image: of each thing that of the narrowest scope that says it.
    pub(super) fn signatures(&self, reference: &Reference) -> Result<Signatures> {
        let scopes = [reference.to_string()].into_iter().chain(namespaces(reference));
        let scopes: Vec<&Namespace> =
            scopes.filter_map(|scope| self.docker.get(&scope)).chain(&self.default_docker).collect();
        let place = |namespace: &&Namespace| {
            [&namespace.lookaside, &namespace.sigstore].into_iter().find(|url| !url.is_empty()).cloned()
        };
        let base = scopes.iter().find_map(place).unwrap_or_else(|| LOOKASIDE.to_owned());
        parse_url(&base).map_err(|error| error.context(format!("Invalid signature storage URL {base}")))?;
        Ok(Signatures {
            lookaside: format!("{base}/{}", reference.path),
            attached: scopes.iter().find_map(|scope| scope.use_sigstore_attachments).unwrap_or_default(),
        })
    }
}

fn twice(said: &str) -> Error {
    Error::plain(format!("Error parsing signature storage configuration: {said}"))
}

fn parse(path: &Path, bytes: &[u8]) -> Result<RegistriesD> {
    let text = String::from_utf8_lossy(bytes);
    if text.trim().is_empty() {
        return Ok(RegistriesD::default());
    }
    // What is wrong with YAML is told in the words of the reader here.
    serde_saphyr::from_str::<Option<RegistriesD>>(&text).map(Option::unwrap_or_default).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.lines().next().unwrap_or_default();
        Error::plain(format!("yaml: {reason} …")).context(format!("parsing {}", path.display()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crio::registries::GRAMMAR;

    #[test]
    fn of_each_thing_the_narrowest_scope_counts() {
        let file = |name: &str, text: &str| (Path::new(SYSTEM).join(name), text.as_bytes().to_vec());
        let one = "# nothing\ndefault-docker:\n  lookaside: https://s.test/all\ndocker:\n  r.test:\n    use-sigstore-attachments: true\n";
        let two = "docker:\n  r.test/team:\n    sigstore: file:///sigs\n    unknown: 1\n";
        let node = Node::memory([file("a.yaml", one), file("b.yaml", two), file("c.txt", "docker: [")]);
        let all = RegistriesD::load(&node, Path::new("/root")).unwrap();
        let of = |name: &str| {
            let found = all.signatures(&Reference::parse_normalized(name, GRAMMAR).unwrap()).unwrap();
            (found.lookaside, found.attached)
        };
        assert_eq!(of("r.test/team/app:v1"), ("file:///sigs/team/app".into(), true));
        assert_eq!(of("quay.io/a:v1"), ("https://s.test/all/a".into(), false));
        let no_url = Node::memory([file("a.yaml", "default-docker:\n  lookaside: https://s.test:x/sigs\n")]);
        let no_url = RegistriesD::load(&no_url, Path::new("/root")).unwrap();
        let said =
            no_url.signatures(&Reference::parse_normalized("quay.io/a", GRAMMAR).unwrap()).unwrap_err();
        assert_eq!(
            said.to_string(),
            "Invalid signature storage URL https://s.test:x/sigs: parse \"https://s.test:x/sigs\": invalid port \":x\" after \
             host"
        );
        let twice = Node::memory([file("a.yaml", one), file("b.yaml", "default-docker: {}\n")]);
        assert!(
            RegistriesD::load(&twice, Path::new("/root"))
                .unwrap_err()
                .to_string()
                .contains("defined both in")
        );
        let broken = Node::memory([file("a.yaml", "docker: [\n")]);
        let said = RegistriesD::load(&broken, Path::new("/root")).unwrap_err().to_string();
        assert!(said.starts_with("parsing /etc/containers/registries.d/a.yaml: yaml: "), "{said}");
    }
}
