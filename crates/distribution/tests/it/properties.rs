//! What must hold for any text.

use distribution::{Digest, Grammar, Platform, Reference, parse_challenges};
use proptest::prelude::*;

/// References by the grammar, and some with a character too much.
fn names() -> impl Strategy<Value = String> {
    let domain = prop_oneof![
        Just(String::new()),
        "(docker\\.io|index\\.docker\\.io|localhost|Foo|a_b\\.c)/",
        "[a-zA-Z0-9]{1,3}(-[a-z0-9])?(\\.[a-z]{1,3}){0,2}(:[0-9]{1,5})?/",
        "\\[[a-f0-9:]{1,8}\\](:[0-9]{1,4})?/",
    ];
    let path = "(library/)?[a-z0-9]{1,3}((\\.|_|__|-{1,3})[a-z0-9]{1,2}){0,2}(/[a-z0-9]{1,3}){0,2}";
    let tag = prop_oneof![Just(String::new()), ":[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}"];
    let digest = prop_oneof![4 => Just(String::new()), 1 => "@sha256:[0-9a-f]{64}", 1 => "@[a-z]{1,3}:[0-9a-fA-F]{32,33}"];
    let noise = prop_oneof![8 => Just(String::new()), 1 => "[/:@._A-Z-]", 1 => "\\PC"];
    let whole = (domain, path, tag, noise, digest);
    whole.prop_map(|(domain, path, tag, noise, digest)| format!("{domain}{path}{tag}{noise}{digest}"))
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
