//! What a well-behaved registry says.

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::Rules;
use crate::content;
use crate::recording::{Do, Family, Request};

fn refusal(code: &str, message: &str, detail: &Value) -> Do {
    let quoted = |text: &str| Value::from(text).to_string();
    let text = format!(
        "{{\"errors\":[{{\"code\":{},\"message\":{},\"detail\":{detail}}}]}}",
        quoted(code),
        quoted(message)
    );
    Do { status: Some(404), json: Some(RawValue::from_string(text).unwrap()), ..Do::default() }
}

/// What is said where no rule says a status.
pub(super) fn answer(server: &Rules, request: &Request) -> Do {
    let found = |content: &str| Do { status: Some(200), content: Some(content.to_owned()), ..Do::default() };
    let path = request.path.as_str();
    let reads = matches!(request.method.as_str(), "GET" | "HEAD");
    if matches!(path, "/v2/" | "/v2") {
        let headers = Some(vec![("Content-Type".to_owned(), "application/json".to_owned())]);
        let json = Some(RawValue::from_string("{}".to_owned()).unwrap());
        return Do { status: Some(200), json, headers, ..Do::default() };
    }
    let below = path.strip_prefix("/v2/");
    let is_name = |(name, last): &(&str, &str)| !name.is_empty() && !last.is_empty() && !last.contains('/');
    let manifest = below.and_then(|path| path.rsplit_once("/manifests/")).filter(is_name);
    if let Some((repository, reference)) = manifest.filter(|_| reads) {
        return match manifest_content(server, repository, reference) {
            Ok(content) => Do { manifest: true, ..found(content) },
            Err(refused) => *refused,
        };
    }
    let blob = below.and_then(|path| path.rsplit_once("/blobs/")).filter(is_name);
    if let Some((_, digest)) = blob.filter(|(_, digest)| reads && is_digest(digest)) {
        return match content::of(Family::A).by_digest(digest) {
            Some(blob) => Do { blob: true, ..found(&blob.name) },
            None => refusal("BLOB_UNKNOWN", "blob unknown to registry", &digest.into()),
        };
    }
    match path.strip_prefix("/cdn/").filter(|name| content::of(Family::A).by_name.contains_key(*name)) {
        Some(name) => Do { blob: true, ..found(name) },
        None => Do {
            status: Some(404),
            body: Some("404 page not found\n".to_owned()),
            headers: Some(vec![("Content-Type".to_owned(), "text/plain; charset=utf-8".to_owned())]),
            ..Do::default()
        },
    }
}

fn is_digest(text: &str) -> bool {
    let hex = text.strip_prefix("sha256:");
    hex.is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

/// The name of the manifest's content, or the refusal.
fn manifest_content<'a>(server: &'a Rules, repository: &str, reference: &str) -> Result<&'a str, Box<Do>> {
    let named = |text: &str| server.names.substitute(text);
    let images = server.file.images.iter();
    let Some((_, tags)) = images.into_iter().find(|(name, _)| named(name) == repository) else {
        let detail = json!({"name": repository});
        return Err(Box::new(refusal("NAME_UNKNOWN", "repository name not known to registry", &detail)));
    };
    if let Some((_, content)) = tags.iter().find(|(tag, _)| named(tag) == reference) {
        return Ok(content);
    }
    let by_digest =
        reference.starts_with("sha256:").then(|| content::of(Family::A).by_digest(reference)).flatten();
    by_digest.map(|blob| blob.name.as_str()).ok_or_else(|| {
        let detail = match reference.contains(':') {
            false => json!({"Tag": reference}),
            true => format!("unknown manifest name={repository} revision={reference}").into(),
        };
        Box::new(refusal("MANIFEST_UNKNOWN", "manifest unknown", &detail))
    })
}
