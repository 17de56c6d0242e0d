//! The catalogue is whole, and its page is up to date.

use diagnosis::{Cause, catalogue_markdown};

#[test]
fn each_cause_is_told_apart_and_healed() {
    for cause in Cause::ALL {
        assert!(!cause.told_apart().is_empty() && cause.told_apart().ends_with('.'), "{cause}");
        assert!(!cause.look_alikes().contains(cause), "{cause} looks like itself");
        let remedies = cause.remedies();
        assert!(remedies.len() >= 2, "{cause} has {} remedies", remedies.len());
        assert!(remedies.iter().any(|remedy| remedy.command.is_some()), "{cause} has no command to copy");
        for remedy in remedies {
            let end = if remedy.command.is_some() { [':', '.'] } else { ['.', '.'] };
            assert!(remedy.text.ends_with(end), "{cause}: {}", remedy.text);
            assert!(
                remedy.command.is_none_or(|command| !command.contains('\n')),
                "{cause}: one line, to copy"
            );
        }
    }
}

#[test]
fn codes_and_names_are_unique() {
    for (number, cause) in Cause::ALL.iter().enumerate() {
        assert_eq!(Cause::named(cause.code()), Some(*cause));
        assert_eq!(Cause::named(cause.name()), Some(*cause));
        assert!(!Cause::ALL[..number].iter().any(|other| other.code() == cause.code()), "{cause}");
    }
}

#[test]
fn the_page_is_what_the_catalogue_prints() {
    let page = include_str!("../../CAUSES.md");
    assert!(page == catalogue_markdown(), "run: pullsim causes -o markdown > crates/diagnosis/CAUSES.md");
}
