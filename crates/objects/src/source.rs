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

    /// Reads a text that somebody pasted or redirected, whatever wrote it: UTF-16 is understood where it says that it is it
    /// (what PowerShell's `>` writes), and a byte that is no UTF-8 stands for itself alone.
    ///
    /// # Errors
    /// [`InputError::Unreadable`], [`InputError::TooLarge`].
    pub fn open_lossy_up_to(path: &str, limit: u64) -> Result<Self, InputError> {
        let bytes = match path {
            "-" => Self::bytes_up_to(path, io::stdin().lock(), limit)?,
            _ => Self::bytes_up_to(path, Self::file(Path::new(path))?, limit)?,
        };
        let text = utf16(&bytes).unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned());
        Ok(Self::from_text(path, text.strip_prefix('\u{feff}').unwrap_or(&text)))
    }

    fn open_file_up_to(path: &Path, limit: u64) -> Result<Self, InputError> {
        Self::read_up_to(&path.display().to_string(), Self::file(path)?, limit)
    }

    fn file(path: &Path) -> Result<File, InputError> {
        let file = File::open(path).and_then(|file| {
            if file.metadata()?.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(file) }
        });
        file.map_err(|error| FileError::read(path, error).into())
    }

    /// Reads all of `reader`; `-` as a name is standard input.
    ///
    /// # Errors
    /// As [`Source::open`].
    pub fn from_reader(name: &str, reader: impl Read) -> Result<Self, InputError> {
        Self::read_up_to(name, reader, MAX_INPUT_BYTES)
    }

    fn read_up_to(name: &str, reader: impl Read, limit: u64) -> Result<Self, InputError> {
        Self::from_bytes(name, Self::bytes_up_to(name, reader, limit)?)
    }

    fn bytes_up_to(name: &str, reader: impl Read, limit: u64) -> Result<Vec<u8>, InputError> {
        let mut bytes = Vec::new();
        let read = reader.take(limit + 1).read_to_end(&mut bytes);
        match read {
            Err(error) => Err(FileError::read(shown(name), error).into()),
            Ok(count) if count as u64 > limit => {
                Err(InputError::TooLarge { file: shown(name).to_owned(), limit })
            }
            Ok(_) => Ok(bytes),
        }
    }

    fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Self, InputError> {
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
                let place = Place { file: shown(name).to_owned(), line, column, excerpt: None };
                Err(InputError::NotUtf8 { place, is_utf16: order(&bytes).is_some() })
            }
        }
    }

    /// The name as it was given; `-` is standard input.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name for messages.
    pub fn shown_name(&self) -> &str {
        shown(&self.name)
    }

    /// The whole text. It may hold secrets: nothing of it is for showing as it is.
    pub fn text(&self) -> &str {
        self.text.expose()
    }
}

fn shown(name: &str) -> &str {
    if name == "-" { "standard input" } else { name }
}

/// How the two bytes of a unit of UTF-16 are read.
type Unit = fn([u8; 2]) -> u16;

/// The order of the bytes of UTF-16, as its mark at the begin tells it.
fn order(bytes: &[u8]) -> Option<Unit> {
    match bytes {
        [0xff, 0xfe, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] => Some(u16::from_be_bytes),
        _ => None,
    }
}

/// The text of UTF-16 that is marked as such.
fn utf16(bytes: &[u8]) -> Option<String> {
    let unit = order(bytes)?;
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    Some(String::from_utf16_lossy(&units))
}
