//! What to do about a finding: its own remedies, then the catalogue's, with the names of the pull in the commands; and
//! how to tell it from what else it may be.

use gostd::net::{DnsError, Error};
use schemars::JsonSchema;
use serde::Serialize;
use trace::{Decision, Dial, Exchange, Purpose, What};

use crate::access::PLUGIN_FAILED;
use crate::catalogue::Cloud;
use crate::finding::Finding;
use crate::names::Names;
use crate::scene::{Scene, authority, challenge_parameter, is_mirror, path};
use crate::{Cause, Facts, Remedy, Runtime};

/// The name that a new secret gets where the pod names none.
const NEW_SECRET: &str = "pull-secret";

/// Words for what only a pull itself can tell.
const FACTS: [&str; 7] = ["REALM", "SERVICE", "SERVER", "PROXY", "MIRROR", "DIGEST", "ADDRESS"];

/// What else it may be, and how to find out.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct Alternative {
    /// The cause.
    pub cause: Cause,
    /// Its code.
    pub code: &'static str,
    /// How it is told from its look-alikes, in a sentence or two.
    pub told_apart: &'static str,
    /// A command that tells more and changes nothing.
    pub command: Option<String>,
}

/// The remedies, a line each; a command is indented by two spaces and belongs to the line before.
pub(crate) fn remedies(
    finding: &Finding,
    names: &Names,
    cloud: Option<Cloud>,
    runtime: Runtime,
) -> Vec<String> {
    let filled = |line: &String| if line.starts_with("  ") { names.fill(line) } else { line.clone() };
    let mut lines: Vec<String> = finding.remedies.iter().map(filled).collect();
    let advised = !lines.is_empty();
    let meant = |remedy: &&Remedy| {
        remedy.is_for(cloud)
            && remedy.is_of(runtime)
            && !(finding.beside_secrets && remedy.of_secret)
            && (remedy.looks || !finding.alone)
    };
    for Remedy { text, command, .. } in finding.cause.remedies().iter().filter(meant) {
        let command = command.map(|command| format!("  {}", names.fill(command)));
        // What the rule says for the case says more than the catalogue's advice for all cases.
        let useless =
            command.as_ref().map_or(advised, |command| lines.contains(command) || lacks_facts(command));
        let text = names.fill(text);
        if useless || lines.contains(&text) {
            continue;
        }
        lines.push(text);
        lines.extend(command);
    }
    lines
}

/// Whether a command waits for something that this pull never came to.
fn lacks_facts(command: &str) -> bool {
    FACTS.iter().any(|word| command.split(|c: char| !c.is_ascii_uppercase()).any(|part| part == *word))
}

/// The alternatives, likeliest first, each with what tells it apart.
pub(crate) fn alternatives(finding: &Finding, names: &Names, cloud: Option<Cloud>) -> Vec<Alternative> {
    let own: Vec<&str> = finding.cause.remedies().iter().filter_map(|remedy| remedy.command).collect();
    let tell = |cause: &Cause| {
        let looks = cause.remedies().iter().filter(|remedy| remedy.looks && remedy.is_for(cloud));
        let commands = looks.filter_map(|remedy| remedy.command).filter(|command| !own.contains(command));
        let command = commands.map(|command| names.fill(command)).find(|command| !lacks_facts(command));
        Alternative { cause: *cause, code: cause.code(), told_apart: cause.told_apart(), command }
    };
    finding.alternatives.iter().map(tell).collect()
}

/// The names of a pull, before it is known on which attempt it broke.
pub(crate) fn of_facts(facts: &Facts<'_>) -> Names {
    let names =
        Names::new().with("IMAGE", facts.image).with("NAMESPACE", facts.namespace.unwrap_or("default"));
    let names = match facts.reference {
        Some(reference) => {
            let names = names.with_registry(reference.domain).with("REPOSITORY", reference.path);
            let names = reference.tag.into_iter().fold(names, |names, tag| names.with("TAG", tag));
            reference.digest.into_iter().fold(names, |names, digest| names.with("DIGEST", digest))
        }
        None => names,
    };
    let elsewhere = facts.missing.iter().flat_map(|secret| &secret.elsewhere).next();
    let names = elsewhere.into_iter().fold(names, |names, namespace| names.with("OTHER", namespace));
    names.with("NAME", secret(facts).unwrap_or(NEW_SECRET)).with("PLATFORM", facts.platform)
}

/// The secret that the pod has, or names.
fn secret<'a>(facts: &'a Facts<'_>) -> Option<&'a str> {
    let missing = facts.missing.iter().map(|secret| secret.name.as_str());
    let unmatched = facts.unmatched.iter().map(|entry| entry.source.as_str());
    let skipped = facts.skipped.iter().map(|secret| secret.source.as_str());
    let sent = facts.attempts.iter().filter_map(|attempt| attempt.login).map(|login| login.source);
    missing.chain(sent.chain(unmatched).chain(skipped).filter_map(in_cluster).map(|(_, name)| name)).next()
}

/// Namespace and name of a secret, as `kubectl` would write them; nothing of what is no secret of a cluster.
pub(crate) fn in_cluster(source: &str) -> Option<(&str, &str)> {
    let (namespace, name) = source.split_once('/')?;
    let plain = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b))
    };
    (plain(namespace) && plain(name)).then_some((namespace, name))
}

/// The names of the attempt that tells the cause.
pub(crate) fn of_scene(scene: &Scene<'_>) -> Names {
    let names = Names::new();
    let names = scene.failure().into_iter().fold(names, |names, failure| {
        let url = failure.url().map(authority).filter(|authority| !authority.is_empty());
        names.with_host(url.unwrap_or_else(|| failure.host()))
    });
    let names = scene.last_exchange().into_iter().fold(names, of_exchange);
    let names = scene.login().into_iter().fold(names, |names, login| names.with("USER", login.username));
    let names = of_token_service(scene, names);
    scene.attempt.steps.iter().rev().fold(names, |names, step| match &step.what {
        What::Lookup(lookup) => {
            let server = lookup.fault.as_ref().and_then(|fault| server(&fault.error));
            let server = server.or_else(|| lookup.servers.last().map(|server| server.ip().to_string()));
            server.into_iter().fold(names, |names, server| names.with("SERVER", &server))
        }
        What::Dial(Dial { address, .. }) => names.with("ADDRESS", &address.ip().to_string()),
        What::Tunnel(tunnel) => names.with("PROXY", &tunnel.proxy),
        What::Decision(Decision { about: PLUGIN_FAILED, text, .. }) => {
            names.with("PLUGIN", text.split(':').next().unwrap_or_default())
        }
        What::Exchange(exchange) => {
            let proxy = exchange.proxy.as_deref();
            let names = proxy.into_iter().fold(names, |names, proxy| names.with("PROXY", proxy));
            if is_mirror(&exchange.url) { names.with("MIRROR", authority(&exchange.url)) } else { names }
        }
        _ => names,
    })
}

fn of_exchange(names: Names, last: &Exchange) -> Names {
    let names = names.with_host(authority(&last.url));
    let digest = path(&last.url).rsplit('/').next().filter(|end| end.contains(':'));
    digest.into_iter().fold(names, |names, digest| names.with("DIGEST", digest))
}

/// What a challenge says of the token service.
fn of_token_service(scene: &Scene<'_>, mut names: Names) -> Names {
    for exchange in scene.exchanges().filter(|exchange| exchange.purpose != Purpose::Token) {
        for (word, parameter) in [("REALM", "realm"), ("SERVICE", "service")] {
            if let Some(value) = challenge_parameter(exchange, parameter) {
                names = names.with(word, &value);
            }
        }
    }
    names
}

fn server(error: &Error) -> Option<String> {
    match error {
        Error::Op(op) => server(&op.cause),
        Error::Dns(DnsError { server, .. }) => server.map(|server| server.ip().to_string()),
        _ => None,
    }
}
