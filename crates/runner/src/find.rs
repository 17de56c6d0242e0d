use std::io;
use std::path::{Path, PathBuf};

/// A path that holds no scenarios.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// It cannot be read.
    #[error("cannot read {path}: {error}", path = path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// There is no scenario below it.
    #[error("there is no scenario below {path}", path = .0.display())]
    Nothing(PathBuf),
}

/// The scenario files below these paths, sorted. A file is taken whatever its name; in directories those that end
/// in `.yaml` are, except in directories whose name begins with `_`: what is there is meant to be included.
///
/// # Errors
/// When a path cannot be read, or holds no scenario.
pub fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, FindError> {
    let mut all = Vec::new();
    for path in paths {
        let before = all.len();
        if path.is_dir() {
            below(path, &mut all)?;
        } else {
            path.metadata().map_err(|error| FindError::Unreadable { path: path.clone(), error })?;
            all.push(path.clone());
        }
        if all.len() == before {
            return Err(FindError::Nothing(path.clone()));
        }
    }
    all.sort();
    all.dedup();
    Ok(all)
}

fn below(directory: &Path, all: &mut Vec<PathBuf>) -> Result<(), FindError> {
    let unreadable = |error| FindError::Unreadable { path: directory.to_owned(), error };
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !name.starts_with(['_', '.']) {
            below(&path, all)?;
        } else if path.is_file() && name.ends_with(".yaml") {
            all.push(path);
        }
    }
    Ok(())
}
