//! What registries answer: manifests, indexes, configs, error envelopes, challenges.
#![no_main]

use distribution::{ErrorEnvelope, ImageConfig, Index, Manifest, parse_challenges, validate_media_type};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = gostd::json::parse(bytes);
    let _ = gostd::json::parse_first(bytes);
    let _ = Manifest::decode(bytes);
    let _ = Index::decode(bytes);
    let _ = ImageConfig::decode(bytes);
    let _ = validate_media_type(bytes, distribution::media_type::OCI_MANIFEST);
    if let Some(envelope) = ErrorEnvelope::parse(bytes) {
        assert!(!envelope.to_string().is_empty());
    }
    let text = String::from_utf8_lossy(bytes);
    let _ = parse_challenges(text.lines());
});
