use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::OnceLock;

use secret::Secret;

use crate::excerpt::{Place, place_of_byte};
use crate::{FileError, InputError};

/// The most bytes that an input may have: 8 MiB. (A Secret has at most 1 MiB.)
pub const MAX_INPUT_BYTES: u64 = 8 * 1024 * 1024;

/// A text from outside, with the name by which messages call it.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: Secret,
    /// Where each line begins, found when the first is asked for: a cluster's list has places by the thousand.
    line_starts: OnceLock<Vec<usize>>,
}

impl Source {
    /// A text that is at hand.
    pub fn from_text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: Secret::new(text.into()), line_starts: OnceLock::new() }
    }

    /// A line by its number, counted from 1, without its end.
    pub(crate) fn line(&self, number: usize) -> Option<&str> {
        let text = self.text();
        let starts = self.line_starts.get_or_init(|| {
            let ends = text.match_indices('\n').map(|(end, _)| end + 1);
            std::iter::once(0).chain(ends).filter(|start| *start < text.len()).collect()
        });
        text.get(*starts.get(number.checked_sub(1)?)?..)?.lines().next()
    }

    /// Reads a file, or standard input when `path` is `-`.
    ///
    /// # Errors
    /// [`InputError::Unreadable`], [`InputError::TooLarge`], [`InputError::NotUtf8`].
    pub fn open(path: &str) -> Result<Self, InputError> {
        Self::open_up_to(path, MAX_INPUT_BYTES)
    }

    /// Reads a file, whatever its name.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn open_file(path: &Path) -> Result<Self, InputError> {
        Self::open_file_up_to(path, MAX_INPUT_BYTES)
    }

    /// Reads a file or standard input that may have so many bytes.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn open_up_to(path: &str, limit: u64) -> Result<Self, InputError> {
        if path == "-" {
            return Self::read_up_to(path, io::stdin().lock(), limit);
        }
        Self::open_file_up_to(Path::new(path), limit)
    }

    fn open_file_up_to(path: &Path, limit: u64) -> Result<Self, InputError> {
        let file = File::open(path).and_then(|file| {
            if file.metadata()?.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(file) }
        });
        match file {
            Ok(file) => Self::read_up_to(&path.display().to_string(), file, limit),
            Err(error) => Err(FileError::read(path, error).into()),
        }
    }

    /// Reads all of `reader`; `-` as a name is standard input.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn from_reader(name: &str, reader: impl Read) -> Result<Self, InputError> {
        Self::read_up_to(name, reader, MAX_INPUT_BYTES)
    }

    fn read_up_to(name: &str, reader: impl Read, limit: u64) -> Result<Self, InputError> {
        let file = if name == "-" { "standard input" } else { name }.to_owned();
        let mut bytes = Vec::new();
        let read = reader.take(limit + 1).read_to_end(&mut bytes);
        match read {
            Err(error) => Err(FileError::read(file, error).into()),
            Ok(count) if count as u64 > limit => Err(InputError::TooLarge { file, limit }),
            Ok(_) => Self::from_bytes(name, &file, bytes),
        }
    }

    fn from_bytes(name: &str, file: &str, bytes: Vec<u8>) -> Result<Self, InputError> {
        match String::from_utf8(bytes) {
            Ok(text) => {
                // An editor's byte order mark is no part of the text.
                let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
                Ok(Self::from_text(name, text))
            }
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                let bytes = error.into_bytes();
                let good = String::from_utf8_lossy(&bytes[..offset]);
                let (line, column) = place_of_byte(&good, good.len());
                let place = Place { file: file.to_owned(), line, column, excerpt: None };
                Err(InputError::NotUtf8 { place })
            }
        }
    }

    /// The name as it was given; `-` is standard input.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name for messages.
    pub fn shown_name(&self) -> &str {
        if self.name == "-" { "standard input" } else { &self.name }
    }

    /// The whole text. It may hold secrets: nothing of it is for showing as it is.
    pub fn text(&self) -> &str {
        self.text.expose()
    }
}
