//! Standard input: who reads it, and that somebody at a terminal knows of it.

use std::io::{self, IsTerminal as _};

use crate::error::Failure;
use crate::lowargs::LowCheck;
use crate::output;

/// A flag or argument, and what it names.
type Named<'a> = (&'static str, &'a str);

/// What of a check's arguments names files.
pub(crate) fn files_of(low: &LowCheck) -> Vec<Named<'_>> {
    let lists = [("-f", &low.filename), ("--secret", &low.secret)];
    let one = [("--cri-auth", &low.cri_auth), ("--service-account-token", &low.service_account_token)];
    let lists =
        lists.into_iter().flat_map(|(flag, files)| files.iter().map(move |file| (flag, file.as_str())));
    let one = one.into_iter().filter_map(|(flag, file)| Some((flag, file.as_deref()?)));
    lists.chain(one).collect()
}

/// Sees to it that at most one of them is standard input; who types it is told so.
///
/// # Errors
/// When several are.
pub(crate) fn once(named: &[Named<'_>]) -> Result<(), Failure> {
    let mut readers = named.iter().filter(|(_, file)| *file == "-").map(|(flag, _)| *flag);
    match (readers.next(), readers.next()) {
        (Some(one), Some(other)) => Err(Failure::StandardInputTwice { flags: [one, other] }),
        (Some(one), None) => {
            announce(one);
            Ok(())
        }
        (None, _) => Ok(()),
    }
}

/// Tells who sits before a terminal what is waited for.
pub(crate) fn announce(what: &str) {
    if io::stdin().is_terminal() {
        output::write_error(&format!("{what} is read from this terminal; Ctrl-D in an empty line ends it\n"));
    }
}
