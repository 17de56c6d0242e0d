//! Fields of a query or a form.

use std::collections::HashMap;

/// The values by name, in order. Fields without a value are left out.
pub(super) fn fields(text: &str) -> HashMap<String, Vec<String>> {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    for (name, value) in pairs.filter(|(_, value)| !value.is_empty()) {
        found.entry(decode(name)).or_default().push(decode(value));
    }
    found
}

/// `a%2Fb+c` → `a/b c`.
fn decode(text: &str) -> String {
    let (mut rest, mut out) = (text.as_bytes(), Vec::new());
    while let [byte, behind @ ..] = rest {
        let escaped = behind.get(..2).filter(|_| *byte == b'%').and_then(|two| hex::decode(two).ok());
        rest = if escaped.is_some() { &behind[2..] } else { behind };
        let plain = if *byte == b'+' { b' ' } else { *byte };
        out.push(escaped.map_or(plain, |bytes| bytes[0]));
    }
    String::from_utf8_lossy(&out).into_owned()
}
