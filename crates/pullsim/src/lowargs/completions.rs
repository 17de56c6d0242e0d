//! `pullsim completions` and `pullsim man`: what installers ask for.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

pub(super) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  pullsim completions bash > /etc/bash_completion.d/pullsim
  pullsim completions zsh > \"${fpath[1]}/_pullsim\"
  pullsim completions fish > ~/.config/fish/completions/pullsim.fish";

pub(super) const MAN_EXAMPLES: &str = "\
Examples:
  pullsim man | man -l -
  pullsim man --dir /usr/local/share/man/man1";

#[derive(Debug, Args)]
pub(crate) struct LowCompletions {
    /// The shell.
    pub shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct LowMan {
    /// Writes a page for each command into this directory [default: the page of pullsim itself, on standard output].
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
