//! `daemon.json` and the daemon's flags, as far as they decide how images are pulled
//! (moby@v28.5.2 daemon/config/config.go:481 `getConflictFreeConfiguration`, :716 `Validate`; registry/config.go).

use std::path::{Path, PathBuf};

use gostd::json::{self, Place, Reader, Value};
use gostd::strconv;
use gostd::url::Url;
use node::{Environment, Flags, Node};

use super::profile::Profile;
use super::registry::{Insecure, Network};
use crate::config::ConfigPlace;

/// `defaultDaemonConfigFile`
const FILE: &str = "/etc/docker/daemon.json";
/// The systemd service whose flags and environment count.
pub(super) const SERVICE: &str = "docker";
/// `DefaultMaxConcurrentDownloads`
const CONCURRENT_DOWNLOADS: usize = 3;
/// `DefaultDownloadAttempts`
const DOWNLOAD_ATTEMPTS: u32 = 5;
/// Settings whose mappings are not looked into for names (`flatOptions`).
const FLAT: [&str; 7] = [
    "cluster-store-opts",
    "default-network-opts",
    "log-opts",
    "runtimes",
    "default-ulimits",
    "features",
    "builder",
];
/// The settings that are read here, with the flags that say the same.
const BOTH_WAYS: [(&str, &str); 4] = [
    ("registry-mirrors", "registry-mirror"),
    ("insecure-registries", "insecure-registry"),
    ("max-concurrent-downloads", "max-concurrent-downloads"),
    ("max-download-attempts", "max-download-attempts"),
];

/// What the configuration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Config {
    /// `registry-mirrors`, each with a slash at its end.
    pub(super) mirrors: Vec<String>,
    pub(super) insecure: Insecure,
    /// `max-concurrent-downloads`
    pub(super) at_once: usize,
    /// `max-download-attempts`
    pub(super) attempts: u32,
    /// Whether images are kept in containerd.
    pub(super) in_containerd: bool,
    /// Whether mirrors or insecure registries are named.
    pub(super) names_registries: bool,
    /// `storage-driver`; empty where none is named.
    pub(super) driver: String,
    /// `proxies`, as variables of the environment.
    proxies: Vec<(String, String)>,
}

/// What keeps dockerd from starting.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ConfigError {
    file: PathBuf,
    place: Option<ConfigPlace>,
    said: String,
}

impl ConfigError {
    /// The file, as the node has it.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// Where in the file, if it is about a place.
    pub(crate) const fn place(&self) -> Option<&ConfigPlace> {
        self.place.as_ref()
    }

    /// What dockerd prints before it ends.
    pub(crate) fn said(&self) -> String {
        self.said.clone()
    }

    /// The same in a sentence about this version.
    pub(crate) fn sentence(&self, version: &str) -> String {
        format!("this node's {version} does not start. It says: {}", self.said)
    }

    /// What to do about it.
    pub(crate) const fn remedy(&self) -> &'static str {
        "correct the file and restart docker; dockerd --validate --config-file FILE, which docker 23 and later have, judges it \
         without a restart"
    }
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.said)
    }
}

/// Whether dockerd starts with the node's configuration.
pub(crate) fn check_config(node: &Node, profile: &'static Profile) -> Result<(), ConfigError> {
    Config::read(node, profile).map(drop)
}

/// What was read of a file, and how to say what is wrong with it.
struct Source<'a> {
    file: String,
    text: String,
    document: Value,
    profile: &'static Profile,
    flags: &'a Flags,
}

impl Config {
    /// `MergeDaemonConfigurations`, and what the registry service then makes of it.
    pub(super) fn read(node: &Node, profile: &'static Profile) -> Result<Self, ConfigError> {
        let flags = Flags::of_service(node, SERVICE);
        let named = flags.value("config-file");
        let file = named.unwrap_or(FILE).to_owned();
        let source = match node.read_own(&file) {
            Ok(bytes) => Source::parse(&file, &bytes, profile, &flags)?,
            Err(error) if named.is_some() => {
                let number = error.raw_os_error().map_or(gostd::net::Errno(5), gostd::net::Errno);
                let said = format!("open {file}: {number}");
                return Err(unconfigured(&file, None, &said));
            }
            Err(_) => Source::empty(&file, profile, &flags),
        };
        source.check_names()?;
        source.check_conflicts()?;
        source.settings()
    }

    /// The environment of the daemon: proxies of the file take the place of variables (moby@v28.5.2
    /// cmd/dockerd/daemon.go `overrideProxyEnv`).
    pub(super) fn environment(&self, own: &Environment) -> Environment {
        let own = own.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Environment::new(own.chain(self.proxies.iter().cloned()))
    }
}

fn unconfigured(file: &str, place: Option<ConfigPlace>, said: &str) -> ConfigError {
    let said = format!("unable to configure the Docker daemon with file {file}: {said}");
    ConfigError { file: PathBuf::from(file), place, said }
}

impl<'a> Source<'a> {
    fn empty(file: &str, profile: &'static Profile, flags: &'a Flags) -> Self {
        Self { file: file.to_owned(), text: String::new(), document: Value::Null, profile, flags }
    }

    fn parse(
        file: &str,
        bytes: &[u8],
        profile: &'static Profile,
        flags: &'a Flags,
    ) -> Result<Self, ConfigError> {
        let empty = Self::empty(file, profile, flags);
        let newer = profile.config.knows_proxies;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").filter(|_| newer).unwrap_or(bytes);
        let text = String::from_utf8_lossy(bytes).into_owned();
        if let Err(error) = std::str::from_utf8(bytes)
            && newer
        {
            let at = error.valid_up_to();
            let said = format!("failed to decode configuration JSON at offset {at}: encoding: invalid UTF-8");
            return Err(unconfigured(file, place_at(&text, at), &said));
        }
        let parsed = match newer {
            true if text.trim().is_empty() => return Ok(Self { text, ..empty }),
            true => json::parse(text.trim().as_bytes()),
            false => json::parse_first(text.as_bytes()).map(|(value, _)| value),
        };
        let source = Self { text, ..empty };
        match parsed {
            Ok(document @ Value::Object(_)) => Ok(Self { document, ..source }),
            Ok(Value::Null) => Ok(source),
            Ok(other) => {
                let said = format!(
                    "json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
                    other.kind()
                );
                Err(unconfigured(file, place_at(&source.text, 0), &said))
            }
            Err(error) => {
                let skipped = source.text.len() - source.text.trim_start().len();
                let at = offset(&error).map(|at| if newer { at + skipped } else { at });
                let place = at.and_then(|at| place_at(&source.text, at));
                Err(unconfigured(file, place, &error.words(profile.go)))
            }
        }
    }

    fn refuse(&self, key: &str, said: &str) -> ConfigError {
        unconfigured(&self.file, place_of(&self.text, key), said)
    }

    /// What the daemon says of a setting only when it starts its registry service.
    fn unstarted(&self, key: &str, said: &str) -> ConfigError {
        let (file, place) = (PathBuf::from(&self.file), place_of(&self.text, key));
        ConfigError { file, place, said: format!("failed to start daemon: {said}") }
    }

    /// Names and values, those within mappings that are not flat among them (`configValuesSet`).
    fn values(&self) -> Vec<(&str, &Value)> {
        let mut values = Vec::new();
        for (name, value) in self.document.members() {
            match value {
                Value::Object(members) if !FLAT.contains(&name.as_str()) => {
                    values.extend(members.iter().map(|(name, value)| (name.as_str(), value)));
                }
                value => values.push((name.as_str(), value)),
            }
        }
        values
    }

    /// Directives that there are not (`findConfigurationConflicts`). Of several the order is Go's own each time.
    fn check_names(&self) -> Result<(), ConfigError> {
        let unknown = |name: &&str| !self.profile.config.directives.iter().any(|known| known.contains(name));
        let unknown: Vec<&str> = self.values().into_iter().map(|(name, _)| name).filter(unknown).collect();
        let Some(first) = unknown.first() else { return Ok(()) };
        let said =
            format!("the following directives don't match any configuration option: {}", unknown.join(", "));
        Err(self.refuse(first, &said))
    }

    /// Settings that a flag makes as well.
    fn check_conflicts(&self) -> Result<(), ConfigError> {
        let values = self.values();
        let mut conflicts = Vec::new();
        for (name, flag) in BOTH_WAYS {
            let given = self.flags.all(flag);
            let in_file = values.iter().rfind(|(key, _)| *key == name);
            if let (false, Some((_, value))) = (given.is_empty(), in_file) {
                let is_list = name != flag;
                let given = if is_list {
                    format!("[{}]", given.join(" "))
                } else {
                    given.last().unwrap_or(&"").to_string()
                };
                conflicts.push((name, format!("{name}: (from flag: {given}, from file: {})", shown(value))));
            }
        }
        let Some((first, _)) = conflicts.first() else { return Ok(()) };
        let all: Vec<&str> = conflicts.iter().map(|(_, text)| text.as_str()).collect();
        let said = format!(
            "the following directives are specified both as a flag and in the configuration file: {}",
            all.join(", ")
        );
        Err(self.refuse(first, &said))
    }

    fn settings(&self) -> Result<Config, ConfigError> {
        let mirrors = self.strings("registry-mirrors", "registry-mirror", "ServiceOptions")?;
        let insecure = self.strings("insecure-registries", "insecure-registry", "ServiceOptions")?;
        let at_once = self.number("max-concurrent-downloads", "max concurrent downloads")?;
        let attempts = self.number("max-download-attempts", "max download attempts")?;
        let driver = self.text("storage-driver")?;
        let in_containerd =
            self.profile.config.knows_snapshotters && self.feature("containerd-snapshotter")?;
        Ok(Config {
            mirrors: self.mirrors(&mirrors)?,
            insecure: self.insecure(&insecure)?,
            at_once: usize::try_from(at_once).ok().filter(|n| *n > 0).unwrap_or(CONCURRENT_DOWNLOADS),
            attempts: u32::try_from(attempts).ok().filter(|n| *n > 0).unwrap_or(DOWNLOAD_ATTEMPTS),
            in_containerd,
            names_registries: !mirrors.is_empty() || !insecure.is_empty(),
            driver: self.flags.value("storage-driver").map_or(driver, str::to_owned),
            proxies: self.proxies()?,
        })
    }

    /// Reads a value by Go's rules; the path of a field names its embedded structs since Go 1.24.
    fn read<T>(
        &self,
        key: &str,
        embedded: &str,
        go_type: &str,
        read: impl FnOnce(&mut Reader, Option<&Value>, Place<'_>) -> T,
    ) -> Result<T, ConfigError> {
        let field = if self.profile.go >= 24 { format!("{embedded}.{key}") } else { key.to_owned() };
        let place = Place { go_struct: "Config", field: &field, go_type };
        let mut reader = Reader::new();
        let value = read(&mut reader, self.document.field(key), place);
        reader.finish().map_err(|error| self.refuse(key, &error.to_string()))?;
        Ok(value)
    }

    fn strings(&self, key: &str, flag: &str, of: &str) -> Result<Vec<String>, ConfigError> {
        let embedded = format!("CommonConfig.{of}");
        let in_file = self.read(key, &embedded, "[]string", Reader::strings)?;
        let given = self.flags.all(flag).into_iter().map(str::to_owned);
        Ok(given.chain(in_file).collect())
    }

    fn number(&self, key: &str, name: &str) -> Result<i64, ConfigError> {
        let in_file = self.read(key, "CommonConfig", "int", Reader::int)?;
        let number = self.flags.value(key).and_then(|value| value.parse().ok()).unwrap_or(in_file);
        if number < 0 {
            return Err(self.refuse(key, &merged(&format!("invalid {name}: {number}"))));
        }
        Ok(number)
    }

    fn text(&self, key: &str) -> Result<String, ConfigError> {
        self.read(key, "CommonConfig", "string", Reader::string)
    }

    fn feature(&self, name: &str) -> Result<bool, ConfigError> {
        let by_flag = self.flags.all("feature").into_iter().any(|feature| {
            feature == name || feature.strip_prefix(name).is_some_and(|rest| rest == "=true" || rest == "=1")
        });
        let in_file = self.read("features", "CommonConfig", "map[string]bool", |reader, value, place| {
            let object = reader.object(value, place).unwrap_or(&Value::Null);
            let place = Place { go_type: "bool", ..place };
            object
                .members()
                .iter()
                .filter(|(key, _)| key == name)
                .fold(false, |_, (_, value)| reader.bool(Some(value), place))
        })?;
        Ok(by_flag || in_file)
    }

    fn proxies(&self) -> Result<Vec<(String, String)>, ConfigError> {
        const NAMES: [(&str, &str); 3] =
            [("http-proxy", "HTTP_PROXY"), ("https-proxy", "HTTPS_PROXY"), ("no-proxy", "NO_PROXY")];
        if !self.profile.config.knows_proxies {
            return Ok(Vec::new());
        }
        let table = self.read("proxies", "CommonConfig", "config.Proxies", |reader, value, place| {
            reader.object(value, place).cloned().unwrap_or(Value::Null)
        })?;
        let of = |(name, variable): (&str, &str)| {
            let in_file = table.field(name).and_then(Value::as_str);
            let value = self.flags.value(name).or(in_file).filter(|value| !value.is_empty());
            value.map(|value| (variable.to_owned(), value.to_owned()))
        };
        Ok(NAMES.into_iter().filter_map(of).collect())
    }

    /// `loadMirrors`: each once.
    fn mirrors(&self, given: &[String]) -> Result<Vec<String>, ConfigError> {
        let mut unique: Vec<String> = Vec::new();
        for mirror in given {
            if let Err(problem) = validate_mirror(mirror, self.profile.config.judges_mirrors) {
                return Err(match self.profile.config.judges_mirrors {
                    true => self.refuse("registry-mirrors", &merged(&problem)),
                    false => self.unstarted("registry-mirrors", &problem),
                });
            }
            let mirror = format!("{}/", mirror.strip_suffix('/').unwrap_or(mirror));
            if !unique.contains(&mirror) {
                unique.push(mirror);
            }
        }
        Ok(unique)
    }

    /// `loadInsecureRegistries`: this machine is one of them in any case.
    fn insecure(&self, given: &[String]) -> Result<Insecure, ConfigError> {
        let mut insecure = Insecure::default();
        for entry in given {
            let lower = entry.to_ascii_lowercase();
            let entry = match ["http://", "https://"].iter().find(|scheme| lower.starts_with(**scheme)) {
                Some(scheme) => &entry[scheme.len()..],
                None => entry,
            };
            if let Err(problem) = validate_registry(entry) {
                return Err(self.unstarted("insecure-registries", &problem));
            }
            match Network::parse(entry) {
                Some(network) => insecure.networks.push(network),
                None => drop(insecure.names.insert(entry.to_owned())),
            }
        }
        let loopback = ["127.0.0.0/8", "::1/128"];
        let known = if self.profile.registry.trusts_loopback_v6 { &loopback[..] } else { &loopback[..1] };
        insecure.networks.extend(known.iter().filter_map(|network| Network::parse(network)));
        // Docker Hub is asked with a valid certificate, whatever is listed.
        insecure.names.remove("docker.io");
        Ok(insecure)
    }
}

fn merged(said: &str) -> String {
    format!("merged configuration validation from file and command line flags failed: {said}")
}

/// `ValidateMirror` (moby@v28.5.2 registry/config.go:320, v20.10.24 registry/config.go:332)
fn validate_mirror(mirror: &str, newer: bool) -> Result<(), String> {
    let quoted = |text: &str| strconv::quote(text);
    let needs = "must use either 'https://' or 'http://'";
    if newer && mirror.split_once("://").is_none_or(|(scheme, _)| scheme.is_empty()) {
        return Err(format!("invalid mirror: no scheme specified for {}: {needs}", quoted(mirror)));
    }
    let url = Url::parse(mirror).map_err(|error| {
        let said = format!("invalid mirror: {} is not a valid URI", quoted(mirror));
        if newer { format!("{said}: {error}") } else { said }
    })?;
    let whole = quoted(&url.to_string());
    if url.scheme != "http" && url.scheme != "https" {
        let said = format!("invalid mirror: unsupported scheme {} in {whole}", quoted(&url.scheme));
        return Err(if newer { format!("{said}: {needs}") } else { said });
    }
    let has_path = !matches!(url.path.as_str(), "" | "/");
    if !url.raw_query.is_empty() || mirror.contains('#') || (has_path && !newer) {
        let what = if newer { "query or fragment" } else { "path, query, or fragment" };
        return Err(format!("invalid mirror: {what} at end of the URI {whole}"));
    }
    if let Some(user) = &url.user {
        let hidden = format!("{}:xxxxx", user.username);
        let shown = format!("{}://{hidden}@{}{}", url.scheme, url.host, url.path);
        return Err(format!("invalid mirror: username/password not allowed in URI {}", quoted(&shown)));
    }
    Ok(())
}

/// `ValidateIndexName`, and what an entry of the list must be.
fn validate_registry(entry: &str) -> Result<(), String> {
    if entry.starts_with('-') || entry.ends_with('-') {
        return Err(format!("invalid index name ({entry}). Cannot begin or end with a hyphen"));
    }
    if entry.contains("://") {
        return Err(format!("insecure registry {entry} should not contain '://'"));
    }
    if Network::parse(entry).is_some() {
        return Ok(());
    }
    let invalid = |what: &str, text: &str| {
        Err(format!("insecure registry {entry} is not valid: invalid {what} {}", strconv::quote(text)))
    };
    let (host, port) = entry.rsplit_once(':').unwrap_or((entry, ""));
    let is_address = entry.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok()
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let digits = port.bytes().all(|b| b.is_ascii_digit());
    let is_name = host.split('.').all(label) && digits;
    if !is_address && !is_name {
        return invalid("host", host);
    }
    match port.parse::<u32>() {
        Ok(number) if number > 65535 => invalid("port", port),
        _ => Ok(()),
    }
}

/// `%v` of a value of a file.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(elements) => {
            format!("[{}]", elements.iter().map(shown).collect::<Vec<_>>().join(" "))
        }
        Value::String(text) => text.clone(),
        Value::Number(digits) => digits.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Null | Value::Object(_) => "<nil>".to_owned(),
    }
}

/// How many bytes were read when a text was found to be no JSON.
const fn offset(error: &json::Error) -> Option<usize> {
    match error {
        json::Error::InvalidCharacter { offset, .. } => Some(offset.saturating_sub(1)),
        json::Error::UnexpectedEnd { offset } => Some(*offset),
        _ => None,
    }
}

/// Where a key stands in the text.
fn place_of(text: &str, key: &str) -> Option<ConfigPlace> {
    place_at(text, text.find(&strconv::quote(key))?)
}

fn place_at(text: &str, at: usize) -> Option<ConfigPlace> {
    let before = text.get(..at.min(text.len()))?;
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    Some(ConfigPlace {
        line: before.matches('\n').count() + 1,
        column: before[start..].chars().count() + 1,
        text: line.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::profile::KNOWN;
    use super::*;

    fn read(text: &str, version: usize) -> Result<Config, ConfigError> {
        let node = Node::memory([(FILE.into(), text.as_bytes().to_vec())]);
        Config::read(&node, &KNOWN[version])
    }

    #[test]
    fn what_counts() {
        let text = r#"{"registry-mirrors": ["https://m.test", "https://m.test/"], "insecure-registries":
            ["r.test:5000", "http://s.test", "10.0.0.0/8"], "max-concurrent-downloads": 1, "log-opts": {"x": "y"},
            "features": {"containerd-snapshotter": true}, "proxies": {"https-proxy": "http://p:1"}}"#;
        let config = read(text, 0).unwrap();
        assert_eq!(config.mirrors, ["https://m.test/"]);
        assert!(config.insecure.names.iter().eq(["r.test:5000", "s.test"]));
        assert_eq!((config.insecure.networks.len(), config.at_once, config.attempts), (3, 1, 5));
        assert!(config.in_containerd);
        assert_eq!(config.environment(&Environment::default()).get("HTTPS_PROXY"), Some("http://p:1"));
        assert_eq!(read("", 0), read("{}", 0));
        assert!(!read(r#"{"features": {"containerd-snapshotter": true}}"#, 1).is_ok_and(|c| c.in_containerd));
    }

    #[test]
    fn what_dockerd_says_before_it_ends() {
        const UNABLE: &str = "unable to configure the Docker daemon with file /etc/docker/daemon.json: ";
        let cases = [
            ("{\n  \"a\" 1\n}", 0, Some((2, 7)), "invalid character '1' after object key"),
            (
                "{\"debug\": true,}",
                0,
                Some((1, 16)),
                "invalid character '}' looking for beginning of object key string",
            ),
            ("{", 0, Some((1, 2)), "unexpected end of JSON input"),
            ("", 1, None, "EOF"),
            (
                "{\n\"registry-mirors\": []}",
                0,
                Some((2, 1)),
                "the following directives don't match any configuration option: registry-mirors",
            ),
            (
                "{\"proxies\": {\"http-proxy\": \"x\"}}",
                1,
                Some((1, 14)),
                "the following directives don't match any configuration option: http-proxy",
            ),
            (
                "{\"registry-mirrors\": \"x\"}",
                1,
                Some((1, 2)),
                "json: cannot unmarshal string into Go struct field Config.registry-mirrors of type []string",
            ),
            (
                "{\"max-download-attempts\": -1}",
                0,
                Some((1, 2)),
                "merged configuration validation from file and command line flags failed: invalid max download attempts: -1",
            ),
            (
                "{\"registry-mirrors\": [\"m.test\"]}",
                0,
                Some((1, 2)),
                "merged configuration validation from file and command line flags failed: invalid mirror: no scheme specified for \"m.test\": must use either 'https://' or 'http://'",
            ),
        ];
        for (text, version, place, said) in cases {
            let error = read(text, version).unwrap_err();
            assert_eq!(error.said(), format!("{UNABLE}{said}"), "{text}");
            assert_eq!(error.place().map(|place| (place.line, place.column)), place, "{text}");
        }
    }

    #[test]
    fn what_is_said_when_the_registry_service_starts() {
        let cases = [
            (
                r#"{"registry-mirrors": ["https://m.test/x"]}"#,
                1,
                "invalid mirror: path, query, or fragment at end of the URI \"https://m.test/x\"",
            ),
            (
                r#"{"insecure-registries": ["ftp://r.test"]}"#,
                0,
                "insecure registry ftp://r.test should not contain '://'",
            ),
            (
                r#"{"insecure-registries": ["r_x/y"]}"#,
                0,
                "insecure registry r_x/y is not valid: invalid host \"r_x/y\"",
            ),
            (
                r#"{"insecure-registries": ["r.test:99999"]}"#,
                0,
                "insecure registry r.test:99999 is not valid: invalid port \"99999\"",
            ),
        ];
        for (text, version, said) in cases {
            assert_eq!(read(text, version).unwrap_err().said(), format!("failed to start daemon: {said}"));
        }
    }

    #[test]
    fn flags_and_their_conflicts() {
        let unit = "[Service]\nExecStart=/usr/bin/dockerd -H fd:// --insecure-registry=r.test --max-download-attempts 2\n";
        let files = |json: &str| {
            [
                ("/etc/systemd/system/docker.service".into(), unit.as_bytes().to_vec()),
                (FILE.into(), json.as_bytes().to_vec()),
            ]
        };
        let config = Config::read(&Node::memory(files("{}")), &KNOWN[0]).unwrap();
        assert!(config.insecure.names.contains("r.test") && config.attempts == 2);
        let both = files(r#"{"insecure-registries": ["a", "b"]}"#);
        let error = Config::read(&Node::memory(both), &KNOWN[0]).unwrap_err();
        assert!(error.said().ends_with(
            "the following directives are specified both as a flag and in the configuration file: insecure-registries: \
             (from flag: [r.test], from file: [a b])"
        ));
    }
}
