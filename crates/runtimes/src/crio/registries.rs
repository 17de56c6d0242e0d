//! `registries.conf`: which registries there are, where they are asked, and what short names mean
//! (cri-o@f954a17:vendor/go.podman.io/image/v5/pkg/sysregistriesv2/system_registries_v2.go, shortnames.go).

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use distribution::{Grammar, Reference, ReferenceError};
use node::Node;

use super::error::{Error, Result};
use super::toml_file::Flaw;

mod read;

/// The library's own grammar of references (vendor/go.podman.io/image/v5/docker/reference/regexp.go).
pub(super) const GRAMMAR: Grammar = Grammar::V2_8_2;

const CONFIG: &str = "/etc/containers/registries.conf";
const DROP_INS: &str = "/etc/containers/registries.conf.d";
/// Where `podman` records what people chose (`shortNameAliasesConfPath`).
const RECORDED: &str = "/var/cache/containers/short-name-aliases.conf";
/// Besides files of logins there are no helpers unless they are named.
const FILES_OF_LOGINS: &str = "containers-auth.json";

/// A place where images are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) location: String,
    pub(super) insecure: bool,
    pull_from_mirror: String,
}

/// A registry, or a part of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Registry {
    pub(super) prefix: String,
    pub(super) endpoint: Endpoint,
    mirrors: Vec<Endpoint>,
    pub(super) blocked: bool,
    mirror_by_digest_only: bool,
}

/// Where an image is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PullSource {
    pub(super) reference: Reference,
    pub(super) insecure: bool,
}

/// What a short name stands for; none where a later file takes the meaning away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alias {
    pub(super) value: Option<Reference>,
    pub(super) origin: PathBuf,
}

/// All of it, from all files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Registries {
    /// By prefix.
    registries: BTreeMap<String, Registry>,
    /// `unqualified-search-registries`
    pub(super) search: Vec<String>,
    /// The file that has them; empty where there is none.
    pub(super) search_origin: PathBuf,
    pub(super) credential_helpers: Vec<String>,
    aliases: BTreeMap<String, Alias>,
    /// The main file, which words name (`ConfigPath`).
    pub(super) config_path: PathBuf,
    /// Its directory (`ConfigDirPath`).
    pub(super) config_dir: PathBuf,
}

impl Registries {
    /// `tryUpdatingCache`: the main file, then the drop-ins in the order of their names, each over what was before.
    pub(super) fn load(node: &Node, home: &Path) -> std::result::Result<Self, Flaw> {
        let own = home.join(".config/containers/registries.conf");
        let own_drop_ins = home.join(".config/containers/registries.conf.d");
        let is_own = node.read_own(&own).is_ok();
        let path = if is_own { own } else { PathBuf::from(CONFIG) };
        let mut all = match read_file(node, &path)? {
            Some(bytes) => read::file(&path, &bytes, false)
                .map_err(|flaw| loading(flaw, "loading registries configuration"))?,
            None => Self::default(),
        };
        let directories =
            if is_own { vec![own_drop_ins.clone()] } else { vec![DROP_INS.into(), own_drop_ins.clone()] };
        for directory in &directories {
            for name in node.list_own(directory).iter().filter(|name| name.ends_with(".conf")) {
                let path = directory.join(name);
                let Some(bytes) = read_file(node, &path)? else { continue };
                let later = read::file(&path, &bytes, true)
                    .map_err(|flaw| loading(flaw, "loading drop-in registries configuration"))?;
                all.update_with(later);
            }
        }
        if all.credential_helpers.is_empty() {
            all.credential_helpers = vec![FILES_OF_LOGINS.to_owned()];
        }
        (all.config_path, all.config_dir) = (path, own_drop_ins);
        Ok(all)
    }

    /// `updateWithConfigurationFrom`
    fn update_with(&mut self, later: Self) {
        self.registries.extend(later.registries);
        if !later.search_origin.as_os_str().is_empty() {
            (self.search, self.search_origin) = (later.search, later.search_origin);
        }
        if !later.credential_helpers.is_empty() {
            self.credential_helpers = later.credential_helpers;
        }
        self.aliases.extend(later.aliases);
    }

    /// `FindRegistry`: the one with the longest prefix.
    pub(super) fn find(&self, name: &str) -> Option<&Registry> {
        let fitting = self.registries.values().filter(|registry| matching(name, &registry.prefix).is_some());
        // Of equal lengths the first counts.
        fitting.fold(None, |best: Option<&Registry>, registry| match best {
            Some(best) if best.prefix.len() >= registry.prefix.len() => Some(best),
            _ => Some(registry),
        })
    }

    /// `ResolveShortNameAlias`: what was recorded comes before what was configured.
    pub(super) fn alias(&self, node: &Node, name: &str) -> Result<Option<Alias>> {
        let recorded = match node.read_own(RECORDED) {
            Ok(bytes) => read::recorded(Path::new(RECORDED), &bytes),
            Err(_) => Ok(BTreeMap::new()),
        };
        let recorded = recorded.map_err(|flaw| {
            Error::plain(format!("loading short-name aliases config file {RECORDED:?}: {}", flaw.said))
        })?;
        Ok(recorded.get(name).or_else(|| self.aliases.get(name)).cloned())
    }

    /// Where an image is asked for, in this order: mirrors, then the registry itself (`PullSourcesFromReference`).
    pub(super) fn pull_sources(&self, reference: &Reference) -> Result<Vec<PullSource>> {
        let name = reference.to_string();
        let Some(registry) = self.find(&reference.name()) else {
            return Ok(vec![PullSource { reference: reference.clone(), insecure: false }]);
        };
        let by_digest = reference.digest.is_some();
        let is_meant =
            |mirror: &&Endpoint| match (registry.mirror_by_digest_only, mirror.pull_from_mirror.as_str()) {
                (true, _) | (false, "digest-only") => by_digest,
                (false, "tag-only") => !by_digest,
                _ => true,
            };
        let endpoints = registry.mirrors.iter().filter(is_meant).chain([&registry.endpoint]);
        endpoints
            .map(|endpoint| {
                let reference = endpoint.rewrite(reference, &name, &registry.prefix)?;
                Ok(PullSource { reference, insecure: endpoint.insecure })
            })
            .collect()
    }
}

impl Registry {
    /// Whether it has mirrors at all.
    pub(super) fn has_mirrors(&self) -> bool {
        !self.mirrors.is_empty()
    }
}

impl Endpoint {
    /// `rewriteReference`: the location in place of the prefix.
    fn rewrite(&self, reference: &Reference, name: &str, prefix: &str) -> Result<Reference> {
        let Some(length) = matching(name, prefix) else {
            return Err(Error::plain(format!("invalid prefix '{prefix}' for reference '{name}'")));
        };
        if self.location.is_empty() {
            return Ok(reference.clone());
        }
        let rewritten = format!("{}{}", self.location, &name[length..]);
        parse_named(&rewritten).map_err(|error| Error::plain(error).context("rewriting reference"))
    }
}

/// `reference.ParseNamed`: a name that is whole as it stands.
fn parse_named(text: &str) -> std::result::Result<Reference, String> {
    let parsed = Reference::parse_normalized(text, GRAMMAR).map_err(|error| error.to_string())?;
    if parsed.to_string() == text { Ok(parsed) } else { Err("repository name must be canonical".to_owned()) }
}

/// `refMatchingPrefix`: how much of a reference a prefix covers.
fn matching(reference: &str, prefix: &str) -> Option<usize> {
    let ends = |at: usize| match reference.as_bytes().get(at) {
        None | Some(b':' | b'/' | b'@') => Some(at),
        Some(_) => None,
    };
    let Some(suffix) = prefix.strip_prefix('*').filter(|rest| rest.starts_with('.')) else {
        return reference.starts_with(prefix).then_some(prefix.len()).and_then(ends);
    };
    let at = reference.find(suffix)?;
    if reference[..at].contains('/') { None } else { ends(at + suffix.len()) }
}

fn read_file(node: &Node, path: &Path) -> std::result::Result<Option<Vec<u8>>, Flaw> {
    match node.read_own(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let reason =
                if error.kind() == io::ErrorKind::PermissionDenied { "permission denied" } else { "…" };
            let said =
                format!("loading registries configuration {path:?}: open {}: {reason}", path.display());
            Err(Flaw { path: path.to_owned(), place: None, said })
        }
    }
}

fn loading(flaw: Flaw, what: &str) -> Flaw {
    Flaw { said: format!("{what} {:?}: {}", flaw.path, flaw.said), ..flaw }
}

/// `reference.Parse`, and the library's words where it refuses.
pub(super) fn parse(text: &str) -> std::result::Result<Reference, ReferenceError> {
    Reference::parse(text, GRAMMAR)
}

/// Whether the first part of a name is that of a registry, and the name so not short.
pub(super) fn is_registry(domain: &str) -> bool {
    domain.contains(['.', ':']) || domain == "localhost"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registries(files: &[(&str, &str)]) -> Registries {
        let files = files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
        Registries::load(&Node::memory(files), Path::new("/root")).unwrap()
    }

    fn sources(registries: &Registries, name: &str) -> Vec<String> {
        let reference = Reference::parse_normalized(name, GRAMMAR).unwrap();
        let sources = registries.pull_sources(&reference).unwrap();
        sources
            .iter()
            .map(|source| format!("{}{}", if source.insecure { "!" } else { "" }, source.reference))
            .collect()
    }

    #[test]
    fn prefixes() {
        let cases = [
            ("quay.io/a/b:v1", "quay.io", Some(7)),
            ("quay.io/a/b:v1", "quay.io/a/b", Some(11)),
            ("quay.io/ab:v1", "quay.io/a", None),
            ("quay.io:5000/a", "quay.io", Some(7)),
            ("a.quay.io/x", "*.quay.io", Some(9)),
            ("quay.io/x", "*.quay.io", None),
            ("evil.test/a.quay.io/x", "*.quay.io", None),
        ];
        for (reference, prefix, expected) in cases {
            assert_eq!(matching(reference, prefix), expected, "{reference} {prefix}");
        }
    }

    #[test]
    fn mirrors_then_the_registry_itself() {
        let text = "[[registry]]\nprefix = 'docker.io/library'\nlocation = 'docker.io/library'\n\
                    [[registry.mirror]]\nlocation = 'm.test/hub'\ninsecure = true\n\
                    [[registry.mirror]]\nlocation = 'd.test'\npull-from-mirror = 'digest-only'\n\
                    [[registry]]\nlocation = 'quay.io'\nmirror-by-digest-only = true\n\
                    [[registry.mirror]]\nlocation = 'q.test/quay'\n\
                    [[registry]]\nprefix = 'old.test/x'\nlocation = 'new.test/y/x'\n";
        let all = registries(&[(CONFIG, text)]);
        let digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        let by_digest = |name: &str| format!("{name}@{digest}");
        let cases: [(String, Vec<String>); 5] = [
            ("nginx:v1".into(), vec!["!m.test/hub/nginx:v1".into(), "docker.io/library/nginx:v1".into()]),
            (
                by_digest("nginx"),
                vec![
                    by_digest("!m.test/hub/nginx"),
                    by_digest("d.test/nginx"),
                    by_digest("docker.io/library/nginx"),
                ],
            ),
            ("quay.io/a:v1".into(), vec!["quay.io/a:v1".into()]),
            (by_digest("quay.io/a"), vec![by_digest("q.test/quay/a"), by_digest("quay.io/a")]),
            ("old.test/x/z:1".into(), vec!["new.test/y/x/z:1".into()]),
        ];
        for (name, expected) in cases {
            assert_eq!(sources(&all, &name), expected, "{name}");
        }
    }

    #[test]
    fn later_files_come_over_earlier_ones() {
        let all = registries(&[
            (
                CONFIG,
                "unqualified-search-registries = ['a.test']\n[[registry]]\nlocation = 'r.test'\nblocked = true\n",
            ),
            ("/etc/containers/registries.conf.d/10.conf", "[aliases]\nweb = 'r.test/team/web'\n"),
            (
                "/etc/containers/registries.conf.d/20.conf",
                "[aliases]\nweb = ''\n[[registry]]\nlocation = 'r.test'\n",
            ),
            ("/etc/containers/registries.conf.d/30.txt", "no TOML"),
        ]);
        assert_eq!(all.search, ["a.test"]);
        assert!(!all.find("r.test/a").unwrap().blocked);
        let node = Node::memory([]);
        assert_eq!(all.alias(&node, "web").unwrap().unwrap().value, None);
        assert_eq!(all.alias(&node, "other").unwrap(), None);
    }

    #[test]
    fn files_that_are_refused() {
        let said = |text: &str| {
            let node = Node::memory([(PathBuf::from(CONFIG), text.as_bytes().to_vec())]);
            let flaw = Registries::load(&node, Path::new("/root")).unwrap_err();
            (
                flaw.place.map(|place| place.line),
                flaw.said.split_once("registries.conf\": ").unwrap().1.to_owned(),
            )
        };
        let cases = [
            (
                "[[registry]]\nlocation = 'https://r.test'\n",
                2,
                "invalid location 'https://r.test': URI schemes are not supported",
            ),
            ("[[registry]]\nblocked = true\n", 1, "invalid condition: both location and prefix are unset"),
            (
                "[[registry]]\nprefix = 'r.test'\n",
                2,
                "invalid condition: location is unset and prefix is not in the format: *.example.com",
            ),
            (
                "[[registry]]\nlocation = 'r.test'\n[[registry.mirror]]\n",
                3,
                "invalid condition: mirror location is unset",
            ),
            (
                "unqualified-search-registries = ['r.test/x']\n",
                1,
                "Invalid unqualified-search-registries entry \"r.test/x\"",
            ),
            ("short-name-mode = 'strict'\n", 1, "invalid short-name mode: \"strict\""),
            (
                "[aliases]\nweb = 'team/web'\n",
                2,
                "validating short-name aliases: invalid alias \"team/web\": must contain registry and repository",
            ),
        ];
        for (text, line, expected) in cases {
            assert_eq!(said(text), (Some(line), expected.to_owned()), "{text}");
        }
        let (line, said) = said("[[registry]]\nlocation = 5\n");
        assert_eq!(line, Some(2));
        assert!(said.contains("TOML value has type integer; destination has type string"), "{said}");
    }
}
