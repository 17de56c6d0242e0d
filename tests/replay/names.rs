//! Names in place of what is different in each run: `{REGISTRY}`, `{DIGEST:layer1}`, `{LOCAL}`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex, escape};

use crate::content::{self, Content};
use crate::node_files::CERTIFICATES;
use crate::recording::{Definition, Family, Request};

/// The names of one recording.
pub(crate) struct Names {
    family: Family,
    content: &'static Content,
    hosts: BTreeMap<String, String>,
    addresses: BTreeMap<String, String>,
    /// As above, the longest value first, so that none is cut by a shorter one.
    values: Vec<(String, String)>,
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

static DIGEST_NAME: LazyLock<Regex> = LazyLock::new(|| regex(r"\{(DIGEST|HEX):([\w-]+)\}"));
static DIGEST: LazyLock<Regex> = LazyLock::new(|| regex(r"sha256:[0-9a-f]{64}"));
static HEX: LazyLock<Regex> = LazyLock::new(|| regex(r"[:]?[0-9a-f]{64,}"));
static EXTRACT: LazyLock<Regex> = LazyLock::new(|| regex(r#""extract-\d+-[A-Za-z0-9_-]{4} "#));
static NOW: LazyLock<Regex> = LazyLock::new(|| regex(r"current time \S+ is"));

/// Patterns with what stands in their place, one after the other.
type Patterns = LazyLock<Vec<(Regex, &'static str)>>;

/// Family A: the node's own addresses.
static LOCAL: Patterns = LazyLock::new(|| {
    compiled(&[
        (r"\[::1\]:\d{5}->|127\.0\.0\.1:\d{4,5}->", "{LOCAL}->"),
        (r"(read|write|dial) (udp|tcp) (?:127[\d.]+|10[\d.]+):\d{4,5}->", "$1 $2 {LOCAL}->"),
    ])
});
/// Family B: the node's own ports; measured times; directories of a name that the runtime made up.
static EPHEMERAL: Patterns = LazyLock::new(|| {
    compiled(&[
        (r"(\d+\.\d+\.\d+\.\d+):\d{4,5}->", "$1:{EPHEMERAL_PORT}->"),
        (r"\[?::1\]?:\d{4,5}->", "[::1]:{EPHEMERAL_PORT}->"),
        (r"(read udp \d+\.\d+\.\d+\.\d+):\d+", "$1:{EPHEMERAL_PORT}"),
        (r"@( ?)-?[\d.]+ ms", "@$1{MS} ms"),
        (r"(/var)?/tmp/container_images_storage\d+|/tmp/containerd-mount\d+|/tmp/GetImageBlob\d+", "{TMP}"),
    ])
});

fn compiled(patterns: &[(&str, &'static str)]) -> Vec<(Regex, &'static str)> {
    patterns.iter().map(|(pattern, by)| (regex(pattern), *by)).collect()
}

fn replaced(text: &str, patterns: &[(Regex, &str)]) -> String {
    patterns.iter().fold(text.to_owned(), |text, (pattern, by)| pattern.replace_all(&text, *by).into_owned())
}

impl Names {
    pub(crate) fn new(family: Family, definition: &Definition) -> Self {
        let mut hosts = BTreeMap::new();
        let mut addresses = BTreeMap::new();
        for (key, server) in &definition.servers {
            addresses.insert(key.clone(), server.addr.clone());
            if let Some(host) = server.host.as_ref().filter(|host| !host.is_empty()) {
                hosts.insert(key.clone(), host.clone());
            }
        }
        let mut by_address: Vec<_> =
            addresses.iter().map(|(key, value)| (value.clone(), format!("{{{key}_ADDR}}"))).collect();
        by_address.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        let mut by_host: Vec<_> = hosts
            .iter()
            .filter(|(_, host)| {
                host.contains(".test")
                    || host.starts_with(|c: char| c.is_ascii_digit())
                    || host.starts_with("localhost")
                    || host.starts_with('[')
            })
            .map(|(key, value)| (value.clone(), format!("{{{key}}}")))
            .collect();
        by_host.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        let values = by_address.into_iter().chain(by_host).collect();
        Self { family, content: content::of(family), hosts, addresses, values }
    }

    /// The real values in place of the names.
    pub(crate) fn substitute(&self, text: &str) -> String {
        self.replace(text, str::to_owned)
    }

    /// As [`Names::substitute`], in a regular expression.
    pub(crate) fn substitute_in_regex(&self, text: &str) -> String {
        self.replace(text, escape)
    }

    fn replace(&self, text: &str, quote: fn(&str) -> String) -> String {
        if !text.contains('{') {
            return text.to_owned();
        }
        let mut text = text.to_owned();
        for (key, value) in &self.hosts {
            text = text.replace(&format!("{{{key}}}"), &quote(value));
        }
        for (key, value) in &self.addresses {
            text = text.replace(&format!("{{{key}_ADDR}}"), &quote(value));
        }
        let digest = |found: &Captures<'_>| {
            let digest = &self.content.by_name[&found[2]].digest;
            if &found[1] == "HEX" { digest[7..].to_owned() } else { digest.clone() }
        };
        DIGEST_NAME.replace_all(&text, digest).replace("{CERTS}", CERTIFICATES)
    }

    /// The names in place of the real values, and of what is different in each run.
    pub(crate) fn normalise(&self, text: &str) -> String {
        let content = self.content;
        let text = DIGEST.replace_all(text, |found: &Captures<'_>| {
            let digest = &found[0];
            let named = || content.names.get(digest).map(|name| format!("{{DIGEST:{name}}}"));
            content.diffs.get(digest).cloned().or_else(named).unwrap_or_else(|| digest.to_owned())
        });
        let text = HEX.replace_all(&text, |found: &Captures<'_>| {
            let named = content.names.get(&format!("sha256:{}", &found[0]));
            named.map_or_else(|| found[0].to_owned(), |name| format!("{{HEX:{name}}}"))
        });
        let text = EXTRACT.replace_all(&text, "\"extract-{NANOS}-{RANDOM} ");
        let text = NOW.replace_all(&text, "current time {NOW} is");
        let mut text = match self.family {
            Family::A => replaced(&text, &LOCAL),
            Family::B => replaced(&text, &EPHEMERAL),
        };
        for (value, name) in &self.values {
            text = text.replace(value, name);
        }
        text
    }

    pub(crate) fn normalise_request(&self, request: &Request) -> Request {
        let text = |text: &String| self.normalise(text);
        Request {
            server: request.server.clone(),
            host: request.host.as_ref().map(text),
            tls: request.tls,
            method: request.method.clone(),
            path: text(&request.path),
            query: text(&request.query),
            headers: request.headers.iter().map(|(key, value)| (key.clone(), text(value))).collect(),
            body: request.body.as_ref().map(text),
            status: request.status.clone(),
            step: request.step,
        }
    }
}
