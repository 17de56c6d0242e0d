//! The catalogue as a page.

use std::fmt::Write as _;

use crate::{Cause, Persistence};

const HEAD: &str = "\
# Causes of failed pulls

Codes and names are never renumbered or reused. `pullsim causes` prints this page (`-o markdown`) and each of its
entries (`pullsim causes PS-TLS-03`). Words in capitals in commands are to be filled in.

";

/// The whole catalogue in Markdown: a table, then an entry a cause.
pub fn catalogue_markdown() -> String {
    let mut out = HEAD.to_owned();
    out.push_str("| code | name | stage | |\n| --- | --- | --- | --- |\n");
    for cause in Cause::ALL {
        let (code, name) = (cause.code(), cause.name());
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "| [{code}](#{name}) | `{name}` | {} | {} |",
            cause.stage().name(),
            persistence(*cause)
        );
    }
    for cause in Cause::ALL {
        let _ = write!(out, "\n{}", cause_markdown(*cause));
    }
    out
}

/// One cause in Markdown.
pub fn cause_markdown(cause: Cause) -> String {
    let mut out = format!("## {}\n\n", cause.name());
    let _ = writeln!(out, "`{}` · stage {} · {}\n", cause.code(), cause.stage().name(), persistence(cause));
    let _ = writeln!(out, "{}.\n\n**How to tell.** {}\n", capitalised(cause.meaning()), cause.told_apart());
    let alike: Vec<String> =
        cause.look_alikes().iter().map(|c| format!("[{}](#{})", c.name(), c.name())).collect();
    if !alike.is_empty() {
        let _ = writeln!(out, "**Looks like:** {}\n", alike.join(", "));
    }
    out.push_str("**What helps**\n\n");
    for remedy in cause.remedies() {
        let _ = writeln!(out, "* {}", remedy.text);
        if let Some(command) = remedy.command {
            let _ = writeln!(out, "  ```sh\n  {command}\n  ```");
        }
    }
    out
}

const fn persistence(cause: Cause) -> &'static str {
    match cause.persistence() {
        Persistence::Transient => "may heal by itself",
        Persistence::Permanent => "stays until something is changed",
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
