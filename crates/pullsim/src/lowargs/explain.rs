//! `pullsim explain`

use clap::Args;

use super::{Color, Output};

pub(super) const EXAMPLES: &str = "\
Examples:
  kubectl describe pod web-0 | pullsim explain
  kubectl get events -A -o json | pullsim explain -o json
  kubectl get pod web-0 -o yaml | pullsim explain
  kubectl get pods -A | pullsim explain
  journalctl -u kubelet -u containerd --since -1h | pullsim explain
  pullsim explain error.txt

Nothing leaves this machine: the text is read, no registry is asked.

Exit status:
  0  a cause was found
  1  none was found
  2  the input or the usage is wrong
  3  pullsim itself failed";

#[derive(Debug, Args)]
pub(crate) struct LowExplain {
    /// What was pasted; - is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    pub file: String,

    /// How to print what was found.
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: Output,

    /// Whether to colour the text.
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}
