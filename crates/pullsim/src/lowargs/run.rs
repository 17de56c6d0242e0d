//! `pullsim run`

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::{Color, Format};

pub(super) const EXAMPLES: &str = "\
Examples:
  pullsim run scenarios
  pullsim run scenarios/tls/expired.yaml -v
  pullsim run scenarios --filter C12 -o junit > report.xml
  pullsim run scenarios/manifest --update
  pullsim run scenarios/manifest --what-if
  pullsim run scenarios --list -o markdown > scenarios/README.md

Exit status:
  0  all expectations are met
  1  an expectation is not met
  2  a scenario or the usage is wrong
  3  pullsim itself failed";

#[derive(Debug, Args)]
pub(crate) struct LowRun {
    /// Scenario files, or directories of them [default: scenarios].
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// How many scenarios are played at a time [default: one a processor].
    #[arg(short, long, value_name = "N", value_parser = jobs)]
    pub jobs: Option<NonZeroUsize>,

    /// Only scenarios whose path, title or cause holds this text, or that show this row of the checklist.
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,

    /// Plays them over loopback sockets as well, and demands that all goes as in memory.
    #[arg(long, conflicts_with_all = ["list", "update"])]
    pub sockets: bool,

    /// Lets a live runtime pull, which is at this unix socket and has to be pointed at the hosts.
    #[cfg(feature = "live")]
    #[arg(long, value_name = "SOCKET", conflicts_with_all = ["list", "update", "sockets"], requires = "runtime")]
    pub cri: Option<PathBuf>,

    /// With --cri: the live runtime and its version, such as containerd-2.1.9; runs with others are left out.
    #[cfg(feature = "live")]
    #[arg(long, value_name = "NAME", requires = "cri")]
    pub runtime: Option<String>,

    /// With --cri: a shell command that is run before each pull, with the directory of its files as its last
    /// argument, to point the runtime at the hosts.
    #[cfg(feature = "live")]
    #[arg(long, value_name = "COMMAND", requires = "cri")]
    pub cri_before: Option<String>,

    /// With --cri: where the files are written that point a node at the hosts, in a directory for each pull.
    #[cfg(feature = "live")]
    #[arg(long, value_name = "DIR", default_value = "pullsim-node", requires = "cri")]
    pub cri_files: PathBuf,

    /// Lists the scenarios without playing them; as markdown, the catalogue's index.
    #[arg(long)]
    pub list: bool,

    /// The form of the report; html and har show the pulls that were not as expected, or with -v all.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    pub output: Format,

    /// Rewrites the exact texts that scenarios keep beside them, and shows what changes.
    #[arg(long, conflicts_with = "list")]
    pub update: bool,

    /// Tries changes on each pull that fails, and proves the smallest that heals it.
    #[arg(long, conflicts_with_all = ["list", "update"])]
    pub what_if: bool,

    /// Tells each run in full: the stages of the pull, the events, cause and fix; with -o json, the trace.
    #[arg(short, long)]
    pub verbose: bool,

    /// When to colour.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// A text that is no number of jobs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number, 1 or more")]
struct NoJobs;

fn jobs(text: &str) -> Result<NonZeroUsize, NoJobs> {
    text.parse().map_err(|_| NoJobs)
}
