//! `pullsim store`

use std::path::PathBuf;

use clap::Subcommand;
use clap::builder::NonEmptyStringValueParser;

const REMOVE_HELP: &str = "\
Examples:
  pullsim check registry.example.com/team/app:v1 --store ./store
  pullsim store remove registry.example.com/team/app:v1 --store ./store

Exit status:
  0  the image is gone
  1  it was not there
  2  the input or the usage is wrong
  3  pullsim itself failed";

#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Removes an image from a store.
    #[command(after_help = REMOVE_HELP)]
    Remove {
        /// The image.
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        reference: String,
        /// The store.
        #[arg(long, value_name = "DIR")]
        store: PathBuf,
    },
}
