//! Which step of the pull the text speaks of.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Dissection, Purpose, Word};

/// What was being done when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, JsonSchema, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Asking whether there is a registry (`/v2/`).
    Ping,
    /// Asking for the manifest by its tag or digest.
    Manifest,
    /// Asking a token service for a token.
    Token,
    /// Fetching a config, a layer, or the manifest for the platform.
    Content,
    /// Fetching content from a host to which the registry sends its clients.
    Storage,
    /// Unpacking what was fetched.
    Unpack,
    /// Starting the container: the pull had succeeded.
    Start,
}

impl Step {
    /// What was being done, in words.
    pub const fn doing(self) -> &'static str {
        match self {
            Self::Ping => "asking whether there is a registry (/v2/)",
            Self::Manifest => "resolving the reference",
            Self::Token => "asking for a token",
            Self::Content => "fetching content",
            Self::Storage => "fetching content from the registry's storage host",
            Self::Unpack => "unpacking a layer",
            Self::Start => "starting the container: the image had been pulled",
        }
    }

    /// The step that the innermost URL or layer of a text belongs to; `None` where it shows none.
    pub(crate) fn of(d: &Dissection) -> Option<Self> {
        let asked = d.last_link().map(|link| link.purpose);
        if d.has(Word::WrongFormat) {
            return Some(Self::Start);
        }
        // Where content is fetched, any other address is one that the registry sent its client to.
        let elsewhere = asked.is_none()
            && d.links.last().is_some_and(|link| link.purpose == Purpose::Other && link.fails);
        if asked == Some(Purpose::Storage) || (elsewhere && d.any(&[Word::Copying])) {
            return Some(Self::Storage);
        }
        // Some ask `/v2/` first for where tokens are to be had, and call all of it getting a token.
        let challenge = asked == Some(Purpose::Ping) && d.has(Word::BearerToken);
        let token = d.any(&[Word::AnonymousToken, Word::LoginToken])
            || (d.has(Word::BearerToken) && !challenge)
            || asked == Some(Purpose::Token);
        if token {
            return Some(Self::Token);
        }
        if d.has(Word::Unpack) {
            return Some(Self::Unpack);
        }
        match asked {
            _ if d.has(Word::Copying) => Some(Self::Content),
            Some(Purpose::Blob) => Some(Self::Content),
            Some(Purpose::Manifest) => Some(Self::Manifest),
            Some(Purpose::Ping | Purpose::Version1) => Some(Self::Ping),
            _ if d.has(Word::Pinging) => Some(Self::Ping),
            _ if d.has(Word::Resolving) => Some(Self::Manifest),
            _ => None,
        }
    }
}
