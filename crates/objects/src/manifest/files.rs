use std::path::{Path, PathBuf};

use crate::{FileError, InputError, Source};

/// The endings of manifest files in a directory, as `kubectl apply -f DIR` takes them.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// The most bytes that a file of manifests may have: 64 MiB. (What `kubectl get pods -A -o yaml` prints may be large.)
const MAX_MANIFEST_BYTES: u64 = 64 * 1024 * 1024;

/// Opens what `-f` names: files, standard input (`-`), and directories, whose `.yaml`, `.yml` and `.json` files are
/// taken in the order of their names, without the directories below.
///
/// # Errors
/// As [`Source::open`]; [`InputError::NoManifests`] for a directory that holds none.
pub fn open_manifests(paths: &[String]) -> Result<Vec<Source>, InputError> {
    let mut sources = Vec::new();
    for path in paths {
        if path != "-" && Path::new(path).is_dir() {
            for file in in_directory(path)? {
                sources.push(Source::open_up_to(&file, MAX_MANIFEST_BYTES)?);
            }
        } else {
            sources.push(Source::open_up_to(path, MAX_MANIFEST_BYTES)?);
        }
    }
    Ok(sources)
}

fn in_directory(directory: &str) -> Result<Vec<String>, InputError> {
    let unreadable = |error| FileError::read(directory, error);
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if ENDINGS.contains(&ending) && path.is_file() {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(InputError::NoManifests { directory: directory.to_owned() });
    }
    files.sort();
    Ok(files.iter().map(|path| path.to_string_lossy().into_owned()).collect())
}
