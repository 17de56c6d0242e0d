//! Scenario files: never a panic, and no error is without words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scenario::Scenario;

fuzz_target!(|text: &str| {
    if let Err(error) = Scenario::parse("fuzz.yaml", text) {
        assert!(!error.render().is_empty());
    }
});
