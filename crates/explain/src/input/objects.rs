//! Pods, events and lists of them, in YAML or JSON; also parts of them, and logs in JSON.

use serde_json::{Map, Value};

use super::{About, Statement, is_about_a_pull};

/// Nothing nests deeper than this that is of interest.
const MAX_DEPTH: usize = 24;
/// Members whose text is what a log says.
const LOG_MEMBERS: [&str; 6] = ["msg", "message", "log", "MESSAGE", "error", "err"];

/// The statements of objects. `None` when the text is none.
pub(crate) fn read(text: &str) -> Option<Vec<Statement>> {
    let documents = documents(text)?;
    let mut found = Vec::new();
    for document in &documents {
        walk(document, &About::default(), 0, &mut found);
    }
    found.dedup();
    Some(found)
}

fn documents(text: &str) -> Option<Vec<Value>> {
    let trimmed = text.trim_start_matches('\u{feff}').trim_start();
    if trimmed.starts_with(['{', '[']) {
        // Of a stream that breaks off, what came before is read.
        let stream = serde_json::Deserializer::from_str(trimmed).into_iter::<Value>();
        let values: Vec<Value> =
            stream.map_while(Result::ok).filter(|v| v.is_object() || v.is_array()).collect();
        return (!values.is_empty()).then_some(values);
    }
    let keys = [
        "kind:",
        "apiVersion:",
        "containerStatuses:",
        "initContainerStatuses:",
        "waiting:",
        "status:",
        "- apiVersion:",
    ];
    let is_yaml = text.lines().any(|line| {
        let behind = |key: &&str| line.trim_start().strip_prefix(*key);
        keys.iter().filter_map(behind).any(|rest| rest.trim().is_empty() || rest.starts_with(' '))
    });
    if !is_yaml {
        return None;
    }
    serde_saphyr::from_multiple::<Value>(text).ok()
}

fn walk(value: &Value, about: &About, depth: usize, found: &mut Vec<Statement>) {
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|element| walk(element, about, depth + 1, found)),
        Value::Object(map) => object(map, about, depth, found),
        _ => {}
    }
}

fn object(map: &Map<String, Value>, about: &About, depth: usize, found: &mut Vec<Statement>) {
    let about = closer(map, about);
    found.extend(statement(map, &about));
    for (key, value) in map {
        if key != "spec" && key != "metadata" && key != "lastState" {
            walk(value, &about, depth + 1, found);
        }
    }
}

/// What is known further inside.
fn closer(map: &Map<String, Value>, about: &About) -> About {
    let mut about = about.clone();
    if text(map, "kind") == Some("Pod") {
        let named = |name| map.get("metadata").and_then(|metadata| member(metadata, name)).map(str::to_owned);
        (about.namespace, about.pod) = (named("namespace"), named("name"));
    }
    if let Some(object) = map.get("involvedObject").or_else(|| map.get("regarding")) {
        about.namespace = member(object, "namespace").map(str::to_owned);
        about.pod = member(object, "name").map(str::to_owned);
        about.container = member(object, "fieldPath").and_then(container_of_path).map(str::to_owned);
    }
    if map.contains_key("state") || map.contains_key("imageID") {
        about.container = text(map, "name").map(str::to_owned);
        about.image = text(map, "image").map(str::to_owned);
    }
    if let Some((namespace, pod)) = map.get("pod").and_then(pod_of_log) {
        (about.namespace, about.pod) = (Some(namespace), Some(pod));
    }
    about
}

/// The pod of a record that the kubelet writes in JSON: `{"name": …, "namespace": …}` for one that it has
/// (`klog@29e3f731:k8s_references.go:42`), `NAMESPACE/NAME` where another has made a text of it.
fn pod_of_log(pod: &Value) -> Option<(String, String)> {
    let (namespace, name) = match pod {
        Value::String(text) => text.split_once('/')?,
        _ => (member(pod, "namespace")?, member(pod, "name")?),
    };
    Some((namespace.to_owned(), name.to_owned()))
}

/// The name in `spec.containers{NAME}`.
pub(super) fn container_of_path(path: &str) -> Option<&str> {
    path.split_once('{')?.1.split('}').next()
}

fn statement(map: &Map<String, Value>, about: &About) -> Option<Statement> {
    let message = text(map, "message").or_else(|| text(map, "note"));
    let text = match text(map, "reason") {
        Some(reason) if is_about_a_pull(reason, message.unwrap_or_default()) => {
            format!("{reason}: {}", message.unwrap_or_default())
        }
        Some(_) => return None,
        // No object of Kubernetes has a level or a time beside its message.
        None if map.contains_key("kind") || map.contains_key("status") => return None,
        None => LOG_MEMBERS.iter().filter_map(|name| text(map, name)).collect::<Vec<_>>().join(": "),
    };
    let image = text_of_log(map, "image").or_else(|| about.image.clone());
    (!text.trim().is_empty()).then(|| Statement {
        text,
        about: About { image, ..about.clone() },
        ..Statement::default()
    })
}

fn text_of_log(map: &Map<String, Value>, name: &str) -> Option<String> {
    text(map, name).filter(|image| !image.is_empty()).map(str::to_owned)
}

fn text<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    map.get(name)?.as_str()
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}
