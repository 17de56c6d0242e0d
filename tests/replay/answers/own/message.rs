//! An answer's bytes, spoilt as its rule says.

use std::time::Duration;

use super::Rules;
use crate::content::{self, gzip};
use crate::recording::{Do, Family, Request};
use crate::reply::{self, End, Message, Sending};

/// Status line, headers and body, spoilt as the script says.
pub(super) fn build(server: &Rules, answer: &Do, request: &Request) -> Message {
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
    let reason = answer.reason.as_deref().or(reply::reason(status)).unwrap_or("Status");
    let head = reply::head(status, reason, &headers);
    if request.method == "HEAD" {
        return Message { status, head, body: Vec::new(), sending: Sending::Whole, keep: !until_close };
    }
    let keep = !until_close && answer.length.unwrap_or(0) <= body.len();
    Message { status, head, sending: sending(answer, body.len()), body, keep }
}

fn sending(answer: &Do, size: usize) -> Sending {
    let second = |seconds: f64| Duration::from_secs_f64(seconds);
    match (answer.send, answer.after.as_deref(), answer.trickle) {
        (Some(count), Some("reset"), _) => Sending::Part(count.min(size), second(0.2), End::Reset),
        (Some(count), Some("stall"), _) => Sending::Part(count.min(size), Duration::ZERO, End::Stall),
        (Some(count), ..) => Sending::Part(count.min(size), Duration::ZERO, End::Close),
        (None, _, Some((size, pause))) => Sending::Trickle(size, second(pause)),
        _ if answer.chunked => Sending::Chunked,
        _ => Sending::Whole,
    }
}

type Headers = Vec<(String, String)>;

fn add(headers: &mut Headers, name: &str, value: &str) {
    if !headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name)) {
        headers.push((name.to_owned(), value.to_owned()));
    }
}

fn content_body(name: &str, answer: &Do, request: &Request, headers: &mut Headers) -> (u16, Vec<u8>) {
    let blob = &content::of(Family::A).by_name[name];
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
