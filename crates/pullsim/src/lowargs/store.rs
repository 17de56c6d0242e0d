//! `pullsim store`

use std::path::PathBuf;

use clap::Subcommand;

use super::EXIT_STATUS;

#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Removes an image from a store.
    #[command(after_help = EXIT_STATUS)]
    Remove {
        /// The image.
        reference: String,
        /// The store.
        #[arg(long, value_name = "DIR")]
        store: PathBuf,
    },
}
