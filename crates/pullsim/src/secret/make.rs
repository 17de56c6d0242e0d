use std::fmt::Write as _;
use std::io::Read as _;

use jiff::Timestamp;
use objects::{Finding, LintOptions, Severity, Source, lint_secrets};

use crate::error::Failure;
use crate::exit::Exit;
use crate::lowargs::{LowMake, ManifestForm};
use crate::{output, stdin};

/// The most bytes that a password may have: a Secret has at most 1 MiB.
const MAX_PASSWORD: u64 = 512 * 1024;
/// The key under which `docker login` and `kubectl` file Docker Hub's credentials.
const HUB_KEY: &str = "https://index.docker.io/v1/";
/// Names by which people call Docker Hub.
const HUB_NAMES: [&str; 6] = [
    "docker.io",
    "index.docker.io",
    "registry-1.docker.io",
    "hub.docker.com",
    "registry.hub.docker.com",
    "docker.com",
];

pub(super) fn run(low: &LowMake) -> Result<Exit, Failure> {
    let wrong = |what, given: &str, remedy| Failure::Unmakeable { what, given: given.to_owned(), remedy };
    if low.user.is_empty() || low.user.contains(':') || low.user.contains(char::is_control) {
        let remedy =
            "a user name holds neither a colon nor a line end: what follows the first colon is the password";
        return Err(wrong("user name", "", remedy));
    }
    for name in [Some(&low.name), low.namespace.as_ref()].into_iter().flatten() {
        if !is_name(name) {
            return Err(wrong("name", name, "a name has lower-case letters, digits, dashes and dots"));
        }
    }
    let key = key(&low.registry)
        .ok_or_else(|| wrong("registry", &low.registry, "write HOST, HOST:PORT or HOST/PATH"))?;
    let document = document(&key, low, &password()?);
    for finding in doubts(&document) {
        output::write_error(&format!(
            "{}: {}\nhelp: {}\n",
            finding.code.severity(),
            finding.message,
            finding.help
        ));
    }
    let data = gostd::base64::encode_std(&document);
    output::write(&match low.output {
        ManifestForm::Yaml => yaml(low, &data),
        ManifestForm::Json => json(low, &data),
    })?;
    Ok(Exit::Pulled)
}

/// The key of the entry: Docker Hub by its old name, anything else without scheme and without a slash at its end.
fn key(registry: &str) -> Option<String> {
    let plain =
        registry.strip_prefix("https://").or_else(|| registry.strip_prefix("http://")).unwrap_or(registry);
    let plain = ["/v1", "/v2"]
        .into_iter()
        .fold(plain.trim_end_matches('/'), |text, path| text.strip_suffix(path).unwrap_or(text));
    if HUB_NAMES.contains(&plain.to_ascii_lowercase().as_str()) {
        return Some(HUB_KEY.to_owned());
    }
    let (host, path) = plain.split_once('/').unwrap_or((plain, ""));
    let host = host.to_ascii_lowercase();
    let legal = |c: char| c.is_ascii_alphanumeric() || "-.:[]*?_".contains(c);
    let readable = keyring::EntryKey::from_location(&host).is_ok();
    if host.is_empty() || !host.chars().all(legal) || !readable || plain.contains(char::is_whitespace) {
        return None;
    }
    Some(if path.is_empty() { host } else { format!("{host}/{path}") })
}

fn is_name(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let edge = |c: char| c.is_ascii_alphanumeric();
    name.len() <= 253 && name.chars().all(legal) && name.starts_with(edge) && name.ends_with(edge)
}

/// The password, without the line end that a shell leaves after it.
fn password() -> Result<secret::Secret, Failure> {
    stdin::announce("the password");
    let mut text = String::new();
    std::io::stdin().lock().take(MAX_PASSWORD + 1).read_to_string(&mut text).map_err(Failure::Password)?;
    let without = text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(&text);
    if without.is_empty() {
        return Err(Failure::NoPassword);
    }
    if text.len() as u64 > MAX_PASSWORD {
        return Err(Failure::LongPassword { limit: MAX_PASSWORD });
    }
    Ok(secret::Secret::from(without))
}

/// The `.dockerconfigjson`, as `kubectl create secret docker-registry` writes it.
fn document(key: &str, low: &LowMake, password: &secret::Secret) -> String {
    let quote = gostd::json::encode_string;
    let auth = gostd::base64::encode_std(format!("{}:{}", low.user, password.expose()));
    let mut fields = format!("\"username\":{},\"password\":{}", quote(&low.user), quote(password.expose()));
    if let Some(email) = &low.email {
        let _ = write!(fields, ",\"email\":{}", quote(email));
    }
    format!("{{\"auths\":{{{}:{{{fields},\"auth\":{}}}}}}}", quote(key), quote(&auth))
}

/// What a lint says of the document. A path is meant when it is written.
fn doubts(document: &str) -> Vec<Finding> {
    let options = LintOptions { repository: None, now: Timestamp::now() };
    let findings = lint_secrets(&Source::from_text("the Secret", document), &options).unwrap_or_default();
    findings.into_iter().filter(|f| f.code.severity() >= Severity::Warning).collect()
}

fn yaml(low: &LowMake, data: &str) -> String {
    let mut out = format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: {}\n", quoted(&low.name));
    if let Some(namespace) = &low.namespace {
        let _ = writeln!(out, "  namespace: {}", quoted(namespace));
    }
    let _ = write!(out, "type: kubernetes.io/dockerconfigjson\ndata:\n  .dockerconfigjson: {data}\n");
    out
}

/// A name as YAML: one that could be taken for a number or a word of YAML's own is quoted.
fn quoted(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && !matches!(name, "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n");
    if plain { name.to_owned() } else { format!("\"{name}\"") }
}

fn json(low: &LowMake, data: &str) -> String {
    let quote = gostd::json::encode_string;
    let mut metadata = format!("\"name\": {}", quote(&low.name));
    if let Some(namespace) = &low.namespace {
        let _ = write!(metadata, ", \"namespace\": {}", quote(namespace));
    }
    format!(
        "{{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Secret\",\n  \"metadata\": {{{metadata}}},\n  \
         \"type\": \"kubernetes.io/dockerconfigjson\",\n  \"data\": {{\".dockerconfigjson\": {}}}\n}}\n",
        quote(data)
    )
}
