use std::fmt;
use std::str::FromStr;

use mock_registry::Glob;

/// One way to play a scenario: with this runtime, and this kubelet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The runtime's profile, such as `containerd-2.1.9`.
    pub runtime: String,
    /// The kubelet's version, such as `1.34`.
    pub kubelet: String,
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, kubelet {}", self.runtime, self.kubelet)
    }
}

/// Which runs are meant: all words must fit.
#[derive(Clone, Debug)]
pub(crate) struct RunPattern(Vec<Word>);

#[derive(Clone, Debug)]
enum Word {
    Else,
    Runtime(Glob),
    KubeletIs(KubeletVersion),
    KubeletBefore(KubeletVersion),
    KubeletFrom(KubeletVersion),
}

/// `1.34`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KubeletVersion(u32);

/// A text that picks no runs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} picks no runs: write a runtime (`containerd-1.*`), `kubelet-1.34`, `kubelet<1.33`, `kubelet>=1.33` or `else`"
)]
pub struct InvalidRunPattern(String);

impl RunPattern {
    pub(crate) fn fits(&self, run: &Run) -> bool {
        let kubelet = run.kubelet.parse::<KubeletVersion>().ok();
        self.0.iter().all(|word| match word {
            Word::Else => true,
            Word::Runtime(glob) => glob.matches(&run.runtime),
            Word::KubeletIs(version) => kubelet == Some(*version),
            Word::KubeletBefore(version) => kubelet.is_some_and(|own| own < *version),
            Word::KubeletFrom(version) => kubelet.is_some_and(|own| own >= *version),
        })
    }
}

impl FromStr for KubeletVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let minor = text.strip_prefix("1.").and_then(|minor| minor.parse().ok());
        minor.map(Self).ok_or_else(|| format!("`{text}` is no version of Kubernetes: write 1.34"))
    }
}

impl fmt::Display for KubeletVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

impl FromStr for RunPattern {
    type Err = InvalidRunPattern;

    fn from_str(text: &str) -> Result<Self, InvalidRunPattern> {
        let words: Option<Vec<Word>> = text.split_whitespace().map(word).collect();
        words.filter(|words| !words.is_empty()).map(Self).ok_or_else(|| InvalidRunPattern(text.to_owned()))
    }
}

fn word(text: &str) -> Option<Word> {
    let version = |text: &str| text.parse::<KubeletVersion>().ok();
    if text == "else" {
        return Some(Word::Else);
    }
    let Some(kubelet) = text.strip_prefix("kubelet") else {
        return ["containerd", "cri-o", "docker"]
            .iter()
            .any(|runtime| text.starts_with(runtime))
            .then(|| Word::Runtime(Glob::new(text)));
    };
    match (kubelet.strip_prefix('-'), kubelet.strip_prefix("<"), kubelet.strip_prefix(">=")) {
        (Some(exact), ..) => version(exact).map(Word::KubeletIs),
        (_, Some(before), _) => version(before).map(Word::KubeletBefore),
        (.., Some(from)) => version(from).map(Word::KubeletFrom),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_pick_runs() {
        let run = Run { runtime: "containerd-2.1.9".into(), kubelet: "1.34".into() };
        let fits = |text: &str| text.parse::<RunPattern>().unwrap().fits(&run);
        for text in [
            "else",
            "containerd-2.*",
            "containerd-2.1.9",
            "kubelet-1.34",
            "kubelet<1.35",
            "kubelet>=1.34 containerd-*",
        ] {
            assert!(fits(text), "{text}");
        }
        for text in ["containerd-1.*", "cri-o-*", "kubelet-1.3", "kubelet<1.34", "containerd-* kubelet>=1.35"]
        {
            assert!(!fits(text), "{text}");
        }
        for bad in ["", "contained-2.*", "kubelet", "kubelet>1.34", "kubelet-2.0"] {
            assert!(bad.parse::<RunPattern>().is_err(), "{bad}");
        }
    }
}
