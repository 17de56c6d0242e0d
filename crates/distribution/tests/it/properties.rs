//! What must hold for any text.

use distribution::{Digest, Grammar, Platform, Reference, parse_challenges};
use proptest::prelude::*;

/// Text that is often a reference or nearly one.
fn names() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("docker.io".to_owned()),
        Just("[::1]:5000".to_owned()),
        Just(format!("sha256:{}", "0a".repeat(32))),
        "[a-z0-9]{1,4}",
        "[a-zA-Z0-9._-]{0,6}",
        "[/:@._-]{1,2}",
        "\\PC{0,2}",
    ];
    let separator = prop_oneof![Just("/"), Just(":"), Just("@"), Just("."), Just("")];
    prop::collection::vec((piece, separator), 0..6)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, separator)| piece + separator).collect())
}

fn grammars() -> impl Strategy<Value = Grammar> {
    prop_oneof![Just(Grammar::V2_8_2), Just(Grammar::V0_6_0)]
}

proptest! {
    #[test]
    fn what_is_parsed_is_written_the_same(text in names(), grammar in grammars()) {
        if let Ok(reference) = Reference::parse(&text, grammar) {
            prop_assert_eq!(reference.to_string(), text);
        }
    }

    #[test]
    fn normalising_twice_changes_nothing(text in names(), grammar in grammars()) {
        if let Ok(reference) = Reference::parse_normalized(&text, grammar) {
            let again = Reference::parse_normalized(&reference.to_string(), grammar);
            prop_assert_eq!(again.as_ref(), Ok(&reference));
            prop_assert!(!reference.domain.is_empty());
        }
    }

    #[test]
    fn a_familiar_name_means_the_same(text in names()) {
        if let Ok(reference) = Reference::parse_normalized(&text, Grammar::V0_6_0) {
            let familiar = reference.familiar();
            // A repository of 64 hexadecimal digits, or one whose first part looks like a host, has no short form.
            if let Ok(again) = Reference::parse_normalized(&familiar, Grammar::V0_6_0) {
                prop_assert_eq!(again.familiar(), familiar);
            }
        }
    }

    #[test]
    fn digests_are_written_as_they_were_read(text in "sha(256|384|512):[0-9a-fA-F]{0,130}|\\PC*") {
        if let Ok(digest) = text.parse::<Digest>() {
            prop_assert_eq!(digest.to_string(), text);
        }
    }

    #[test]
    fn no_text_is_too_strange(text in "\\PC*|.*") {
        let _ = Reference::parse_any(&text, Grammar::V0_6_0);
        let _ = text.parse::<Platform>();
        let _ = parse_challenges([text.as_str()]);
    }
}
