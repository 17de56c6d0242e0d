//! `pullsim serve`

use std::path::PathBuf;

use clap::Args;

pub(super) const EXAMPLES: &str = "\
Examples:
  pullsim serve scenarios/success/private-multi-arch.yaml
  pullsim serve scenarios/manifest/tag-missing.yaml --out /tmp/node
  pullsim serve scenario.yaml --listen declared      (in a network namespace that has the addresses)

Each request is a line on standard output:
  time  host  method  path  status  who  faults

Exit status:
  0  it was ended by SIGINT or SIGTERM, or nobody reads its output any more
  2  the input or the usage is wrong
  3  pullsim itself failed, for example without a free port";

#[derive(Debug, Args)]
pub(crate) struct LowServe {
    /// The scenario file.
    pub file: PathBuf,

    /// Where hosts listen: each at a loopback address of its own (loopback), at the addresses of the file (declared),
    /// or all at one address, each at a port of its own.
    ///
    /// A host has its declared port where that may be had, and a free one otherwise.
    #[arg(long, value_name = "WHERE", default_value = "loopback")]
    pub listen: String,

    /// Writes what points a node at these hosts: certs.d, registries.conf, daemon.json, CA, Secrets, hosts, resolv.conf.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}
