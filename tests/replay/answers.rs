//! Which answer a server gives: the script's, or that of a well-behaved registry.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use regex::Regex;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::content::{CONTENT, gzip};
use crate::recording::{Do, Request, When};
use crate::server::Server;

/// An answer as it goes onto the wire.
pub(crate) struct Built {
    pub(crate) status: u16,
    pub(crate) head: Vec<u8>,
    pub(crate) body: Vec<u8>,
    pub(crate) until_close: bool,
}

/// `Basic dXNlcjpwdw==` becomes `Basic user:pw`; all else stays.
pub(crate) fn readable(key: &str, value: &str) -> String {
    if !["authorization", "proxy-authorization"].iter().any(|name| key.eq_ignore_ascii_case(name)) {
        return value.to_owned();
    }
    match value.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("basic") => match STANDARD.decode(rest) {
            Ok(pair) => format!("Basic {}", String::from_utf8_lossy(&pair)),
            Err(_) => format!("Basic <undecodable:{rest}>"),
        },
        _ => value.to_owned(),
    }
}

/// The first rule that fits and is not used up, over the registry's own answer where it does not say a status.
pub(crate) fn choose(server: &Server, request: &Request) -> Do {
    let mut used = server.used.lock().unwrap();
    let found = server.file.rules.iter().zip(used.iter_mut()).find(|(rule, used)| {
        rule.times.is_none_or(|times| **used < times) && fits(server, &rule.when, request)
    });
    let answer = found.map(|(rule, used)| {
        *used += 1;
        rule.answer.clone()
    });
    let answer = answer.unwrap_or_default();
    if answer.status.is_some() || answer.reset || answer.close || answer.stall || answer.tunnel {
        return answer;
    }
    let own = default(server, request);
    Do {
        status: own.status,
        headers: answer.headers.or(own.headers),
        json: answer.json.or(own.json),
        body: answer.body.or(own.body),
        content: answer.content.or(own.content),
        manifest: answer.manifest || own.manifest,
        blob: answer.blob || own.blob,
        ..answer
    }
}

fn fits(server: &Server, when: &When, request: &Request) -> bool {
    let auth_fits = |want: &Option<String>, name: &str| {
        let value = request.header(name).last().copied().filter(|value| !value.is_empty());
        match want.as_deref() {
            None => true,
            Some("none") => value.is_none(),
            Some("any") => value.is_some(),
            want => value == want,
        }
    };
    let path_fits = |path: &String| {
        let pattern = server.names.substitute_in_regex(path);
        Regex::new(&format!("^(?:{pattern})$")).unwrap().is_match(&request.path)
    };
    when.method.as_ref().is_none_or(|methods| methods.split('|').any(|method| method == request.method))
        && when.range.is_none_or(|range| request.header("range").is_empty() != range)
        && auth_fits(&when.auth, "authorization")
        && auth_fits(&when.proxy_auth, "proxy-authorization")
        && when.path.as_ref().is_none_or(path_fits)
}

fn refusal(code: &str, message: &str, detail: &Value) -> Do {
    let quoted = |text: &str| Value::from(text).to_string();
    let text = format!(
        "{{\"errors\":[{{\"code\":{},\"message\":{},\"detail\":{detail}}}]}}",
        quoted(code),
        quoted(message)
    );
    Do { status: Some(404), json: Some(RawValue::from_string(text).unwrap()), ..Do::default() }
}

fn default(server: &Server, request: &Request) -> Do {
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
        return match CONTENT.by_digest(digest) {
            Some(blob) => Do { blob: true, ..found(&blob.name) },
            None => refusal("BLOB_UNKNOWN", "blob unknown to registry", &digest.into()),
        };
    }
    match path.strip_prefix("/cdn/").filter(|name| CONTENT.by_name.contains_key(*name)) {
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
fn manifest_content<'a>(server: &'a Server, repository: &str, reference: &str) -> Result<&'a str, Box<Do>> {
    let named = |text: &str| server.names.substitute(text);
    let images = server.file.images.iter();
    let Some((_, tags)) = images.into_iter().find(|(name, _)| named(name) == repository) else {
        let detail = json!({"name": repository});
        return Err(Box::new(refusal("NAME_UNKNOWN", "repository name not known to registry", &detail)));
    };
    if let Some((_, content)) = tags.iter().find(|(tag, _)| named(tag) == reference) {
        return Ok(content);
    }
    let by_digest = reference.starts_with("sha256:").then(|| CONTENT.by_digest(reference)).flatten();
    by_digest.map(|blob| blob.name.as_str()).ok_or_else(|| {
        let detail = match reference.contains(':') {
            false => json!({"Tag": reference}),
            true => format!("unknown manifest name={repository} revision={reference}").into(),
        };
        Box::new(refusal("MANIFEST_UNKNOWN", "manifest unknown", &detail))
    })
}

/// Status line, headers and body, spoilt as the script says.
pub(crate) fn build(server: &Server, answer: &Do, request: &Request) -> Built {
    let (mut status, mut headers, mut body) = (answer.status.unwrap_or(200), Vec::new(), Vec::new());
    let named = |text: &str| server.names.substitute(text);
    for (key, value) in answer.headers.iter().flatten() {
        headers.push((key.clone(), named(value)));
    }
    if let Some(content) = &answer.content {
        (status, body) = content_body(content, answer, request, &mut headers);
    } else if let Some(json) = &answer.json {
        body = named(&format!("{}\n", json.get())).into_bytes();
        add(&mut headers, "Content-Type", "application/json; charset=utf-8");
    } else if let Some(text) = &answer.body {
        body = named(text).into_bytes();
    }
    let dropped = |name: &str| answer.drop.iter().any(|drop| drop.eq_ignore_ascii_case(name));
    headers.retain(|(key, _)| !dropped(key));
    if answer.wrong_bytes && body.len() > 2 {
        body[2..].iter_mut().for_each(|byte| *byte ^= 0x55);
    }
    if let Some(encoding) = answer.encode.as_ref().filter(|_| !body.is_empty()) {
        body = match encoding.as_str() {
            "gzip" => gzip(&body, 9),
            _ => zstd::encode_all(body.as_slice(), 3).unwrap(),
        };
        headers.push(("Content-Encoding".to_owned(), encoding.clone()));
    }
    if request.path.starts_with("/v2/") && answer.api_header.unwrap_or(true) {
        headers.push(("Docker-Distribution-Api-Version".to_owned(), "registry/2.0".to_owned()));
    }
    let until_close = dropped("content-length");
    if answer.chunked {
        headers.push(("Transfer-Encoding".to_owned(), "chunked".to_owned()));
    } else if !until_close {
        headers.push(("Content-Length".to_owned(), answer.length.unwrap_or(body.len()).to_string()));
    }
    if until_close {
        headers.push(("Connection".to_owned(), "close".to_owned()));
    }
    let known = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let reason = answer.reason.as_deref().or(known).unwrap_or("Status");
    let mut head = format!("HTTP/1.1 {status} {reason}\r\n");
    for (key, value) in headers {
        head += &format!("{key}: {value}\r\n");
    }
    head += "\r\n";
    // Header bytes are Latin-1, as HTTP has them.
    let head = head.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    Built { status, head, body, until_close }
}

type Headers = Vec<(String, String)>;

fn add(headers: &mut Headers, name: &str, value: &str) {
    if !headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name)) {
        headers.push((name.to_owned(), value.to_owned()));
    }
}

fn content_body(name: &str, answer: &Do, request: &Request, headers: &mut Headers) -> (u16, Vec<u8>) {
    let blob = &CONTENT.by_name[name];
    let (status, all) = (answer.status.unwrap_or(200), blob.data.clone());
    if answer.manifest || answer.blob {
        add(
            headers,
            "Content-Type",
            if answer.manifest { &blob.media_type } else { "application/octet-stream" },
        );
        add(headers, "Docker-Content-Digest", &blob.digest);
    }
    if !answer.blob || answer.manifest {
        return (status, all);
    }
    headers.push(("Accept-Ranges".to_owned(), "bytes".to_owned()));
    let asked =
        request.header("range").last().and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
    let asked =
        asked.and_then(|(first, last)| Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok())));
    let Some((first, last)) = asked.filter(|_| !answer.ignore_range && status == 200) else {
        return (status, all);
    };
    let size = all.len();
    if first >= size {
        headers.push(("Content-Range".to_owned(), format!("bytes */{size}")));
        return (416, Vec::new());
    }
    let last = last.unwrap_or(size - 1).min(size - 1);
    headers.push(("Content-Range".to_owned(), format!("bytes {first}-{last}/{size}")));
    (206, all[first..=last].to_vec())
}
