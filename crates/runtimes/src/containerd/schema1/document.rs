//! The payload of a manifest of schema 1, and the image that is made of it
//! (containerd v1.7.34 remotes/docker/schema1/converter.go `Convert`, `schema1ManifestHistory`).

use std::collections::HashMap;

use gostd::json::{self, Place, Reader, Value, encode_indent, parse};

/// What the converter indents by.
const INDENT: &str = "   ";
/// The date of nothing (`time.Time{}`).
const NO_TIME: &str = "0001-01-01T00:00:00Z";

/// Layers and history, the highest first.
pub(super) struct Document {
    pub(super) layers: Vec<String>,
    pub(super) history: Vec<String>,
}

/// Why a payload is no manifest of schema 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum DocumentError {
    #[error(transparent)]
    Json(#[from] json::Error),
    #[error("converter: expected schema1 document but found extra keys")]
    ExtraKeys,
}

/// Why no image can be made of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ConversionError {
    #[error("schema 1 conversion failed: no history")]
    NoHistory,
    #[error("schema 1 conversion failed: failed to unmarshal history: {0}")]
    History(json::Error),
    #[error("failed to unmarshal image from schema 1 history: {0}")]
    Image(json::Error),
}

/// What is known of a layer's content (`blobState`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) diff_id: String,
    /// Whether there is nothing in it: it is left out.
    pub(super) empty: bool,
}

/// A config, and the diff ids of the layers that are left, the lowest first.
pub(super) struct Image {
    pub(super) config: Vec<u8>,
    pub(super) diff_ids: Vec<String>,
}

impl Document {
    pub(super) fn decode(payload: &[u8]) -> Result<Self, DocumentError> {
        let parsed = parse(payload)?;
        let mut reader = Reader::new();
        let root = Place { go_struct: "", field: "", go_type: "schema1.manifest" };
        let object = reader.object(Some(&parsed), root).unwrap_or(&Value::Null);
        let mut texts = |list: &'static str, element: Place<'_>, name: &str, place: Place<'_>| {
            let outer = Place { go_struct: "manifest", field: list, go_type: element.field };
            let values = reader.array(object.field(list), outer);
            let mut texts = Vec::new();
            for value in values {
                let element = Place { go_struct: "manifest", field: list, go_type: element.go_type };
                let object = reader.object(Some(value), element).unwrap_or(&Value::Null);
                texts.push(reader.string(object.field(name), place));
            }
            texts
        };
        let element = Place { go_struct: "", field: "[]schema1.fsLayer", go_type: "schema1.fsLayer" };
        let place = Place { go_struct: "fsLayer", field: "fsLayers.blobSum", go_type: "digest.Digest" };
        let layers = texts("fsLayers", element, "blobSum", place);
        let element = Place { go_struct: "", field: "[]schema1.history", go_type: "schema1.history" };
        let place = Place { go_struct: "history", field: "history.v1Compatibility", go_type: "string" };
        let history = texts("history", element, "v1Compatibility", place);
        reader.finish()?;
        if object.field("manifests").is_some() || object.field("layers").is_some() {
            return Err(DocumentError::ExtraKeys);
        }
        Ok(Self { layers, history })
    }

    /// The config of the image, from the topmost layer's, with a history of all.
    pub(super) fn image(&self, states: &HashMap<String, State>) -> Result<Image, ConversionError> {
        let Some(top) = self.history.first() else { return Err(ConversionError::NoHistory) };
        let (mut history, mut diff_ids) = (Vec::new(), Vec::new());
        // The lowest first.
        for (entry, layer) in self.history.iter().zip(&self.layers).rev() {
            let state = states.get(layer).cloned().unwrap_or_default();
            history.push(history_entry(entry, state.empty).map_err(ConversionError::History)?);
            if !state.empty {
                diff_ids.push(state.diff_id);
            }
        }
        let config = image(top, &diff_ids, history).map_err(ConversionError::Image)?;
        Ok(Image { config: encode_indent(&config, INDENT).into_bytes(), diff_ids })
    }
}

/// Whether a layer's own history says that there is nothing in it (`isEmptyLayer`).
pub(super) fn is_empty_layer(compatibility: &str) -> Result<bool, json::Error> {
    let parsed = parse(compatibility.as_bytes())?;
    let mut reader = Reader::new();
    let object = reader.object(Some(&parsed), v1_history("", "schema1.v1History")).unwrap_or(&Value::Null);
    check_history(&mut reader, object);
    reader.finish()?;
    let present = |name| object.field(name).filter(|value| !value.is_null());
    Ok(match (present("throwaway"), present("Size")) {
        (Some(throwaway), _) => *throwaway == Value::Bool(true),
        (None, Some(Value::Number(size))) => size == "0" || size == "-0",
        _ => false,
    })
}

const fn v1_history(field: &'static str, go_type: &'static str) -> Place<'static> {
    Place { go_struct: if field.is_empty() { "" } else { "v1History" }, field, go_type }
}

/// Reads all that Go reads, for its words about wrong types; the command is what the rest needs. Times are not judged.
fn check_history(reader: &mut Reader, object: &Value) -> Vec<String> {
    for field in ["author", "comment"] {
        reader.string(object.field(field), v1_history(field, "string"));
    }
    reader.bool(object.field("throwaway"), v1_history("throwaway", "bool"));
    reader.int(object.field("Size"), v1_history("Size", "int"));
    let container = v1_history("container_config", "struct { Cmd []string \"json:\\\"Cmd,omitempty\\\"\" }");
    let container = reader.object(object.field("container_config"), container).unwrap_or(&Value::Null);
    reader.strings(container.field("Cmd"), v1_history("container_config.Cmd", "[]string"))
}

/// `ocispec.History`
fn history_entry(compatibility: &str, empty: bool) -> Result<Value, json::Error> {
    let parsed = parse(compatibility.as_bytes())?;
    let mut reader = Reader::new();
    let object = reader.object(Some(&parsed), v1_history("", "schema1.v1History")).unwrap_or(&Value::Null);
    let command = check_history(&mut reader, object).join(" ");
    reader.finish()?;
    let text = |name| object.field(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let created = object.field("created").and_then(Value::as_str).map_or(NO_TIME.to_owned(), time);
    let mut members = Members::default();
    members.push("created", Value::String(created));
    members.text("created_by", command);
    members.text("author", text("author"));
    members.text("comment", text("comment"));
    if empty {
        members.push("empty_layer", Value::Bool(true));
    }
    Ok(members.into())
}

/// `ocispec.Image`, read from the topmost history and written again: what it has no field for is lost.
fn image(compatibility: &str, diff_ids: &[String], history: Vec<Value>) -> Result<Value, json::Error> {
    let parsed = parse(compatibility.as_bytes())?;
    let mut reader = Reader::new();
    let root = Place { go_struct: "", field: "", go_type: "v1.Image" };
    let object = reader.object(Some(&parsed), root).unwrap_or(&Value::Null);
    let at = |field, go_type| Place { go_struct: "Image", field, go_type };
    let mut members = Members::default();
    if let Some(created) = object.field("created").and_then(Value::as_str) {
        members.push("created", Value::String(time(created)));
    }
    members.text("author", reader.string(object.field("author"), at("author", "string")));
    for (name, path, always) in [
        ("architecture", "Platform.architecture", true),
        ("os", "Platform.os", true),
        ("os.version", "Platform.os.version", false),
    ] {
        let text = reader.string(object.field(name), at(path, "string"));
        if always {
            members.push(name, Value::String(text));
        } else {
            members.text(name, text);
        }
    }
    members.texts(
        "os.features",
        reader.strings(object.field("os.features"), at("Platform.os.features", "[]string")),
    );
    members.text("variant", reader.string(object.field("variant"), at("Platform.variant", "string")));
    let config = reader.object(object.field("config"), at("config", "v1.ImageConfig"));
    members.push("config", image_config(&mut reader, config.unwrap_or(&Value::Null)));
    reader.finish()?;
    let texts = |texts: &[String]| Value::Array(texts.iter().cloned().map(Value::String).collect());
    let rootfs = vec![
        ("type".to_owned(), Value::String("layers".to_owned())),
        ("diff_ids".to_owned(), texts(diff_ids)),
    ];
    members.push("rootfs", Value::Object(rootfs));
    members.push("history", Value::Array(history));
    Ok(members.into())
}

/// `ocispec.ImageConfig`
fn image_config(reader: &mut Reader, config: &Value) -> Value {
    let at = |field, go_type| Place { go_struct: "Image", field, go_type };
    let mut members = Members::default();
    members.text("User", reader.string(config.field("User"), at("config.User", "string")));
    let set = |reader: &mut Reader, name: &str, place| {
        let object = reader.object(config.field(name), place);
        let mut keys: Vec<&String> =
            object.into_iter().flat_map(Value::members).map(|(key, _)| key).collect();
        keys.sort();
        keys.dedup();
        keys.into_iter().map(|key| (key.clone(), Value::Object(Vec::new()))).collect::<Vec<_>>()
    };
    let ports = set(reader, "ExposedPorts", at("config.ExposedPorts", "map[string]struct {}"));
    members.object("ExposedPorts", ports);
    for (name, path) in [("Env", "config.Env"), ("Entrypoint", "config.Entrypoint"), ("Cmd", "config.Cmd")] {
        members.texts(name, reader.strings(config.field(name), at(path, "[]string")));
    }
    members.object("Volumes", set(reader, "Volumes", at("config.Volumes", "map[string]struct {}")));
    members.text("WorkingDir", reader.string(config.field("WorkingDir"), at("config.WorkingDir", "string")));
    let mut labels = reader.string_map(config.field("Labels"), at("config.Labels", "map[string]string"));
    labels.sort();
    members.object("Labels", labels.into_iter().map(|(key, text)| (key, Value::String(text))).collect());
    members.text("StopSignal", reader.string(config.field("StopSignal"), at("config.StopSignal", "string")));
    if reader.bool(config.field("ArgsEscaped"), at("config.ArgsEscaped", "bool")) {
        members.push("ArgsEscaped", Value::Bool(true));
    }
    members.into()
}

/// Members of an object, those of Go's `omitempty` only where there is something in them.
#[derive(Default)]
struct Members(Vec<(String, Value)>);

impl Members {
    fn push(&mut self, name: &str, value: Value) {
        self.0.push((name.to_owned(), value));
    }

    fn text(&mut self, name: &str, text: String) {
        if !text.is_empty() {
            self.push(name, Value::String(text));
        }
    }

    fn texts(&mut self, name: &str, texts: Vec<String>) {
        if !texts.is_empty() {
            self.push(name, Value::Array(texts.into_iter().map(Value::String).collect()));
        }
    }

    fn object(&mut self, name: &str, members: Vec<(String, Value)>) {
        if !members.is_empty() {
            self.push(name, Value::Object(members));
        }
    }
}

impl From<Members> for Value {
    fn from(members: Members) -> Self {
        Self::Object(members.0)
    }
}

/// A time of RFC 3339 as Go writes it again: without zeros at the end of the fraction, UTC as `Z`.
fn time(text: &str) -> String {
    let Some((date, rest)) = text.split_once('.') else { return text.replace("+00:00", "Z") };
    let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    let (fraction, zone) = rest.split_at(end);
    let fraction = fraction.get(..9).unwrap_or(fraction).trim_end_matches('0');
    let zone = if zone == "+00:00" { "Z" } else { zone };
    if fraction.is_empty() { format!("{date}{zone}") } else { format!("{date}.{fraction}{zone}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_go_writes_them() {
        for (read, written) in [
            ("2015-10-31T22:22:56.015925234Z", "2015-10-31T22:22:56.015925234Z"),
            ("2015-10-31T22:22:56.500Z", "2015-10-31T22:22:56.5Z"),
            ("2015-10-31T22:22:56.000Z", "2015-10-31T22:22:56Z"),
            ("2015-10-31T22:22:56+00:00", "2015-10-31T22:22:56Z"),
            ("2015-10-31T22:22:56.10+02:00", "2015-10-31T22:22:56.1+02:00"),
        ] {
            assert_eq!(time(read), written);
        }
    }

    #[test]
    fn layers_that_say_they_are_empty() {
        for (history, empty) in [
            ("{}", Ok(false)),
            (r#"{"throwaway": true, "Size": 5}"#, Ok(true)),
            (r#"{"throwaway": false, "Size": 0}"#, Ok(false)),
            (r#"{"Size": 0}"#, Ok(true)),
            (r#"{"Size": 7}"#, Ok(false)),
            (
                r#"{"Size": "7"}"#,
                Err("json: cannot unmarshal string into Go struct field v1History.Size of type int"),
            ),
        ] {
            let found = is_empty_layer(history).map_err(|error| error.to_string());
            assert_eq!(found, empty.map_err(ToOwned::to_owned), "{history}");
        }
    }

    #[test]
    fn what_is_no_document() {
        for (payload, words) in [
            (
                r#"{"fsLayers": [], "layers": []}"#,
                "converter: expected schema1 document but found extra keys",
            ),
            (r#"{"manifests": null}"#, "converter: expected schema1 document but found extra keys"),
            (
                r#"{"fsLayers": [{"blobSum": 1}]}"#,
                "json: cannot unmarshal number into Go struct field fsLayer.fsLayers.blobSum of type digest.Digest",
            ),
        ] {
            assert_eq!(Document::decode(payload.as_bytes()).err().unwrap().to_string(), words, "{payload}");
        }
    }

    #[test]
    fn an_image_is_made() {
        let payload = r#"{"fsLayers": [{"blobSum": "b"}, {"blobSum": "e"}, {"blobSum": "a"}], "history": [
            {"v1Compatibility": "{\"created\":\"2015-10-31T22:22:56.50Z\",\"os\":\"linux\",\"architecture\":\"amd64\",\"id\":\"x\",\"config\":{\"Cmd\":[\"sh\"],\"Env\":[],\"Volumes\":{\"/v\":{}}}}"},
            {"v1Compatibility": "{\"container_config\":{\"Cmd\":[\"/bin/sh\",\"-c\",\"a && b\"]},\"throwaway\":true}"},
            {"v1Compatibility": "{\"author\":\"me\"}"}]}"#;
        let states = [("b", "sha256:B", false), ("e", "", true), ("a", "sha256:A", false)];
        let states = states
            .map(|(layer, diff_id, empty)| (layer.to_owned(), State { diff_id: diff_id.to_owned(), empty }));
        let image = Document::decode(payload.as_bytes()).unwrap().image(&HashMap::from(states)).unwrap();
        assert_eq!(image.diff_ids, ["sha256:A", "sha256:B"]);
        let expected = "{
   \"created\": \"2015-10-31T22:22:56.5Z\",
   \"architecture\": \"amd64\",
   \"os\": \"linux\",
   \"config\": {
      \"Cmd\": [
         \"sh\"
      ],
      \"Volumes\": {
         \"/v\": {}
      }
   },
   \"rootfs\": {
      \"type\": \"layers\",
      \"diff_ids\": [
         \"sha256:A\",
         \"sha256:B\"
      ]
   },
   \"history\": [
      {
         \"created\": \"0001-01-01T00:00:00Z\",
         \"author\": \"me\"
      },
      {
         \"created\": \"0001-01-01T00:00:00Z\",
         \"created_by\": \"/bin/sh -c a \\u0026\\u0026 b\",
         \"empty_layer\": true
      },
      {
         \"created\": \"2015-10-31T22:22:56.5Z\"
      }
   ]
}";
        assert_eq!(String::from_utf8(image.config).unwrap(), expected);
    }
}
