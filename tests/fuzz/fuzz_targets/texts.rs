//! Small texts that Go reads: URLs, base64, durations, patterns, platforms.
#![no_main]

use gostd::{base64, duration, filepath, strconv, url};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(parsed) = url::Url::parse(text) {
        let _ = (parsed.to_string(), parsed.request_uri(), parsed.query().encode());
        let _ = parsed.resolve_reference(&parsed);
    }
    let _ = base64::decode_std(text);
    let _ = base64::decode_raw_std(text);
    let _ = text.parse::<duration::Duration>().map(|duration| duration.to_string());
    let _ = text.parse::<distribution::Platform>();
    assert!(strconv::quote(text).len() >= 2);
    if let Some((pattern, name)) = text.split_once('\n') {
        let _ = filepath::path_match(pattern, name);
    }
});
