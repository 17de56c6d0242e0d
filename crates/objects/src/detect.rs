use serde::de::IgnoredAny;

use crate::excerpt::{Reveal, place_of_byte};
use crate::tree::{Span, Tree, Value};
use crate::{InputError, Source, yaml};

/// What an input turned out to be.
pub(crate) struct Detected {
    /// The text that the spans refer to: the input, or what it held in base64.
    pub source: Source,
    /// How many times over it was base64.
    pub base64_times: usize,
    pub form: Form,
}

pub(crate) enum Form {
    /// A Docker client's `config.json`.
    DockerConfigJson(Tree),
    /// The older login file: registries and their logins, nothing around them.
    DockerCfg(Tree),
    /// Kubernetes objects, one a document.
    Objects(Vec<Tree>),
}

/// Finds out what an input is.
pub(crate) fn detect(source: &Source) -> Result<Detected, InputError> {
    if source.text().trim().is_empty() {
        return Err(InputError::Empty { file: source.shown_name().to_owned() });
    }
    let (mut at_hand, mut base64_times) = (source.clone(), 0);
    // More than base64 of base64 has never been seen to happen by accident.
    while base64_times < 3
        && let Some(text) = decoded(at_hand.text())
    {
        base64_times += 1;
        at_hand = Source::from_text(format!("{} (decoded from base64)", source.shown_name()), text);
    }
    let begin = at_hand.text().trim_start();
    // Two braces begin no JSON; they are a template's.
    let form = if begin.starts_with(['{', '[']) && !begin.starts_with("{{") {
        json_form(&at_hand)
    } else {
        yaml_form(&at_hand)
    }?;
    Ok(Detected { source: at_hand, base64_times, form })
}

/// The text in base64, when the whole input is that, possibly broken into lines.
fn decoded(text: &str) -> Option<String> {
    let compact: String = text.split_whitespace().collect();
    if compact.len() < 8 {
        return None;
    }
    let decoded = match gostd::base64::decode_std(&compact) {
        Ok(decoded) => decoded,
        Err(_) => gostd::base64::decode_raw_std(&compact).ok()?,
    };
    let text = String::from_utf8(decoded).ok()?;
    // A short word can be base64 of something by chance, but not of this.
    let readable = text.contains(['{', ':']) || self::decoded(&text).is_some();
    readable.then_some(text)
}

fn json_form(source: &Source) -> Result<Form, InputError> {
    // JSON documents with dashes between them are YAML documents.
    if source.text().lines().any(|line| line.trim_end() == "---") {
        return yaml_form(source);
    }
    let mut documents = json_documents(source)?;
    if documents.len() > 1 {
        return objects(source, documents);
    }
    let tree = documents.pop().unwrap_or(Tree { span: Span::default(), value: Value::Null });
    let has = |name: &str| tree.members().iter().any(|m| m.key.expose().eq_ignore_ascii_case(name));
    if has("kind") || has("apiVersion") {
        return Ok(Form::Objects(vec![tree]));
    }
    let of_docker = ["auths", "credsStore", "credHelpers", "HttpHeaders"].into_iter().any(has);
    if tree.is_map() && (of_docker || tree.members().is_empty()) {
        return Ok(Form::DockerConfigJson(tree));
    }
    let all_logins = tree.members().iter().all(|member| member.value.is_map());
    if tree.is_map() && all_logins {
        return Ok(Form::DockerCfg(tree));
    }
    Err(unrecognised(source, &tree))
}

fn yaml_form(source: &Source) -> Result<Form, InputError> {
    let mut documents = documents(source)?;
    documents.retain(|document| !document.is_null());
    objects(source, documents)
}

fn objects(source: &Source, documents: Vec<Tree>) -> Result<Form, InputError> {
    match documents.iter().find(|document| document.get("kind").is_none()) {
        Some(stranger) => Err(unrecognised(source, stranger)),
        None if documents.is_empty() => Err(InputError::Empty { file: source.shown_name().to_owned() }),
        None => Ok(Form::Objects(documents)),
    }
}

fn unrecognised(source: &Source, document: &Tree) -> InputError {
    let file = source.shown_name().to_owned();
    // A word or a binary blob has no place worth pointing at.
    let place = match document.value {
        Value::Map(_) | Value::List(_) => Some(document.span.place(source, Reveal::Masked)),
        _ => None,
    };
    InputError::Unrecognised { file, place }
}

/// Reads JSON documents one after the other, as `kubectl` does.
fn json_documents(source: &Source) -> Result<Vec<Tree>, InputError> {
    let text = source.text();
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let mut ends = Vec::new();
    while let Some(piece) = stream.next() {
        piece.map_err(|error| json_error(source, &error))?;
        ends.push(stream.byte_offset());
    }
    let (mut start, mut trees) = (0, Vec::new());
    for end in ends {
        let (line, column) = place_of_byte(text, start);
        let piece = text.get(start..end).unwrap_or_default();
        for mut tree in parse(piece, source)? {
            tree.shift(line - 1, column - 1);
            trees.push(tree);
        }
        start = end;
    }
    Ok(trees)
}

fn json_error(source: &Source, error: &serde_json::Error) -> InputError {
    let span = Span { line: error.line(), column: error.column().max(1), length: 1 };
    let text = error.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text).to_owned();
    InputError::Json { place: span.place(source, Reveal::Masked), message }
}

/// Reads one JSON document.
pub(crate) fn json(source: &Source) -> Result<Tree, InputError> {
    serde_json::from_str::<IgnoredAny>(source.text()).map_err(|error| json_error(source, &error))?;
    let mut documents = documents(source)?;
    Ok(documents.pop().unwrap_or(Tree { span: Span::default(), value: Value::Null }))
}

/// Reads all YAML documents of a text.
pub(crate) fn documents(source: &Source) -> Result<Vec<Tree>, InputError> {
    parse(source.text(), source)
}

fn parse(text: &str, source: &Source) -> Result<Vec<Tree>, InputError> {
    yaml::parse(text).map_err(|error| InputError::Yaml {
        place: error.span.place(source, Reveal::Masked),
        message: error.message,
    })
}
