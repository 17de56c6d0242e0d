//! `hosts.toml`, and the certificate directories of old
//! (containerd v2.1.9 core/remotes/docker/config/hosts.go:313-660).

use std::path::{Path, PathBuf};
use std::time::Duration;

use gostd::duration;
use gostd::url::Url;
use net::Recorder;
use node::Node;
use toml::{Table, Value};

use super::error::{Error, Result};
use crate::containerd::profile::HostRules;

/// A limit that is over at once.
const PASSED: Duration = Duration::ZERO;
/// As good as none.
const UNLIMITED: Duration = Duration::from_secs(1 << 30);

/// What a host may be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Capabilities {
    pub(super) pull: bool,
    pub(super) resolve: bool,
}

/// One host of a registry, before its client is made (`hostConfig`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct HostConfig {
    pub(super) scheme: String,
    pub(super) host: String,
    pub(super) path: String,
    pub(super) capabilities: Capabilities,
    pub(super) ca_certs: Option<Vec<PathBuf>>,
    pub(super) client_pairs: Option<Vec<(PathBuf, Option<PathBuf>)>>,
    pub(super) skip_verify: Option<bool>,
    pub(super) header: Vec<(String, String)>,
    pub(super) dial_timeout: Option<Duration>,
}

/// `loadHostDir`: a file that does not parse counts for nothing, and only the daemon's log says so.
pub(super) fn load_host_dir(
    node: &Node,
    directory: &Path,
    rules: &HostRules,
    recorder: &Recorder,
) -> Result<Vec<HostConfig>> {
    let path = directory.join("hosts.toml");
    if node.is_directory(&path) {
        return Err(Error::Plain(format!("read {}: is a directory", path.display())));
    }
    if !node.is_directory(directory) {
        return Err(Error::Plain(format!("open {}: not a directory", path.display())));
    }
    let Some(content) = node.read(&path).ok().filter(|content| !content.is_empty()) else {
        return Ok(load_cert_files(node, directory));
    };
    match parse_hosts_file(directory, &String::from_utf8_lossy(&content), rules) {
        Ok(hosts) => {
            recorder.decide("hosts.toml", format!("{} applies", path.display()));
            Ok(hosts)
        }
        Err(problem) => {
            let text = format!("{} is ignored, as the node ignores it: {problem}", path.display());
            recorder.decide("hosts.toml", text);
            Ok(load_cert_files(node, directory))
        }
    }
}

/// Docker's layout: `*.crt` are authorities, `*.cert` and `*.key` a client certificate.
fn load_cert_files(node: &Node, directory: &Path) -> Vec<HostConfig> {
    let mut host = HostConfig::default();
    for name in node.list(directory) {
        let path = directory.join(&name);
        if node.is_directory(&path) {
            continue;
        }
        if name.ends_with(".crt") {
            host.ca_certs.get_or_insert_default().push(path);
        } else if name.ends_with(".cert") {
            let key = path.with_extension("key");
            let key = node.read(&key).is_ok().then_some(key);
            host.client_pairs.get_or_insert_default().push((path, key));
        }
    }
    vec![host]
}

/// `parseHostsFile`; the error says what is wrong with the file, and where.
fn parse_hosts_file(
    directory: &Path,
    text: &str,
    rules: &HostRules,
) -> std::result::Result<Vec<HostConfig>, String> {
    if rules.refuses_byte_order_mark && text.starts_with('\u{feff}') {
        return Err("line 1: it begins with a byte order mark".into());
    }
    let document: Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map(|span| text[..span.start].matches('\n').count() + 1);
        format!("{}{}", line.map(|line| format!("line {line}: ")).unwrap_or_default(), error.message())
    })?;
    let hosts = document.get("host").and_then(Value::as_table);
    if hosts.is_none() && rules.needs_host_table {
        return Err("it has no [host] table (invalid `host` tree)".into());
    }
    let mut names = hosts_in_order(text);
    if rules.needs_host_table {
        // All that the tree holds, however it was written.
        let others = hosts.into_iter().flatten().map(|(name, _)| name);
        let others: Vec<String> = others.filter(|name| !names.contains(name)).cloned().collect();
        names.extend(others);
    }
    if names.iter().any(String::is_empty) {
        return Err("the name of a host is empty".into());
    }
    let mut configs = Vec::new();
    for name in names {
        if let Some(table) = hosts.and_then(|hosts| hosts.get(&name)).and_then(Value::as_table) {
            configs.push(parse_host(&name, directory, table, rules)?);
        }
    }
    let server = typed(&document, "server", Value::as_str, "a string")?.unwrap_or_default();
    configs.push(parse_host(server, directory, &document, rules)?);
    Ok(configs)
}

/// `getSortedHosts`: the order of the `[host."…"]` headers in the text, which a parsed table has lost.
fn hosts_in_order(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| line.starts_with('[') && !line.starts_with("[[")) {
        // A header parses as a document of its own: one table within the other.
        let Ok(header) = line.parse::<Table>() else { continue };
        let host =
            header.get("host").and_then(Value::as_table).and_then(|table| table.keys().next().cloned());
        if let Some(name) = host.filter(|name| names.last() != Some(name)) {
            names.push(name);
        }
    }
    names
}

/// `parseHostConfig`
fn parse_host(
    server: &str,
    directory: &Path,
    table: &Table,
    rules: &HostRules,
) -> std::result::Result<HostConfig, String> {
    let mut config = HostConfig::default();
    let flag = |key: &str| typed(table, key, Value::as_bool, "a boolean");
    if !server.is_empty() {
        let server = if server.starts_with("http") { server.to_owned() } else { format!("https://{server}") };
        let url = Url::parse(&server).map_err(|error| format!("unable to parse server {server}: {error}"))?;
        let overrides = flag("override_path")?.unwrap_or(false);
        config.path = api_root(&url.path, overrides);
        config.scheme = url.scheme;
        config.host = url.host;
    }
    config.skip_verify = flag("skip_verify")?;
    config.capabilities = capabilities(table, rules.knows_referrers)?;
    config.ca_certs = table
        .get("ca")
        .map(|value| strings(value, "ca"))
        .transpose()?
        .map(|files| files.iter().map(|file| absolute(file, directory)).collect());
    config.client_pairs = table.get("client").map(|value| client_pairs(value, directory)).transpose()?;
    if let Some(header) = table.get("header") {
        let header = header.as_table().ok_or("\"header\" is no table")?;
        for (name, value) in header {
            let values = strings(value, name)?;
            config.header.extend(values.into_iter().map(|value| (name.clone(), value)));
        }
    }
    if rules.knows_dial_timeout
        && let Some(timeout) = typed(table, "dial_timeout", Value::as_str, "a string")?
    {
        let parsed: duration::Duration =
            timeout.parse().map_err(|error: duration::Error| error.to_string())?;
        // Zero is no limit; what is negative has passed before anything is dialled.
        config.dial_timeout = Some(match parsed.to_std() {
            Some(limit) if limit.is_zero() => UNLIMITED,
            limit => limit.unwrap_or(PASSED),
        });
    }
    Ok(config)
}

/// `makeAbsPath`: joined and cleaned, so that an empty name is the directory itself.
fn absolute(file: &str, directory: &Path) -> PathBuf {
    directory.join(file).components().collect()
}

fn typed<'t, T>(
    table: &'t Table,
    key: &str,
    read: impl Fn(&'t Value) -> Option<T>,
    what: &str,
) -> std::result::Result<Option<T>, String> {
    let Some(value) = table.get(key) else { return Ok(None) };
    read(value).map(Some).ok_or_else(|| format!("\"{key}\" is not {what}"))
}

/// The path below which the API stands: `/v2` unless the path has it, or is to be taken as it is.
fn api_root(path: &str, overrides: bool) -> String {
    if path.is_empty() {
        return if overrides { String::new() } else { "/v2".into() };
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let cleaned = format!("/{}", parts.join("/"));
    if cleaned.ends_with("/v2") || overrides {
        cleaned
    } else {
        format!("{}/v2", cleaned.trim_end_matches('/'))
    }
}

fn capabilities(table: &Table, knows_referrers: bool) -> std::result::Result<Capabilities, String> {
    let named = match table.get("capabilities") {
        Some(Value::String(_)) => return Err("\"capabilities\" is no list".into()),
        Some(value) => Some(strings(value, "capabilities")?),
        None => None,
    };
    let Some(named) = named.filter(|named| !named.is_empty()) else {
        return Ok(Capabilities { pull: true, resolve: true });
    };
    let mut capabilities = Capabilities::default();
    for name in named {
        match name.to_lowercase().as_str() {
            "pull" => capabilities.pull = true,
            "resolve" => capabilities.resolve = true,
            "push" => {}
            "referrers" if knows_referrers => {}
            _ => return Err(format!("unknown capability {name}")),
        }
    }
    Ok(capabilities)
}

fn client_pairs(
    value: &Value,
    directory: &Path,
) -> std::result::Result<Vec<(PathBuf, Option<PathBuf>)>, String> {
    let at = |file: &str| absolute(file, directory);
    if let Some(file) = value.as_str() {
        return Ok(vec![(at(file), None)]);
    }
    let list = value.as_array().ok_or("invalid type for \"client\"")?;
    let pair = |entry: &Value| match (entry.as_str(), entry.as_array().map(Vec::as_slice)) {
        (Some(file), _) => Ok((at(file), None)),
        (_, Some([Value::String(certificate), Value::String(key)])) => Ok((at(certificate), Some(at(key)))),
        _ => Err("invalid pair for \"client\"".to_owned()),
    };
    list.iter().map(pair).collect()
}

fn strings(value: &Value, key: &str) -> std::result::Result<Vec<String>, String> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Array(list) => list
            .iter()
            .map(|entry| {
                entry
                    .as_str()
                    .map(ToOwned::to_owned)
                    .ok_or_else(|| format!("unable to cast a value of \"{key}\" to string"))
            })
            .collect(),
        _ => Err(format!("invalid type for \"{key}\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> std::result::Result<Vec<HostConfig>, String> {
        let rules = &crate::containerd::profile::Profile::named("containerd-2.1.9").unwrap().hosts;
        parse_hosts_file(Path::new("/d"), text, rules)
    }

    #[test]
    fn hosts_come_in_the_order_of_the_file_and_the_server_last() {
        let text = "server = \"https://up.test\"\n[host.\"https://z.test\"]\n capabilities = [\"pull\"]\n\
                    [host.\"https://z.test\".header]\n x-a = [\"1\", \"2\"]\n[host.\"http://a.test:5000/x\"]\n ca = \"ca.crt\"\n";
        let hosts = parse(text).unwrap();
        let names: Vec<_> = hosts.iter().map(|h| format!("{}://{}{}", h.scheme, h.host, h.path)).collect();
        assert_eq!(names, ["https://z.test/v2", "http://a.test:5000/x/v2", "https://up.test/v2"]);
        assert_eq!(hosts[0].header, [("x-a".into(), "1".into()), ("x-a".into(), "2".into())]);
        assert!(!hosts[0].capabilities.resolve);
        assert_eq!(hosts[1].ca_certs, Some(vec!["/d/ca.crt".into()]));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        assert_eq!(
            parse("[host.\"https://a\"]\ncapabilities = [\"fetch\"]\n").unwrap_err(),
            "unknown capability fetch"
        );
        assert!(parse("server = \"https://a\"\n[host.\n").unwrap_err().starts_with("line 2: "));
        assert_eq!(
            parse("[host.\"https://a\"]\nskip_verify = \"yes\"\n").unwrap_err(),
            "\"skip_verify\" is not a boolean"
        );
    }

    #[test]
    fn values_of_another_type_spoil_the_file() {
        let cases = [
            ("server = 5\n", "\"server\" is not a string"),
            ("capabilities = \"pull\"\n", "\"capabilities\" is no list"),
            ("[host.\"\"]\n", "the name of a host is empty"),
        ];
        for (text, said) in cases {
            assert_eq!(parse(text).unwrap_err(), said, "{text}");
        }
    }

    /// As containerd 1.6.20, 1.7.24 and 2.1.9 said.
    #[test]
    fn files_and_directories_in_each_others_place() {
        let file = |path: &str| (PathBuf::from(path), Vec::new());
        let node = Node::memory([file("/c/a"), file("/c/b/hosts.toml/x"), file("/c/d/ca.crt/x")]);
        let rules = &crate::containerd::profile::Profile::named("containerd-2.1.9").unwrap().hosts;
        let recorder = Recorder::new(trace::Trace::new());
        let load = |directory: &str| load_host_dir(&node, Path::new(directory), rules, &recorder);
        let said = |directory: &str| load(directory).unwrap_err().to_string();
        assert_eq!(said("/c/a"), "open /c/a/hosts.toml: not a directory");
        assert_eq!(said("/c/b"), "read /c/b/hosts.toml: is a directory");
        assert_eq!(load("/c/d").unwrap()[0].ca_certs, None);
    }

    #[test]
    fn an_empty_file_name_is_the_directory() {
        let hosts = parse("[host.\"https://a\"]\nclient = \"\"\nca = \"\"\n").unwrap();
        assert_eq!(hosts[0].client_pairs, Some(vec![("/d".into(), None)]));
        assert_eq!(hosts[0].ca_certs, Some(vec!["/d".into()]));
    }

    #[test]
    fn limits_on_dialling() {
        let limit = |text: &str| {
            parse(&format!("[host.\"https://a\"]\ndial_timeout = \"{text}\"\n")).unwrap()[0].dial_timeout
        };
        let limits = ["5s", "0s", "-1s"].map(limit);
        assert_eq!(limits, [Some(Duration::from_secs(5)), Some(UNLIMITED), Some(PASSED)]);
    }

    /// As containerd 1.6.20 and 2.1.9 took it (`ht-bom`).
    #[test]
    fn a_byte_order_mark() {
        let text = "\u{feff}[host.\"https://a\"]\n";
        assert_eq!(parse(text).unwrap_err(), "line 1: it begins with a byte order mark");
        let rules = &crate::containerd::profile::Profile::named("containerd-1.6.20").unwrap().hosts;
        assert_eq!(parse_hosts_file(Path::new("/d"), text, rules).unwrap().len(), 2);
    }

    #[test]
    fn a_file_without_hosts_counted_for_nothing() {
        let rules = &crate::containerd::profile::Profile::named("containerd-1.7.24").unwrap().hosts;
        let parse = |text| parse_hosts_file(Path::new("/d"), text, rules);
        let said = parse("server = \"http://up.test\"\n").unwrap_err();
        assert_eq!(said, "it has no [host] table (invalid `host` tree)");
        assert_eq!(parse("[host.\"https://a\"]\ndial_timeout = \"5s\"\n").unwrap()[0].dial_timeout, None);
    }

    #[test]
    fn override_path() {
        assert_eq!(api_root("", false), "/v2");
        assert_eq!(api_root("/proxy/x/", true), "/proxy/x");
        assert_eq!(api_root("/proxy/v2", false), "/proxy/v2");
    }
}
