//! The grammar: a text taken apart into clauses, URLs, codes and names. What it means is for the rules.

mod client;
mod host;
mod lexicon;
mod link;
mod matcher;
mod names;
mod pattern;
mod phrases;
mod status;
mod step;

use std::ops::Range;

pub use host::HostKind;
pub use lexicon::Word;
pub use link::{Link, Purpose};
pub(crate) use matcher::may_be_about_a_pull;
pub(crate) use phrases::Phrases;
pub use step::Step;

/// Longer texts are cut: no runtime says as much.
const MAX_TEXT: usize = 64 * 1024;

/// A clause that was recognised, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// What it says.
    pub word: Word,
    /// Where it stands in [`Dissection::text`].
    pub span: Range<usize>,
}

/// A text, taken apart.
#[derive(Clone, Debug, Default)]
pub struct Dissection {
    /// The text in one line, without the escapes of the log that it came from.
    pub text: String,
    /// What was recognised, from the outermost layer inwards.
    pub clauses: Vec<Clause>,
    /// The URLs.
    pub links: Vec<Link>,
    /// The image, as written.
    pub image: Option<String>,
    /// The status codes of HTTP.
    pub statuses: Vec<u16>,
    /// The status code of gRPC, in Go's name.
    pub code: Option<&'static str>,
    /// The host in containerd's `pulling from host …`.
    pub pulled_from: Option<String>,
    /// The host whose name was looked up.
    pub looked_up: Option<String>,
    /// Whether it speaks of pulling by name.
    pulls: bool,
    /// The text in lower case.
    lower: String,
}

impl Dissection {
    /// Takes `text` apart.
    pub fn of(text: &str) -> Self {
        let text = names::decisive(&names::one_line(text, MAX_TEXT));
        let lower = client::unwrapped(names::closed(text.to_ascii_lowercase()));
        let links = link::links(&text);
        Self {
            clauses: matcher::clauses(&lower),
            image: names::image(&text, &lower),
            statuses: status::statuses(&lower),
            code: names::grpc_code(&lower),
            looked_up: names::looked_up(&text, &lower),
            pulled_from: names::pulled_from(&text, &lower),
            pulls: ["pull", "pulling", "pullimage"]
                .iter()
                .any(|word| pattern::find(&lower, word, 0).is_some()),
            links,
            text,
            lower,
        }
    }

    /// The text with the clause whole within which it breaks off; `None` where it does not.
    pub(crate) fn completed(&self) -> Option<Self> {
        let clause = matcher::cut(&self.lower)?;
        let holds = |other: &Clause| other.span.start < clause.span.end && other.span.end >= clause.span.end;
        let known = self.clauses.iter().any(holds);
        let clauses = self.clauses.iter().cloned().chain([clause]).collect();
        (!known).then(|| Self { clauses, ..self.clone() })
    }

    /// The text from where it speaks of unpacking; `None` where it does not, or of nothing else before.
    pub(crate) fn since_unpacking(&self) -> Option<Self> {
        let at = self.clauses.iter().find(|clause| clause.word == Word::Unpack)?.span.start;
        let rest = self.text.get(at..).filter(|_| at > 0)?;
        Some(Self { image: self.image.clone(), pulls: self.pulls, ..Self::of(rest) })
    }

    /// Whether the clause stands in the text.
    pub fn has(&self, word: Word) -> bool {
        self.clauses.iter().any(|clause| clause.word == word)
    }

    /// Whether any of the clauses stands in the text.
    pub fn any(&self, words: &[Word]) -> bool {
        words.iter().any(|word| self.has(*word))
    }

    /// Whether these very words stand in the text. `pattern` is in lower case, `…` stands for anything.
    pub(crate) fn says(&self, pattern: &str) -> bool {
        pattern::find(&self.lower, pattern, 0).is_some()
    }

    /// The last URL that is part of a pull: the one that the innermost error is about.
    pub fn last_link(&self) -> Option<&Link> {
        self.links.iter().rev().find(|link| link.purpose != Purpose::Other)
    }

    /// The host that the error is about: of the last URL, of the lookup, or of the image.
    pub fn host(&self) -> Option<String> {
        let link = self.last_link().map(|link| link.host().to_owned());
        let answered = || self.looked_up.clone().or_else(|| self.pulled_from.clone());
        link.or_else(answered).or_else(|| self.registry())
    }

    /// The kind of that host.
    pub fn host_kind(&self) -> HostKind {
        self.host().map_or(HostKind::Other, |host| HostKind::of(&host))
    }

    /// The registry of the image: a name without a dot is one, too, where it was asked.
    pub fn registry(&self) -> Option<String> {
        // What was masked as a whole names none.
        let image = self.image.as_deref().filter(|image| image.bytes().any(|b| b != b'*'))?;
        let first = image.split_once('/').map(|(first, _)| first);
        let asked = first.filter(|first| self.links.iter().any(|link| link.authority == *first));
        Some(asked.map_or_else(|| names::split(image).0, str::to_owned))
    }

    /// Whether the image that a client of containers/image was asked for has no registry in its name.
    pub fn is_unqualified(&self) -> bool {
        names::typed(&self.text, &self.lower).is_some_and(|image| !image.starts_with(&names::split(image).0))
    }

    /// The path of the image within its registry.
    pub fn repository(&self) -> Option<String> {
        self.image.as_deref().map(|image| names::split(image).1)
    }

    /// Whether the image is one of Docker Hub's official ones, by its name.
    pub fn is_official(&self) -> bool {
        let name = self.repository();
        self.registry_kind() == HostKind::DockerHub
            && name.is_some_and(|path| path.strip_prefix("library/").is_some_and(|name| !name.contains('/')))
    }

    /// The registries that a client tried one after the other, sorted.
    pub fn tried(&self) -> Vec<String> {
        names::tried(&self.text, &self.lower)
    }

    /// The kind of the image's registry, or of the host that the error is about where no image is named.
    pub fn registry_kind(&self) -> HostKind {
        self.registry().map_or_else(|| self.host_kind(), |registry| HostKind::of(&registry))
    }

    /// Whether the text speaks of a pull, and not of something else that failed.
    pub fn is_about_a_pull(&self) -> bool {
        const WORDS: [Word; 16] = [
            Word::KubeletPull,
            Word::NeverPull,
            Word::PullQps,
            Word::InvalidName,
            Word::SecretNotFound,
            Word::ProviderFailed,
            Word::Sandbox,
            Word::Unpacking,
            Word::Resolving,
            Word::AnonymousToken,
            Word::LoginToken,
            Word::BearerToken,
            Word::Copying,
            Word::Unpack,
            Word::AccessDenied,
            Word::TooMany,
        ];
        let asked = self.links.iter().any(|link| link.purpose != Purpose::Other);
        asked || self.pulls || self.any(&WORDS)
    }

    /// Whether it speaks of images at all, be it of a pull or not.
    pub fn is_about_images(&self) -> bool {
        const WORDS: [Word; 18] = [
            Word::DaemonAnswer,
            Word::OldDenied,
            Word::EcsAgent,
            Word::ShortName,
            Word::Mirrors,
            Word::MirrorConfig,
            Word::NameUnknown,
            Word::ManifestUnknown,
            Word::BlobUnknown,
            Word::QuayDenied,
            Word::CloudDenied,
            Word::PolicyDenied,
            Word::Schema1,
            Word::NoPlatform,
            Word::VariantUnknown,
            Word::WrongFormat,
            Word::DigestMismatch,
            Word::ImageLacking,
        ];
        self.is_about_a_pull() || self.any(&WORDS)
    }

    /// Whether a mirror was asked in the registry's place.
    pub fn is_mirrored(&self) -> bool {
        let asked = self.pulled_from.as_deref().map(HostKind::of);
        let other = match (&self.pulled_from, self.registry()) {
            (Some(host), Some(registry)) => {
                *host != registry
                    && !(HostKind::of(&registry) == HostKind::DockerHub && asked == Some(HostKind::DockerHub))
            }
            _ => asked == Some(HostKind::Mirror),
        };
        other || self.last_link().is_some_and(|link| link.mirrors.is_some() || link.kind == HostKind::Mirror)
    }

    /// What was being done when it failed; `None` where the text does not tell.
    pub fn step(&self) -> Option<Step> {
        Step::of(self)
    }

    /// The words of a clause as they stand in the text.
    pub fn quote(&self, clause: &Clause) -> &str {
        self.text.get(clause.span.clone()).unwrap_or_default()
    }
}
