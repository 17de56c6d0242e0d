//! `pullsim causes`

use clap::{Args, ValueEnum};

pub(super) const EXAMPLES: &str = "\
Examples:
  pullsim causes
  pullsim causes PS-TLS-03
  pullsim causes tls
  pullsim causes x509-name-mismatch -o json
  pullsim causes -o markdown

Exit status:
  0  the causes were printed
  2  there is no such cause, or the usage is wrong
  3  pullsim itself failed";

#[derive(Debug, Args)]
pub(crate) struct LowCauses {
    /// A code or a name, or a stage such as tls; without it, all are listed.
    #[arg(value_name = "CODE")]
    pub cause: Option<String>,

    /// How to print.
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: CausesOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CausesOutput {
    Text,
    Json,
    Markdown,
}
