//! What the hosts say where no rule fits: registry, token server and CDN, each by its name.

use std::sync::LazyLock;

use regex::Regex;

use super::{Answer, Script, tokens};
use crate::content;
use crate::recording::{Family, Request};

pub(super) const JSON: (&str, &str) = ("Content-Type", "application/json; charset=utf-8");
pub(super) const PLAIN: (&str, &str) = ("Content-Type", "text/plain; charset=utf-8");
const BINARY: (&str, &str) = ("Content-Type", "application/octet-stream");
const XML: (&str, &str) = ("Content-Type", "application/xml");
const V2: (&str, &str) = ("Docker-Distribution-Api-Version", "registry/2.0");
/// The repositories that each registry has; all have the same tags.
const REPOSITORIES: [&str; 2] = ["team/app", "library/nginx"];

static CDN_PATH: LazyLock<Regex> = LazyLock::new(|| Regex::new("^/blobs/(sha256:[0-9a-f]{64})$").unwrap());
static PATH: LazyLock<Regex> = LazyLock::new(|| Regex::new("^/v2/(.+)/(manifests|blobs)/([^/]+)$").unwrap());
static RANGE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^bytes=(\d+)-(\d*)$").unwrap());

/// A body of errors, as the Go registry writes it but for the spaces.
pub(super) fn errors(code: &str, message: &str, detail: &str) -> String {
    format!("{{\"errors\": [{{\"code\": \"{code}\", \"message\": \"{message}\", \"detail\": {detail}}}]}}\n")
}

pub(super) fn answer(script: &Script, host: &str, request: &Request) -> Answer {
    let path = if request.method == "CONNECT" { "" } else { request.path.as_str() };
    if path == "/token" && (host.starts_with("auth") || host.starts_with("registry")) {
        return tokens::answer(script, request);
    }
    if host.starts_with("cdn") || host.contains("cloudflare") {
        let digest = CDN_PATH.captures(path).map(|found| found[1].to_owned());
        return digest.and_then(|digest| blob(script, &digest, request)).unwrap_or_else(|| {
            Answer::new(404, &[XML], "<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>")
        });
    }
    if !path.starts_with("/v2") {
        let nosniff = ("X-Content-Type-Options", "nosniff");
        return Answer::new(404, &[PLAIN, nosniff], "404 page not found\n");
    }
    let parts = PATH.captures(path).map(|found| found.extract::<3>().1);
    let repository = parts.map(|[repository, ..]| repository);
    if let Some(challenge) = tokens::challenge(script, repository, request) {
        let detail = repository.map(|name| {
            format!(r#"[{{"Type": "repository", "Class": "", "Name": "{name}", "Action": "pull"}}]"#)
        });
        let detail = detail.as_deref().unwrap_or("null");
        let body = errors("UNAUTHORIZED", "authentication required", detail);
        return Answer::new(401, &[JSON, V2, ("Www-Authenticate", &challenge)], body);
    }
    match parts {
        None if matches!(path, "/v2" | "/v2/") => Answer::new(200, &[JSON, V2], "{}"),
        None => Answer::new(404, &[PLAIN], "404 page not found\n"),
        Some([name, ..]) if !REPOSITORIES.contains(&name) => {
            let detail = format!(r#"{{"name": "{name}"}}"#);
            let body = errors("NAME_UNKNOWN", "repository name not known to registry", &detail);
            Answer::new(404, &[JSON, V2], body)
        }
        Some([name, "manifests", reference]) => manifest(name, reference),
        Some([_, _, digest]) => {
            let unknown = || errors("BLOB_UNKNOWN", "blob unknown to registry", &format!("\"{digest}\""));
            let found = content::of(Family::B).blob(digest).map(|_| redirected(script, digest));
            let found = found.and_then(|redirected| redirected.or_else(|| blob(script, digest, request)));
            found.unwrap_or_else(|| Answer::new(404, &[JSON, V2], unknown()))
        }
    }
}

fn manifest(repository: &str, reference: &str) -> Answer {
    let by_digest = reference.starts_with("sha256:");
    if let Some(found) = content::of(Family::B).manifest(reference) {
        let etag = format!("\"{}\"", found.digest);
        let headers = [
            ("Content-Type", &*found.media_type),
            ("Docker-Content-Digest", &found.digest),
            V2,
            ("Etag", &etag),
        ];
        return Answer::new(200, &headers, found.data.clone());
    }
    let detail = match by_digest {
        true => format!(r#"{{"Name": "{repository}", "Revision": "{reference}"}}"#),
        false => format!(r#"{{"Tag": "{reference}"}}"#),
    };
    Answer::new(404, &[JSON, V2], errors("MANIFEST_UNKNOWN", "manifest unknown", &detail))
}

/// Where the registry sends those who ask for a blob.
fn redirected(script: &Script, digest: &str) -> Option<Answer> {
    let location = script.file.blob_redirect.as_ref()?.replace("{digest}", digest);
    Some(Answer::new(307, &[BINARY, V2, ("Location", &location)], ""))
}

/// A blob, or the part of it that is asked for.
fn blob(script: &Script, digest: &str, request: &Request) -> Option<Answer> {
    let data = &content::of(Family::B).blob(digest)?.data;
    let etag = format!("\"{digest}\"");
    let mut headers =
        vec![BINARY, ("Docker-Content-Digest", digest), V2, ("Etag", &etag), ("Accept-Ranges", "bytes")];
    let asked = RANGE.captures(request.value("range").unwrap_or_default()).filter(|_| !script.file.no_range);
    let Some(asked) = asked else { return Some(Answer::new(200, &headers, data.clone())) };
    let first: usize = asked[1].parse().unwrap_or(usize::MAX);
    if first >= data.len() {
        let range = format!("bytes */{}", data.len());
        headers.push(("Content-Range", &range));
        return Some(Answer::new(416, &headers, ""));
    }
    let last = asked[2].parse().unwrap_or(data.len() - 1);
    let range = format!("bytes {first}-{last}/{}", data.len());
    headers.push(("Content-Range", &range));
    Some(Answer::new(206, &headers, data[first..data.len().min(last.saturating_add(1))].to_vec()))
}
