//! Versions of all runtimes, by name.

use crate::{containerd, crio, docker};

/// A version of a runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profile(Kind);

/// What the version is one of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Containerd(&'static containerd::Profile),
    CriO(&'static crio::Profile),
    Docker(&'static docker::Profile),
}

/// A runtime that pullsim does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown runtime {name:?}")]
pub struct UnknownRuntime {
    /// The name as given.
    pub name: String,
}

/// A profile for a version that may not have one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// The version whose way of pulling is nearest; the oldest where all are newer.
    pub profile: &'static Profile,
    /// Whether it is the very version that was asked for.
    pub exact: bool,
}

/// The names without a version, which mean the newest.
const FAMILIES: [&str; 3] = ["containerd", "cri-o", "docker"];

/// How many there are.
const COUNT: usize = containerd::KNOWN.len() + crio::KNOWN.len() + docker::KNOWN.len();

/// Family by family, newest first.
static KNOWN: [Profile; COUNT] = {
    let mut all = [Profile(Kind::Containerd(&containerd::KNOWN[0])); COUNT];
    let mut index = 0;
    while index < containerd::KNOWN.len() {
        all[index] = Profile(Kind::Containerd(&containerd::KNOWN[index]));
        index += 1;
    }
    let mut other = 0;
    while other < crio::KNOWN.len() {
        all[index + other] = Profile(Kind::CriO(&crio::KNOWN[other]));
        other += 1;
    }
    let (first, mut other) = (index + other, 0);
    while other < docker::KNOWN.len() {
        all[first + other] = Profile(Kind::Docker(&docker::KNOWN[other]));
        other += 1;
    }
    all
};

impl Profile {
    /// The profile of a name: `containerd-2.1.9`; `containerd-2.1` for the line's newest known patch; `containerd` for
    /// the newest of all.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn named(name: &str) -> Result<&'static Self, UnknownRuntime> {
        let unknown = || UnknownRuntime { name: name.to_owned() };
        let in_line = |profile: &&Self| {
            let line = profile.name().rsplit_once('.').map(|(line, _)| line);
            profile.name() == name || line == Some(name) || profile.family() == name
        };
        KNOWN.iter().find(in_line).ok_or_else(unknown)
    }

    /// The profile for a version, or the nearest one below it: that of the release whose way of pulling was still
    /// the newest then. `None` where the name is that of no version.
    ///
    /// ```
    /// use runtimes::Profile;
    /// // 2.1.6 pulls as 2.1.9 does, 2.1.4 as 2.1.3 did.
    /// let nearest = Profile::nearest("containerd-2.1.6").unwrap();
    /// assert_eq!((nearest.profile.name(), nearest.exact), ("containerd-2.1.9", false));
    /// let nearest = Profile::nearest("containerd-2.1.4").unwrap();
    /// assert_eq!((nearest.profile.name(), nearest.exact), ("containerd-2.1.3", false));
    /// ```
    pub fn nearest(name: &str) -> Option<Nearest> {
        if let Ok(profile) = Self::named(name) {
            return Some(Nearest { profile, exact: true });
        }
        let rest = |family: &&'static str| Some((*family, name.strip_prefix(*family)?.strip_prefix('-')?));
        let (family, version) = FAMILIES.iter().find_map(rest)?;
        let release = release(version)?;
        let mut known = KNOWN.iter().filter(|profile| profile.family() == family);
        let below = known.clone().find(|profile| profile.since() <= release);
        Some(Nearest { profile: below.or(known.next_back())?, exact: false })
    }

    /// All profiles, runtime by runtime, newest first.
    pub fn known() -> &'static [Self] {
        &KNOWN
    }

    /// The profile's name.
    pub const fn name(&self) -> &'static str {
        match self.0 {
            Kind::Containerd(profile) => profile.name,
            Kind::CriO(profile) => profile.name,
            Kind::Docker(profile) => profile.name,
        }
    }

    /// The name of the runtime without its version.
    pub const fn family(&self) -> &'static str {
        match self.0 {
            Kind::Containerd(_) => FAMILIES[0],
            Kind::CriO(_) => FAMILIES[1],
            Kind::Docker(_) => FAMILIES[2],
        }
    }

    const fn since(&self) -> [u16; 3] {
        match self.0 {
            Kind::Containerd(profile) => profile.since,
            Kind::CriO(profile) => profile.since,
            Kind::Docker(profile) => profile.since,
        }
    }

    pub(crate) const fn kind(&self) -> Kind {
        self.0
    }
}

/// `2.1`, `2.1.6`, `v2.1.6`; what follows the patch, as in `1.6.20~ds1`, is left out.
fn release(text: &str) -> Option<[u16; 3]> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut numbers = text.split('.');
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next()?.parse().ok()?;
    let patch = match numbers.next() {
        None => u16::MAX,
        Some(patch) => {
            let end = patch.find(|character: char| !character.is_ascii_digit()).unwrap_or(patch.len());
            patch[..end].parse().ok()?
        }
    };
    Some([major, minor, patch])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_versions() {
        let cases = [
            ("containerd", Some(("containerd-2.3.4", true))),
            ("containerd-2.1.9", Some(("containerd-2.1.9", true))),
            ("containerd-2.1", Some(("containerd-2.1.9", true))),
            ("containerd-2.1.6", Some(("containerd-2.1.9", false))),
            ("containerd-2.1.5", Some(("containerd-2.1.3", false))),
            ("containerd-2.1.2", Some(("containerd-2.1.2", true))),
            ("containerd-2.1.1", Some(("containerd-2.1.0", false))),
            ("containerd-2.3.0", Some(("containerd-2.3.1", false))),
            ("containerd-2.2.3", Some(("containerd-2.2.5", false))),
            ("containerd-2.0.8", Some(("containerd-2.0.10", false))),
            ("containerd-2.0.5", Some(("containerd-2.0.6", false))),
            ("containerd-v1.7.30", Some(("containerd-1.7.31", false))),
            ("containerd-1.7.28", Some(("containerd-1.7.29", false))),
            ("containerd-1.7.26", Some(("containerd-1.7.27", false))),
            ("containerd-1.7.20", Some(("containerd-1.7.24", false))),
            ("containerd-3.0.0", Some(("containerd-2.3.4", false))),
            ("containerd-1.6.20~ds1", Some(("containerd-1.6.20", false))),
            ("containerd-1.5.2", Some(("containerd-1.6.20", false))),
            ("containerd-9", None),
            ("cri-o", Some(("cri-o-1.37.0", true))),
            ("cri-o-1.37", Some(("cri-o-1.37.0", true))),
            ("cri-o-1.34.2", Some(("cri-o-1.37.0", false))),
            ("cri-o-1.38.0", Some(("cri-o-1.37.0", false))),
            ("docker", Some(("docker-28.5.2", true))),
            ("docker-20.10", Some(("docker-20.10.24", true))),
            ("docker-24.0.7", Some(("docker-20.10.24", false))),
            ("docker-27.5.1", Some(("docker-28.5.2", false))),
            ("podman-5.0.0", None),
        ];
        for (name, expected) in cases {
            let nearest = Profile::nearest(name);
            assert_eq!(nearest.map(|nearest| (nearest.profile.name(), nearest.exact)), expected, "{name}");
        }
        assert!(Profile::named("containerd-2.1.6").is_err());
    }

    #[test]
    fn releases_descend() {
        for family in FAMILIES {
            let known = || KNOWN.iter().filter(|profile| profile.family() == family);
            let releases = |profile: &Profile| match profile.kind() {
                Kind::Containerd(profile) => (profile.release, profile.since),
                Kind::CriO(profile) => (profile.release, profile.since),
                Kind::Docker(profile) => (profile.release, profile.since),
            };
            assert!(known().map(releases).is_sorted_by(|a, b| a.0 > b.0 && a.1 > b.0), "{family}");
            let said = |profile: &Profile| release(&profile.name()[family.len() + 1..]);
            assert!(known().all(|profile| said(profile) == Some(releases(profile).0)), "{family}");
        }
    }
}
