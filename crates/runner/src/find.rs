use std::path::{Path, PathBuf};

use objects::FileError;

/// A path that holds no scenarios.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] FileError),
    /// There is no scenario below it.
    #[error("there is no scenario below {path}", path = .0.display())]
    Nothing(PathBuf),
}

impl FindError {
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Unreadable(error) => error.help(),
            Self::Nothing(_) => Some(
                "scenarios are files that end in .yaml; what lies below a name that begins with _ is for inclusion alone"
                    .to_owned(),
            ),
        }
    }
}

/// The scenario files below these paths, sorted. A file is taken whatever its name; in directories those that end
/// in `.yaml` are, except in directories whose name begins with `_`: what is there is meant to be included. Links to
/// directories are not followed.
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
            path.metadata().map_err(|error| FileError::read(path, error))?;
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
    let unreadable = |error| FileError::read(directory, error);
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !name.starts_with(['_', '.']) {
            // A link to a directory may lead back to where it stands.
            if !path.is_symlink() {
                below(&path, all)?;
            }
        } else if path.is_file() && name.ends_with(".yaml") {
            all.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_link_that_leads_back_is_no_way_down() {
        let directory = std::env::temp_dir().join(format!("pullsim-find-{}", std::process::id()));
        std::fs::create_dir_all(directory.join("below")).unwrap();
        std::fs::write(directory.join("below/a.yaml"), "").unwrap();
        std::os::unix::fs::symlink("..", directory.join("below/back")).unwrap();
        let found = find(std::slice::from_ref(&directory)).unwrap();
        std::fs::remove_dir_all(&directory).unwrap();
        assert_eq!(found, [directory.join("below/a.yaml")]);
    }
}
