use std::fmt;
use std::str::FromStr;

use crate::fault::effect::{Effect, TlsIdentity};
use crate::fault::{Argument, entries};

/// Where on a request's way a fault sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultLayer {
    /// The name server.
    Dns,
    /// The connection.
    Tcp,
    /// The handshake and the certificate.
    Tls,
    /// The forward proxy.
    Proxy,
    /// The registry's demand for a login.
    Challenge,
    /// The token service.
    Token,
    /// The limit on pulls.
    RateLimit,
    /// The manifest or index.
    Manifest,
    /// The layers and the configuration.
    Blob,
    /// The host as a whole.
    Outage,
}

impl FaultLayer {
    /// All layers, in the order in which a pull comes to them.
    pub const ALL: [Self; 10] = [
        Self::Dns,
        Self::Tcp,
        Self::Tls,
        Self::Proxy,
        Self::Challenge,
        Self::Token,
        Self::RateLimit,
        Self::Manifest,
        Self::Blob,
        Self::Outage,
    ];

    /// Its name: what its faults' names begin with.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Proxy => "proxy",
            Self::Challenge => "challenge",
            Self::Token => "token",
            Self::RateLimit => "rate-limit",
            Self::Manifest => "manifest",
            Self::Blob => "blob",
            Self::Outage => "outage",
        }
    }

    /// Whether its faults are answers to requests, which can be told apart by method, path and account.
    pub const fn is_http(self) -> bool {
        !matches!(self, Self::Dns | Self::Tcp | Self::Tls | Self::Proxy)
    }
}

impl fmt::Display for FaultLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A line of the catalogue: a fault that can be played, as data.
#[derive(Debug)]
pub struct FaultEntry {
    /// Its name, such as `blob-truncated`.
    pub name: &'static str,
    /// Where it sits.
    pub layer: FaultLayer,
    /// What happens, in a sentence.
    pub meaning: &'static str,
    /// What its argument is unless it is written; `None`: it takes none.
    pub default: Option<Argument>,
    pub(crate) effect: Effect,
}

impl FaultEntry {
    /// The fault as it could be written, with its argument if it takes one.
    pub fn example(&'static self) -> String {
        Fault { entry: self, argument: self.default }.to_string()
    }
}

/// A fault of the catalogue, with its argument.
///
/// ```
/// use mock_registry::Fault;
///
/// let fault: Fault = "blob-truncated:4KiB".parse().unwrap();
/// assert_eq!((fault.name(), fault.to_string().as_str()), ("blob-truncated", "blob-truncated:4KiB"));
/// let misspelt = "blob-truncatd".parse::<Fault>().unwrap_err();
/// assert_eq!(misspelt.to_string(), "there is no fault `blob-truncatd`: did you mean `blob-truncated`?");
/// assert!(Fault::all().count() > 90);
/// ```
#[derive(Clone, Copy)]
pub struct Fault {
    entry: &'static FaultEntry,
    argument: Option<Argument>,
}

/// A text that names no fault of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownFault {
    /// No fault has this name.
    #[error("there is no fault `{name}`{}", suggestion(*.nearest))]
    Name {
        /// What was written.
        name: String,
        /// The name that was most likely meant, if one is near.
        nearest: Option<&'static str>,
    },
    /// The fault takes no argument.
    #[error("the fault `{name}` takes no argument")]
    NoArgument {
        /// The fault.
        name: &'static str,
    },
    /// The fault takes another argument.
    #[error("the fault `{name}` takes {form}, not `{found}`")]
    Argument {
        /// The fault.
        name: &'static str,
        /// What it takes, in words.
        form: &'static str,
        /// What was written.
        found: String,
    },
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map(|name| format!(": did you mean `{name}`?")).unwrap_or_default()
}

impl Fault {
    /// The catalogue, in the order in which a pull comes to its layers.
    pub fn all() -> impl Iterator<Item = &'static FaultEntry> {
        entries::ALL.iter().copied().flatten()
    }

    /// Its line of the catalogue.
    pub const fn entry(&self) -> &'static FaultEntry {
        self.entry
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.entry.name
    }

    /// Where it sits.
    pub const fn layer(&self) -> FaultLayer {
        self.entry.layer
    }

    /// Its argument: what was written, or what is meant where nothing was. `None`: it takes none.
    pub fn argument(&self) -> Option<Argument> {
        self.argument.or(self.entry.default)
    }

    /// How the host proves its name when this fault is played; `None`: as ever.
    pub const fn identity(&self) -> Option<TlsIdentity> {
        match self.entry.effect {
            Effect::Identity(identity) => Some(identity),
            _ => None,
        }
    }

    /// The argument for the functions of the catalogue; those that take none do not look at it.
    pub(crate) fn value(&self) -> Argument {
        self.argument().unwrap_or(Argument::Number(0))
    }
}

impl From<&'static FaultEntry> for Fault {
    fn from(entry: &'static FaultEntry) -> Self {
        Self { entry, argument: None }
    }
}

impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name() && self.argument() == other.argument()
    }
}

impl Eq for Fault {}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let (name, written) = match text.split_once(':') {
            Some((name, written)) => (name, Some(written)),
            None => (text, None),
        };
        let Some(entry) = Self::all().find(|entry| entry.name == name) else {
            return Err(UnknownFault::Name { name: name.to_owned(), nearest: nearest(name) });
        };
        let argument = match (written, entry.default) {
            (None, _) => None,
            (Some(_), None) => return Err(UnknownFault::NoArgument { name: entry.name }),
            (Some(written), Some(default)) => match default.read(written) {
                Some(argument) => Some(argument),
                None => {
                    let found = written.to_owned();
                    return Err(UnknownFault::Argument { name: entry.name, form: default.form(), found });
                }
            },
        };
        Ok(Self { entry, argument })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.argument {
            None => f.write_str(self.name()),
            Some(argument) => write!(f, "{}:{argument}", self.name()),
        }
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({self})")
    }
}

/// The name of the catalogue that was most likely meant, if one is near enough.
fn nearest(written: &str) -> Option<&'static str> {
    let written = written.to_ascii_lowercase();
    let near = Fault::all().map(|entry| (distance(&written, entry.name), entry.name));
    near.filter(|(distance, name)| *distance <= 1 + name.len() / 4).min().map(|(_, name)| name)
}

/// The number of letters to insert, delete or replace (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, right) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(left != *right);
            let best = replaced.min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_entry_is_well_formed() {
        let mut names = BTreeSet::new();
        for entry in Fault::all() {
            assert!(names.insert(entry.name), "{} is there twice", entry.name);
            assert!(entry.name.starts_with(entry.layer.name()), "{}", entry.name);
            let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
            assert!(entry.name.chars().all(kebab), "{}", entry.name);
            assert!(entry.meaning.ends_with('.') && entry.meaning.len() > 15, "{}", entry.meaning);
            let example = entry.example();
            let read: Fault = example.parse().unwrap();
            assert_eq!((read.to_string(), read), (example, Fault::from(entry)));
        }
        for layer in FaultLayer::ALL {
            assert!(Fault::all().any(|entry| entry.layer == layer), "{layer}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let table = [
            ("tls-expird", "there is no fault `tls-expird`: did you mean `tls-expired`?"),
            ("something-else-entirely", "there is no fault `something-else-entirely`"),
            ("tls-expired:1", "the fault `tls-expired` takes no argument"),
            ("dns-slow:3", "the fault `dns-slow` takes a time (250ms, 30s, 5m, 6h), not `3`"),
        ];
        for (text, words) in table {
            assert_eq!(text.parse::<Fault>().unwrap_err().to_string(), words);
        }
    }
}
