use std::fmt::Write as _;
use std::path::PathBuf;

use serde_saphyr::{Error, Location};

use crate::suggest::nearest;

/// A place in a scenario file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1; 0 is the file as a whole.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How many characters are meant, at least one.
    pub length: usize,
    /// The line's text; empty where it could hold a secret.
    pub text: String,
}

/// What is wrong with a scenario.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// A key that the format does not have.
    #[error("unknown key `{key}`")]
    UnknownKey {
        /// The key.
        key: String,
        /// The keys that could stand there.
        known: Vec<&'static str>,
    },
    /// A word that is none of those that could stand there.
    #[error("unknown word `{word}`")]
    UnknownWord {
        /// The word.
        word: String,
        /// The words that could stand there.
        known: Vec<&'static str>,
    },
    /// A key that must be there is not.
    #[error("the key `{0}` is missing")]
    MissingKey(&'static str),
    /// A key is there twice.
    #[error("the key `{0}` is there twice")]
    DuplicateKey(String),
    /// A value cannot be read.
    #[error("{0}")]
    Value(String),
    /// The file is of another format.
    #[error("this is no scenario: {key} is `{found}`, not `{expected}`")]
    OtherFormat {
        /// The key that tells.
        key: &'static str,
        /// What it says.
        found: String,
        /// What it should say.
        expected: &'static str,
    },
    /// A host is named that the scenario does not have.
    #[error("there is no host `{name}`")]
    UnknownHost {
        /// The name.
        name: String,
        /// The hosts that there are.
        known: Vec<String>,
    },
    /// Two hosts would listen at one place.
    #[error("`{first}` and `{second}` both listen at {address}")]
    AddressTaken {
        /// The host that has it.
        first: String,
        /// The host that wants it.
        second: String,
        /// The address and port.
        address: std::net::SocketAddr,
    },
    /// An image has a name that no registry allows.
    #[error(transparent)]
    ImageName(#[from] mock_registry::InvalidName),
}

/// Why a scenario could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: std::io::Error,
    },
    /// The file says something that a scenario cannot.
    #[error("{file}:{line}:{column}: {mistake}", line = place.line, column = place.column)]
    Mistake {
        /// The file as it was named.
        file: String,
        /// Where.
        place: Box<Place>,
        /// What.
        mistake: Box<Mistake>,
    },
    /// No certificate could be made for a host.
    #[error("no certificate for {host}: {source}")]
    Certificate {
        /// The host.
        host: String,
        /// Why.
        source: mock_registry::CertificateError,
    },
}

impl LoadError {
    /// The error as the command line shows it: the message, the place with the line and carets under what is
    /// meant, and a hint if there is one.
    pub fn render(&self) -> String {
        let Self::Mistake { file, place, mistake } = self else { return format!("error: {self}\n") };
        let mut shown = format!("error: {mistake}\n");
        if place.line > 0 {
            // Writing to a String cannot fail.
            let _ = writeln!(shown, "  {file}:{}:{}", place.line, place.column);
        } else {
            let _ = writeln!(shown, "  {file}");
        }
        if !place.text.is_empty() {
            let margin = " ".repeat(place.line.to_string().len());
            let _ = writeln!(shown, "   {} | {}", place.line, place.text);
            let before = " ".repeat(place.column.saturating_sub(1));
            let _ = writeln!(shown, "   {margin} | {before}{}", "^".repeat(place.length));
        }
        if let Some(hint) = self.hint() {
            let _ = writeln!(shown, "help: {hint}");
        }
        shown
    }

    /// What to do about it, if that is known.
    pub fn hint(&self) -> Option<String> {
        let Self::Mistake { mistake, .. } = self else { return None };
        match &**mistake {
            Mistake::UnknownKey { key: word, known } | Mistake::UnknownWord { word, known } => {
                Some(match nearest(word, known) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("possible here: {}", known.join(", ")),
                })
            }
            Mistake::UnknownHost { name, known } => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                nearest(name, &known).map(|meant| format!("did you mean `{meant}`?"))
            }
            _ => None,
        }
    }

    /// The YAML library's error, as ours.
    pub(crate) fn from_yaml(file: &str, text: &str, error: &Error) -> Self {
        let place = error.location().map(|location| place(text, location)).unwrap_or_default();
        let mistake = mistake(error.without_snippet());
        Self::Mistake { file: file.to_owned(), place: Box::new(place), mistake: Box::new(mistake) }
    }

    /// A mistake at a place that was read well.
    pub(crate) fn at(file: &str, text: &str, location: Location, mistake: Mistake) -> Self {
        let place = Box::new(place(text, location));
        Self::Mistake { file: file.to_owned(), place, mistake: Box::new(mistake) }
    }
}

fn mistake(error: &Error) -> Mistake {
    match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            Mistake::UnknownKey { key: field.clone(), known: expected.clone() }
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            Mistake::UnknownWord { word: variant.clone(), known: expected.clone() }
        }
        Error::SerdeMissingField { field, .. } => Mistake::MissingKey(field),
        Error::DuplicateMappingKey { key, .. } => Mistake::DuplicateKey(key.clone().unwrap_or_default()),
        Error::Message { msg, .. } | Error::ExternalMessage { msg, .. } => Mistake::Value(msg.clone()),
        Error::SerdeInvalidType { expected, .. } | Error::SerdeInvalidValue { expected, .. } => {
            Mistake::Value(format!("expected {expected}"))
        }
        Error::Unexpected { expected, .. } => Mistake::Value(format!("expected {expected}")),
        Error::InvalidScalar { ty, .. } => Mistake::Value(format!("expected a value of type {ty}")),
        Error::Eof { .. } => Mistake::Value("the file ends too early".to_owned()),
        other => Mistake::Value(other.to_string().lines().next().unwrap_or("malformed YAML").to_owned()),
    }
}

fn place(text: &str, location: Location) -> Place {
    let as_usize = |number: u64| usize::try_from(number).unwrap_or(0);
    let (line, column) = (as_usize(location.line()), as_usize(location.column()));
    let shown = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let rest = shown.chars().count().saturating_sub(column.saturating_sub(1));
    let length = match as_usize(location.span().len()) {
        // A value that goes on over several lines, or a place without an extent: the rest of the word is meant.
        0 => shown
            .chars()
            .skip(column.saturating_sub(1))
            .take_while(|c| !c.is_whitespace() && *c != ':')
            .count(),
        length => length.min(rest),
    };
    let text = if may_hold_secret(shown) { String::new() } else { shown.to_owned() };
    Place { line, column, length: length.max(1), text }
}

/// A line that could hold a password is not shown, even though those of scenarios are made up.
fn may_hold_secret(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    ["password", "\"auth\"", "token", "dockerconfigjson"].iter().any(|word| line.contains(word))
}
