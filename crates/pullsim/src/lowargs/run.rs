//! `pullsim run`

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Color;

pub(super) const EXAMPLES: &str = "\
Examples:
  pullsim run scenarios
  pullsim run scenarios/tls/expired.yaml -v
  pullsim run scenarios --filter C12 -o junit > report.xml
  pullsim run scenarios/manifest --update
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
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,

    /// Only scenarios whose path, title or cause holds this text, or that show this row of the checklist.
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,

    /// Lists the scenarios without playing them; as markdown, the catalogue's index.
    #[arg(long)]
    pub list: bool,

    /// The form of the report; markdown only with --list.
    #[arg(short, long, value_name = "FORMAT", value_enum, default_value_t = RunOutput::Text)]
    pub output: RunOutput,

    /// Rewrites the exact texts that scenarios keep beside them, and shows what changes.
    #[arg(long, conflicts_with = "list")]
    pub update: bool,

    /// Tells each run in full: the stages of the pull, the events, cause and fix; with -o json, the trace.
    #[arg(short, long)]
    pub verbose: bool,

    /// When to colour.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunOutput {
    Text,
    Json,
    Junit,
    Tap,
    Markdown,
}
