//! Names in a text: the image, the host that was looked up, the code of gRPC.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use distribution::{Grammar, Reference};

use super::pattern::find;

/// The names that gRPC has for its codes (`grpc-go@4793ad047:codes/code_string.go:43`).
const CODES: [&str; 17] = [
    "OK",
    "Canceled",
    "Unknown",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "ResourceExhausted",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unimplemented",
    "Internal",
    "Unavailable",
    "DataLoss",
    "Unauthenticated",
];

/// Words that stand before the name of an image, most telling first.
const BEFORE_IMAGE: [&str; 48] = [
    "failed to pull image \"",
    "back-off pulling image \"",
    "pulling image \"",
    "container image \"",
    "image can't be pulled: \"",
    "failed to apply default image tag \"",
    "pullimage \"",
    "pull image \"",
    "failed to get sandbox image \"",
    "failed to pull and unpack image \"",
    "failed to resolve reference \"",
    "failed to resolve image \"",
    "failed to parse image reference \"",
    "failed to inspect image \"",
    "failed to resolve ref ",
    "failed to solve: ",
    "couldn't parse image name \"",
    "docker://",
    "image pull failed for ",
    "pull access denied for ",
    "manifest for ",
    "repository ",
    "retrieving manifest for \"",
    "failed to pull image ",
    "image=\"",
    "\"image\":\"",
    "error pulling image \"",
    "unable to pull image \"",
    "unable to find image '",
    "docker pull ",
    "podman pull ",
    "crictl pull ",
    "nerdctl pull ",
    "ctr image pull ",
    "ctr images pull ",
    "unable to pin image ",
    "is waiting to start: ",
    "no such image: \"",
    "no such image: ",
    "unable to pull ",
    "trying to pull ",
    "error: image ",
    "each node will access ",
    // `containerregistry@8a11dc8:tools/fast_puller_.py:142`, which rules_docker runs.
    "pulling and saving image ",
    // Fields of logfmt without quotes.
    " image=",
    // The steps of BuildKit.
    "source metadata for ",
    "load metadata for ",
    "] from ",
];

/// Finds [`BEFORE_IMAGE`]. `None` would mean that the table is too large for it.
static IMAGES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(BEFORE_IMAGE).ok());

/// The text in one line, at most `limit` bytes, without the escapes that logs put around quotes.
pub(crate) fn one_line(text: &str, limit: usize) -> String {
    let mut text: String = text.chars().take(limit).collect();
    for _ in 0..4 {
        if !text.contains("\\\"") {
            break;
        }
        text = text.replace("\\\\", "\\").replace("\\\"", "\"");
    }
    let text = text.replace("\\n", " ").replace("\\t", " ").replace("\\u003c", "<").replace("\\u003e", ">");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text without what is said of attempts that do not count: mirrors before the registry, and the artifact that
/// CRI-O tries a failed image as. Where the registry cannot be reached and a mirror answers, nobody was meant to reach it.
pub(crate) fn decisive(text: &str) -> String {
    let text = match text.find("; artifact err:") {
        Some(at) => &text[..at],
        None => text,
    };
    match (text.find(MIRRORS), text.find("]):")) {
        (Some(from), Some(to)) if from < to => {
            let (mirrors, registry) = (&text[from + MIRRORS.len()..to], &text[to + 3..]);
            let told =
                if registry.contains("dial tcp") && has_answered(mirrors) { mirrors } else { registry };
            format!("{}(Mirrors also failed):{told}", &text[..from])
        }
        _ => text.to_owned(),
    }
}

/// What containers/image writes before the mirrors' errors.
const MIRRORS: &str = "(Mirrors also failed:";

/// Whether a registry refused: a mirror that lacks an image says that it is unknown, and is none of the reason.
fn has_answered(errors: &str) -> bool {
    ["unauthorized", "authentication required", "denied"].iter().any(|answer| errors.contains(answer))
}

/// The longest placeholder, in bytes.
const PLACEHOLDER: usize = 40;

/// The text with a stroke for each space in what somebody put in place of a name or address: `<ip address removed>` is one
/// word. As long as before.
pub(crate) fn closed(lower: String) -> String {
    if !lower.contains('<') {
        return lower;
    }
    let mut out = String::with_capacity(lower.len());
    let mut rest = lower.as_str();
    while let Some((before, behind)) = rest.split_once('<') {
        out.push_str(before);
        out.push('<');
        let inner = behind.split(['<', '>']).next().unwrap_or_default();
        let closes = behind[inner.len()..].starts_with('>') && inner.len() <= PLACEHOLDER;
        let is_name =
            inner.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b" _-.".contains(&b));
        rest = behind;
        if closes && is_name {
            out.push_str(&inner.replace(' ', "-"));
            rest = &behind[inner.len()..];
        }
    }
    out.push_str(rest);
    out
}

/// The image that the text is about.
pub(crate) fn image(text: &str, lower: &str) -> Option<String> {
    let Some(words) = &*IMAGES else { return None };
    let mut found: Vec<_> =
        words.find_overlapping_iter(lower).map(|hit| (hit.pattern(), hit.end())).collect();
    found.sort_unstable();
    found
        .into_iter()
        .find_map(|(pattern, end)| image_behind(BEFORE_IMAGE[pattern.as_usize()], text.get(end..)?))
}

/// The image that stands behind the words `before`.
fn image_behind(before: &str, rest: &str) -> Option<String> {
    let quote = before.chars().next_back().filter(|c| matches!(c, '"' | '\''));
    let quoted = quote.is_some();
    let ends = |c: char| quote.map_or_else(|| is_end(c), |quote| c == quote);
    let end = rest.find(ends).unwrap_or(rest.len());
    let image = rest[..end].trim_end_matches(['.', ':', ';']);
    let image = if quoted { image } else { image.trim_end_matches("...") };
    let named = ["pull access denied for ", "unable to pin image "].contains(&before);
    let is_name = quoted || named || rest[image.len()..].starts_with(": pull access denied");
    is_plausible(image, is_name).then(|| image.to_owned())
}

/// The image as it was typed: in a command, or repeated by the client.
pub(crate) fn typed<'a>(text: &'a str, lower: &str) -> Option<&'a str> {
    const BEFORE: [&str; 4] = ["podman pull ", "buildah from ", "crictl pull ", "error pulling image \""];
    let rest = BEFORE.iter().find_map(|before| text.get(lower.find(before)? + before.len()..))?;
    rest.split(is_end).next().filter(|image| !image.is_empty() && !image.starts_with('-'))
}

/// The registries that a client was trying one after the other, as written: `Trying to pull HOST/…`.
pub(crate) fn tried(text: &str, lower: &str) -> Vec<String> {
    const BEFORE: &str = "trying to pull ";
    let rests = lower.match_indices(BEFORE).filter_map(|(at, _)| text.get(at + BEFORE.len()..));
    let mut hosts: Vec<String> = rests
        .map(|rest| rest.split(is_end).next().unwrap_or_default().trim_end_matches("..."))
        .filter(|image| is_plausible(image, false))
        .map(|image| split(image).0)
        .collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

fn is_end(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '"' | '\'' | ')' | ';')
}

/// Whether it may be an image: without quotes around only what has a path, a tag or a digest. What no manifest is found for
/// may be a platform.
fn is_plausible(image: &str, quoted: bool) -> bool {
    let is_platform = ["linux/", "windows/"].iter().any(|system| image.starts_with(system));
    !image.is_empty() && !is_platform && image.len() <= 512 && (quoted || image.contains(['/', ':']))
}

/// The registry of an image as written, and the path behind it.
pub(crate) fn split(image: &str) -> (String, String) {
    let (registry, path) = Reference::split_hostname(image, Grammar::V0_6_0);
    (registry, path)
}

/// The host that Go's resolver was asked for.
pub(crate) fn looked_up(text: &str, lower: &str) -> Option<String> {
    let at = find(lower, "lookup", 0)?.end;
    let rest = text[at..].trim_start();
    let host = rest.split([' ', ':']).next()?;
    let behind = &rest[host.len()..];
    let named = behind.starts_with(':') || behind.starts_with(" on ");
    (named && !host.is_empty()).then(|| host.trim_end_matches('.').to_owned())
}

/// The host that containerd up to 1.6 names with a status.
pub(crate) fn pulled_from(text: &str, lower: &str) -> Option<String> {
    let at = find(lower, "pulling from host", 0)?.end;
    text[at..].split_whitespace().next().map(str::to_owned)
}

/// The code of gRPC, by name or number.
pub(crate) fn grpc_code(lower: &str) -> Option<&'static str> {
    let at = find(lower, "code =", 0).or_else(|| find(lower, "code", 0))?.end;
    let word = lower[at..].trim_start().split(|c: char| !c.is_ascii_alphanumeric()).next()?;
    let by_number = word.parse::<usize>().ok().and_then(|number| CODES.get(number));
    CODES.iter().find(|name| name.eq_ignore_ascii_case(word)).or(by_number).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_found_where_the_words_name_them() {
        let cases = [
            ("Failed to pull image \"r.test/a:v1\": x", Some("r.test/a:v1")),
            ("pull access denied for team/app, repository does", Some("team/app")),
            ("failed to resolve ref quay.io/a/b:latest: failed", Some("quay.io/a/b:latest")),
            ("initializing source docker://r.test/a:v1: x", Some("r.test/a:v1")),
            ("manifest for nginx:nope not found", Some("nginx:nope")),
            ("manifest for it", None),
            ("dial tcp", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(image(text, &text.to_ascii_lowercase()).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn placeholders_are_words() {
        assert_eq!(
            closed("on <ip address removed>: <your user>/x <a".to_owned()),
            "on <ip-address-removed>: <your-user>/x <a"
        );
        assert_eq!(
            closed("<html lang=en> < 5 > <h1>403 forbidden</h1>".to_owned()),
            "<html lang=en> <-5-> <h1>403 forbidden</h1>"
        );
    }

    #[test]
    fn codes_and_lookups() {
        assert_eq!(grpc_code("rpc error: code = notfound desc"), Some("NotFound"));
        assert_eq!(grpc_code("rpc error: code = 4 desc"), Some("DeadlineExceeded"));
        assert_eq!(grpc_code("no such thing"), None);
        let text = "dial tcp: lookup R.test on 10.0.0.1:53: no such host";
        assert_eq!(looked_up(text, &text.to_ascii_lowercase()).as_deref(), Some("R.test"));
        assert_eq!(one_line("err=\"a \\\"b\\\\\\\"\\\"\n c\"", 100), "err=\"a \"b\"\" c\"");
    }
}
