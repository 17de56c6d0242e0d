//! The JSON Schema of scenario files.

use serde_json::{Map, Value, json};

use crate::expect::WORLD_KEYS;
use crate::file::ScenarioFile;

/// The JSON Schema of scenario files, made from the types that read them.
///
/// A file that includes others may leave to them what must be said.
pub fn json_schema() -> Value {
    let mut schema = schemars::schema_for!(ScenarioFile).to_value();
    if let Some(root) = schema.as_object_mut()
        && let Some(required) = root.remove("required")
    {
        root.insert("anyOf".to_owned(), json!([{"required": ["include"]}, {"required": required}]));
    }
    for partial in ["/$defs/HostFile", "/$defs/AccountFile"] {
        if let Some(partial) = schema.pointer_mut(partial).and_then(Value::as_object_mut) {
            partial.remove("required");
        }
    }
    let world = healed_world(&schema);
    if let Some(defined) = schema.pointer_mut("/$defs").and_then(Value::as_object_mut) {
        defined.insert("HealedWorld".to_owned(), world);
    }
    schema
}

/// The keys of a scenario that make its world, each of which may be taken away.
fn healed_world(schema: &Value) -> Value {
    let known = WORLD_KEYS.iter().filter_map(|key| Some((*key, schema.pointer("/properties")?.get(key)?)));
    let keys: Map<String, Value> =
        known.map(|(key, value)| (key.to_owned(), json!({"anyOf": [value, {"type": "null"}]}))).collect();
    json!({"type": "object", "properties": keys, "additionalProperties": false})
}
