//! `pullsim store`: the image store of a simulated node.

use std::path::Path;

use crate::error::Failure;
use crate::exit::Exit;
use crate::output;

/// Removes an image. That it was not there is told, and is no success.
pub(crate) fn remove(reference: &str, store: &Path) -> Result<Exit, Failure> {
    if !store.is_dir() {
        return Err(Failure::NotAStore(store.to_owned()));
    }
    let removed = runtimes::remove_image(store, reference)
        .map_err(|error| Failure::Store { directory: store.to_owned(), error })?;
    if removed {
        return Ok(Exit::Pulled);
    }
    output::write_error(&format!("{reference} is not in {}\n", store.display()));
    Ok(Exit::NotPulled)
}
