//! Family A: a server with rules of its own.

mod message;
mod registry;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

use crate::names::Names;
use crate::recording::{Do, Request, ServerFile, When};
use crate::reply::{Action, Reply};

/// The rules of a server, with how often each of them has answered.
pub(crate) struct Rules {
    file: ServerFile,
    names: Arc<Names>,
    used: Mutex<Vec<u32>>,
}

impl Rules {
    pub(crate) fn new(file: ServerFile, names: Arc<Names>) -> Self {
        let used = Mutex::new(vec![0; file.rules.len()]);
        Self { file, names, used }
    }

    /// A proxy for plain HTTP is asked for whole URLs.
    pub(super) fn takes_whole(&self, target: &str) -> bool {
        self.file.proxy && target.starts_with("http://")
    }

    pub(super) fn reply(&self, request: &Request) -> Reply {
        let answer = choose(self, request);
        let delay = Duration::from_secs_f64(answer.delay.unwrap_or(0.0));
        let action = match &answer {
            Do { reset: true, .. } => Action::Reset,
            Do { close: true, .. } => Action::Close,
            Do { stall: true, .. } => Action::Stall,
            Do { tunnel: true, .. } => Action::Tunnel(self.tunnel_to(&request.path)),
            _ => Action::Send(message::build(self, &answer, request)),
        };
        Reply { delay, action }
    }

    /// Where a tunnel to `HOST:PORT` leads.
    fn tunnel_to(&self, target: &str) -> Option<SocketAddr> {
        let (host, port) = target.rsplit_once(':')?;
        format!("{}:{port}", self.file.tunnel_to.get(host)?).parse().ok()
    }
}

/// The first rule that fits and is not used up, over the registry's own answer where it does not say a status.
fn choose(server: &Rules, request: &Request) -> Do {
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
    let own = registry::answer(server, request);
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

fn fits(server: &Rules, when: &When, request: &Request) -> bool {
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

/// `Basic dXNlcjpwdw==` becomes `Basic user:pw`; all else stays.
pub(super) fn readable(value: &str) -> String {
    match value.split_once(' ') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("basic") => match STANDARD.decode(rest) {
            Ok(pair) => format!("Basic {}", String::from_utf8_lossy(&pair)),
            Err(_) => format!("Basic <undecodable:{rest}>"),
        },
        _ => value.to_owned(),
    }
}
