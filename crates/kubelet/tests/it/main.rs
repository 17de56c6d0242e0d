//! The tables of the upstream tests and their derivations, run against a scripted runtime.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that panics fails its test")]

mod admission;
mod backoff;
mod fake;
mod image_manager;
mod kubectl;
mod names;
mod records;
mod redaction;
mod secrets;

use serde_json::Value;

fn table(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn cases<'a>(table: &'a Value, name: &str) -> &'a [Value] {
    let cases = table[name].as_array().unwrap();
    assert!(!cases.is_empty(), "{name}");
    cases
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case[field].as_str().unwrap_or_else(|| panic!("{field} of {case}"))
}
