//! `pullsim schema`: the formats that people write, and those that `-o json` prints, as JSON Schema.

use report::{CatalogueEntry, CheckReport, LimitReport, PlanReport, PodsReport, RunReport};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::error::Failure;
use crate::exit::Exit;
use crate::lowargs::SchemaOf;
use crate::{causes, explain, kubectl, output, secret};

/// Writes a schema.
pub(crate) fn run(of: SchemaOf) -> Result<Exit, Failure> {
    let schema = match of {
        SchemaOf::Scenario => scenario::json_schema(),
        SchemaOf::Report => reports(),
    };
    output::write(&report::json(&schema))?;
    Ok(Exit::Pulled)
}

/// Every document that `-o json` prints, as alternatives of one schema; most are told apart by their `kind`.
fn reports() -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let alternatives = [
        titled::<CheckReport>(&mut generator, "check IMAGE"),
        titled::<PlanReport>(&mut generator, "check --plan"),
        titled::<LimitReport>(&mut generator, "check --rate-limit"),
        titled::<PodsReport>(&mut generator, "check -f FILE, and check with --for"),
        titled::<RunReport>(&mut generator, "run"),
        titled::<Vec<CatalogueEntry>>(&mut generator, "run --list"),
        titled::<explain::Document<'_>>(&mut generator, "explain"),
        titled::<kubectl::ClusterReport>(&mut generator, "pod"),
        titled::<secret::LintReport<'_>>(&mut generator, "secret lint"),
        titled::<secret::MatchReport>(&mut generator, "secret match"),
        titled::<Vec<causes::Entry>>(&mut generator, "causes"),
        titled::<causes::Entry>(&mut generator, "causes CODE"),
    ];
    let mut definitions = generator.take_definitions(true);
    close(&mut definitions);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What pullsim prints with -o json",
        "description": "Times in fields named _ms are milliseconds. No field ever holds a password or a token.",
        "anyOf": alternatives,
        "$defs": definitions,
    })
}

fn titled<T: JsonSchema>(generator: &mut SchemaGenerator, command: &str) -> Value {
    let mut schema: Schema = generator.subschema_for::<T>();
    schema.insert("title".to_owned(), format!("pullsim {command} -o json").into());
    schema.to_value()
}

/// No object has a key that the schema does not name. Where an object is made of two (a step and its kind), the outer one
/// says so for both: the inner one cannot know the other's keys.
fn close(definitions: &mut Map<String, Value>) {
    let mut parts = Vec::new();
    definitions.values().for_each(|definition| find_parts(definition, &mut parts));
    for (name, definition) in definitions {
        if let Some(definition) = definition.as_object_mut()
            && !parts.contains(name)
        {
            definition.insert("unevaluatedProperties".to_owned(), false.into());
        }
    }
}

/// The names of the definitions that are only a part of an object.
fn find_parts(schema: &Value, parts: &mut Vec<String>) {
    match schema {
        Value::Object(keys) => {
            if let Some(Value::String(reference)) = keys.get("$ref")
                && keys.contains_key("properties")
                && let Some(name) = reference.strip_prefix("#/$defs/")
            {
                parts.push(name.to_owned());
            }
            keys.values().for_each(|value| find_parts(value, parts));
        }
        Value::Array(items) => items.iter().for_each(|item| find_parts(item, parts)),
        _ => {}
    }
}
