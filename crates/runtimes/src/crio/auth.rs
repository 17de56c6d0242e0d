//! Which login is used for a repository
//! (cri-o@f954a17:vendor/go.podman.io/image/v5/pkg/docker/config/config.go, server/image_pull.go:58-77).

use std::path::{Path, PathBuf};

use cri::AuthConfig;
use gostd::json::{self, Place, Reader, Value};
use gostd::{base64, strconv};
use node::{Environment, Node};
use secret::Secret;

use super::error::{Error, Result};

/// The helper that is the files of logins (`sysregistriesv2.AuthenticationFileHelper`).
const FILES: &str = "containers-auth.json";
/// Where systemd looks for programs, where a service's environment does not say (systemd.exec(5) `$PATH`).
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What is logged in with (`types.DockerAuthConfig`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) username: String,
    pub(super) password: Secret,
    pub(super) identity_token: Secret,
}

impl Login {
    pub(super) fn is_none(&self) -> bool {
        self.username.is_empty()
            && self.password.expose().is_empty()
            && self.identity_token.expose().is_empty()
    }

    /// What the request brings along: nothing without a user name (server/image_pull.go:58-77).
    pub(super) fn of_request(auth: Option<&AuthConfig>) -> Result<Option<Self>> {
        let Some(auth) = auth else { return Ok(None) };
        let (username, password) = if auth.auth.expose().is_empty() {
            (auth.username.clone(), auth.password.clone())
        } else {
            decode(auth.auth.expose()).map_err(Error::plain)?.unwrap_or_default()
        };
        Ok(Some(Self { username, password, identity_token: Secret::default() })
            .filter(|login| !login.username.is_empty()))
    }
}

/// User and password of `base64(user:password)`; none without a colon (`decodeDockerAuth`).
fn decode(encoded: &str) -> std::result::Result<Option<(String, Secret)>, String> {
    let decoded = base64::decode_std(encoded).map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&decoded);
    Ok(text
        .split_once(':')
        .map(|(user, password)| (user.to_owned(), Secret::new(password.trim_matches('\0').to_owned()))))
}

/// Where logins are looked for.
pub(super) struct Files<'a> {
    pub(super) node: &'a Node,
    pub(super) environment: &'a Environment,
    pub(super) home: &'a Path,
    /// `global_auth_file`; empty: the usual files.
    pub(super) global: &'a str,
    /// `credential-helpers` of registries.conf.
    pub(super) helpers: &'a [String],
}

/// A login, and the file and key that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) login: Login,
    pub(super) source: String,
}

/// A file that may have logins.
struct File {
    path: PathBuf,
    /// `.dockercfg`: without `auths` around its entries.
    is_legacy: bool,
    /// Whether it is named by the configuration, and not one of the usual.
    is_named: bool,
}

impl Files<'_> {
    /// `GetCredentialsForRef`: the first that fits a repository. What cannot be read counts only where nothing is found.
    pub(super) fn find(&self, repository: &str, tell: &dyn Fn(String)) -> Result<Option<Found>> {
        let mut failed = Vec::new();
        for helper in self.helpers {
            let found = match helper.as_str() {
                FILES => self.find_in_files(repository, tell),
                helper => self.ask(helper, "registries.conf", tell),
            };
            match found {
                Ok(Some(found)) => return Ok(Some(found)),
                Ok(None) => {}
                Err(error) => failed.push(error),
            }
        }
        match failed.len() {
            0 | 1 => failed.pop().map_or(Ok(None), Err),
            _ => {
                // The second bullet is upstream's (cri-o@f954a17:vendor/go.podman.io/image/v5/pkg/docker/config/config.go:258).
                let all: Vec<String> = failed.iter().map(ToString::to_string).collect();
                Err(Error::plain(format!("errors looking up credentials:\n\t* {}\n", all.join("\nt* "))))
            }
        }
    }

    fn find_in_files(&self, repository: &str, tell: &dyn Fn(String)) -> Result<Option<Found>> {
        for file in self.paths() {
            if let Some(found) = self.find_in(&file, repository, tell)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// `getCredsFromCredHelper`: a program that keeps logins. One that the node has is not run here; of one that is not
    /// among the node's files it is taken that the node has none (vendor/github.com/docker/docker-credential-helpers/
    /// client/client.go `Get`).
    fn ask(&self, helper: &str, named_by: &str, tell: &dyn Fn(String)) -> Result<Option<Found>> {
        let program = format!("docker-credential-{helper}");
        let path = self.environment.first(&["PATH"]).unwrap_or(PATH);
        let is_there = |directory: &&str| self.node.list_own(directory).contains(&program);
        if let Some(directory) = path.split(':').find(is_there) {
            tell(format!(
                "{named_by} has {program} asked for a login. The node has it ({directory}), and it is not run here: what \
                 follows is as if it knew none"
            ));
            return Ok(None);
        }
        tell(format!(
            "{named_by} has {program} asked for a login, and it is not among the node's files: what follows is as on a node \
             that lacks it"
        ));
        let quoted = strconv::quote(&program);
        Err(Error::plain(format!(
            "error getting credentials - err: exec: {quoted}: executable file not found in $PATH, out: ``"
        )))
    }

    /// `getAuthFilePaths`
    fn paths(&self) -> Vec<File> {
        let usual = |path: PathBuf| File { path, is_legacy: false, is_named: false };
        if !self.global.is_empty() {
            return vec![File { is_named: true, ..usual(self.global.into()) }];
        }
        let variable = |name: &str| self.environment.first(&[name]).map(PathBuf::from);
        let runtime = variable("XDG_RUNTIME_DIR").map(|directory| directory.join("containers/auth.json"));
        let config = variable("XDG_CONFIG_HOME").unwrap_or_else(|| self.home.join(".config"));
        let docker = variable("DOCKER_CONFIG").unwrap_or_else(|| self.home.join(".docker"));
        vec![
            usual(runtime.unwrap_or_else(|| "/run/containers/0/auth.json".into())),
            usual(config.join("containers/auth.json")),
            usual(docker.join("config.json")),
            File { is_legacy: true, ..usual(self.home.join(".dockercfg")) },
        ]
    }

    /// `findCredentialsInFile`
    fn find_in(&self, file: &File, repository: &str, tell: &dyn Fn(String)) -> Result<Option<Found>> {
        let read = if file.is_named { self.node.read(&file.path) } else { self.node.read_own(&file.path) };
        let Ok(bytes) = read else { return Ok(None) };
        let path = file.path.display();
        let entries = Entries::read(&bytes, file.is_legacy).map_err(|error| {
            let quoted = strconv::quote(file.path.to_string_lossy().as_bytes());
            Error::plain(error.to_string())
                .context(format!("reading JSON file {quoted}: unmarshaling JSON at {quoted}"))
        })?;
        let registry = repository.split('/').next().unwrap_or(repository);
        if let Some((_, helper)) = entries.helpers.iter().find(|(host, _)| host == registry) {
            return self.ask(helper, &path.to_string(), tell);
        }
        let Some((key, entry)) = entries.matching(repository, registry, file.is_legacy) else {
            return Ok(None);
        };
        let decoded = decode(entry.auth.expose()).map_err(Error::plain)?;
        let Some((username, password)) = decoded else {
            tell(format!("the entry {key:?} of {path} holds no user and password"));
            return Ok(None);
        };
        let login = Login { username, password, identity_token: entry.identity_token.clone() };
        let found = Found { login, source: format!("{path}, entry {key:?}") };
        Ok(Some(found).filter(|found| !found.login.is_none()))
    }
}

/// An entry below `auths`.
struct Entry {
    auth: Secret,
    identity_token: Secret,
}

/// What a file holds.
struct Entries {
    auths: Vec<(String, Entry)>,
    helpers: Vec<(String, String)>,
}

impl Entries {
    fn read(bytes: &[u8], is_legacy: bool) -> std::result::Result<Self, json::Error> {
        let document = json::parse(bytes)?;
        let mut reader = Reader::new();
        let root = Place { go_struct: "", field: "", go_type: "config.dockerConfigFile" };
        let object = reader.object(Some(&document), root).unwrap_or(&Value::Null);
        let at = |field, go_type| Place { go_struct: "dockerConfigFile", field, go_type };
        let auths = if is_legacy {
            object
        } else {
            let place = at("auths", "map[string]config.dockerAuthConfig");
            reader.object(object.field("auths"), place).unwrap_or(&Value::Null)
        };
        let mut entries = Vec::new();
        for (key, entry) in auths.members() {
            let place = at("auths", "config.dockerAuthConfig");
            let entry = reader.object(Some(entry), place).unwrap_or(&Value::Null);
            let text = |field| Place { go_struct: "dockerAuthConfig", field, go_type: "string" };
            let auth = reader.string(entry.field("auth"), text("auths.auth")).into();
            let identity_token =
                reader.string(entry.field("identitytoken"), text("auths.identitytoken")).into();
            entries.push((key.clone(), Entry { auth, identity_token }));
        }
        let helpers = match is_legacy {
            true => Vec::new(),
            false => reader.string_map(object.field("credHelpers"), at("credHelpers", "map[string]string")),
        };
        reader.finish()?;
        Ok(Self { auths: entries, helpers })
    }

    /// The longest key that is the repository or above it; else one that names the registry in another way.
    fn matching(&self, repository: &str, registry: &str, is_legacy: bool) -> Option<(&str, &Entry)> {
        let exact = |key: &str| self.auths.iter().rev().find(|(known, _)| known == key);
        let mut key = if is_legacy { registry } else { repository };
        loop {
            if let Some((key, entry)) = exact(key) {
                return Some((key, entry));
            }
            match key.rsplit_once('/') {
                Some((above, _)) => key = above,
                None => break,
            }
        }
        let wanted = normalize(registry);
        let found = self.auths.iter().find(|(key, _)| normalize(host_of_key(key, is_legacy)) == wanted);
        found.map(|(key, entry)| (key.as_str(), entry))
    }
}

/// `normalizeAuthFileKey`: a key that is a URL names its host.
fn host_of_key(key: &str, is_legacy: bool) -> &str {
    let stripped = key.strip_prefix("http://").unwrap_or(key);
    let stripped = stripped.strip_prefix("https://").unwrap_or(stripped);
    if is_legacy || stripped != key { stripped.split('/').next().unwrap_or(stripped) } else { stripped }
}

/// `normalizeRegistry`
fn normalize(registry: &str) -> &str {
    match registry {
        "registry-1.docker.io" | "docker.io" => "index.docker.io",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)], global: &str, repository: &str) -> std::result::Result<String, String> {
        by_helpers(&[FILES], files, global, repository)
    }

    fn by_helpers(
        helpers: &[&str],
        files: &[(&str, &str)],
        global: &str,
        repository: &str,
    ) -> std::result::Result<String, String> {
        let files = files.iter().map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()));
        let (node, environment) = (Node::memory(files), Environment::default());
        let helpers: Vec<String> = helpers.iter().map(|helper| (*helper).to_owned()).collect();
        let files = Files {
            node: &node,
            environment: &environment,
            home: Path::new("/root"),
            global,
            helpers: &helpers,
        };
        let found = files.find(repository, &|_| {}).map_err(|error| error.to_string())?;
        Ok(found.map(|found| found.login.username).unwrap_or_default())
    }

    /// A file with these keys, each with the login of its own name.
    fn keys(keys: &[&str]) -> String {
        let entry = |key: &&str| {
            let auth = base64::encode_std(format!("{key}:p"));
            format!("{key:?}:{{\"auth\":{auth:?}}}")
        };
        format!("{{\"auths\":{{{}}}}}", keys.iter().map(entry).collect::<Vec<_>>().join(","))
    }

    #[test]
    fn the_longest_key_comes_first() {
        let cases: [(&[&str], &str, &str); 6] = [
            (&["r.test", "r.test/team", "r.test/team/app"], "r.test/team/app", "r.test/team/app"),
            (&["r.test", "r.test/team"], "r.test/team/app", "r.test/team"),
            (&["r.test/tea"], "r.test/team/app", ""),
            (&["*.test"], "r.test/team/app", ""),
            (&["https://index.docker.io/v1/"], "docker.io/library/nginx", "https"),
            (&["https://r.test/v2/"], "r.test/a", "https"),
        ];
        for (given, repository, expected) in cases {
            let got = found(&[("/run/containers/0/auth.json", &keys(given))], "", repository);
            assert_eq!(got, Ok(expected.to_owned()), "{given:?}");
        }
    }

    #[test]
    fn a_named_file_is_the_only_one() {
        let (own, named) = (keys(&["r.test"]), keys(&["other.test"]));
        let files = [("/root/.docker/config.json", own.as_str()), ("/etc/crio/auth.json", named.as_str())];
        assert_eq!(found(&files, "", "r.test/a"), Ok("r.test".into()));
        assert_eq!(found(&files, "/etc/crio/auth.json", "r.test/a"), Ok(String::new()));
        let broken = found(&[("/etc/crio/auth.json", "{")], "/etc/crio/auth.json", "r.test/a");
        assert_eq!(
            broken.unwrap_err(),
            "reading JSON file \"/etc/crio/auth.json\": unmarshaling JSON at \"/etc/crio/auth.json\": unexpected end of \
             JSON input"
        );
    }

    /// As skopeo 1.22.0 said of them, which has the same library.
    #[test]
    fn programs_that_keep_logins() {
        const NONE: &str = "error getting credentials - err: exec: \"docker-credential-x\": executable file not found in \
                            $PATH, out: ``";
        let (docker, named) = ("/root/.docker/config.json", "/etc/crio/auth.json");
        let by_program = r#"{"auths":{"r.test":{"auth":"YTpi"}},"credHelpers":{"r.test":"x"}}"#;
        let err = |text: &str| Err(text.to_owned());
        assert_eq!(found(&[(named, by_program)], named, "r.test/a"), err(NONE));
        assert_eq!(found(&[(named, by_program)], named, "other.test/a"), Ok(String::new()));
        let there = [(named, by_program), ("/usr/bin/docker-credential-x", "")];
        assert_eq!(found(&there, named, "r.test/a"), Ok(String::new()), "it is not run");
        let keys = keys(&["r.test"]);
        assert_eq!(by_helpers(&["x"], &[(docker, &keys)], "", "r.test/a"), err(NONE));
        assert_eq!(by_helpers(&["x", FILES], &[(docker, &keys)], "", "r.test/a"), Ok("r.test".into()));
        let broken = "reading JSON file \"/root/.docker/config.json\": unmarshaling JSON at \"/root/.docker/config.json\": \
                      unexpected end of JSON input";
        assert_eq!(
            by_helpers(&[FILES, "x"], &[(docker, "{")], "", "r.test/a"),
            Err(format!("errors looking up credentials:\n\t* {broken}\nt* {NONE}\n"))
        );
    }

    #[test]
    fn what_a_request_brings_along() {
        let login = |username: &str, auth: &str| {
            let auth = AuthConfig { username: username.into(), auth: auth.into(), ..AuthConfig::default() };
            let login = Login::of_request(Some(&auth)).map_err(|error| error.to_string());
            login.map(|login| login.map(|login| login.username).unwrap_or_default())
        };
        assert_eq!(login("u", ""), Ok("u".into()));
        assert_eq!(login("u", "dTI6cHc="), Ok("u2".into()));
        assert_eq!(login("u", "YWxpY2U="), Ok(String::new()), "without a colon there is nobody");
        assert_eq!(login("", "!!"), Err("illegal base64 data at input byte 0".into()));
    }
}
