use std::fmt::Write as _;

use objects::InputError;
use serde_saphyr::Error;

use crate::mistake::Mistake;
use crate::place::{Place, WIDTH};
use crate::sources::Sources;
use crate::yaml::{Location, Trouble};

/// Why a scenario could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
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
    /// A Kubernetes object cannot be used.
    #[error(transparent)]
    Object(Box<InputError>),
    /// No certificate could be made for a host.
    #[error("no certificate for {host}: {source}")]
    Certificate {
        /// The host.
        host: String,
        /// Why.
        source: mock_registry::CertificateError,
    },
}

impl From<InputError> for LoadError {
    fn from(error: InputError) -> Self {
        Self::Object(Box::new(error))
    }
}

impl LoadError {
    /// The error as the command line shows it: the message, the place with the line and carets under what is
    /// meant, and a hint if there is one.
    pub fn render(&self) -> String {
        let (file, place, mistake) = match self {
            Self::Mistake { file, place, mistake } => (file, place, mistake),
            Self::Object(error) => return error.render(),
            _ => return format!("error: {self}\n"),
        };
        let mut shown = format!("error: {mistake}\n");
        if place.line > 0 {
            // Writing to a String cannot fail.
            let _ = writeln!(shown, "  {file}:{}:{}", place.line, place.column);
        } else {
            let _ = writeln!(shown, "  {file}");
        }
        if !place.text.is_empty() {
            let margin = " ".repeat(place.line.to_string().len());
            let (text, before) = place.window();
            let _ = writeln!(shown, "   {} | {text}", place.line);
            let before = " ".repeat(before);
            let _ = writeln!(shown, "   {margin} | {before}{}", "^".repeat(place.length.min(WIDTH)));
        }
        if let Some(hint) = self.hint() {
            let _ = writeln!(shown, "help: {hint}");
        }
        shown
    }

    /// What to do about it, if that is known.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Mistake { mistake, .. } => mistake.hint(),
            Self::Object(error) => error.help(),
            _ => None,
        }
    }

    /// The YAML library's error, as ours. The text is the last of the sources.
    pub(crate) fn from_yaml(sources: &Sources, file: usize, error: &Error) -> Self {
        let found = error.location().map(|found| crate::yaml::location(found, file));
        let at = found.unwrap_or(Location { file, ..Location::default() });
        Self::at(sources, at, mistake(error.without_snippet()))
    }

    /// What is wrong with a tree, as ours.
    pub(crate) fn from_tree(sources: &Sources, trouble: Trouble) -> Self {
        Self::at(sources, trouble.at.unwrap_or_default(), *trouble.mistake)
    }

    /// A mistake at a place.
    pub(crate) fn at(sources: &Sources, location: Location, mistake: Mistake) -> Self {
        let (file, place) = sources.place(location);
        Self::Mistake { file: file.to_owned(), place: Box::new(place), mistake: Box::new(mistake) }
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
        Error::Budget { .. } => {
            Mistake::Value("more nesting, aliases or values than are accepted".to_owned())
        }
        other => Mistake::Value(other.to_string().lines().next().unwrap_or("malformed YAML").to_owned()),
    }
}
