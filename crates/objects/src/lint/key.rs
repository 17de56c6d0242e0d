use keyring::{EntryKey, MismatchReason, is_default_registry, urls_match};

use crate::Place;
use crate::lint::LintCode;
use crate::lint::finding::Findings;

/// Hosts by which Docker Hub is known, but not to the kubelet.
const HUB_HOSTS: [&str; 5] =
    ["registry-1.docker.io", "hub.docker.com", "registry.hub.docker.com", "auth.docker.io", "docker.com"];
const HUB_HELP: &str = "write \"https://index.docker.io/v1/\" or \"docker.io\"";

/// Looks at the key of an entry; gives it as the kubelet reads it, where it can.
pub(super) fn lint_key(location: &str, place: &Place, findings: &mut Findings<'_>) -> Option<EntryKey> {
    let key = match EntryKey::from_location(location) {
        Ok(key) if !key.is_of_login(location) => key,
        unreadable => {
            // Where the key holds a login, Go's words could quote a part of it.
            let why = match unreadable {
                Err(error) if !location.contains('@') => error.cause.to_string(),
                _ => "malformed".to_owned(),
            };
            let message =
                format!("the key cannot be read as a registry ({why}): the kubelet drops the entry");
            let help = "a key is HOST, HOST:PORT or HOST/PATH";
            findings.add(LintCode::UnreadableKey, place.clone(), message, help);
            return None;
        }
    };
    for (code, message, help) in faults(&key.0, findings.options.repository.as_deref()) {
        findings.add(code, place.clone(), message, help);
    }
    Some(key)
}

type Fault = (LintCode, String, String);

/// What is wrong with a key, with or without an image to compare it with.
fn faults(key: &str, repository: Option<&str>) -> Vec<Fault> {
    let (authority, path) = match key.split_once('/') {
        Some((authority, path)) => (authority, Some(path)),
        None => (key, None),
    };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (authority, ""),
    };
    let mut faults: Vec<Fault> = Vec::new();
    let mut fault = |code, message: String, help: String| faults.push((code, message, help));
    if host.chars().any(|c| c.is_ascii_uppercase()) {
        let message = format!("{host:?} has upper-case letters: the kubelet compares letter by letter");
        fault(
            LintCode::UpperCase,
            message,
            format!("write {:?}", key.replace(host, &host.to_ascii_lowercase())),
        );
    }
    if let Some((message, help)) = port_fault(key, host, port, repository) {
        fault(LintCode::Port, message, help);
    }
    let lower = host.to_ascii_lowercase();
    if HUB_HOSTS.contains(&lower.as_str()) {
        fault(
            LintCode::HubHost,
            format!("{host:?} is never looked for: images of Docker Hub are docker.io to the kubelet"),
            HUB_HELP.to_owned(),
        );
    } else if lower == "index.docker.io" && path.is_some_and(|path| !path.is_empty()) {
        let message =
            "index.docker.io counts only without a path: images of Docker Hub are docker.io to the kubelet";
        fault(
            LintCode::HubHost,
            message.to_owned(),
            format!("write \"docker.io/{}\"", path.unwrap_or_default()),
        );
    } else if lower.contains('*') && lower.ends_with("docker.io") {
        let message = format!("{host:?} does not match docker.io: a * stands for exactly one label");
        fault(LintCode::HubGlob, message, HUB_HELP.to_owned());
    }
    if let Some(repository) = repository
        && let Some((message, help)) = label_fault(key, host, repository)
    {
        fault(LintCode::LabelCount, message, help);
    }
    path_faults(authority, path.unwrap_or_default(), &mut faults);
    if port.contains(['*', '?', '[']) {
        let message = format!("port {port:?}: patterns count only in the host");
        faults.push((LintCode::GlobInPath, message, "write the port, or none".to_owned()));
    }
    faults
}

/// A port that the image does not have. Without an image: the two ports that nobody writes in an image.
fn port_fault(key: &str, host: &str, port: &str, repository: Option<&str>) -> Option<(String, String)> {
    match repository {
        None if matches!(port, "443" | "80") => {
            let message =
                format!("port {port:?} is compared as written: an image without :{port} does not match");
            Some((message, format!("write {host:?}, unless the image has the port too")))
        }
        None => None,
        Some(repository) => match urls_match(key, repository) {
            Err(reason @ MismatchReason::Port { .. }) => {
                let image = repository.split('/').next().unwrap_or_default();
                let same = image.rsplit_once(':').map_or(image, |(host, _)| host) == host;
                same.then(|| (reason.to_string(), format!("write {image:?}, as the image has it")))
            }
            _ => None,
        },
    }
}

fn label_fault(key: &str, host: &str, repository: &str) -> Option<(String, String)> {
    let image = repository.split(['/', ':']).next().unwrap_or_default();
    let meant = host.trim_start_matches("*.");
    if !host.contains('*') || !(image == meant || image.ends_with(&format!(".{meant}"))) {
        return None;
    }
    if meant == "docker.io" && is_default_registry(repository) {
        return None;
    }
    match urls_match(key, repository) {
        Err(reason @ MismatchReason::LabelCount { .. }) => {
            let message = format!("{reason}: a * stands for exactly one label");
            Some((message, format!("write {image:?}, or one * for each label")))
        }
        _ => None,
    }
}

fn path_faults(authority: &str, path: &str, faults: &mut Vec<Fault>) {
    if path.is_empty() {
        return;
    }
    if matches!(path, "v1" | "v2") {
        let message = format!(
            "the path \"/{path}\" is taken for a repository's: only with a slash after it is it left away"
        );
        faults.push((LintCode::ApiPath, message, format!("write {authority:?}")));
    } else if path.contains(['*', '?', '[']) {
        let message = format!("path \"/{path}\": patterns count only in the host");
        let plain = path.split(['*', '?', '[']).next().unwrap_or_default();
        faults.push((
            LintCode::GlobInPath,
            message,
            format!("write {:?}, which matches all below it", format!("{authority}/{plain}")),
        ));
    } else if !path.ends_with('/') {
        let message = format!("the path \"/{path}\" is compared as a text: it matches \"/{path}2\" too");
        faults.push((
            LintCode::PathPrefix,
            message,
            format!("write \"{authority}/{path}/\" for what is below it"),
        ));
    }
}
