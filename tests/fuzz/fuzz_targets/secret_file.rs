//! What people pass to `--secret`: never a panic, and no error is without words.
#![no_main]

use libfuzzer_sys::fuzz_target;
use objects::{Source, read_secrets};

fuzz_target!(|text: &str| {
    match read_secrets(&Source::from_text("fuzz.yaml", text)) {
        Ok(secrets) => {
            let _ = keyring::from_secrets(&secrets.pull_secrets).map(|made| made.keyring.lookup("r.test/a"));
        }
        Err(error) => assert!(!error.render().is_empty()),
    }
});
