//! Shell completions and man pages, from the same declarations that read the command line.

use std::fs;
use std::io;
use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::Man;
use objects::FileError;

use crate::error::Failure;
use crate::exit::Exit;
use crate::lowargs::{LowArgs, LowCompletions, LowMan};
use crate::output;

const NAME: &str = "pullsim";

/// Writes the completions for a shell.
pub(crate) fn completions(low: &LowCompletions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(low.shell, &mut LowArgs::command(), NAME, &mut script);
    output::write(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Pulled)
}

/// Writes the page of pullsim, or a page for each command into a directory.
pub(crate) fn man(low: &LowMan) -> Result<Exit, Failure> {
    let mut command = LowArgs::command();
    command.build();
    match &low.dir {
        None => {
            let page = render(&command).map_err(Failure::Output)?;
            output::write(&String::from_utf8_lossy(&page))?;
        }
        Some(directory) => {
            pages(&command, NAME, directory).map_err(|error| FileError::write(directory, error))?
        }
    }
    Ok(Exit::Pulled)
}

fn render(command: &clap::Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}

/// `pullsim.1`, `pullsim-check.1`, `pullsim-store-remove.1` …
fn pages(command: &clap::Command, name: &str, directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    fs::write(directory.join(format!("{name}.1")), render(command)?)?;
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        pages(below, &format!("{name}-{}", below.get_name()), directory)?;
    }
    Ok(())
}
