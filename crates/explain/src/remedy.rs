//! Remedies with the names of the case in their commands.

use diagnosis::{Cause, Remedy};
use serde::Serialize;

/// What may stand in a command without quotes: nothing that a shell reads.
const HARMLESS: &str = "._:/@-";

/// A remedy for this very failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Advice {
    /// What to do, in a sentence.
    pub text: &'static str,
    /// A command to copy; what is still in capitals has to be filled in.
    pub command: Option<String>,
}

/// The names that a case can fill in.
pub(crate) struct Names<'a> {
    pub image: Option<&'a str>,
    pub registry: Option<&'a str>,
    pub host: Option<&'a str>,
    pub pod: Option<&'a str>,
}

/// The catalogue's remedies for `cause`, with the case's names.
pub(crate) fn remedies(cause: Cause, names: &Names<'_>) -> Vec<Advice> {
    let fill = |remedy: &Remedy| Advice {
        text: remedy.text,
        command: remedy.command.map(|command| {
            let command = put(command, "IMAGE", names.image);
            let command = put(&command, "REGISTRY", names.registry);
            let command = put(&command, "POD", names.pod);
            put(&command, "HOST", names.host)
        }),
    };
    cause.remedies().iter().map(fill).collect()
}

/// Puts a name in the place of a word in capitals.
fn put(command: &str, word: &str, name: Option<&str>) -> String {
    let Some(name) = name.filter(|name| is_harmless(name)) else { return command.to_owned() };
    let mut out = String::with_capacity(command.len());
    let mut rest = command;
    while let Some(at) = rest.find(word) {
        let (before, behind) = (&rest[..at], &rest[at + word.len()..]);
        let joins = |c: char| c.is_ascii_uppercase() || c == '-' || c == '_';
        let whole = !before.ends_with(joins) && !behind.starts_with(joins);
        out.push_str(before);
        out.push_str(if whole { name } else { word });
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn is_harmless(name: &str) -> bool {
    let safe = name.chars().all(|c| c.is_ascii_alphanumeric() || HARMLESS.contains(c));
    safe && !name.is_empty() && !name.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::put;

    #[test]
    fn whole_words_are_filled_in_and_nothing_that_a_shell_reads() {
        let command = "skopeo copy docker://IMAGE docker://NEW-IMAGE";
        assert_eq!(
            put(command, "IMAGE", Some("r.test/a:v1")),
            "skopeo copy docker://r.test/a:v1 docker://NEW-IMAGE"
        );
        assert_eq!(put(command, "IMAGE", Some("a;rm -rf /")), command);
        assert_eq!(put(command, "IMAGE", Some("--help")), command);
        assert_eq!(put(command, "IMAGE", None), command);
    }
}
