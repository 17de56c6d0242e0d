//! Schema 1 (cri-o@f954a17:vendor/go.podman.io/image/v5/manifest/docker_schema1.go).

use std::collections::BTreeMap;

use distribution::Descriptor;
use gostd::json::{self, Place, Reader, Value, encode_string};
use gostd::{base64, strconv};

use super::super::error::{Error, Result};

/// What the signatures of a signed manifest are made over, of which its digest is (internal/manifest/manifest.go `Digest`,
/// libtrust `ParsePrettySignature`); none of a manifest without signatures.
pub(super) fn signed_payload(manifest: &[u8]) -> Option<Vec<u8>> {
    let document = json::parse(manifest).ok()?;
    let is_old = matches!(document.field("schemaVersion"), Some(Value::Number(version)) if version == "1");
    let Some(Value::Array(signatures)) = document.field("signatures").filter(|_| is_old) else { return None };
    let decode = |text: &str| {
        let padding = "=".repeat((4 - text.len() % 4) % 4);
        base64::decode_url(format!("{text}{padding}")).ok()
    };
    let protected = decode(signatures.first()?.field("protected")?.as_str()?)?;
    let protected = json::parse(&protected).ok()?;
    let Some(Value::Number(length)) = protected.field("formatLength") else { return None };
    let kept = manifest.get(..length.parse().ok()?)?;
    Some([kept, &decode(protected.field("formatTail")?.as_str()?)?].concat())
}

/// A manifest of schema 1, as it is written: the highest layer first.
pub(super) struct Schema1 {
    /// `schemaVersion`
    pub(super) version: i64,
    /// The digest of each layer.
    blobs: Vec<String>,
    /// What the history has on each, which is JSON in a string.
    history: Vec<String>,
}

/// A layer, and what the history says of it.
struct Entry {
    digest: String,
    id: String,
    parent: String,
    said: Value,
}

impl Schema1 {
    pub(super) fn decode(bytes: &[u8]) -> Result<Self> {
        let told = |error: json::Error| Error::plain(error.to_string());
        let document = json::parse(bytes).map_err(told)?;
        let mut reader = Reader::new();
        let root = Place { go_struct: "", field: "", go_type: "manifest.Schema1" };
        let object = reader.object(Some(&document), root).unwrap_or(&Value::Null);
        let at = |field, go_type| Place { go_struct: "Schema1", field, go_type };
        for name in ["name", "tag", "architecture"] {
            reader.string(object.field(name), at(name, "string"));
        }
        let (mut blobs, mut history) = (Vec::new(), Vec::new());
        let list = at("fsLayers", "[]manifest.Schema1FSLayers");
        for entry in reader.array(object.field("fsLayers"), list) {
            let entry = reader.object(Some(entry), at("fsLayers", "manifest.Schema1FSLayers"));
            let place =
                Place { go_struct: "Schema1FSLayers", field: "fsLayers.blobSum", go_type: "digest.Digest" };
            blobs.push(reader.string(entry.and_then(|entry| entry.field("blobSum")), place));
        }
        let list = at("history", "[]manifest.Schema1History");
        for entry in reader.array(object.field("history"), list) {
            let entry = reader.object(Some(entry), at("history", "manifest.Schema1History"));
            let place =
                Place { go_struct: "Schema1History", field: "history.v1Compatibility", go_type: "string" };
            history.push(reader.string(entry.and_then(|entry| entry.field("v1Compatibility")), place));
        }
        let version = reader.int(object.field("schemaVersion"), at("schemaVersion", "int"));
        reader.finish().map_err(told)?;
        Ok(Self { version, blobs, history })
    }

    /// `LayerInfos`: lowest first.
    pub(super) fn layers(self) -> Result<Vec<Descriptor>> {
        let layer = |entry: Entry| Descriptor { digest: entry.digest, size: -1, ..Descriptor::default() };
        Ok(self.entries()?.into_iter().map(layer).collect())
    }

    /// `initialize`, `fixManifestLayers`: lowest first.
    fn entries(self) -> Result<Vec<Entry>> {
        if self.blobs.len() != self.history.len() {
            return Err(Error::plain("length of history not equal to number of layers"));
        }
        if self.blobs.is_empty() {
            return Err(Error::plain("no FSLayers in manifest"));
        }
        let mut all = Vec::new();
        for (index, (digest, text)) in std::iter::zip(self.blobs, self.history).enumerate() {
            let said = json::parse(text.as_bytes()).map_err(|error| {
                Error::plain(error.to_string()).context(format!("parsing v2s1 history entry {index}"))
            })?;
            let (id, parent) = (text_of(&said, "id"), text_of(&said, "parent"));
            all.push(Entry { digest, id, parent, said });
        }
        check(&all)?;
        all.reverse();
        all.dedup_by(|upper, lower| upper.id == lower.id);
        Ok(all)
    }

    /// `ToSchema2Config`: the config that such an image is given, by which it is known then. `diff_id` is that of a blob.
    /// None where a layer is not known, or where the image is older than its builder's version 1.8.3, whose configs are
    /// written anew upstream.
    pub(super) fn config(self, diff_id: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let entries = self.entries().ok()?;
        let highest = &entries.last()?.said;
        let builder = text_of(highest, "docker_version");
        if !builder.is_empty() && is_older(&builder, &[1, 8, 3]) {
            return None;
        }
        let kept = entries.iter().filter(|entry| !is_empty_layer(&entry.said));
        let diff_ids: Vec<String> = kept.map(|entry| diff_id(&entry.digest)).collect::<Option<_>>()?;
        let quoted: Vec<String> = diff_ids.iter().map(|id| encode_string(id)).collect();
        let of_layers = match quoted.is_empty() {
            true => String::new(),
            false => format!(",\"diff_ids\":[{}]", quoted.join(",")),
        };
        let history: Vec<String> = entries.iter().map(|entry| history(&entry.said)).collect();
        let mut members: BTreeMap<&str, String> =
            highest.members().iter().map(|(key, value)| (key.as_str(), compact(value))).collect();
        for dropped in ["id", "parent", "parent_id", "layer_id", "throwaway", "Size"] {
            members.remove(dropped);
        }
        members.insert("rootfs", format!("{{\"type\":\"layers\"{of_layers}}}"));
        members.insert("history", format!("[{}]", history.join(",")));
        let members: Vec<String> =
            members.iter().map(|(key, value)| format!("{}:{value}", encode_string(key))).collect();
        Some(format!("{{{}}}", members.join(",")))
    }
}

fn text_of(value: &Value, name: &str) -> String {
    value.field(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn is_empty_layer(said: &Value) -> bool {
    said.field("throwaway") == Some(&Value::Bool(true))
}

/// `versions.LessThan`, of versions that are numbers.
fn is_older(version: &str, than: &[u64]) -> bool {
    let numbers: Vec<u64> = version.split('.').map_while(|part| part.parse().ok()).collect();
    numbers.as_slice() < than
}

/// `Schema2History`
fn history(said: &Value) -> String {
    let command = match said.field("container_config").and_then(|config| config.field("Cmd")) {
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    };
    let mut written = format!("{{\"created\":{}", encode_string(&time(&text_of(said, "created"))));
    let others =
        [("author", text_of(said, "author")), ("created_by", command), ("comment", text_of(said, "comment"))];
    for (name, text) in others.iter().filter(|(_, text)| !text.is_empty()) {
        written.push_str(&format!(",\"{name}\":{}", encode_string(text)));
    }
    if is_empty_layer(said) {
        written.push_str(",\"empty_layer\":true");
    }
    written + "}"
}

/// `Time.MarshalJSON` of what was read: no zeros at the end of a fraction.
fn time(text: &str) -> String {
    if text.is_empty() {
        return "0001-01-01T00:00:00Z".to_owned();
    }
    let Some((seconds, rest)) = text.split_once('.') else { return text.to_owned() };
    let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    let (fraction, zone) = rest.split_at(end);
    match fraction.trim_end_matches('0') {
        "" => format!("{seconds}{zone}"),
        fraction => format!("{seconds}.{fraction}{zone}"),
    }
}

/// `json.Compact`, with what may not stand in HTML escaped.
fn compact(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(digits) => digits.clone(),
        Value::String(text) => encode_string(text),
        Value::Array(list) => format!("[{}]", list.iter().map(compact).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let member =
                |(key, value): &(String, Value)| format!("{}:{}", encode_string(key), compact(value));
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
        }
    }
}

fn check(all: &[Entry]) -> Result<()> {
    let is_id = |id: &str| id.len() == 64 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if let Some(one) = all.iter().find(|one| !is_id(&one.id)) {
        return Err(Error::plain(format!("image ID {} is invalid", strconv::quote(&one.id))));
    }
    if all.last().is_some_and(|base| !base.parent.is_empty()) {
        return Err(Error::plain("Invalid parent ID in the base layer of the image"));
    }
    for (index, one) in all.iter().enumerate() {
        let earlier = all[..index].iter().rev().skip(1).any(|other| other.id == one.id);
        if earlier && all[index - 1].id != one.id {
            return Err(Error::plain(format!("ID {} appears multiple times in manifest", one.id)));
        }
    }
    for pair in all.windows(2) {
        let (upper, lower) = (&pair[0], &pair[1]);
        if upper.id != lower.id && upper.parent != lower.id {
            let said =
                format!("Invalid parent ID. Expected {}, got {}", lower.id, strconv::quote(&upper.parent));
            return Err(Error::plain(said));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The config that skopeo 1.22.0 stores has this form.
    #[test]
    fn the_config_that_it_is_given() {
        let id = |digit: &str| digit.repeat(64);
        let history = |entries: &[String]| {
            let list: Vec<String> = entries
                .iter()
                .map(|entry| format!("{{\"v1Compatibility\":{}}}", encode_string(entry)))
                .collect();
            list.join(",")
        };
        let entries = [
            format!(
                r#"{{"id":"{}","parent":"{}","created":"2020-01-02T00:00:00.500Z","os":"linux","Size":5,"config":{{"Cmd":["a&b"]}}}}"#,
                id("b"),
                id("a")
            ),
            format!(
                r#"{{"id":"{}","throwaway":true,"author":"me","container_config":{{"Cmd":["sh","-c"]}}}}"#,
                id("a")
            ),
        ];
        let text = format!(
            r#"{{"schemaVersion":1,"fsLayers":[{{"blobSum":"two"}},{{"blobSum":"one"}}],"history":[{}]}}"#,
            history(&entries)
        );
        let config = |known: &'static str| {
            let diff_id = move |digest: &str| (digest == known).then(|| format!("diff of {digest}"));
            Schema1::decode(text.as_bytes()).unwrap().config(&diff_id)
        };
        let expected = concat!(
            r#"{"config":{"Cmd":["a\u0026b"]},"created":"2020-01-02T00:00:00.500Z","#,
            r#""history":[{"created":"0001-01-01T00:00:00Z","author":"me","created_by":"sh -c","empty_layer":true},"#,
            r#"{"created":"2020-01-02T00:00:00.5Z"}],"os":"linux","#,
            r#""rootfs":{"type":"layers","diff_ids":["diff of two"]}}"#,
        );
        assert_eq!(config("two").as_deref(), Some(expected));
        assert_eq!(config("one"), None, "a layer that is not known");
    }

    #[test]
    fn what_was_signed() {
        let url =
            |text: &str| base64::encode_std(text).trim_end_matches('=').replace('+', "-").replace('/', "_");
        let payload = "{\n   \"schemaVersion\": 1,\n   \"tag\": \"v1\"\n}";
        let (kept, tail) = payload.split_at(payload.len() - 2);
        let protected = format!("{{\"formatLength\":{},\"formatTail\":\"{}\"}}", kept.len(), url(tail));
        let signed =
            |protected: &str| format!("{kept},\n   \"signatures\": [{{\"protected\": \"{protected}\"}}]\n}}");
        assert_eq!(signed_payload(signed(&url(&protected)).as_bytes()), Some(payload.as_bytes().to_vec()));
        assert_eq!(signed_payload(signed("!").as_bytes()), None);
        assert_eq!(signed_payload(payload.as_bytes()), None);
    }

    #[test]
    fn versions() {
        let older = ["1.8.2", "1.7", "0.9.9"].map(|version| is_older(version, &[1, 8, 3]));
        assert_eq!(older, [true; 3]);
        let not_older =
            ["1.8.3", "1.10.0", "17.06.0-ce", "20.10.24"].map(|version| is_older(version, &[1, 8, 3]));
        assert_eq!(not_older, [false; 4]);
    }
}
