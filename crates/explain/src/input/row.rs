//! Rows of kubectl's tables of events: `describe`, `get events`, `get events -o wide`; of all versions.

use super::objects::container_of_path;
use super::{About, Statement, is_about_a_pull};
use crate::pods_table::is_name;

/// What a row is.
pub(crate) enum Row {
    /// An event that says something about a pull.
    Telling(Statement),
    /// Another event.
    Other,
}

/// How the kubelet begins to tell of a failed pull.
const PULL: &str = "Failed to pull image";
/// How the messages begin that the kubelet writes about images.
const BEGINNINGS: [&str; 12] = [
    "spec.containers{",
    "spec.initContainers{",
    "Failed to pull image",
    "Back-off pulling image",
    "Failed to apply default image",
    "Failed to inspect image",
    "Container image",
    "Unable to retrieve",
    "Failed to create pod sandbox",
    "Error: ",
    "Error syncing pod",
    "(combined from similar events)",
];
/// A type stands among the first columns.
const TYPE_WITHIN: usize = 160;

/// How the scheduler tells that it found a node (the event `Scheduled` of `Scheduler.finishBinding`).
const ASSIGNED: &str = "Successfully assigned ";

/// Reads a line as a row; `described` is the pod whose events these are, where rows do not name it. `None` when it is none.
pub(crate) fn read(line: &str, described: &About) -> Option<Row> {
    let kind = ["Warning", "Normal"].into_iter().filter_map(|kind| column(line, kind)).min()?;
    let rest = line[kind..].split_once(char::is_whitespace)?.1.trim_start();
    let (reason, rest) = rest.split_once(char::is_whitespace)?;
    if !reason.starts_with(|c: char| c.is_ascii_uppercase()) || !reason.chars().all(char::is_alphanumeric) {
        return None;
    }
    // Where the columns were cut, the reason runs into the message.
    let (reason, message) = match line.find(PULL) {
        Some(at) if !is_about_a_pull(reason, message(rest)) => ("Failed", line[at..].trim()),
        _ => (reason, message(rest)),
    };
    if !is_about_a_pull(reason, message) {
        return Some(Row::Other);
    }
    let named =
        line.split_whitespace().find_map(|word| word.strip_prefix("pod/").or(word.strip_prefix("Pod/")));
    let container =
        line.split_whitespace().find(|word| word.starts_with("spec.")).and_then(container_of_path);
    let about = About {
        container: container.map(str::to_owned),
        ..match named {
            Some(pod) => About {
                namespace: namespace(line.get(..kind)?).map(str::to_owned),
                pod: Some(pod.to_owned()),
                ..About::default()
            },
            None => described.clone(),
        }
    };
    let reason = if reason == "Failed" { String::new() } else { format!("{reason}: ") };
    Some(Row::Telling(Statement { text: format!("{reason}{message}"), about, ..Statement::default() }))
}

/// The namespace and the name of the pod that a row of `kubectl describe pod` says was assigned to a node. In other tables
/// the next row may be of another pod.
pub(crate) fn scheduled(line: &str) -> Option<(String, String)> {
    let mut words = line.split_whitespace();
    if (words.next(), words.next()) != (Some("Normal"), Some("Scheduled")) {
        return None;
    }
    let named = line.split_once(ASSIGNED)?.1.split_whitespace().next()?;
    let (namespace, pod) = named.split_once('/')?;
    (is_name(namespace) && is_name(pod)).then(|| (namespace.to_owned(), pod.to_owned()))
}

/// The namespace in the columns before the type: `NAMESPACE  LAST SEEN`, where there may be one alone.
fn namespace(before: &str) -> Option<&str> {
    let before = before.split_once('(').map_or(before, |(before, _)| before);
    let mut words = before.split_whitespace();
    let (first, seen) = (words.next()?, words.next()?);
    (words.next().is_none() && is_name(first) && !is_age(first) && is_age(seen)).then_some(first)
}

/// `67s`, `2m30s`, `<unknown>`: how long ago it was, as kubectl writes it.
fn is_age(word: &str) -> bool {
    let ends = word.ends_with(['s', 'm', 'h', 'd', 'y']);
    let parts = word.bytes().all(|byte| byte.is_ascii_digit() || b"smhdy".contains(&byte));
    word == "<unknown>" || (ends && parts && word.starts_with(|c: char| c.is_ascii_digit()))
}

/// Where `word` stands as a column of its own.
fn column(line: &str, word: &str) -> Option<usize> {
    let at = line.find(word)?;
    let before = line[..at].chars().next_back().is_none_or(char::is_whitespace);
    let after = line[at + word.len()..].chars().next().is_some_and(char::is_whitespace);
    (before && after && at < TYPE_WITHIN).then_some(at)
}

/// The message: where the kubelet's words begin, else behind the columns of age and source.
fn message(rest: &str) -> &str {
    let begin = BEGINNINGS.iter().filter_map(|beginning| rest.find(beginning)).min();
    match begin {
        Some(at) => without_path(rest[at..].trim()),
        None => rest.trim().rsplit("  ").next().unwrap_or(rest).trim(),
    }
}

/// Without the part of the pod that kubectl 1.35 writes before the message.
fn without_path(message: &str) -> &str {
    match message.strip_prefix("spec.").and_then(|rest| rest.split_once('}')) {
        Some((_, rest)) => {
            let rest = rest.trim_start_matches(':').trim_start();
            // In `get events -o wide` the source stands between.
            BEGINNINGS[2..]
                .iter()
                .filter_map(|beginning| rest.find(beginning))
                .min()
                .map_or(rest, |at| &rest[at..])
        }
        None => message,
    }
}
