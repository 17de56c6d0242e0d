use std::time::Duration;

use http::Method;

use crate::{Count, Fault, FaultLayer, Glob, Who};

/// A part of the time since the world began, on tokio's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// When it begins.
    pub from: Duration,
    /// When it ends; `None`: never.
    pub until: Option<Duration>,
    /// Flapping: of each `period`, counted from `from`, only the beginning of this length is meant.
    pub every: Option<Flapping>,
}

/// How often something comes back, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flapping {
    /// From one beginning to the next.
    pub period: Duration,
    /// How long it lasts each time.
    pub lasts: Duration,
}

impl Window {
    /// Whether the time `elapsed` since the beginning lies in it.
    pub fn contains(&self, elapsed: Duration) -> bool {
        let Some(inside) = elapsed.checked_sub(self.from) else { return false };
        let flaps = |flapping: Flapping| {
            let period = flapping.period.as_nanos().max(1);
            inside.as_nanos() % period < flapping.lasts.as_nanos()
        };
        self.until.is_none_or(|until| elapsed < until) && self.every.is_none_or(flaps)
    }
}

/// How likely something is, drawn from a seed: the same in each run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probability {
    /// From 0 (never) to 1 (always).
    pub share: f64,
    /// What the draws follow from.
    pub seed: u64,
}

impl Probability {
    /// Whether the `number`th draw hits.
    pub fn hits(&self, number: u64) -> bool {
        // SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators"): well mixed also for
        // seeds that differ in a bit.
        let mut z = self.seed.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let drawn = (z ^ (z >> 31)) >> 11;
        (drawn as f64) < self.share * (1_u64 << 53) as f64
    }
}

/// Which of the requests, connections or questions that it could meet a fault is for. What is not said does not
/// matter.
///
/// Counts and draws are of what fits everything else: `count: first 2` of `tag: v1` is of the requests for that tag.
#[derive(Clone, Debug, Default)]
pub struct Selector {
    /// The hosts, by name. A fault of the name server: the names that are asked for.
    pub host: Option<Glob>,
    /// The methods; none at all: each.
    pub methods: Vec<Method>,
    /// The path.
    pub path: Option<Glob>,
    /// The repository.
    pub repository: Option<Glob>,
    /// The tag that a manifest is asked for by.
    pub tag: Option<Glob>,
    /// The digest that a manifest or blob is asked for by.
    pub digest: Option<Glob>,
    /// Who asks: an account that proved to be itself.
    pub account: Option<String>,
    /// The name server that is asked.
    pub server: Option<std::net::IpAddr>,
    /// Which attempts at one and the same thing (method and path).
    pub attempts: Count,
    /// Which of all that fit.
    pub count: Count,
    /// When.
    pub window: Window,
    /// How likely.
    pub probability: Option<Probability>,
}

/// A key of a selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SelectorKey {
    /// [`Selector::methods`]
    Method,
    /// [`Selector::path`]
    Path,
    /// [`Selector::repository`]
    Repository,
    /// [`Selector::tag`]
    Tag,
    /// [`Selector::digest`]
    Digest,
    /// [`Selector::account`]
    Account,
    /// [`Selector::server`]
    Server,
    /// [`Selector::attempts`]
    Attempts,
}

impl SelectorKey {
    /// The key's name, as scenario files write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Path => "path",
            Self::Repository => "repository",
            Self::Tag => "tag",
            Self::Digest => "digest",
            Self::Account => "account",
            Self::Server => "server",
            Self::Attempts => "attempts",
        }
    }
}

impl Selector {
    /// A key that can tell nothing apart where this fault sits: before any request there is no method.
    pub fn misplaced(&self, fault: &Fault) -> Option<SelectorKey> {
        let (layer, http) = (fault.layer(), fault.layer().is_http());
        let said = [
            (SelectorKey::Method, !self.methods.is_empty(), http),
            (SelectorKey::Path, self.path.is_some(), http),
            (SelectorKey::Repository, self.repository.is_some(), http && layer != FaultLayer::Token),
            (SelectorKey::Tag, self.tag.is_some(), http && layer != FaultLayer::Token),
            (SelectorKey::Digest, self.digest.is_some(), http && layer != FaultLayer::Token),
            (SelectorKey::Account, self.account.is_some(), http),
            (SelectorKey::Attempts, self.attempts != Count::Always, http),
            (SelectorKey::Server, self.server.is_some(), layer == FaultLayer::Dns),
        ];
        said.into_iter().find(|(_, written, possible)| *written && !possible).map(|(key, ..)| key)
    }

    /// Whether a host (or name) of this name is meant.
    pub fn fits_host(&self, name: &str) -> bool {
        self.host.as_ref().is_none_or(|glob| glob.matches(name))
    }

    pub(crate) fn fits_account(&self, who: &Who) -> bool {
        let Some(wanted) = &self.account else { return true };
        matches!(who, Who::Account(name) if name == wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn windows_open_close_and_flap() {
        let always = Window::default();
        let hour = Window { from: s(10), until: Some(s(60)), every: None };
        let flapping = Window { every: Some(Flapping { period: s(20), lasts: s(5) }), ..hour };
        let table = [
            (always, s(0), true),
            (hour, s(9), false),
            (hour, s(10), true),
            (hour, s(59), true),
            (hour, s(60), false),
            (flapping, s(14), true),
            (flapping, s(15), false),
            (flapping, s(30), true),
            (flapping, s(9), false),
        ];
        for (window, at, expected) in table {
            assert_eq!(window.contains(at), expected, "{window:?} {at:?}");
        }
    }

    #[test]
    fn draws_follow_from_the_seed() {
        let draw = |share, seed| (1..=1000).filter(|n| Probability { share, seed }.hits(*n)).count();
        assert_eq!((draw(0.0, 1), draw(1.0, 1)), (0, 1000));
        assert_eq!(draw(0.3, 7), draw(0.3, 7));
        assert!((250..350).contains(&draw(0.3, 7)) && draw(0.3, 7) != draw(0.3, 8));
    }

    #[test]
    fn keys_that_tell_nothing_apart_are_found() {
        let fault = |text: &str| text.parse::<Fault>().unwrap();
        let tagged = Selector { tag: Some(Glob::new("v1")), ..Selector::default() };
        assert_eq!(tagged.misplaced(&fault("manifest-404")), None);
        assert_eq!(tagged.misplaced(&fault("tls-expired")), Some(SelectorKey::Tag));
        assert_eq!(tagged.misplaced(&fault("token-401")), Some(SelectorKey::Tag));
    }
}
