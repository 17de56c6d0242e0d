//! References never panic, and what parses prints as something that parses to the same.
#![no_main]

use distribution::{Grammar, Reference};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for grammar in [Grammar::V0_6_0, Grammar::V2_8_2] {
        if let Ok(reference) = Reference::parse_normalized(text, grammar) {
            let again = Reference::parse_normalized(&reference.to_string(), grammar);
            assert_eq!(again.as_ref(), Ok(&reference));
        }
        let _ = Reference::parse_docker_ref(text, grammar);
    }
});
