use std::io;
use std::path::Path;

/// A file or directory that cannot be used: every one is told in the same words, with what can be done.
///
/// ```
/// let file = "no/such.yaml";
/// let error = objects::FileError::read(file, std::fs::read(file).unwrap_err());
/// assert_eq!(error.to_string(), "cannot read no/such.yaml: no such file or directory");
/// assert!(error.help().is_some());
/// ```
#[derive(Debug, thiserror::Error)]
#[error("cannot {} {file}: {}", .access.verb(), reason(.error))]
pub struct FileError {
    /// The file as it was named.
    file: String,
    /// What was wanted of it.
    access: Access,
    /// The system's error.
    error: io::Error,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

impl Access {
    const fn verb(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

impl FileError {
    /// A file that cannot be read.
    pub fn read(file: impl AsRef<Path>, error: io::Error) -> Self {
        Self { file: file.as_ref().display().to_string(), access: Access::Read, error }
    }

    /// A file that cannot be written.
    pub fn write(file: impl AsRef<Path>, error: io::Error) -> Self {
        Self { file: file.as_ref().display().to_string(), access: Access::Write, error }
    }

    /// What to do about it, as far as the reason tells.
    pub fn help(&self) -> Option<String> {
        use io::ErrorKind as Kind;
        let text = match (self.access, self.error.kind()) {
            (Access::Read, Kind::NotFound | Kind::NotADirectory) => match self.near() {
                Some(near) => format!("did you mean {near}?"),
                None => "name a file that exists".to_owned(),
            },
            (Access::Read, Kind::IsADirectory) => "name a file in it".to_owned(),
            (_, Kind::PermissionDenied) => "its permissions forbid it; ls -ld shows them".to_owned(),
            (Access::Write, Kind::NotFound) => "make the directory first".to_owned(),
            (Access::Write, Kind::NotADirectory) => {
                "a part of this path is a file, where a directory is needed".to_owned()
            }
            (Access::Write, Kind::ReadOnlyFilesystem | Kind::StorageFull) => {
                "name a place that can be written to".to_owned()
            }
            _ => return None,
        };
        Some(text)
    }

    /// The file beside it whose name is almost the same.
    fn near(&self) -> Option<String> {
        let path = Path::new(&self.file);
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
        let entries = std::fs::read_dir(directory.unwrap_or(Path::new("."))).ok()?;
        let names: Vec<String> =
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        let near = crate::nearest(path.file_name()?.to_str()?, names.iter().map(String::as_str))?;
        Some(path.with_file_name(near).display().to_string())
    }
}

/// The system's reason without the error number that Rust adds.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}
