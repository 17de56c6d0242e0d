use std::fmt::Write as _;
use std::path::PathBuf;

use serde_saphyr::Error;

use crate::place::Place;
use crate::sources::Sources;
use crate::suggest::nearest;
use crate::yaml::{Location, Trouble};

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
    /// A file that is to be included cannot be read.
    #[error("cannot include {path}: {reason}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// A file includes itself, if by way of others.
    #[error("{path} includes itself", path = .0.display())]
    IncludeCycle(PathBuf),
    /// A plugin is of no use: the kubelet would not start with it.
    #[error("with the plugin `{name}` no kubelet starts: {reason}")]
    Plugin {
        /// The plugin.
        name: String,
        /// What the kubelet says.
        reason: String,
    },
    /// Nothing is said of what a plugin does.
    #[error("the plugin `{0}` has no answer")]
    PluginWithoutAnswer(String),
    /// Nobody would ask a plugin.
    #[error("the plugin `{0}` is asked for no image")]
    PluginNotConfigured(String),
    /// The scenario and the node's files disagree on a plugin.
    #[error("the node's own files say for which images the plugin `{0}` is asked, too")]
    PluginConfiguredTwice(String),
    /// A user name without a password, or the reverse.
    #[error("a plugin gives `username` and `password` together")]
    PluginHalfLogin,
    /// A login and words of its own.
    #[error("a plugin writes either a login or `stdout`")]
    PluginSaysTwice,
    /// Nothing is said of what a plugin does before.
    #[error("the first answer of a plugin is there from the beginning")]
    PluginFirstAnswerLate,
    /// An answer counts from before the one in front of it.
    #[error("a plugin's answers are not in the order of their `from`")]
    PluginAnswersOutOfOrder,
    /// An image has a name that no registry allows.
    #[error(transparent)]
    ImageName(#[from] mock_registry::InvalidImage),
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
            Mistake::PluginNotConfigured(_) => Some(
                "say for which with `matchImages`, or have the node's files name a configuration".to_owned(),
            ),
            Mistake::PluginConfiguredTwice(_) => Some("leave out `matchImages` here".to_owned()),
            Mistake::PluginFirstAnswerLate => Some("leave out its `from`".to_owned()),
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
        other => Mistake::Value(other.to_string().lines().next().unwrap_or("malformed YAML").to_owned()),
    }
}
